// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// chrf: character n-grams of 1 to 6 shared with the reference, recall twice as heavy as precision (Popović
// 2015), over the whole corpus as sacrebleu 2 computes it. An item's own value is its sentence's.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/reference_text.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

constexpr std::size_t kOrder = 6;

using Counts = std::array<double, 3 * kOrder>;  // of each order: of the answer, of the reference, of both

std::map<std::u32string, double> grams(const std::u32string& text, std::size_t order) {
  std::map<std::u32string, double> counts;
  for (std::size_t i = 0; i + order <= text.size(); ++i) ++counts[text.substr(i, order)];
  return counts;
}

std::u32string letters(const std::string& text) {
  std::u32string points = python::code_points(text);
  std::erase_if(points, python::is_space);
  return points;
}

Counts counts_of(const std::string& answer, const std::string& reference) {
  const std::u32string a = letters(answer);
  const std::u32string b = letters(reference);
  Counts counts{};
  for (std::size_t order = 1; order <= kOrder; ++order) {
    const auto answered = grams(a, order);
    const auto wanted = grams(b, order);
    double* count = &counts[3 * (order - 1)];
    for (const auto& [gram, number] : answered) {
      if (!wanted.empty()) count[0] += number;
      const auto found = wanted.find(gram);
      if (found != wanted.end()) count[2] += std::min(number, found->second);
    }
    for (const auto& [gram, number] : wanted) count[1] += number;
  }
  return counts;
}

double score(const Counts& counts) {
  constexpr double kWeight = 4;  // of recall, squared
  double precision = 0;
  double recall = 0;
  double orders = 0;
  for (std::size_t i = 0; i < counts.size(); i += 3) {
    if (counts[i] == 0 || counts[i + 1] == 0) continue;
    precision += counts[i + 2] / counts[i];
    recall += counts[i + 2] / counts[i + 1];
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  return 100 * (1 + kWeight) * precision * recall / (kWeight * precision + recall);
}

double value(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return score(counts_of(answer.filtered, reference_text(spec, item, answer)));
}

std::vector<double> parts(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  const Counts counts = counts_of(answer.filtered, reference_text(spec, item, answer));
  return {counts.begin(), counts.end()};
}

double corpus(const Measures& measures, std::span<const std::size_t> which) {
  return score(sum_of_parts<std::tuple_size_v<Counts>>(measures, which));
}

constexpr Aggregation kChrf = {"chrf", corpus, Aggregation::Error::few_bootstrap};

}  // namespace

Metric metric_chrf() {
  return {"chrf", OutputType::generate_until, value, nullptr, &kChrf, true, parts};
}

}  // namespace tsugi::eval
