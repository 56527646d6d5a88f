// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/stored_inputs.h"

#include "merge/kernels/kernels.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kWidth = 2;          // bytes of a bf16
constexpr std::size_t kMarkedAtOnce = 16;  // elements of a word of marks

std::size_t words_of_tile(const Tiling& tiling, std::size_t bits) {
  return bits * ((tiling.tile_elements + kMarkedAtOnce - 1) / kMarkedAtOnce);
}

}  // namespace

bool computes_from_bf16(const PlannedTensor& tensor, const TensorView& input) {
  return input.rows == nullptr && input.dtype == DType::BF16 && tensor.work_type != DType::F16;
}

std::optional<StoredInputs> StoredInputs::of(const PlannedTensor& tensor, std::span<const char> reads) {
  if (tensor.method->stored_apply == nullptr || tensor.output.dtype != DType::BF16 ||
      kernels::active() == nullptr)
    return std::nullopt;
  StoredInputs inputs;
  if (tensor.base != nullptr) {
    if (!computes_from_bf16(tensor, *tensor.base)) return std::nullopt;
    inputs.base_ = tensor.base->bytes.data();
  }
  for (std::size_t i = 0; i < tensor.models.size(); ++i) {
    const bool usable = computes_from_bf16(tensor, *tensor.models[i]);
    if (reads[i] != 0 && !usable) return std::nullopt;
    inputs.models_.push_back(usable ? tensor.models[i]->bytes.data() : nullptr);
  }
  return inputs;
}

StoredTile StoredInputs::tile(const Tiling& tiling, std::size_t index) const {
  StoredTile tile{.index = index, .begin = tiling.begin_of(index), .size = tiling.size_of(index)};
  if (base_ != nullptr) tile.base = base_ + tile.begin * kWidth;
  thread_local std::vector<const std::byte*> models;
  models.clear();
  for (const std::byte* const model : models_)
    models.push_back(model == nullptr ? nullptr : model + tile.begin * kWidth);
  tile.models = models;
  return tile;
}

std::uint64_t KeptMarks::bytes(const Tiling& tiling, std::size_t bits) {
  const std::uint64_t size = tiling.tiles * words_of_tile(tiling, bits) * sizeof(std::uint16_t);
  return size <= kMost ? size : 0;
}

KeptMarks::KeptMarks(const Tiling& tiling, std::size_t bits) {
  if (bytes(tiling, bits) == 0) return;
  of_tile_ = words_of_tile(tiling, bits);
  marks_.resize(tiling.tiles * of_tile_);
  known_.resize(tiling.tiles);
}

std::span<std::uint16_t> KeptMarks::room(std::size_t tile) {
  return std::span(marks_).subspan(tile * of_tile_, of_tile_);
}

std::span<std::uint16_t> KeptMarks::known(std::size_t tile) {
  return known_.empty() || known_[tile] == 0 ? std::span<std::uint16_t>{} : room(tile);
}

void KeptMarks::know(std::size_t tile) {
  if (!known_.empty()) known_[tile] = 1;
}

}  // namespace tsugi::merge
