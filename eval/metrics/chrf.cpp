// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// chrf: character n-grams of 1 to 6 shared with the reference, recall twice as heavy as precision (Popović
// 2015), over the whole corpus as sacrebleu 2 computes it; chrf++ counts words and pairs of words too
// (Popović 2017). An item's own value is its sentence's.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/reference_text.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

constexpr std::size_t kLetterOrders = 6;

/// Of each order of letters, then of words: n-grams of the answer, of the reference, of both.
template <std::size_t kWordOrders>
using Counts = std::array<double, 3 * (kLetterOrders + kWordOrders)>;
using Grams = std::map<std::u32string, double>;

Grams letter_grams(const std::u32string& text, std::size_t order) {
  Grams counts;
  for (std::size_t i = 0; i + order <= text.size(); ++i) ++counts[text.substr(i, order)];
  return counts;
}

Grams word_grams(const std::vector<std::u32string>& words, std::size_t order) {
  Grams counts;
  for (std::size_t i = 0; i + order <= words.size(); ++i) {
    std::u32string gram;
    for (std::size_t k = i; k < i + order; ++k) gram += words[k] + U' ';
    ++counts[gram];
  }
  return counts;
}

/// A mark behind a word is a word of its own, else one before it: "(hi)" is "(hi" and ")".
std::vector<std::u32string> words_of(const std::string& text) {
  constexpr std::u32string_view kMarks = U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  const auto is_mark = [&](char32_t c) { return kMarks.find(c) != kMarks.npos; };
  std::vector<std::u32string> words;
  for (const std::string& piece : python::split_words(text)) {
    const std::u32string word = python::code_points(piece);
    const std::size_t cut = word.size() == 1       ? 0
                            : is_mark(word.back()) ? word.size() - 1
                            : is_mark(word[0])     ? 1
                                                   : 0;
    if (cut > 0) words.push_back(word.substr(0, cut));
    words.push_back(word.substr(cut));
  }
  return words;
}

std::vector<Grams> grams_of(const std::string& text, std::size_t word_orders) {
  std::u32string letters = python::code_points(text);
  std::erase_if(letters, python::is_space);
  std::vector<Grams> grams;
  for (std::size_t order = 1; order <= kLetterOrders; ++order) grams.push_back(letter_grams(letters, order));
  const std::vector<std::u32string> words = words_of(text);
  for (std::size_t order = 1; order <= word_orders; ++order) grams.push_back(word_grams(words, order));
  return grams;
}

template <std::size_t kWordOrders>
Counts<kWordOrders> counts_of(const MetricSpec& spec, const Item& item, const Answer& answer) {
  const std::vector<Grams> answered = grams_of(answer.filtered, kWordOrders);
  const std::vector<Grams> wanted = grams_of(reference_text(spec, item, answer), kWordOrders);
  Counts<kWordOrders> counts{};
  for (std::size_t i = 0; i < answered.size(); ++i) {
    double* count = &counts[3 * i];
    for (const auto& [gram, number] : answered[i]) {
      if (!wanted[i].empty()) count[0] += number;
      const auto found = wanted[i].find(gram);
      if (found != wanted[i].end()) count[2] += std::min(number, found->second);
    }
    for (const auto& [gram, number] : wanted[i]) count[1] += number;
  }
  return counts;
}

double score(std::span<const double> counts) {
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

template <std::size_t kWordOrders>
double value(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return score(counts_of<kWordOrders>(spec, item, answer));
}

template <std::size_t kWordOrders>
std::vector<double> parts(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  const Counts<kWordOrders> counts = counts_of<kWordOrders>(spec, item, answer);
  return {counts.begin(), counts.end()};
}

template <std::size_t kWordOrders>
double corpus(const Measures& measures, std::span<const std::size_t> which) {
  return score(sum_of_parts<std::tuple_size_v<Counts<kWordOrders>>>(measures, which));
}

constexpr Aggregation kChrf = {"chrf", corpus<0>, Aggregation::Error::few_bootstrap};
constexpr Aggregation kChrfWords = {"chrf++", corpus<2>, Aggregation::Error::few_bootstrap};

}  // namespace

Metric metric_chrf() {
  return {"chrf", OutputType::generate_until, value<0>, nullptr, &kChrf, true, parts<0>};
}
Metric metric_chrf_words() {
  return {"chrf++", OutputType::generate_until, value<2>, nullptr, &kChrfWords, true, parts<2>};
}

}  // namespace tsugi::eval
