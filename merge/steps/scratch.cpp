// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/scratch.h"

#include <array>
#include <vector>

namespace tsugi::merge::steps {

std::span<float> scratch(Purpose purpose, std::size_t size) {
  thread_local std::array<std::vector<float>, static_cast<std::size_t>(Purpose::count)> buffers;
  std::vector<float>& buffer = buffers[static_cast<std::size_t>(purpose)];
  if (buffer.size() < size) buffer.resize(size);
  return {buffer.data(), size};
}

}  // namespace tsugi::merge::steps
