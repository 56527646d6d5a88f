// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Zip archives put together by hand, so that tests can break any rule of theirs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tsugi::tests {

struct RawEntry {
  std::string name;
  std::string data;
  std::uint16_t method = 0;  ///< 0: stored
  std::uint16_t flags = 0;
};

/// Little-endian bytes.
template <class Integer>
std::string little(Integer value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(value); ++i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return bytes;
}

/// Where things are in a finished archive.
struct RawZip {
  std::string bytes;
  std::size_t directory = 0;
  std::size_t end = 0;  ///< of the directory: the end record's place
};

inline RawZip raw_zip(const std::vector<RawEntry>& entries) {
  RawZip zip;
  std::string directory;
  for (const RawEntry& entry : entries) {
    const auto size = static_cast<std::uint32_t>(entry.data.size());
    const std::string common = little<std::uint16_t>(entry.flags) + little<std::uint16_t>(entry.method) +
                               little<std::uint64_t>(0) /* time, checksum */ + little(size) + little(size) +
                               little(static_cast<std::uint16_t>(entry.name.size())) +
                               little<std::uint16_t>(0);
    directory += little<std::uint32_t>(0x02014b50) + little<std::uint32_t>(0) + common +
                 little<std::uint64_t>(0) + little<std::uint16_t>(0) +
                 little(static_cast<std::uint32_t>(zip.bytes.size())) + entry.name;
    zip.bytes +=
        little<std::uint32_t>(0x04034b50) + little<std::uint16_t>(0) + common + entry.name + entry.data;
  }
  zip.directory = zip.bytes.size();
  zip.bytes += directory;
  zip.end = zip.bytes.size();
  const auto count = static_cast<std::uint16_t>(entries.size());
  zip.bytes += little<std::uint32_t>(0x06054b50) + little<std::uint32_t>(0) + little(count) + little(count) +
               little(static_cast<std::uint32_t>(directory.size())) +
               little(static_cast<std::uint32_t>(zip.directory)) + little<std::uint16_t>(0);
  return zip;
}

}  // namespace tsugi::tests
