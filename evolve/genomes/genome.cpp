// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/genome.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

namespace tsugi::evolve {

double value_at(const Gene& gene, double unit) {
  if (gene.levels > 1) {
    const auto steps = static_cast<double>(gene.levels - 1);
    unit = std::round(std::clamp(unit, 0.0, 1.0) * steps) / steps;
  }
  if (gene.scale == merge::Scale::logarithmic) return gene.low * std::pow(gene.high / gene.low, unit);
  return gene.low + unit * (gene.high - gene.low);
}

double unit_at(const Gene& gene, double value) {
  if (gene.scale == merge::Scale::logarithmic)
    return std::log(value / gene.low) / std::log(gene.high / gene.low);
  return (value - gene.low) / (gene.high - gene.low);
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
