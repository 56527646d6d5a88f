// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <tuple>

#include "merge/checkpoint/file_kind.h"
#include "merge/checkpoint/json.h"
#include "merge/checkpoint/safetensors_header.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kLengthField = 8;                // bytes of N
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the reference's limit
constexpr std::size_t kHeaderMultiple = 8;             // aligns every tensor's data in memory
constexpr std::string_view kDownload = "download the file again";
constexpr std::string_view kBroken =
    "the file is damaged or its writer was: save it again with the safetensors library";

[[noreturn]] void refuse_file(std::span<const std::byte> file, const std::string& path,
                              const std::string& what) {
  if (const auto kind = foreign_kind(file)) throw InputError(path, kind->what, kind->cure);
  throw InputError(path, what, kDownload);
}

// The header's text, N and the file's size checked.
std::string_view header_text(std::span<const std::byte> file, const std::string& path) {
  if (file.size() < kLengthField) {
    refuse_file(
        file, path,
        fmt::format("truncated: a safetensors file needs {} bytes, has {}", kLengthField, file.size()));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthField);
  const std::string_view rest(reinterpret_cast<const char*>(file.data()) + kLengthField,
                              file.size() - kLengthField);
  if (length > kLongestHeader) {
    refuse_file(file, path,
                fmt::format("not a safetensors file: its header would have {} bytes, at most {} are allowed",
                            length, kLongestHeader));
  }
  const std::size_t first = rest.find_first_not_of(" \t\r\n");
  const bool begins_well = first < length && rest[first] == '{';
  if (length > rest.size() && (begins_well || rest.empty())) {
    throw InputError(path,
                     fmt::format("truncated: the header needs {} bytes, the file has {}",
                                 kLengthField + length, file.size()),
                     kDownload);
  }
  if (length > rest.size() || !begins_well) {
    refuse_file(file, path, "not a safetensors file: its header is not a JSON object at byte 8");
  }
  return rest.substr(0, length);
}

std::string label(const HeaderEntry& entry) {
  return fmt::format("tensor {} (byte {})", cited(entry.name), entry.place);
}

// Shape times type must be the bytes between the offsets.
void check_size(const HeaderEntry& entry, const std::string& path) {
  if (entry.end < entry.begin) {
    throw InputError(path,
                     fmt::format("{}: data_offsets end at {} before they begin at {}", label(entry),
                                 entry.end, entry.begin),
                     kBroken);
  }
  std::uint64_t total = bits(entry.dtype);
  bool overflow = false;
  for (const std::size_t size : entry.shape)
    overflow |= __builtin_mul_overflow(total, std::uint64_t{size}, &total);
  if (overflow) {
    throw InputError(path,
                     fmt::format("{}: shape {} of {} overflows 64 bits", label(entry), text(entry.shape),
                                 name(entry.dtype)),
                     kBroken);
  }
  if (total % 8 != 0) {
    throw InputError(path,
                     fmt::format("{}: shape {} of {} is {} bits, not a whole number of bytes", label(entry),
                                 text(entry.shape), name(entry.dtype), total),
                     kBroken);
  }
  if (total / 8 != entry.end - entry.begin) {
    throw InputError(path,
                     fmt::format("{}: shape {} of {} needs {} bytes, data_offsets [{}, {}] hold {}",
                                 label(entry), text(entry.shape), name(entry.dtype), total / 8, entry.begin,
                                 entry.end, entry.end - entry.begin),
                     kBroken);
  }
}

// No holes, no overlaps, nothing after the last. `entries` are sorted by place.
void check_coverage(const std::vector<HeaderEntry>& entries, std::uint64_t data, std::uint64_t before,
                    const std::string& path) {
  std::uint64_t expected = 0;
  const HeaderEntry* previous = nullptr;
  for (const HeaderEntry& entry : entries) {
    if (entry.begin != expected) {
      const std::string after = previous == nullptr ? "the start of the data" : label(*previous);
      throw InputError(
          path,
          fmt::format("{}: its data begins at {}, {} {}, which ends at {}", label(entry), entry.begin,
                      entry.begin < expected ? "overlapping" : "with a hole after", after, expected),
          kBroken);
    }
    expected = entry.end;
    previous = &entry;
  }
  if (expected > data) {
    throw InputError(path, fmt::format("truncated: needs {} bytes, has {}", before + expected, before + data),
                     kDownload);
  }
  if (expected < data) {
    throw InputError(
        path,
        fmt::format("{} unexpected bytes at the end, from byte {} (not a valid safetensors file)",
                    data - expected, before + expected),
        kDownload);
  }
}

std::string entry_json(const TensorLayout& tensor, std::size_t begin, std::size_t end) {
  return fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                     nlohmann::json(tensor.name).dump(), name(tensor.dtype), fmt::join(tensor.shape, ","),
                     begin, end);
}

}  // namespace

std::vector<TensorView> parse_safetensors(std::span<const std::byte> file, const std::string& path,
                                          std::vector<std::string>* notes) {
  const std::string_view header = header_text(file, path);
  std::vector<HeaderEntry> entries = read_safetensors_header(header, path, kLengthField, notes);
  for (const HeaderEntry& entry : entries) check_size(entry, path);
  std::sort(entries.begin(), entries.end(), [](const HeaderEntry& a, const HeaderEntry& b) {
    return std::tie(a.begin, a.end, a.place) < std::tie(b.begin, b.end, b.place);
  });
  const std::size_t before = kLengthField + header.size();
  check_coverage(entries, file.size() - before, before, path);
  std::vector<TensorView> tensors;
  tensors.reserve(entries.size());
  for (HeaderEntry& entry : entries) {
    const auto bytes = file.subspan(before + entry.begin, entry.end - entry.begin);
    tensors.push_back({std::move(entry.name), entry.dtype, std::move(entry.shape), bytes});
  }
  return tensors;
}

std::string lay_out_safetensors(std::vector<TensorLayout>& tensors) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorLayout& a, const TensorLayout& b) {
    return a.dtype != b.dtype ? a.dtype > b.dtype : a.name < b.name;
  });
  std::string json = R"({"__metadata__":{"format":"pt"})";
  std::size_t position = 0;
  for (TensorLayout& tensor : tensors) {
    const std::size_t end = position + elements(tensor.shape) * bits(tensor.dtype) / 8;
    json += ',' + entry_json(tensor, position, end);
    tensor.offset = position;
    position = end;
  }
  json += '}';
  json.append((kHeaderMultiple - json.size() % kHeaderMultiple) % kHeaderMultiple, ' ');
  const std::uint64_t length = json.size();
  for (TensorLayout& tensor : tensors) tensor.offset += kLengthField + length;
  std::string header(kLengthField, '\0');
  std::memcpy(header.data(), &length, kLengthField);
  return header + json;
}

}  // namespace tsugi::merge
