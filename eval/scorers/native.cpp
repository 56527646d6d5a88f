// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/native.h"

#include <algorithm>

#include "eval/scorers/grade.h"

namespace tsugi::eval {
namespace {

using Positions = std::span<const std::size_t>;

/// One model and one task; asks for blocks of items.
class Examiner {
 public:
  Examiner(const Decoder& decoder, const Tokenizer& tokenizer, const PreparedTask& task,
           merge::Concurrency concurrency)
      : decoder_(decoder), tokenizer_(tokenizer), task_(task), concurrency_(concurrency) {}

  /// Appends one answer for each item.
  void ask(Positions items, TaskScores& scores) const {
    if (task_.task.output_type == OutputType::generate_until) {
      generate(items, scores);
    } else {
      weigh(items, scores);
    }
  }

 private:
  void generate(Positions items, TaskScores& scores) const {
    std::vector<GenerationRequest> requests;
    for (const std::size_t item : items) {
      requests.push_back({task_.prompts[item], task_.task.max_gen_toks, task_.repetition_penalty});
      scores.prompt_tokens += task_.prompts[item].size();
    }
    const auto stop = [&](std::size_t, std::span<const TokenId> generated) { return is_over(generated); };
    const std::vector<std::vector<TokenId>> generated = decoder_.generate(requests, stop, concurrency_);
    for (const std::vector<TokenId>& ids : generated) {
      scores.generated_tokens += ids.size();
      scores.answers.emplace_back().response = response_of(ids);
    }
  }

  /// Searching the longest window for all stop texts may end an answer some tokens before the harness does,
  /// where a text is spelt in unusually many tokens; what comes after it is cut off in any case. Special
  /// tokens are part of the text here though not of the response.
  bool is_over(std::span<const TokenId> generated) const {
    if (std::binary_search(task_.stop_ids.begin(), task_.stop_ids.end(), generated.back())) return true;
    const std::string tail =
        tokenizer_.decode(generated.last(std::min(generated.size(), task_.stop_window)), false);
    return std::any_of(task_.stop_texts.begin(), task_.stop_texts.end(),
                       [&](const std::string& stop) { return tail.find(stop) != std::string::npos; });
  }

  std::string response_of(const std::vector<TokenId>& ids) const {
    std::string text = tokenizer_.decode(ids);
    for (const std::string& stop : task_.stop_texts) text.resize(std::min(text.find(stop), text.size()));
    return text;
  }

  void weigh(Positions items, TaskScores& scores) const {
    std::vector<LikelihoodRequest> requests;
    for (const std::size_t item : items) {
      for (std::size_t r = 0; r < task_.contexts[item].size(); ++r) {
        requests.push_back({task_.contexts[item][r], task_.continuations[item][r]});
        scores.prompt_tokens += requests.back().context.size() + requests.back().continuation.size();
      }
    }
    const std::vector<Likelihood> likelihoods = decoder_.log_likelihoods(requests, concurrency_);
    std::span<const Likelihood> rest = likelihoods;
    for (const std::size_t item : items) {
      const std::size_t count = task_.contexts[item].size();
      scores.answers.push_back(answer_of(task_.task, task_.items[item], rest.first(count)));
      rest = rest.subspan(count);
    }
  }

  const Decoder& decoder_;
  const Tokenizer& tokenizer_;
  const PreparedTask& task_;
  merge::Concurrency concurrency_;
};

}  // namespace

std::size_t longest_request(const PreparedTask& task) {
  std::size_t longest = 0;
  for (const auto& prompt : task.prompts) longest = std::max(longest, prompt.size() + task.task.max_gen_toks);
  for (std::size_t item = 0; item < task.contexts.size(); ++item) {
    for (std::size_t r = 0; r < task.contexts[item].size(); ++r) {
      longest = std::max(longest, task.contexts[item][r].size() + task.continuations[item][r].size());
    }
  }
  return longest;
}

TaskScores score(const Decoder& decoder, const Tokenizer& tokenizer, const PreparedTask& task,
                 Positions which, merge::Concurrency concurrency,
                 const std::function<void(std::size_t)>& progress) {
  // With somebody watching, items are asked in blocks: enough for every thread to batch, few enough to move a
  // bar.
  constexpr std::size_t kWatchedBlock = 256;
  const std::size_t block = progress ? kWatchedBlock : std::max<std::size_t>(which.size(), 1);
  TaskScores scores;
  scores.answers.reserve(which.size());
  const Examiner examiner(decoder, tokenizer, task, concurrency);
  for (std::size_t begin = 0; begin < which.size(); begin += block) {
    const Positions items = which.subspan(begin, std::min(block, which.size() - begin));
    examiner.ask(items, scores);
    if (progress) progress(items.size());
  }
  for (const FilterPipeline& pipeline : task.task.filters)
    add_columns(task.task, task.items, pipeline, which, concurrency, scores);
  return scores;
}

}  // namespace tsugi::eval
