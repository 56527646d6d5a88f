// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/genome.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "evolve/random.h"

namespace tsugi::evolve {

namespace {

// The nearest decimal of twelve places, as a recipe says it: 0.35, not 0.35000000000000003. Sums of a few
// numbers below 1000 are off by less than 1e-12.
double decimal(double value) {
  constexpr double kPlaces = 1e12;
  return std::abs(value) < 1000 ? std::round(value * kPlaces) / kPlaces : value;
}

}  // namespace

double value_at(const Gene& gene, double unit) {
  if (gene.levels > 1) {
    const auto steps = static_cast<double>(gene.levels - 1);
    unit = std::round(std::clamp(unit, 0.0, 1.0) * steps) / steps;
  }
  if (gene.scale == merge::Scale::logarithmic) return gene.low * std::pow(gene.high / gene.low, unit);
  const double value = gene.low + unit * (gene.high - gene.low);
  if (gene.levels > 1) return decimal(value);
  if (gene.quantum == 0) return value;
  return std::clamp(decimal(std::round(value / gene.quantum) * gene.quantum), gene.low, gene.high);
}

double unit_at(const Gene& gene, double value) {
  if (gene.scale == merge::Scale::logarithmic)
    return std::log(value / gene.low) / std::log(gene.high / gene.low);
  return (value - gene.low) / (gene.high - gene.low);
}

Point GeneSpace::start_point() const {
  return point_at(*this, start_values(*this));
}

std::vector<double> start_values(const GeneSpace& space) {
  std::vector<double> values;
  for (const Gene& gene : space.genes()) values.push_back(gene.start);
  return values;
}

std::vector<double> values_at(const GeneSpace& space, std::span<const double> point) {
  std::vector<double> values(point.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_at(space.genes()[i], point[i]);
  return values;
}

Point point_at(const GeneSpace& space, std::span<const double> values) {
  Point point(values.size());
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = unit_at(space.genes()[i], values[i]);
  return point;
}

void draw_starts(std::vector<Gene>& genes, std::uint64_t seed) {
  // A stream that no optimizer draws from.
  DrawStream draws(random_bits({.seed = seed, .generation = 0, .candidate = 0, .coordinate = 2}), 0, 0);
  for (Gene& gene : genes) {
    const double low = std::max(0.0, gene.low);
    const double high = std::min(1.0, gene.high);
    const double drawn = draws.uniform();
    const bool overlaps = gene.scale == merge::Scale::linear && low < high;
    gene.start = value_at(gene, overlaps ? unit_at(gene, low + drawn * (high - low)) : drawn);
  }
}

std::vector<std::string> short_names(std::span<const recipes::ModelReference> models) {
  std::vector<std::string> names;
  std::map<std::string, int> uses;
  for (const recipes::ModelReference& model : models) {
    std::filesystem::path path = std::filesystem::path(model.text).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    names.push_back(path.filename().empty() ? model.text : path.filename().string());
    ++uses[names.back()];
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (uses[names[i]] > 1) names[i] = models[i].text;
  }
  return names;
}

}  // namespace tsugi::evolve
