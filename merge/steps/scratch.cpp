// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/scratch.h"

#include <array>

#include "merge/tile_room.h"

namespace tsugi::merge::steps {

std::span<float> scratch(Purpose purpose, std::size_t size) {
  thread_local std::array<TileRoom, static_cast<std::size_t>(Purpose::count)> rooms;
  return rooms[static_cast<std::size_t>(purpose)].of(size);
}

}  // namespace tsugi::merge::steps
