// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/stored_inputs.h"

#include <algorithm>

#include "merge/kernels/kernels.h"
#include "merge/tile_room.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kWidth = 2;  // bytes of a value
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kMarkedAtOnce = 16;  // elements of a word of marks

std::size_t words_of_tile(const Tiling& tiling, std::size_t bits) {
  return bits * ((tiling.tile_elements + kMarkedAtOnce - 1) / kMarkedAtOnce);
}

}  // namespace

StoredInputs::Input StoredInputs::input_of(const TensorView& view, const PlannedTensor& tensor) const {
  if (view.dtype != type_) return {.converted = tensor.work_type == type_ ? &view : nullptr, .wanted = true};
  // Rows that are made, as with an adapter, are f32 whatever they count as, and are not rounded on the way.
  return {.lies = view.rows == nullptr ? view.bytes.data() : nullptr, .wanted = true};
}

std::optional<StoredInputs> StoredInputs::of(const PlannedTensor& tensor, std::span<const char> reads) {
  StoredInputs inputs;
  const auto is_half = [](DType type) { return type == DType::BF16 || type == DType::F16; };
  inputs.type_ =
      tensor.work_type && is_half(*tensor.work_type) ? *tensor.work_type : tensor.models.front()->dtype;
  if (!is_half(inputs.type_)) return std::nullopt;
  inputs.inputs_.push_back(tensor.base == nullptr ? Input{} : inputs.input_of(*tensor.base, tensor));
  for (std::size_t i = 0; i < tensor.models.size(); ++i)
    inputs.inputs_.push_back(reads[i] == 0 ? Input{} : inputs.input_of(*tensor.models[i], tensor));
  return inputs;
}

bool StoredInputs::make(DType output) const {
  return output == type_ && kernels::active(type_) != nullptr &&
         std::none_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.missing(); });
}

StoredTile StoredInputs::whole() const {
  thread_local std::vector<const std::byte*> places;
  places.clear();
  for (const Input& input : inputs_) places.push_back(input.lies);
  return {.type = type_, .base = places[0], .models = std::span(places).subspan(1)};
}

StoredTile StoredInputs::tile(const Tiling& tiling, std::size_t index) const {
  StoredTile tile{
      .type = type_, .index = index, .begin = tiling.begin_of(index), .size = tiling.size_of(index)};
  thread_local std::vector<const std::byte*> places;
  thread_local TileRoom room;
  const std::size_t width = (tile.size * kWidth + kCacheLine - 1) / kCacheLine * kCacheLine;
  const std::span<std::byte> rooms = std::as_writable_bytes(room.of(inputs_.size() * width / sizeof(float)));
  places.clear();
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Input& input = inputs_[i];
    const std::byte* place = input.lies == nullptr ? nullptr : input.lies + tile.begin * kWidth;
    if (input.converted != nullptr) {
      const std::span<std::byte> own = rooms.subspan(i * width, tile.size * kWidth);
      convert(*input.converted, tiling, tile, own);
      place = own.data();
    }
    places.push_back(place);
  }
  tile.base = places[0];
  tile.models = std::span(places).subspan(1);
  return tile;
}

void StoredInputs::convert(const TensorView& view, const Tiling& tiling, const StoredTile& tile,
                           std::span<std::byte> out) const {
  thread_local TileRoom room;
  const std::span<float> values = room.of(tile.size);
  if (view.rows != nullptr) {
    view.rows->read(tile.begin / tiling.row_length, tile.size / tiling.row_length, values);
  } else {
    const std::size_t width = bytes(view.dtype);
    to_f32(view.dtype, view.bytes.subspan(tile.begin * width, tile.size * width), values);
  }
  from_f32(type_, values, out);
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
