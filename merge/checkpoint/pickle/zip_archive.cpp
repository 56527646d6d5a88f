// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/zip_archive.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::uint32_t kLocal = 0x04034b50;
constexpr std::uint32_t kCentral = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;

constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint32_t kElsewhere = 0xffffffff;  // a 32-bit field whose value is in a Zip64 record
constexpr std::size_t kMostEntries = 2'000'000;

constexpr std::string_view kDownload = "download the file again";
constexpr std::string_view kReSave = "save it again with torch.save, or better as safetensors";

class DirectoryReader {
 public:
  DirectoryReader(std::span<const std::byte> file, const std::string& path) : file_(file), path_(path) {}

  ZipEntries read() {
    find_directory();
    std::uint64_t at = begin_;
    for (std::uint64_t i = 0; i < count_; ++i) at = read_entry(at);
    return std::move(entries_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::string_view cure = kDownload) const {
    throw InputError(path_, what, cure);
  }

  // Little-endian, wherever in the file.
  template <class Integer>
  Integer get(std::uint64_t at) const {
    Integer value;
    check_range(at, sizeof(value));
    std::memcpy(&value, file_.data() + at, sizeof(value));
    return value;
  }

  void check_range(std::uint64_t at, std::uint64_t size) const {
    if (at <= file_.size() && size <= file_.size() - at) return;
    refuse(fmt::format("truncated zip archive: {} bytes at {} are outside of the file's {}", size, at,
                       file_.size()));
  }

  std::string_view text(std::uint64_t at, std::uint64_t size) const {
    check_range(at, size);
    return {reinterpret_cast<const char*>(file_.data()) + at, size};
  }

  // From the end backwards: the record ends the file but for a comment of known length.
  void find_directory() {
    std::uint64_t end = file_.size();
    const std::uint64_t least = end > kEndSize + kLongestComment ? end - kEndSize - kLongestComment : 0;
    bool found = false;
    for (std::uint64_t at = end >= kEndSize ? end - kEndSize + 1 : 0; at-- > least && !found;) {
      found = get<std::uint32_t>(at) == kEnd && at + kEndSize + get<std::uint16_t>(at + 20) == file_.size();
      if (found) end = at;
    }
    if (!found) refuse("truncated zip archive: it has no end record");
    count_ = get<std::uint16_t>(end + 10);
    size_ = get<std::uint32_t>(end + 12);
    begin_ = get<std::uint32_t>(end + 16);
    if (end >= kLocator64Size && get<std::uint32_t>(end - kLocator64Size) == kLocator64) {
      const auto record = get<std::uint64_t>(end - kLocator64Size + 8);
      check_range(record, kEnd64Size);
      if (get<std::uint32_t>(record) != kEnd64)
        refuse("damaged zip archive: its Zip64 end record is not there");
      count_ = get<std::uint64_t>(record + 32);
      size_ = get<std::uint64_t>(record + 40);
      begin_ = get<std::uint64_t>(record + 48);
    }
    check_range(begin_, size_);
    if (count_ > kMostEntries || count_ > size_ / kCentralSize) {
      refuse(fmt::format("damaged zip archive: {} entries in a directory of {} bytes", count_, size_));
    }
  }

  std::uint64_t read_entry(std::uint64_t at) {
    if (get<std::uint32_t>(at) != kCentral)
      refuse(fmt::format("damaged zip archive: no entry at byte {}", at));
    check_range(at, kCentralSize);
    const auto name_size = get<std::uint16_t>(at + 28);
    const auto extra_size = get<std::uint16_t>(at + 30);
    const auto comment_size = get<std::uint16_t>(at + 32);
    const std::uint64_t extra = at + kCentralSize + name_size;
    const std::uint64_t next = extra + extra_size + comment_size;
    if (next > begin_ + size_)
      refuse(fmt::format("damaged zip archive: entry at byte {} leaves the directory", at));
    const std::string name(text(at + kCentralSize, name_size));
    if ((get<std::uint16_t>(at + 8) & 1) != 0)
      refuse(fmt::format("entry {} is encrypted", cited(name)), kReSave);
    if (get<std::uint16_t>(at + 10) != 0) {
      refuse(fmt::format("entry {} is compressed, which torch.save does only for TorchScript programs",
                         cited(name)),
             kReSave);
    }
    std::uint64_t size = get<std::uint32_t>(at + 24);
    std::uint64_t packed = get<std::uint32_t>(at + 20);
    std::uint64_t place = get<std::uint32_t>(at + 42);
    read_zip64(extra, extra + extra_size, {&size, &packed, &place});
    if (size != packed)
      refuse(fmt::format("entry {} is stored with two sizes, {} and {}", cited(name), size, packed));
    const bool fresh = entries_.emplace(name, data_of(name, place, size)).second;
    if (!fresh) refuse(fmt::format("has two entries {}", cited(name)), kReSave);
    return next;
  }

  // The 64-bit values of those fields, in this order, that are full of ones.
  void read_zip64(std::uint64_t at, std::uint64_t end, std::initializer_list<std::uint64_t*> fields) const {
    while (at + 4 <= end) {
      const auto id = get<std::uint16_t>(at);
      std::uint64_t value = at + 4;
      at = value + get<std::uint16_t>(at + 2);
      if (id != kZip64Field) continue;
      for (std::uint64_t* field : fields) {
        if (*field != kElsewhere || value + 8 > at || at > end) continue;
        *field = get<std::uint64_t>(value);
        value += 8;
      }
    }
  }

  std::span<const std::byte> data_of(const std::string& name, std::uint64_t place, std::uint64_t size) const {
    check_range(place, kLocalSize);
    if (get<std::uint32_t>(place) != kLocal) {
      refuse(fmt::format("damaged zip archive: entry {} is not at byte {}", cited(name), place));
    }
    const auto name_size = get<std::uint16_t>(place + 26);
    if (text(place + kLocalSize, name_size) != name) {
      refuse(fmt::format("damaged zip archive: another entry is where {} should be", cited(name)));
    }
    const std::uint64_t begin = place + kLocalSize + name_size + get<std::uint16_t>(place + 28);
    if (begin > begin_ || size > begin_ - begin) {
      refuse(fmt::format("damaged zip archive: entry {} of {} bytes runs into the directory", cited(name),
                         size));
    }
    return file_.subspan(begin, size);
  }

  std::span<const std::byte> file_;
  const std::string& path_;
  std::uint64_t begin_ = 0;  // of the directory
  std::uint64_t size_ = 0;
  std::uint64_t count_ = 0;
  ZipEntries entries_;
};

}  // namespace

ZipEntries read_zip_directory(std::span<const std::byte> file, const std::string& path) {
  return DirectoryReader(file, path).read();
}

}  // namespace tsugi::merge
