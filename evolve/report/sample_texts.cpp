// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/sample_texts.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "evolve/report/html.h"

namespace tsugi::evolve {
namespace {

using Json = nlohmann::ordered_json;

// A question with worked examples before it is cut to this much of its end, in code points: some 150 words.
constexpr std::size_t kEndOfPrompt = 600;

const Json& at(const Json& value, const char* key) {
  static const Json kNothing;
  const auto found = value.is_object() ? value.find(key) : value.end();
  return value.is_object() && found != value.end() ? *found : kNothing;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return html::visible(value.get<std::string>());
  if (value.is_null()) return "";
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Requests of one item: contexts and continuations.
struct Requests {
  std::vector<std::string> contexts;
  std::vector<std::string> continuations;
};

Requests requests_of(const Json& sample) {
  Requests requests;
  const Json& arguments = at(sample, "arguments");
  if (!arguments.is_object()) return requests;
  for (const auto& [name, request] : arguments.items()) {
    requests.contexts.push_back(text_of(at(request, "arg_0")));
    const Json& second = at(request, "arg_1");
    requests.continuations.push_back(second.is_string() ? text_of(second) : "");
  }
  return requests;
}

// Of requests that differ in their context (winogrande) the end of it, else the continuation.
std::string choice_text(const Requests& requests, std::size_t choice) {
  if (choice >= requests.continuations.size()) return "";
  const bool one_continuation =
      requests.continuations.size() > 1 && requests.continuations[0] == requests.continuations[1];
  return one_continuation ? html::clipped(requests.contexts[choice], kEndOfPrompt, html::Keep::end)
                          : requests.continuations[choice];
}

// Text that a list of one holds, however deep: resps are [["text"]].
const Json& innermost(const Json& value) {
  const Json* inner = &value;
  while (inner->is_array() && inner->size() == 1) inner = &inner->front();
  return *inner;
}

std::string generated(const Json& sample) {
  const std::string response = text_of(innermost(at(sample, "resps")));
  const std::string kept = text_of(innermost(at(sample, "filtered_resps")));
  return kept.empty() || kept == response ? response : fmt::format("{}\n→ {}", response, kept);
}

// [[["-1.5", "False"]], …]: a log-likelihood and whether it is greedy for each request.
std::vector<double> log_likelihoods(const Json& sample) {
  std::vector<double> values;
  for (const Json& response : at(sample, "resps")) {
    const Json* pair = &response;
    while (pair->is_array() && pair->size() == 1) pair = &pair->front();
    if (!pair->is_array() || pair->size() != 2 || !pair->front().is_string()) return {};
    const auto text = pair->front().get<std::string>();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return {};
    values.push_back(value);
  }
  return values;
}

std::string weighed(const Requests& requests, const std::vector<double>& values) {
  if (values.size() == 1) return fmt::format("log-likelihood {:.2f}", values.front());
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] > values[best]) best = i;
  }
  return choice_text(requests, best);
}

std::string reference_of(const Json& sample, const Requests& requests, bool choices) {
  std::string target = text_of(at(sample, "target"));
  std::size_t choice = 0;
  const char* const end = target.data() + target.size();
  const auto [rest, error] = std::from_chars(target.data(), end, choice);
  const bool number = error == std::errc() && rest == end;
  return choices && number && choice < requests.contexts.size() ? choice_text(requests, choice) : target;
}

}  // namespace

SampleTexts sample_texts(const Json& sample) {
  const Requests requests = requests_of(sample);
  const std::vector<double> values = log_likelihoods(sample);
  SampleTexts texts;
  const Json& question = at(at(sample, "doc"), "question");
  if (question.is_string()) {
    texts.question = text_of(question);
  } else if (!requests.contexts.empty()) {
    texts.question = html::clipped(requests.contexts.front(), kEndOfPrompt, html::Keep::end);
  }
  texts.reference = reference_of(sample, requests, values.size() > 1);
  texts.answer = values.empty() ? generated(sample) : weighed(requests, values);
  return texts;
}

std::string sample_id(const std::string& task, const Json& sample) {
  const Json& own = at(at(sample, "doc"), "id");
  return fmt::format("{}/{}", task, own.is_string() ? own.get<std::string>() : at(sample, "doc_id").dump());
}

}  // namespace tsugi::evolve
