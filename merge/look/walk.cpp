// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/walk.h"

#include <array>

namespace tsugi::merge {

Walk walk_of(std::initializer_list<const TensorView*> views) {
  Walk walk;
  const TensorView* first = nullptr;
  bool by_rows = false;
  for (const TensorView* view : views) {
    if (view == nullptr) continue;
    if (first == nullptr) first = view;
    by_rows |= view->rows != nullptr;
  }
  if (first == nullptr) return walk;
  walk.elements = elements(first->shape);
  const std::size_t length = row_length(first->shape);
  if (by_rows && length > 0) walk.step = std::max<std::size_t>(1, kTileElements / length) * length;
  walk.block = std::max<std::size_t>(1, kTileElements * kGroupTiles / walk.step) * walk.step;
  return walk;
}

void read_values(const TensorView& view, std::size_t begin, std::span<float> out) {
  if (view.rows != nullptr) {
    const std::size_t length = row_length(view.shape);
    return view.rows->read(begin / length, out.size() / length, out);
  }
  const std::size_t width = bytes(view.dtype);
  to_f32(view.dtype, view.bytes.subspan(begin * width, out.size() * width), out);
}

std::span<float> walk_buffer(std::size_t index, std::size_t size) {
  constexpr std::size_t kMost = 4;  // two models, their base and one result
  thread_local std::array<std::vector<float>, kMost> buffers;
  std::vector<float>& buffer = buffers.at(index);
  if (buffer.size() < size) buffer.resize(size);
  return {buffer.data(), size};
}

}  // namespace tsugi::merge
