// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <set>

#include "merge/checkpoint/file_kind.h"
#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

constexpr std::string_view kAgain = "download the file again";

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes) { header_.file = file; }

  Header read() {
    check_start();
    const auto tensors = number<std::uint64_t>("the number of tensors");
    const auto keys = number<std::uint64_t>("the number of keys");
    // The least that one takes: a string's length, a type, a value; a name's length, dimensions, type,
    // offset.
    constexpr std::uint64_t kLeastKey = 8 + 4 + 1;
    constexpr std::uint64_t kLeastTensor = 8 + 4 + 8 + 4 + 8;
    check_room(keys, kLeastKey, "keys");
    check_room(tensors, kLeastTensor, "tensors");
    for (std::uint64_t i = 0; i < keys; ++i) read_key();
    for (std::uint64_t i = 0; i < tensors; ++i) read_tensor();
    place_data();
    return std::move(header_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::string_view cure = kAgain) const {
    throw InputError(header_.file, fmt::format("{} (byte {})", what, at_), cure);
  }

  void check_start() {
    constexpr std::string_view kMagic = "GGUF";
    constexpr std::uint32_t kOldest =
        2;  // version 1 counted in 32 bits; no converter has written it since 2023
    constexpr std::uint32_t kNewest = 3;
    if (bytes_.size() < kMagic.size() || std::memcmp(bytes_.data(), kMagic.data(), kMagic.size()) != 0) {
      const auto kind = foreign_kind(bytes_);
      if (kind && kind->absent) throw InputError(header_.file, kind->what, kind->cure);
      refuse("does not begin with 'GGUF'");
    }
    at_ = kMagic.size();
    const auto version = number<std::uint32_t>("the version");
    if (version >= kOldest && version <= kNewest) return;
    constexpr std::uint32_t kUpperHalf = 0xffff0000;
    if ((version & kUpperHalf) != 0)
      refuse("is a big-endian GGUF file", "convert the model on a little-endian machine");
    refuse(fmt::format("is of GGUF version {}, read are 2 and 3", version),
           "convert the model with a newer llama.cpp");
  }

  std::uint64_t left() const { return bytes_.size() - at_; }

  void check_room(std::uint64_t count, std::uint64_t each, std::string_view what) const {
    if (count <= left() / each) return;
    refuse(fmt::format("is cut off: {} {} do not fit into the {} bytes that are left", count, what, left()));
  }

  template <class Number>
  Number number(std::string_view what) {
    if (left() < sizeof(Number)) refuse(fmt::format("is cut off in {}", what));
    Number value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(Number));
    at_ += sizeof(Number);
    return value;
  }

  std::string text(std::string_view what) {
    const auto length = number<std::uint64_t>(what);
    check_room(length, 1, "bytes of text");
    std::string value(reinterpret_cast<const char*>(bytes_.data()) + at_, length);
    at_ += length;
    return value;
  }

  bool boolean() {
    const auto value = number<std::uint8_t>("a value");
    if (value > 1) refuse(fmt::format("a value of type bool is {}", value));
    return value == 1;
  }

  Value scalar(std::uint32_t type) {
    switch (type) {
      case 0:
        return std::uint32_t{number<std::uint8_t>("a value")};
      case 1:
        return std::int32_t{number<std::int8_t>("a value")};
      case 2:
        return std::uint32_t{number<std::uint16_t>("a value")};
      case 3:
        return std::int32_t{number<std::int16_t>("a value")};
      case 4:
        return number<std::uint32_t>("a value");
      case 5:
        return number<std::int32_t>("a value");
      case 6:
        return number<float>("a value");
      case 7:
        return boolean();
      case 8:
        return text("a value");
      case 10:
        return number<std::uint64_t>("a value");
      case 11:
        return number<std::int64_t>("a value");
      case 12:
        return number<double>("a value");
      default:
        refuse(fmt::format("a value is of the unknown type {}", type));
    }
  }

  static std::uint64_t least_size(std::uint32_t type) {
    constexpr std::uint64_t kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 1, 8, 8, 8};
    return type < std::size(kSizes) ? kSizes[type] : 1;
  }

  // Arrays that nothing here asks for (of 64-bit numbers and such) are checked and passed over.
  Value array() {
    const auto type = number<std::uint32_t>("an array");
    const auto count = number<std::uint64_t>("an array");
    check_room(count, least_size(type), "values of an array");
    std::vector<std::string> texts;
    std::vector<float> reals;
    std::vector<std::int32_t> wholes;
    for (std::uint64_t i = 0; i < count; ++i) {
      Value value = scalar(type);  // refuses arrays of arrays
      if (auto* one = std::get_if<std::string>(&value)) texts.push_back(std::move(*one));
      if (const auto* one = std::get_if<float>(&value)) reals.push_back(*one);
      if (const auto* one = std::get_if<std::int32_t>(&value)) wholes.push_back(*one);
      if (const auto* one = std::get_if<std::uint32_t>(&value))
        wholes.push_back(std::bit_cast<std::int32_t>(*one));
    }
    if (type == 8) return texts;
    if (type == 6) return reals;
    return wholes;
  }

  void read_key() {
    std::string key = text("a key");
    constexpr std::uint32_t kArray = 9;
    if (!keys_.insert(key).second) refuse(fmt::format("key {} stands twice", cited(key)));
    const auto type = number<std::uint32_t>("a value's type");
    Value value = type == kArray ? array() : scalar(type);
    header_.metadata.emplace_back(std::move(key), std::move(value));
  }

  void read_tensor() {
    constexpr std::uint32_t kMostAxes = 4;
    TensorInfo info;
    info.name = text("a tensor's name");
    if (!names_.insert(info.name).second) refuse(fmt::format("tensor {} stands twice", cited(info.name)));
    const auto axes = number<std::uint32_t>("a tensor's shape");
    if (axes > kMostAxes)
      refuse(
          fmt::format("tensor {} has {} axes, at most {} are possible", cited(info.name), axes, kMostAxes));
    std::uint64_t count = 1;
    for (std::uint32_t i = 0; i < axes; ++i) {
      const auto extent = number<std::uint64_t>("a tensor's shape");
      constexpr std::uint64_t kMost = std::uint64_t{1}
                                      << 40;  // elements: a thousand times the largest tensors there are
      if (extent == 0 || extent > kMost / count)
        refuse(fmt::format("tensor {} has an impossible shape: an axis of {}", cited(info.name), extent));
      count *= extent;
      info.shape.insert(info.shape.begin(), extent);
    }
    const auto type = number<std::uint32_t>("a tensor's type");
    info.offset = number<std::uint64_t>("a tensor's place");
    const auto known = storage_of(type);
    if (!known) {
      refuse(fmt::format("tensor {} is stored as {}, which is not read", cited(info.name),
                         foreign_storage_name(type)),
             "use a file of F32, F16, BF16, Q8_0, Q6_K, Q5_K, Q4_K, Q5_1, Q5_0, Q4_1 or Q4_0, or the "
             "original folder");
    }
    info.type = *known;
    const Block block = block_of(info.type);
    if (row_length(info.shape) % block.elements != 0) {
      refuse(fmt::format("tensor {} has rows of {} values, {} needs multiples of {}", cited(info.name),
                         row_length(info.shape), block.name, block.elements));
    }
    header_.tensors.push_back(std::move(info));
  }

  // Offsets count from the data's start, which is aligned; data follows in the order of the infos, each
  // aligned.
  void place_data() {
    std::uint64_t alignment = kAlignment;
    if (const auto given = header_.count("general.alignment")) alignment = *given;
    constexpr std::uint64_t kMostAlignment = std::uint64_t{1} << 20;
    if (!std::has_single_bit(alignment) || alignment > kMostAlignment)
      refuse(fmt::format("general.alignment is {}, no usable power of two", alignment));
    const std::uint64_t start = aligned(at_, alignment);
    std::uint64_t expected = 0;
    for (TensorInfo& info : header_.tensors) {
      const std::uint64_t size = stored_size(info.type, info.shape);
      if (info.offset != expected) {
        refuse(fmt::format(
            "tensor {} is said to lie at {} of the data, expected {}, where the ones before it end",
            cited(info.name), info.offset, expected));
      }
      if (start > bytes_.size() || size > bytes_.size() - start || expected > bytes_.size() - start - size) {
        refuse(fmt::format("is cut off: tensor {} ends at byte {}, the file has {}", cited(info.name),
                           start + expected + size, bytes_.size()));
      }
      info.offset = start + expected;
      expected = aligned(expected + size, alignment);
    }
  }

  std::span<const std::byte> bytes_;
  std::uint64_t at_ = 0;
  std::set<std::string> keys_;
  std::set<std::string> names_;
  Header header_;
};

[[noreturn]] void wrong_kind(const Header& header, std::string_view key, std::string_view expected) {
  throw InputError(header.file, fmt::format("key {} is not {}", cited(key), expected), kAgain);
}

}  // namespace

const Value* Header::find(std::string_view key) const {
  const auto found =
      std::find_if(metadata.begin(), metadata.end(), [&](const auto& entry) { return entry.first == key; });
  return found == metadata.end() ? nullptr : &found->second;
}

std::optional<std::string> Header::text(std::string_view key) const {
  const Value* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(value)) return *text;
  wrong_kind(*this, key, "a text");
}

std::optional<std::uint64_t> Header::count(std::string_view key) const {
  const Value* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<std::uint32_t>(value)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(value)) return *number;
  if (const auto* number = std::get_if<std::int32_t>(value); number != nullptr && *number >= 0)
    return *number;
  if (const auto* number = std::get_if<std::int64_t>(value); number != nullptr && *number >= 0)
    return *number;
  wrong_kind(*this, key, "a whole number of at least 0");
}

std::optional<double> Header::real(std::string_view key) const {
  const Value* const value = find(key);
  if (value == nullptr) return std::nullopt;
  // 1e-05f is 9.99999974e-06: the decimal that config.json had is the shortest that gives the same f32.
  if (const auto* number = std::get_if<float>(value))
    return std::strtod(fmt::format("{}", *number).c_str(), nullptr);
  if (const auto* number = std::get_if<double>(value)) return *number;
  wrong_kind(*this, key, "a real number");
}

std::optional<bool> Header::flag(std::string_view key) const {
  const Value* const value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* flag = std::get_if<bool>(value)) return *flag;
  wrong_kind(*this, key, "true or false");
}

const std::vector<std::string>* Header::texts(std::string_view key) const {
  const Value* const value = find(key);
  if (value == nullptr) return nullptr;
  if (const auto* texts = std::get_if<std::vector<std::string>>(value)) return texts;
  wrong_kind(*this, key, "a list of texts");
}

Header parse(std::span<const std::byte> bytes, const std::string& file) {
  return Reader(bytes, file).read();
}

}  // namespace tsugi::merge::gguf
