// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/tile_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "merge/look/value_scan.h"
#include "merge/look/walk.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

struct Rooms {
  std::vector<TileRoom> inputs;  // base first, then models
  std::vector<std::span<const float>> models;
  TileRoom result;
  TileRoom stored;
};

Rooms& rooms() {
  thread_local Rooms mine;
  return mine;
}

bool rounds(DType stored, const std::optional<DType>& work_type) {
  return (work_type == DType::F16 || work_type == DType::BF16) && stored != *work_type;
}

// Where element `begin` lies as an aligned f32 in the file, or null.
const float* in_place(const TensorView& view, std::size_t begin) {
  if (view.rows != nullptr || view.dtype != DType::F32) return nullptr;
  const std::byte* const bytes = view.bytes.data() + begin * sizeof(float);
  const bool aligned = reinterpret_cast<std::uintptr_t>(bytes) % alignof(float) == 0;
  return aligned ? reinterpret_cast<const float*>(bytes) : nullptr;
}

ValueSums scan_rounded(const TensorView& view, DType type) {
  const Walk walk = walk_of({&view});
  ValueSums sums;
  std::vector<float> values(walk.step);
  for (std::size_t at = 0; at < walk.elements; at += walk.step) {
    const std::span<float> tile(values.data(), std::min(walk.step, walk.elements - at));
    read_values(view, at, tile);
    round_to(type, tile);
    add_values(tile, at, sums);
  }
  return sums;
}

}  // namespace

TileLoader::TileLoader(const MergePlan& plan, const PlannedTensor& tensor, const Tiling& tiling,
                       std::span<const char> reads, bool checks)
    : plan_(plan), tensor_(tensor), tiling_(tiling), reads_(reads), checks_(checks) {
  Rooms& mine = rooms();
  if (mine.inputs.size() < tensor.models.size() + 1) mine.inputs.resize(tensor.models.size() + 1);
}

const Tile& TileLoader::load(std::size_t index) {
  tile_.index = index;
  tile_.begin = tiling_.begin_of(index);
  tile_.size = tiling_.size_of(index);
  tile_.row_length = tiling_.row_length;
  fetch(index + 1);
  Rooms& mine = rooms();
  if (tensor_.base != nullptr) tile_.base = input(*tensor_.base, mine.inputs[0]);
  mine.models.assign(tensor_.models.size(), {});
  for (std::size_t i = 0; i < tensor_.models.size(); ++i) {
    if (reads_[i] != 0) mine.models[i] = input(*tensor_.models[i], mine.inputs[i + 1]);
  }
  tile_.models = mine.models;
  return tile_;
}

// A tile is too short for the processor to see where its inputs go on, and they are several: told so, memory
// works on the next tile beside this one.
void TileLoader::fetch(std::size_t index) const {
  if (index >= tiling_.tiles) return;
  const std::size_t begin = tiling_.begin_of(index);
  const std::size_t size = tiling_.size_of(index);
  const auto ask = [&](const TensorView& view) {
    if (view.rows != nullptr) return;
    constexpr std::size_t kLine = 64;
    const std::size_t width = bytes(view.dtype);
    const std::byte* const first = view.bytes.data() + begin * width;
    for (std::size_t at = 0; at < size * width; at += kLine) __builtin_prefetch(first + at, 0, 3);
  };
  if (tensor_.base != nullptr) ask(*tensor_.base);
  for (std::size_t i = 0; i < tensor_.models.size(); ++i) {
    if (reads_[i] != 0) ask(*tensor_.models[i]);
  }
}

std::span<float> TileLoader::result(std::size_t size) {
  return rooms().result.of(size);
}

std::span<std::byte> TileLoader::stored(std::size_t bytes) {
  return std::as_writable_bytes(rooms().stored.of((bytes + sizeof(float) - 1) / sizeof(float))).first(bytes);
}

std::span<const float> TileLoader::input(const TensorView& view, TileRoom& room) const {
  const bool must_round = rounds(view.dtype, tensor_.work_type);
  if (const float* const place = in_place(view, tile_.begin); place != nullptr && !must_round) {
    const std::span<const float> values(place, tile_.size);
    if (checks_ && !all_finite(values)) refuse();
    return values;
  }
  const std::span<float> values = room.of(tile_.size);
  read(view, values);
  if (must_round && round_to(*tensor_.work_type, values) > 0) refuse();
  return values;
}

void TileLoader::read(const TensorView& view, std::span<float> values) const {
  if (view.rows != nullptr) {
    view.rows->read(tile_.row_begin(), tile_.rows(), values);
    if (checks_ && !all_finite(values)) refuse();
    return;
  }
  const std::size_t width = bytes(view.dtype);
  const std::span<const std::byte> stored = view.bytes.subspan(tile_.begin * width, tile_.size * width);
  if (!checks_) return to_f32(view.dtype, stored, values);
  if (!to_finite_f32(view.dtype, stored, values)) refuse();
}

// Whichever tile was the first to fail: the inputs are looked through whole and in order, so that the message
// has the counts and is the same for any number of threads.
void TileLoader::refuse() const {
  if (tensor_.base != nullptr) refuse_bad(*tensor_.base, tensor_.origins.base);
  for (std::size_t i = 0; i < tensor_.models.size(); ++i) {
    if (reads_[i] == 0) continue;
    refuse_bad(*tensor_.models[i],
               i < tensor_.origins.models.size() ? tensor_.origins.models[i].name : std::string());
  }
  throw Error(
      fmt::format("tensor '{}': an input changed while it was read; do not write to checkpoints that "
                  "are being merged",
                  tensor_.output.name));
}

void TileLoader::refuse_bad(const TensorView& view, const std::string& recipe_name_of_model) const {
  const ValueSums stored = scan_values(view);
  const std::string model = folder_of(view, recipe_name_of_model);
  if (stored.bad() > 0) {
    throw InputError(model, fmt::format("tensor '{}': {}", view.name, bad_values_text(stored, view.shape)),
                     "use a checkpoint whose weights are finite numbers; tsugi inspect MODEL --values lists "
                     "those that are not");
  }
  if (!rounds(view.dtype, tensor_.work_type)) return;
  const ValueSums rounded = scan_rounded(view, *tensor_.work_type);
  if (rounded.bad() == 0) return;
  throw InputError(
      model,
      fmt::format("tensor '{}': {} of {} values are too large for dtype {}, the first at element {}, the "
                  "largest {}",
                  view.name, rounded.bad(), rounded.elements, recipe_name(*tensor_.work_type),
                  rounded.first_bad, std::max(std::fabs(stored.low), std::fabs(stored.high))),
      "use dtype: bfloat16 or float32");
}

std::string TileLoader::folder_of(const TensorView& view, const std::string& otherwise) const {
  for (const auto& checkpoint : plan_.inputs) {
    const auto& own = checkpoint->tensors();
    if (!own.empty() && &view >= own.data() && &view < own.data() + own.size())
      return checkpoint->folder().string();
  }
  for (const auto& made : plan_.made) {
    if (&made->view == &view) return made->model;
  }
  return otherwise.empty() ? "an input" : otherwise;
}

}  // namespace tsugi::merge
