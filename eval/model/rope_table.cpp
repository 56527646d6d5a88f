// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/rope_table.h"

#include <cmath>

namespace tsugi::eval {

RopeTable::RopeTable(std::size_t head, double theta, std::size_t positions)
    : half_(head / 2), cosine_(positions * half_), sine_(positions * half_) {
  for (std::size_t i = 0; i < half_; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(head);
    const float frequency = 1.0F / static_cast<float>(std::pow(theta, static_cast<double>(exponent)));
    for (std::size_t position = 0; position < positions; ++position) {
      const float angle = static_cast<float>(position) * frequency;
      cosine_[position * half_ + i] = static_cast<float>(std::cos(static_cast<double>(angle)));
      sine_[position * half_ + i] = static_cast<float>(std::sin(static_cast<double>(angle)));
    }
  }
}

}  // namespace tsugi::eval
