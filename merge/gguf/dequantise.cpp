// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/dequantise.h"

#include <cstdint>

namespace tsugi::merge::gguf {
namespace {

float half(const std::byte* at) {
  float value = 0;
  to_f32(DType::F16, std::span(at, 2), std::span(&value, 1));
  return value;
}

unsigned bits(const std::byte* at) {
  return std::to_integer<unsigned>(*at);
}

float real(unsigned value) {
  return static_cast<float>(static_cast<int>(value));
}
float signed_byte(const std::byte* at) {
  return static_cast<float>(static_cast<std::int8_t>(*at));
}

constexpr std::size_t kHalf =
    16;  // of the 32 values of a small block: the lower four bits of 16 bytes, then the upper

// d (q - 8); d q + m
void q4(const std::byte* block, bool with_offset, float* out) {
  const float scale = half(block);
  const float offset = with_offset ? half(block + 2) : 0;
  const std::byte* const packed = block + (with_offset ? 4 : 2);
  for (std::size_t i = 0; i < kHalf; ++i) {
    const unsigned low = bits(packed + i) & 15u;
    const unsigned high = bits(packed + i) >> 4;
    out[i] = with_offset ? real(low) * scale + offset : (real(low) - 8) * scale;
    out[i + kHalf] = with_offset ? real(high) * scale + offset : (real(high) - 8) * scale;
  }
}

// As q4 with a fifth bit for each value in a word of 32: d (q - 16); d q + m
void q5(const std::byte* block, bool with_offset, float* out) {
  const float scale = half(block);
  const float offset = with_offset ? half(block + 2) : 0;
  const std::byte* const fifth = block + (with_offset ? 4 : 2);
  const std::byte* const packed = fifth + 4;
  const auto top = [&](std::size_t i) { return (bits(fifth + i / 8) >> (i % 8) & 1u) << 4; };
  for (std::size_t i = 0; i < kHalf; ++i) {
    const unsigned low = (bits(packed + i) & 15u) | top(i);
    const unsigned high = bits(packed + i) >> 4 | top(i + kHalf);
    out[i] = with_offset ? real(low) * scale + offset : (real(low) - 16) * scale;
    out[i + kHalf] = with_offset ? real(high) * scale + offset : (real(high) - 16) * scale;
  }
}

void q8(const std::byte* block, float* out) {
  const float scale = half(block);
  for (std::size_t i = 0; i < 2 * kHalf; ++i) out[i] = signed_byte(block + 2 + i) * scale;
}

struct ScaleAndLeast {
  unsigned scale;
  unsigned least;
};

// The K types' eight pairs of six bits in twelve bytes: the first four in the low bits of bytes 0-3 and 4-7,
// the others four bits each in bytes 8-11 with their upper two in the top bits of bytes 0-7.
ScaleAndLeast packed_pair(const std::byte* scales, std::size_t i) {
  if (i < 4) return {bits(scales + i) & 63u, bits(scales + i + 4) & 63u};
  return {(bits(scales + i + 4) & 15u) | (bits(scales + i - 4) >> 6 << 4),
          bits(scales + i + 4) >> 4 | (bits(scales + i) >> 6 << 4)};
}

// Eight groups of 32: (d scale) q - (dmin least). Two neighbouring groups share 32 bytes, low bits first.
void q4_k(const std::byte* block, bool five, float* out) {
  const float d = half(block);
  const float dmin = half(block + 2);
  const std::byte* const scales = block + 4;
  const std::byte* const fifth = block + 16;
  const std::byte* const packed = block + (five ? 48 : 16);
  for (std::size_t group = 0; group < 8; ++group) {
    const ScaleAndLeast pair = packed_pair(scales, group);
    const float scale = d * real(pair.scale);
    const float least = dmin * real(pair.least);
    for (std::size_t i = 0; i < 32; ++i) {
      unsigned q = bits(packed + group / 2 * 32 + i) >> (group % 2 * 4) & 15u;
      if (five) q |= (bits(fifth + i) >> group & 1u) << 4;
      out[group * 32 + i] = scale * real(q) - least;
    }
  }
}

// Sixteen groups of 16: (d scale) (q - 32). Each half of the block: four runs of 32, whose lower four bits
// share 64 bytes, and whose upper two share 32.
void q6_k(const std::byte* block, float* out) {
  const std::byte* const low = block;
  const std::byte* const high = block + 128;
  const std::byte* const scales = block + 192;
  const float d = half(block + 208);
  for (std::size_t i = 0; i < 256; ++i) {
    const std::size_t part = i / 128;
    const std::size_t run = i % 128 / 32;
    const std::size_t within = i % 32;
    const unsigned lower = bits(low + part * 64 + run % 2 * 32 + within) >> (run / 2 * 4) & 15u;
    const unsigned upper = bits(high + part * 32 + within) >> (run * 2) & 3u;
    out[i] = d * signed_byte(scales + i / 16) * (real(lower | upper << 4) - 32);
  }
}

}  // namespace

void dequantise(Storage type, std::span<const std::byte> in, std::span<float> out) {
  if (type == Storage::F32) return to_f32(DType::F32, in, out);
  if (type == Storage::F16) return to_f32(DType::F16, in, out);
  if (type == Storage::BF16) return to_f32(DType::BF16, in, out);
  const Block block = block_of(type);
  for (std::size_t i = 0; i < out.size() / block.elements; ++i) {
    const std::byte* const from = in.data() + i * block.bytes;
    float* const to = out.data() + i * block.elements;
    switch (type) {
      case Storage::Q4_0:
        q4(from, false, to);
        break;
      case Storage::Q4_1:
        q4(from, true, to);
        break;
      case Storage::Q5_0:
        q5(from, false, to);
        break;
      case Storage::Q5_1:
        q5(from, true, to);
        break;
      case Storage::Q8_0:
        q8(from, to);
        break;
      case Storage::Q4_K:
        q4_k(from, false, to);
        break;
      case Storage::Q5_K:
        q4_k(from, true, to);
        break;
      default:
        q6_k(from, to);
        break;
    }
  }
}

}  // namespace tsugi::merge::gguf
