// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// An append-only file of records, each with its length and a checksum: a line "LENGTH CHECKSUM PAYLOAD", both
// numbers in hexadecimal digits of fixed width. What a process that died was writing last is found and cut
// off; a record that was whole once and no longer is, is an error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::evolve {

struct Records {
  std::vector<std::string> payloads;
  std::uint64_t bytes = 0;  ///< of whole records; what follows is torn
};

/// Throws InputError when the file cannot be read, and for a record that is damaged though another one
/// follows it: with its number (from 1) and place.
Records read_records(const std::filesystem::path& file);

/// The line of a payload.
std::string record_line(std::string_view payload);

/// Appends to an existing file. One thread at a time.
class RecordFile {
 public:
  /// Cuts off what lies behind `bytes`. Throws Error.
  RecordFile(std::filesystem::path file, std::uint64_t bytes);
  ~RecordFile();
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  /// Hands the record to the system: it outlives this process, but a power cut only after sync(). Throws
  /// DiskFull or Error and then leaves no part of it.
  void append(std::string_view payload);
  /// All records are on the disk when this returns. Throws DiskFull or Error and then leaves none of those
  /// since the last call.
  void sync();

 private:
  [[noreturn]] void cut_and_fail(std::uint64_t bytes, int error);

  std::filesystem::path file_;
  std::uint64_t bytes_;
  std::uint64_t synced_;
  int descriptor_ = -1;
};

}  // namespace tsugi::evolve
