// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sink that writes a model folder: config.json, one safetensors file or shards with an index, companions,
// recipe, model card, manifest. Work happens in the sibling `.OUT.tsugi-partial`, whose journal says what is
// done; a rename ends it, so unfinished output never looks finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "merge/execute.h"
#include "merge/plan.h"
#include "merge/sink.h"

namespace tsugi::merge {

struct FolderOptions {
  /// Bytes of tensors in a shard at most; a larger tensor has its own. transformers' usual size.
  std::uint64_t shard_size = 5'000'000'000;
  bool overwrite = false;         ///< replace an existing folder in one step
  bool manifest = true;           ///< hash all inputs and outputs into manifest.json
  bool copy_remote_code = false;  ///< take the donor's Python files along; they are never run
  std::string recipe = {};        ///< source text, written as mergekit_config.yml; "" for none
};

class FolderWriter : public Sink {
 public:
  /// Checks the place (absent or empty unless overwrite, not an input, enough free disk) and lays out all
  /// shards. Goes on with what a process that died left in the partial folder when that was of the same
  /// recipe, plan and inputs; discards it otherwise. Throws InputError or Error.
  FolderWriter(const MergePlan& plan, std::filesystem::path out, FolderOptions options = {});
  /// Removes the partial folder unless commit() was reached; only a process that dies leaves one.
  ~FolderWriter() override;

  /// How many tensors an earlier process had written.
  std::size_t resumed() const;
  /// What a user should know of the folder, each a sentence.
  const std::vector<std::string>& notes() const;
  /// Places in the plan in the order in which the tensors lie in the files: execute() in this order.
  const std::vector<std::size_t>& order() const;

  bool wants(const OutputTensor& tensor) override;
  std::size_t write(const OutputTensor& tensor, std::size_t row_begin,
                    std::span<const std::byte> stored) override;
  void write_bytes(const OutputTensor& tensor, std::span<const std::byte> bytes) override;
  void done(const OutputTensor& tensor) override;
  void beside() override;

  /// Writes index, companions, recipe, card, manifest and, last, config.json; syncs; reads the folder back as
  /// any loader would; renames. Call it on the pool's thread: files are hashed side by side.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Carries out a plan into the writer and commits it: the one way a folder is written.
void write_folder(const MergePlan& plan, FolderWriter& writer, const ExecuteOptions& options = {});

}  // namespace tsugi::merge
