// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a thread reads after a product. Products keep the arithmetic busy and leave memory idle, attention to
// many sequences does the reverse: so products ask for the keys and values that come after them.
#pragma once

#include <cstddef>
#include <vector>

namespace tsugi::eval::kernels {

/// Pieces of one length, in the order in which they are read. Of one thread. Changes no result.
class Upcoming {
 public:
  /// Nothing is upcoming any more; pieces added from now on have `piece_bytes`, more than 0.
  void clear(std::size_t piece_bytes);
  void add(const std::byte* piece) { pieces_.push_back(piece); }

  /// What to ask for in one of some steps: `start`, then `stride` bytes further, at most a cache line.
  struct Part {
    const std::byte* start = nullptr;  ///< null: nothing
    std::size_t stride = 0;
  };
  /// The next of what is upcoming, no more than `steps` steps can ask for.
  Part take(std::size_t steps);

 private:
  std::vector<const std::byte*> pieces_;
  std::size_t piece_bytes_ = 0;
  std::size_t piece_ = 0;  // the next one,
  std::size_t taken_ = 0;  // and how many of its bytes somebody has asked for
};

}  // namespace tsugi::eval::kernels
