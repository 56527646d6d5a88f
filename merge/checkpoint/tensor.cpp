// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "merge/checkpoint/f16.h"
#include "merge/checkpoint/float_bits.h"
#include "merge/clones.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// Values converted between two looks at the 32-bit counter of non-finite values, so that it cannot overflow.
constexpr std::size_t kBlock = std::size_t{1} << 20;

inline std::uint32_t non_finite(std::uint32_t bits) {
  return static_cast<std::uint32_t>(magnitude(bits) >= kInfinity);
}
inline std::uint32_t quieted(std::uint32_t bits) {
  return bits | pick(magnitude(bits) > kInfinity, kQuiet, 0);
}

// In the upper half, of what is not NaN.
inline std::uint32_t rounded_bf16(std::uint32_t bits) {
  return bits + 0x7fffu + ((bits >> 16) & 1u);
}

inline std::uint32_t narrowed_bf16(std::uint32_t bits) {
  return pick(magnitude(bits) > kInfinity, bits | kQuiet, rounded_bf16(bits)) >> 16;
}

// F64 goes through the conversions of the language, which quieten NaN and round to nearest even by
// themselves.
inline std::uint32_t converted(double value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

TSUGI_CLONES void widen_bf16(const std::byte* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(in + 2 * i)) << 16);
  }
}

TSUGI_CLONES std::uint32_t widen_checked_bf16(const std::byte* in, float* out, std::size_t count) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(load<std::uint16_t>(in + 2 * i)) << 16;
    out[i] = std::bit_cast<float>(bits);
    largest = std::max(largest, magnitude(bits));
  }
  return largest;
}

TSUGI_CLONES std::uint32_t largest_magnitude(const float* values, std::size_t count) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i)
    largest = std::max(largest, magnitude(std::bit_cast<std::uint32_t>(values[i])));
  return largest;
}

TSUGI_CLONES void narrow_f64(const std::byte* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = std::bit_cast<float>(converted(load<double>(in + 8 * i)));
}

// Of values whose magnitudes, the largest of which it returns, stay finite.
TSUGI_CLONES std::uint32_t store_finite_bf16(const float* in, std::byte* out, std::size_t count) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(in[i]);
    store(out + 2 * i, static_cast<std::uint16_t>(rounded_bf16(bits) >> 16));
    largest = std::max(largest, magnitude(bits));
  }
  return largest;
}

TSUGI_CLONES std::uint32_t store_any_bf16(const float* in, std::byte* out, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t half = narrowed_bf16(std::bit_cast<std::uint32_t>(in[i]));
    store(out + 2 * i, static_cast<std::uint16_t>(half));
    bad += static_cast<std::uint32_t>((half & 0x7f80u) == 0x7f80u);
  }
  return bad;
}

std::uint32_t store_bf16(const float* in, std::byte* out, std::size_t count) {
  constexpr std::uint32_t kRoundsToInfinity = 0x7f7f8000;
  return store_finite_bf16(in, out, count) < kRoundsToInfinity ? 0 : store_any_bf16(in, out, count);
}

TSUGI_CLONES std::uint32_t store_f32(const float* in, std::byte* out, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(in[i]);
    store(out + 4 * i, quieted(bits));
    bad += non_finite(bits);
  }
  return bad;
}

TSUGI_CLONES std::uint32_t store_f64(const float* in, std::byte* out, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    store(out + 8 * i, static_cast<double>(in[i]));
    bad += non_finite(std::bit_cast<std::uint32_t>(in[i]));
  }
  return bad;
}

TSUGI_CLONES std::uint32_t round_bf16(float* values, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = narrowed_bf16(std::bit_cast<std::uint32_t>(values[i])) << 16;
    values[i] = std::bit_cast<float>(bits);
    bad += non_finite(bits);
  }
  return bad;
}

TSUGI_CLONES std::uint32_t round_f32(float* values, std::size_t count) {
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(values[i]);
    values[i] = std::bit_cast<float>(quieted(bits));
    bad += non_finite(bits);
  }
  return bad;
}

[[noreturn]] void refuse(DType type) {
  throw Error(
      fmt::format("a tensor of type {} cannot be computed with; F32, F16, BF16 and F64 can", name(type)));
}

void check_size(DType type, std::size_t values, std::size_t given) {
  if (!is_float(type)) refuse(type);
  if (given != values * bytes(type)) {
    throw Error(fmt::format("{} values of type {} need {} bytes, not {}", values, name(type),
                            values * bytes(type), given));
  }
}

}  // namespace

std::size_t elements(const Shape& shape) {
  std::size_t product = 1;
  for (const std::size_t size : shape) product *= size;
  return product;
}

std::size_t row_length(const Shape& shape) {
  return shape.empty() ? 1 : shape.back();
}

void read_rows(const TensorView& tensor, std::size_t row_begin, std::size_t rows, std::span<float> out) {
  if (tensor.rows != nullptr) return tensor.rows->read(row_begin, rows, out);
  const std::size_t row_bytes = row_length(tensor.shape) * bytes(tensor.dtype);
  to_f32(tensor.dtype, tensor.bytes.subspan(row_begin * row_bytes, rows * row_bytes), out);
}

bool same_values(const TensorView& a, const TensorView& b) {
  if (a.dtype != b.dtype || a.shape != b.shape) return false;
  if (a.rows == nullptr && b.rows == nullptr) {
    return std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end());
  }
  const std::size_t length = row_length(a.shape);
  const std::size_t rows = length == 0 ? 0 : elements(a.shape) / length;
  std::vector<float> left(length);
  std::vector<float> right(length);
  for (std::size_t row = 0; row < rows; ++row) {
    read_rows(a, row, 1, left);
    read_rows(b, row, 1, right);
    if (std::memcmp(left.data(), right.data(), length * sizeof(float)) != 0) return false;
  }
  return true;
}

std::string text(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

void to_f32(DType type, std::span<const std::byte> in, std::span<float> out) {
  check_size(type, out.size(), in.size());
  if (out.empty()) return;
  switch (type) {
    case DType::F16:
      return f16_loops().front().widen(in.data(), out.data(), out.size());
    case DType::BF16:
      return widen_bf16(in.data(), out.data(), out.size());
    case DType::F64:
      return narrow_f64(in.data(), out.data(), out.size());
    default:
      std::memcpy(out.data(), in.data(), in.size());
  }
}

bool to_finite_f32(DType type, std::span<const std::byte> in, std::span<float> out) {
  if (type == DType::BF16) {
    check_size(type, out.size(), in.size());
    return widen_checked_bf16(in.data(), out.data(), out.size()) < kInfinity;
  }
  to_f32(type, in, out);
  return all_finite(out);
}

bool all_finite(std::span<const float> values) {
  return largest_magnitude(values.data(), values.size()) < kInfinity;
}

std::size_t from_f32(DType type, std::span<const float> in, std::span<std::byte> out) {
  check_size(type, in.size(), out.size());
  auto* const convert = type == DType::F16    ? f16_loops().front().narrow
                        : type == DType::BF16 ? store_bf16
                        : type == DType::F64  ? store_f64
                                              : store_f32;
  std::size_t bad = 0;
  for (std::size_t begin = 0; begin < in.size(); begin += kBlock) {
    bad += convert(in.data() + begin, out.data() + begin * bytes(type), std::min(kBlock, in.size() - begin));
  }
  return bad;
}

std::size_t round_to(DType type, std::span<float> values) {
  if (!is_float(type)) refuse(type);
  auto* const round = type == DType::F16    ? f16_loops().front().round
                      : type == DType::BF16 ? round_bf16
                                            : round_f32;
  std::size_t bad = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += kBlock) {
    bad += round(values.data() + begin, std::min(kBlock, values.size() - begin));
  }
  return bad;
}

}  // namespace tsugi::merge
