// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>

namespace tsugi::merge::gguf {
namespace {

struct Row {
  Storage type;
  Block block;
};

// The quantised types: a scale (f16) of 2 bytes, with a second one for an offset, before the values; the K
// types hold eight or sixteen scales of their own for 256 values.
constexpr std::array<Row, 11> kTypes{{{Storage::F32, {"F32", 1, 4}},
                                      {Storage::F16, {"F16", 1, 2}},
                                      {Storage::BF16, {"BF16", 1, 2}},
                                      {Storage::Q4_0, {"Q4_0", 32, 2 + 16}},
                                      {Storage::Q4_1, {"Q4_1", 32, 4 + 16}},
                                      {Storage::Q5_0, {"Q5_0", 32, 2 + 4 + 16}},
                                      {Storage::Q5_1, {"Q5_1", 32, 4 + 4 + 16}},
                                      {Storage::Q8_0, {"Q8_0", 32, 2 + 32}},
                                      {Storage::Q4_K, {"Q4_K", 256, 4 + 12 + 128}},
                                      {Storage::Q5_K, {"Q5_K", 256, 4 + 12 + 32 + 128}},
                                      {Storage::Q6_K, {"Q6_K", 256, 128 + 64 + 16 + 2}}}};

struct Foreign {
  std::uint32_t number;
  std::string_view name;
};
constexpr std::array<Foreign, 19> kForeign{{{9, "Q8_1"},
                                            {10, "Q2_K"},
                                            {11, "Q3_K"},
                                            {15, "Q8_K"},
                                            {16, "IQ2_XXS"},
                                            {17, "IQ2_XS"},
                                            {18, "IQ3_XXS"},
                                            {19, "IQ1_S"},
                                            {20, "IQ4_NL"},
                                            {21, "IQ3_S"},
                                            {22, "IQ2_S"},
                                            {23, "IQ4_XS"},
                                            {24, "I8"},
                                            {25, "I16"},
                                            {26, "I32"},
                                            {27, "I64"},
                                            {28, "F64"},
                                            {29, "IQ1_M"},
                                            {39, "MXFP4"}}};

// The numbers that the file gives to types of values, by place in the variant.
enum : std::uint32_t {
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12
};

void put_text(std::string& out, std::string_view text);

template <class Number>
void put(std::string& out, Number number) {
  static_assert(std::is_arithmetic_v<Number>);
  std::array<char, sizeof(Number)> bytes{};
  std::copy_n(reinterpret_cast<const char*>(&number), sizeof(Number),
              bytes.begin());  // little-endian machines only
  out.append(bytes.data(), bytes.size());
}

void put_text(std::string& out, std::string_view text) {
  put(out, std::uint64_t{text.size()});
  out.append(text);
}

struct PutValue {
  std::string& out;

  void operator()(bool value) const { typed(kBool), out.push_back(value ? 1 : 0); }
  void operator()(std::uint32_t value) const { typed(kU32), put(out, value); }
  void operator()(std::int32_t value) const { typed(kI32), put(out, value); }
  void operator()(float value) const { typed(kF32), put(out, value); }
  void operator()(std::uint64_t value) const { typed(kU64), put(out, value); }
  void operator()(std::int64_t value) const { typed(kI64), put(out, value); }
  void operator()(double value) const { typed(kF64), put(out, value); }
  void operator()(const std::string& value) const { typed(kString), put_text(out, value); }
  void operator()(const std::vector<std::int32_t>& values) const {
    array(kI32, values.size());
    for (const std::int32_t value : values) put(out, value);
  }
  void operator()(const std::vector<float>& values) const {
    array(kF32, values.size());
    for (const float value : values) put(out, value);
  }
  void operator()(const std::vector<std::string>& values) const {
    array(kString, values.size());
    for (const std::string& value : values) put_text(out, value);
  }

 private:
  void typed(std::uint32_t type) const { put(out, type); }
  void array(std::uint32_t type, std::size_t count) const {
    typed(kArray);
    typed(type);
    put(out, std::uint64_t{count});
  }
};

}  // namespace

Block block_of(Storage type) {
  return std::find_if(kTypes.begin(), kTypes.end(), [&](const Row& row) { return row.type == type; })->block;
}

std::optional<Storage> storage_of(std::uint32_t number) {
  for (const Row& row : kTypes) {
    if (static_cast<std::uint32_t>(row.type) == number) return row.type;
  }
  return std::nullopt;
}

std::string foreign_storage_name(std::uint32_t number) {
  for (const Foreign& row : kForeign) {
    if (row.number == number) return std::string(row.name);
  }
  return fmt::format("number {}", number);
}

std::uint64_t stored_size(Storage type, const Shape& shape) {
  const Block block = block_of(type);
  return elements(shape) / block.elements * block.bytes;
}

std::string lay_out(const Metadata& metadata, std::vector<TensorInfo>& tensors, std::uint64_t& size) {
  constexpr std::uint32_t kVersion = 3;
  std::string out = "GGUF";
  put(out, kVersion);
  put(out, std::uint64_t{tensors.size()});
  put(out, std::uint64_t{metadata.size()});
  for (const auto& [key, value] : metadata) {
    put_text(out, key);
    std::visit(PutValue{out}, value);
  }
  std::uint64_t offset = 0;
  for (TensorInfo& tensor : tensors) {
    put_text(out, tensor.name);
    put(out, static_cast<std::uint32_t>(tensor.shape.size()));
    std::for_each(tensor.shape.rbegin(), tensor.shape.rend(),
                  [&](std::size_t n) { put(out, std::uint64_t{n}); });
    put(out, static_cast<std::uint32_t>(tensor.type));
    put(out, offset);
    tensor.offset = offset;
    offset = aligned(offset + stored_size(tensor.type, tensor.shape));  // the last one is padded too
  }
  out.resize(aligned(out.size()), '\0');
  for (TensorInfo& tensor : tensors) tensor.offset += out.size();
  size = out.size() + offset;
  return out;
}

}  // namespace tsugi::merge::gguf
