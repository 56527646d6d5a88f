// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What of an unfinished output is already on disk: an append-only file of checksummed lines in the partial
// folder.
//
// A tensor's line is written after its data was handed to the system: that outlives the process, whatever
// ends it. What a power cut leaves is another matter, so the journal also says under which boot of the
// machine each line was written and when all data was synced; lines of another boot count up to its last sync
// only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tsugi::merge {

/// Read back from a journal; empty when there is none or its first line is damaged.
struct JournalRecords {
  std::string identity;               ///< digest of everything that the output's bytes follow from
  std::vector<std::size_t> finished;  ///< places of tensors in the plan, in the order of the lines
  std::uint64_t bytes = 0;            ///< whole lines; what follows is torn
};

/// `boot` names the present boot of the machine. Throws Error when the file is there but cannot be read.
JournalRecords read_journal(const std::filesystem::path& file, const std::string& boot);

/// The kernel's name for this boot of the machine; "" where it has none: no line of an earlier process then
/// counts unless it was synced.
std::string boot_identity();

/// Appends lines, each with one write. One thread at a time. Throws Error.
class Journal {
 public:
  /// Begins a journal (`records` empty) or cuts off what is torn and goes on.
  Journal(const std::filesystem::path& file, const std::string& identity, const JournalRecords& records,
          const std::string& boot);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The tensor's data was handed to the system.
  void finished(std::size_t tensor);
  /// All data of the tensors so far is on the disk; so is the journal when this returns.
  void synced();

 private:
  void append(const std::string& record) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace tsugi::merge
