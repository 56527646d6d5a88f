// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/store.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tsugi::merge::gguf {
namespace {

constexpr std::size_t kValues = 32;
constexpr std::size_t kScaleBytes = 2;
constexpr float kMost = 127;

bool store_block(std::span<const float> in, std::span<std::byte> out) {
  float largest = 0;
  for (const float value : in) largest = std::max(largest, std::fabs(value));
  const float scale = largest / kMost;
  const float inverse = scale == 0 ? 0 : 1 / scale;
  for (std::size_t i = 0; i < kValues; ++i)
    out[kScaleBytes + i] = static_cast<std::byte>(static_cast<std::int8_t>(std::round(in[i] * inverse)));
  return from_f32(DType::F16, std::span(&scale, 1), out.first(kScaleBytes)) == 0;
}

}  // namespace

std::size_t store(Storage type, std::span<const float> in, std::span<std::byte> out) {
  if (type == Storage::F32) return from_f32(DType::F32, in, out);
  if (type == Storage::F16) return from_f32(DType::F16, in, out);
  if (type == Storage::BF16) return from_f32(DType::BF16, in, out);
  const std::size_t size = block_of(Storage::Q8_0).bytes;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < in.size() / kValues; ++i)
    bad += store_block(in.subspan(i * kValues, kValues), out.subspan(i * size, size)) ? 0 : kValues;
  return bad;
}

}  // namespace tsugi::merge::gguf
