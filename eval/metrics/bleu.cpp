// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// bleu: word n-grams of 1 to 4 shared with the reference, times a penalty for brevity (Papineni et al. 2002),
// over the whole corpus as sacrebleu 2 computes it: words by mteval-v13a, orders without a match smoothed by
// halves. An item's own value is its sentence's.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/reference_text.h"
#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

constexpr std::size_t kOrder = 4;

using Words = std::vector<std::string>;
using Grams = std::map<Words, double>;
/// Matches of each order, n-grams of each order, words of the answer, words of the reference.
using Counts = std::array<double, 2 * kOrder + 2>;

/// Latin punctuation stands alone; full stop and comma but inside numbers, a dash only behind a digit.
Words words_of(const std::string& text) {
  constexpr const char* kWhere = "bleu";
  const auto between = [](const PythonRegex::Match& m) { return m.groups[0] + " " + m.groups[1] + " "; };
  std::string line = python::replace(python::rstrip(text), "<skipped>", "");
  line = python::replace(python::replace(line, "-\n", ""), "\n", " ");
  for (const auto& [entity, character] :
       {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}})
    line = python::replace(line, entity, character);
  line =
      compiled_regex(R"([\{-\~\[-\` -\&\(-\+\:-\@\/])", kWhere).replace(" " + line + " ", [](const auto& m) {
        return " " + m.whole + " ";
      });
  line = compiled_regex(R"(([^0-9])([\.,]))", kWhere).replace(line, between);
  line = compiled_regex(R"(([\.,])([^0-9]))", kWhere).replace(line, [](const auto& m) {
    return " " + m.groups[0] + " " + m.groups[1];
  });
  line = compiled_regex(R"(([0-9])(-))", kWhere).replace(line, between);
  return python::split_words(line);
}

Grams grams(const Words& words, std::size_t order) {
  Grams counts;
  for (std::size_t i = 0; i + order <= words.size(); ++i) {
    const auto begin = words.begin() + static_cast<std::ptrdiff_t>(i);
    ++counts[Words(begin, begin + static_cast<std::ptrdiff_t>(order))];
  }
  return counts;
}

Counts counts_of(const MetricSpec& spec, const Item& item, const Answer& answer) {
  const Words reference = words_of(reference_text(spec, item, answer));
  const Words answered = words_of(answer.filtered);
  Counts counts{};
  for (std::size_t order = 1; order <= kOrder; ++order) {
    const Grams wanted = grams(reference, order);
    for (const auto& [gram, number] : grams(answered, order)) {
      const auto found = wanted.find(gram);
      if (found != wanted.end()) counts[order - 1] += std::min(number, found->second);
      counts[kOrder + order - 1] += number;
    }
  }
  counts[2 * kOrder] = static_cast<double>(answered.size());
  counts[2 * kOrder + 1] = static_cast<double>(reference.size());
  return counts;
}

double score(const Counts& counts) {
  const double length = counts[2 * kOrder];
  const double wanted = counts[2 * kOrder + 1];
  if (std::all_of(counts.begin(), counts.begin() + kOrder, [](double matches) { return matches == 0; }))
    return 0;
  double logarithms = 0;
  double halves = 1;
  for (std::size_t n = 0; n < kOrder; ++n) {
    if (counts[kOrder + n] == 0) return 0;  // too short for this order
    if (counts[n] == 0) halves *= 2;
    const double matches = counts[n] == 0 ? 1 / halves : counts[n];
    logarithms += std::log(100 * matches / counts[kOrder + n]);
  }
  const double brevity = length < wanted ? std::exp(1 - wanted / length) : 1;
  return brevity * std::exp(logarithms / kOrder);
}

double value(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return score(counts_of(spec, item, answer));
}

std::vector<double> parts(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  const Counts counts = counts_of(spec, item, answer);
  return {counts.begin(), counts.end()};
}

double corpus(const Measures& measures, std::span<const std::size_t> which) {
  return score(sum_of_parts<std::tuple_size_v<Counts>>(measures, which));
}

constexpr Aggregation kBleu = {"bleu", corpus, Aggregation::Error::few_bootstrap};

}  // namespace

Metric metric_bleu() {
  return {"bleu", OutputType::generate_until, value, nullptr, &kBleu, true, parts};
}

}  // namespace tsugi::eval
