// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Of whole texts: perplexity by words or bytes, and bits for a byte. A word is what lies between runs of
// white space, empty pieces at the ends included, as re.split(r"\s+") counts them.
#include "eval/metrics/rolling.h"

#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

double log_likelihood(const Task&, const MetricSpec&, const Item&, const Answer& answer) {
  return answer.log_likelihoods.front();
}

std::vector<double> words(const Task&, const MetricSpec&, const Item& item, const Answer&) {
  return {count_words(item.target)};
}

std::vector<double> bytes(const Task&, const MetricSpec&, const Item& item, const Answer&) {
  return {static_cast<double>(item.target.size())};
}

}  // namespace

double count_words(std::string_view text) {
  double count = 1;
  bool space = false;
  for (const char32_t c : python::code_points(text)) {
    const bool here = python::is_space(c);
    if (here && !space) ++count;
    space = here;
  }
  return count;
}

Metric rolling_metric(std::string_view name, const Aggregation& aggregation,
                      std::vector<double> (*parts)(const Task&, const MetricSpec&, const Item&,
                                                   const Answer&)) {
  return {name, OutputType::loglikelihood_rolling, log_likelihood, nullptr, &aggregation, false, parts};
}

Metric metric_word_perplexity() {
  return rolling_metric("word_perplexity", kWeightedPerplexity, words);
}
Metric metric_byte_perplexity() {
  return rolling_metric("byte_perplexity", kWeightedPerplexity, bytes);
}
Metric metric_bits_per_byte() {
  return rolling_metric("bits_per_byte", kBitsPerByte, bytes);
}

}  // namespace tsugi::eval
