// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/weight_genes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tsugi::evolve {
namespace {

using merge::Kind;
using recipes::GeneRange;

// Any more, and a gene may as well take any value.
constexpr double kMostLevels = 1001;

Gene bounded(const merge::Parameter& parameter, const recipes::GenomeSpec& spec, const GeneRange& range) {
  Gene gene{.name = std::string(parameter.name),
            .low = parameter.searched.low,
            .high = parameter.searched.high,
            .start = 0,
            .scale = parameter.scale};
  if (range.high) gene.high = *range.high;
  if (parameter.name == "weight")
    gene.low = spec.allow_negative_weights ? -gene.high : std::max(0.0, gene.low);
  if (range.low) gene.low = *range.low;
  const bool possible = std::isfinite(gene.low) && std::isfinite(gene.high) && gene.low < gene.high &&
                        parameter.accepted.contains(gene.low) && parameter.accepted.contains(gene.high) &&
                        (gene.scale == merge::Scale::linear || gene.low > 0);
  if (!possible) {
    throw InputError(range.mark,
                     fmt::format("{} cannot move between {} and {}", parameter.name, gene.low, gene.high),
                     fmt::format("give low < high within {}", parameter.accepted.text()));
  }
  return gene;
}

std::size_t levels_of(const Gene& gene, const merge::Parameter& parameter, const GeneRange& range) {
  const bool whole = parameter.kind != Kind::number;
  const double step = range.step.value_or(whole ? 1 : 0);
  const auto is_whole = [](double x) { return x == std::floor(x); };
  if (whole && !(is_whole(gene.low) && is_whole(gene.high) && is_whole(step) && step > 0)) {
    throw InputError(range.mark, fmt::format("{} takes whole numbers", parameter.name),
                     "give whole numbers as low, high and step");
  }
  if (step == 0) return 0;
  if (gene.scale == merge::Scale::logarithmic && !whole) {
    throw InputError(range.mark, fmt::format("{} moves by factors, and step is a difference", parameter.name),
                     "leave step out");
  }
  const double steps = (gene.high - gene.low) / step;
  const double nearest = std::round(steps);
  constexpr double kRounding = 1e-9;  // decimal steps such as 2 / 0.1 miss a whole number by about 1e-15
  if (nearest < 1 || std::abs(steps - nearest) > kRounding * nearest || nearest + 1 > kMostLevels) {
    throw InputError(range.mark,
                     fmt::format("steps of {} do not lead from {} to {} in 1 to {}", step, gene.low,
                                 gene.high, kMostLevels - 1),
                     "choose a step that divides the range");
  }
  return static_cast<std::size_t>(nearest) + 1;
}

double quantum_of(const Gene& gene, const GeneRange& range) {
  if (range.step) return 0;
  double quantum = gene.name == "weight" ? 0.005 : gene.name == "density" ? 0.01 : 0;
  constexpr double kFewestValues =
      50;  // then an eighth of the usual first step of a search, 1/6 of the range
  while (quantum > 0 && (gene.high - gene.low) / quantum < kFewestValues) quantum /= 10;
  return quantum;
}

}  // namespace

std::vector<LayerGroup> layer_groups(const recipes::GenomeSpec& spec, std::size_t layers) {
  std::vector<LayerGroup> groups;
  if (!spec.layer_groups.empty()) {
    std::size_t begin = 0;
    for (const int size : spec.layer_groups) {
      groups.push_back({begin, begin + static_cast<std::size_t>(size)});
      begin = groups.back().end;
    }
    if (begin != layers) {
      throw InputError(spec.groups_mark,
                       fmt::format("layer_groups have {} layers together, the models have {}", begin, layers),
                       "give each group's number of layers, from the first layer to the last");
    }
    return groups;
  }
  const std::size_t step =
      spec.layer_granularity > 0 ? static_cast<std::size_t>(spec.layer_granularity) : layers;
  for (std::size_t begin = 0; begin < layers; begin += step)
    groups.push_back({begin, std::min(begin + step, layers)});
  return groups;
}

Gene make_gene(const merge::Parameter& parameter, const recipes::GenomeSpec& spec, double usual,
               bool rounds) {
  const auto found = spec.ranges.find(std::string(parameter.name));
  const GeneRange range = found == spec.ranges.end() ? GeneRange{} : found->second;
  Gene gene = bounded(parameter, spec, range);
  if (parameter.kind != Kind::number) gene.scale = merge::Scale::linear;
  gene.levels = levels_of(gene, parameter, range);
  gene.quantum = rounds && gene.levels == 0 ? quantum_of(gene, range) : 0;
  gene.start = std::clamp(range.start.value_or(usual), gene.low, gene.high);
  if (range.start && gene.start != *range.start) {
    throw InputError(
        range.mark,
        fmt::format("{} starts at {}, outside [{}, {}]", parameter.name, *range.start, gene.low, gene.high),
        "start inside the range");
  }
  if (gene.levels == 0) return gene;
  const double step = value_at(gene, unit_at(gene, gene.start));
  constexpr double kRounding = 1e-9;
  if (range.start && std::abs(step - gene.start) > kRounding * (gene.high - gene.low)) {
    throw InputError(range.mark,
                     fmt::format("{} starts at {}, between two steps", parameter.name, *range.start),
                     fmt::format("start at {}, or change low, high or step", step));
  }
  gene.start = step;
  return gene;
}

}  // namespace tsugi::evolve
