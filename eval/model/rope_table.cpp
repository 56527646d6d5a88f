// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/rope_table.h"

#include <cmath>

namespace tsugi::eval {

RopeTable::RopeTable(const Rope& rope, std::size_t positions) : half_(rope.rotary / 2) {
  const auto fill = [&](Angles& angles, const std::vector<float>& frequencies) {
    angles.cosine.resize(positions * frequencies.size());
    angles.sine.resize(positions * frequencies.size());
    for (std::size_t position = 0; position < positions; ++position) {
      for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const float angle = static_cast<float>(position) * frequencies[i];
        const std::size_t at = position * half_ + i;
        angles.cosine[at] = static_cast<float>(std::cos(static_cast<double>(angle))) * rope.factor;
        angles.sine[at] = static_cast<float>(std::sin(static_cast<double>(angle))) * rope.factor;
      }
    }
  };
  fill(near_, rope.frequencies);
  if (positions > rope.near) fill(far_, rope.far);
}

std::vector<RopeTable> rope_tables(std::span<const Rope> ropes, std::size_t positions) {
  std::vector<RopeTable> tables;
  tables.reserve(ropes.size());
  for (const Rope& rope : ropes) tables.emplace_back(rope, positions);
  return tables;
}

}  // namespace tsugi::eval
