// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The weight files of an output folder while they are written: where each tensor goes, how much of it has
// arrived, and the digest of each file, which follows right behind the writing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "merge/export/output_file.h"
#include "merge/export/shard_layout.h"
#include "merge/plan.h"
#include "merge/sha256.h"

namespace tsugi::merge {

/// Writing is thread-safe for disjoint places; the rest says who may call it.
class OutputShards {
 public:
  /// Lays out the files of a plan; touches no disk. Throws Error when a tensor stands in the plan twice.
  OutputShards(const MergePlan& plan, std::uint64_t shard_size);

  const ShardLayout& layout() const { return layout_; }
  std::vector<std::string> names() const;
  std::uint64_t total_size() const;
  /// Places of the tensors in the plan, in the order in which they lie in the files. Writing in this order
  /// lets hash_ready() keep up.
  const std::vector<std::size_t>& order() const { return order_; }

  /// Creates all files at their size, with their headers.
  void create(const std::filesystem::path& folder);
  /// Whether files of these names and sizes are there.
  bool present(const std::filesystem::path& folder) const;
  /// Opens what create() made in an earlier process.
  void reopen(const std::filesystem::path& folder);

  /// The tensor was written in an earlier process; or all of it has been written in this one.
  void mark_finished(std::size_t tensor);
  bool finished(std::size_t tensor) const { return slots_[tensor].finished; }

  /// Throws Error for a tensor that is not in the plan the files were laid out for.
  void check(const OutputTensor& tensor) const;
  /// `begin` counts bytes from the tensor's first. Throws Error when they do not fit into it.
  void write(const OutputTensor& tensor, std::uint64_t begin, std::span<const std::byte> bytes);
  void start_writeback(std::size_t tensor) const;
  void sync() const;
  /// Throws Error naming a tensor that is not finished.
  void check_complete() const;

  /// Hashes what lies finished behind the part of file `number` that is hashed already. Any thread; a second
  /// caller for the same file returns at once.
  void hash_ready(std::size_t number);
  /// Of a file that is hashed to its end.
  std::string digest(std::size_t number);

 private:
  // Where a tensor of the plan is stored.
  struct Slot {
    std::size_t file = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string name;
    std::atomic<std::uint64_t> written = 0;
    std::atomic<bool> finished = false;
  };
  struct Hashing {
    std::mutex mutex;
    Sha256 digest;
    std::size_t segment = 0;  // 0: the header; n: the tensor at place n - 1 of the file
  };

  void hash_segment(std::size_t number, std::uint64_t offset, std::uint64_t size);

  ShardLayout layout_;
  std::vector<Slot> slots_;                        // by OutputTensor::index
  std::vector<std::vector<std::size_t>> by_file_;  // places in the plan, in file order
  std::vector<std::size_t> order_;
  std::vector<OutputFile> files_;
  std::vector<std::unique_ptr<Hashing>> hashing_;  // by file
};

}  // namespace tsugi::merge
