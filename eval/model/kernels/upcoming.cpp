// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/upcoming.h"

namespace tsugi::eval::kernels {
namespace {

constexpr std::size_t kLine = 64;  // bytes

constexpr std::size_t divide_up(std::size_t n, std::size_t by) {
  return (n + by - 1) / by;
}

}  // namespace

void Upcoming::clear(std::size_t piece_bytes) {
  pieces_.clear();
  piece_bytes_ = piece_bytes;
  piece_ = 0;
  taken_ = 0;
}

// Pieces are cut evenly, so that no steps are left over and none asks for what lies behind.
Upcoming::Part Upcoming::take(std::size_t steps) {
  if (piece_ == pieces_.size() || steps == 0) return {};
  const std::size_t rest = piece_bytes_ - taken_;
  const std::size_t bytes = divide_up(rest, divide_up(rest, steps * kLine));
  const Part part = {pieces_[piece_] + taken_, divide_up(bytes, steps)};
  taken_ += bytes;
  if (taken_ == piece_bytes_) {
    ++piece_;
    taken_ = 0;
  }
  return part;
}

}  // namespace tsugi::eval::kernels
