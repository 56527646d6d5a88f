// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/metrics/aggregations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "eval/metrics/intervals.h"
#include "eval/tasks/python_random.h"
#include "merge/parallel.h"

namespace tsugi::eval {
namespace {

using Which = std::span<const std::size_t>;

double sum_of(const Measures& measures, Which which) {
  double sum = 0;
  for (const std::size_t i : which) sum += measures.values[i];
  return sum;
}

double mean(const Measures& measures, Which which) {
  return sum_of(measures, which) / static_cast<double>(which.size());
}

// math.exp() raises OverflowError.
double perplexity_of(double mean, const Measures& measures) {
  const double result = std::exp(-mean);
  if (std::isinf(result) && std::isfinite(mean)) {
    throw InputError(measures.where, fmt::format("exp({}) is beyond the largest number of 64 bits", -mean),
                     "the texts are too long or too unlikely to the model for it; use another metric");
  }
  return result;
}

double perplexity(const Measures& measures, Which which) {
  return perplexity_of(mean(measures, which), measures);
}

double mean_by_part(const Measures& measures, Which which) {
  double weights = 0;
  for (const std::size_t i : which) weights += measures.parts[i].front();
  if (weights == 0) throw InputError(measures.where, "all texts are empty", "give doc_to_target some text");
  return sum_of(measures, which) / weights;
}

double weighted_perplexity(const Measures& measures, Which which) {
  return perplexity_of(mean_by_part(measures, which), measures);
}

double bits_per_byte(const Measures& measures, Which which) {
  return -mean_by_part(measures, which) / std::log(2.0);
}

// The harness puts the probabilities of all items into one array.
double brier_score(const Measures& measures, Which which) {
  for (const std::size_t i : which) {
    if (measures.parts[i] != measures.parts[which.front()]) {
      throw InputError(measures.where,
                       fmt::format("documents with {} and with {} choices",
                                   measures.parts[which.front()].front(), measures.parts[i].front()),
                       "it needs the same number throughout; use acc");
    }
  }
  return mean(measures, which);
}

// What sklearn's f1_score takes for two classes, of which 1 is the positive one.
void check_two_classes(const Measures& measures, Which which) {
  std::array<double, 2> classes{};
  std::size_t count = 0;
  for (const std::size_t i : which) {
    for (const double label : measures.parts[i]) {
      if (std::find(classes.data(), classes.data() + count, label) != classes.data() + count) continue;
      if (count == classes.size()) {
        throw InputError(measures.where,
                         fmt::format("more classes than two: {}, {} and {}", classes[0], classes[1], label),
                         "use mcc or acc");
      }
      classes[count++] = label;
    }
  }
  if (count == 2 && classes[0] != 1 && classes[1] != 1) {
    throw InputError(measures.where,
                     fmt::format("the classes {} and {}, expected 1 for one of them", classes[0], classes[1]),
                     "use mcc or acc");
  }
}

// sklearn's f1_score of two classes, 0 where nothing is or is called positive.
double f1(const Measures& measures, Which which) {
  check_two_classes(measures, which);
  double both = 0;
  double either = 0;
  for (const std::size_t i : which) {
    const bool gold = measures.parts[i][0] == 1;
    const bool answered = measures.parts[i][1] == 1;
    both += gold && answered ? 1 : 0;
    either += (gold ? 1 : 0) + (answered ? 1 : 0);
  }
  return either == 0 ? 0 : 2 * both / either;
}

// Gorodkin 2004, as sklearn's matthews_corrcoef has it.
double matthews(const Measures& measures, Which which) {
  std::map<double, double> gold;
  std::map<double, double> answered;
  double right = 0;
  for (const std::size_t i : which) {
    const std::vector<double>& pair = measures.parts[i];
    ++gold[pair[0]];
    ++answered[pair[1]];
    right += pair[0] == pair[1] ? 1 : 0;
  }
  const auto n = static_cast<double>(which.size());
  double both = 0;
  double gold_squared = 0;
  double answered_squared = 0;
  for (const auto& [label, count] : gold) {
    gold_squared += count * count;
    const auto found = answered.find(label);
    if (found != answered.end()) both += count * found->second;
  }
  for (const auto& [label, count] : answered) answered_squared += count * count;
  const double divisor = std::sqrt((n * n - answered_squared) * (n * n - gold_squared));
  return divisor == 0 ? 0 : (right * n - both) / divisor;
}

double sample_deviation(const std::vector<double>& values, const Measures& measures) {
  const double middle =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) {
    const double distance = value - middle;
    // Python's ** raises OverflowError.
    if (std::isfinite(distance) && std::isinf(distance * distance)) {
      throw InputError(
          measures.where, fmt::format("the square of {} is beyond the largest number", distance),
          "the texts are too long or too unlikely to the model for perplexity; use another metric");
    }
    squares += distance * distance;
  }
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// Chunks of a thousand, each with a generator of its own number: they may be drawn side by side.
double bootstrap_error(const Aggregation& aggregation, const Measures& measures, std::size_t resamples) {
  constexpr std::size_t kChunk = 1000;
  const std::size_t chunk = std::min(kChunk, resamples);
  const std::size_t chunks = resamples / chunk;
  const std::size_t n = measures.values.size();
  std::vector<double> replicates(chunks * chunk);
  merge::parallel_for(chunks, [&](std::size_t c) {
    PythonRandom random(c);
    std::vector<std::size_t> which(n);
    for (std::size_t r = 0; r < chunk; ++r) {
      for (std::size_t& i : which) i = static_cast<std::size_t>(random.random() * static_cast<double>(n));
      replicates[c * chunk + r] = aggregation.combine(measures, which);
    }
  });
  return sample_deviation(replicates, measures);
}

}  // namespace

const Aggregation kMean = {"mean", mean, Aggregation::Error::of_mean};
const Aggregation kPerplexity = {"perplexity", perplexity, Aggregation::Error::bootstrap};
const Aggregation kWeightedPerplexity = {"weighted_perplexity", weighted_perplexity,
                                         Aggregation::Error::none};
const Aggregation kBitsPerByte = {"bits_per_byte", bits_per_byte, Aggregation::Error::none};
const Aggregation kBrierScore = {"brier_score", brier_score, Aggregation::Error::none};
const Aggregation kF1 = {"f1", f1, Aggregation::Error::bootstrap};
const Aggregation kMatthews = {"matthews_corrcoef", matthews, Aggregation::Error::bootstrap};

double aggregate(const Metric& metric, const Measures& measures) {
  if (measures.values.empty()) return 0;
  std::vector<std::size_t> all(measures.values.size());
  std::iota(all.begin(), all.end(), 0);
  return metric.aggregation->combine(measures, all);
}

std::optional<double> standard_error(const Metric& metric, const Measures& measures, std::size_t resamples) {
  constexpr std::size_t kFew = 100;  // the harness's bound where one resample is slow
  if (measures.values.size() < 2 || resamples == 0) return std::nullopt;
  switch (metric.aggregation->error) {
    case Aggregation::Error::of_mean:
      return standard_error(measures.values);
    case Aggregation::Error::bootstrap:
      return bootstrap_error(*metric.aggregation, measures, resamples);
    case Aggregation::Error::few_bootstrap:
      return bootstrap_error(*metric.aggregation, measures, std::min(resamples, kFew));
    case Aggregation::Error::none:
      break;
  }
  return std::nullopt;
}

}  // namespace tsugi::eval
