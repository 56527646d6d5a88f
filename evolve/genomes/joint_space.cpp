// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/joint_space.h"

namespace tsugi::evolve {

JointSpace::JointSpace(std::unique_ptr<const GeneSpace> merge, LayerSpace layers)
    : merge_(std::move(merge)), layers_(std::move(layers)), genes_(merge_->genes()) {
  genes_.insert(genes_.end(), layers_.genes().begin(), layers_.genes().end());
}

std::span<const double> JointSpace::of_merge(std::span<const double> values) const {
  return values.first(merge_->genes().size());
}

std::span<const double> JointSpace::of_layers(std::span<const double> values) const {
  return values.subspan(merge_->genes().size());
}

recipes::Recipe JointSpace::decode(std::span<const double> values) const {
  if (layers_.is_first_model(of_layers(values))) return merge_->decode(of_merge(values));
  return layers_.decode(of_layers(values));
}

std::vector<recipes::Recipe> JointSpace::earlier(std::span<const double> values) const {
  if (layers_.is_first_model(of_layers(values))) return {};
  recipes::Recipe recipe = merge_->decode(of_merge(values));
  recipe.name = kEvolvedWeights;
  return {std::move(recipe)};
}

std::optional<std::string> JointSpace::refuses(std::span<const double> values) const {
  return layers_.refuses(of_layers(values));
}

Point JointSpace::start_point() const {
  Point point = merge_->start_point();
  const Point layers = layers_.start_point();
  point.insert(point.end(), layers.begin(), layers.end());
  return point;
}

std::vector<Baseline> JointSpace::baselines() const {
  std::vector<Baseline> all = merge_->baselines();
  const std::vector<double> plain = start_values(layers_);
  for (Baseline& baseline : all) baseline.genes.insert(baseline.genes.end(), plain.begin(), plain.end());
  return all;
}

}  // namespace tsugi::evolve
