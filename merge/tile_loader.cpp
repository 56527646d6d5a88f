// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/tile_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "merge/clones.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

struct Rooms {
  std::vector<std::vector<float>> inputs;  // base first, then models
  std::vector<std::span<const float>> models;
  std::vector<float> result;
};

Rooms& rooms() {
  thread_local Rooms mine;
  return mine;
}

// The largest magnitude as bits; those of infinity and NaN are the largest of all.
TSUGI_CLONES std::uint32_t largest_bits(const float* values, std::size_t n) {
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < n; ++i)
    most = std::max(most, std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffffu);
  return most;
}

std::size_t first_not_finite(std::span<const float> values) {
  constexpr std::uint32_t kInfinity = 0x7f800000u;
  if (largest_bits(values.data(), values.size()) < kInfinity) return values.size();
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  return static_cast<std::size_t>(bad - values.begin());
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

}  // namespace

TileLoader::TileLoader(const MergePlan& plan, const PlannedTensor& tensor, const Tiling& tiling,
                       std::span<const char> reads, bool checks)
    : plan_(plan), tensor_(tensor), tiling_(tiling), reads_(reads), checks_(checks) {
  Rooms& mine = rooms();
  if (mine.inputs.size() < tensor.models.size() + 1) mine.inputs.resize(tensor.models.size() + 1);
}

const Tile& TileLoader::load(std::size_t index) {
  tile_.index = index;
  tile_.row_begin = tiling_.row_begin(index);
  tile_.rows = tiling_.rows_of(index);
  tile_.row_length = tiling_.row_length;
  Rooms& mine = rooms();
  if (tensor_.base != nullptr) tile_.base = input(*tensor_.base, mine.inputs[0]);
  mine.models.assign(tensor_.models.size(), {});
  for (std::size_t i = 0; i < tensor_.models.size(); ++i) {
    if (reads_[i] != 0) mine.models[i] = input(*tensor_.models[i], mine.inputs[i + 1]);
  }
  tile_.models = mine.models;
  return tile_;
}

std::span<float> TileLoader::result() {
  std::vector<float>& room = rooms().result;
  if (room.size() < tile_.size()) room.resize(tile_.size());
  return {room.data(), tile_.size()};
}

std::span<const float> TileLoader::input(const TensorView& view, std::vector<float>& room) const {
  const std::size_t begin = tile_.row_begin * tile_.row_length;
  const bool must_round = rounds(view.dtype, tensor_.work_type);
  if (const float* const place = in_place(view, begin); place != nullptr && !must_round) {
    const std::span<const float> values(place, tile_.size());
    check(view, values);
    return values;
  }
  if (room.size() < tile_.size()) room.resize(tile_.size());
  const std::span<float> values(room.data(), tile_.size());
  read_rows(view, tile_.row_begin, tile_.rows, values);
  check(view, values);
  if (must_round && round_to(*tensor_.work_type, values) > 0)
    refuse(view, begin + first_not_finite(values), true);
  return values;
}

void TileLoader::check(const TensorView& view, std::span<const float> values) const {
  if (!checks_) return;
  const std::size_t bad = first_not_finite(values);
  if (bad < values.size()) refuse(view, tile_.row_begin * tile_.row_length + bad, false);
}

void TileLoader::refuse(const TensorView& view, std::size_t element, bool after_rounding) const {
  std::string model = "an input";
  for (const auto& checkpoint : plan_.inputs) {
    const auto& own = checkpoint->tensors();
    if (!own.empty() && &view >= own.data() && &view < own.data() + own.size())
      model = checkpoint->folder().string();
  }
  for (const auto& made : plan_.made) {
    if (&made->view == &view) model = made->model;
  }
  if (after_rounding) {
    throw InputError(model,
                     fmt::format("tensor '{}', element {}: too large for dtype {}", view.name, element,
                                 recipe_name(*tensor_.work_type)),
                     "use dtype: bfloat16 or float32");
  }
  throw InputError(model, fmt::format("tensor '{}', element {}: infinite or NaN", view.name, element),
                   "use a checkpoint whose weights are finite numbers");
}

}  // namespace tsugi::merge
