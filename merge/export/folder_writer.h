// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sink that writes a model folder: config.json, one safetensors file or shards with an index, companions,
// recipe. Work happens in the sibling `.OUT.tsugi-partial`; a rename ends it, so unfinished output never
// looks finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "merge/plan.h"
#include "merge/sink.h"

namespace tsugi::merge {

struct FolderOptions {
  /// Bytes of tensors in a shard at most; a larger tensor has its own. transformers' usual size.
  std::uint64_t shard_size = 5'000'000'000;
  bool overwrite = false;  ///< replace an existing folder in one step
};

class FolderWriter : public Sink {
 public:
  /// Checks the place (absent or empty unless overwrite, not an input, enough free disk), lays out all shards
  /// and creates the partial folder. Throws InputError or Error.
  FolderWriter(const MergePlan& plan, std::filesystem::path out, FolderOptions options = {});
  /// Removes the partial folder unless commit() was reached.
  ~FolderWriter() override;

  bool wants(const OutputTensor& tensor) override;
  std::size_t write(const OutputTensor& tensor, std::size_t row_begin,
                    std::span<const float> values) override;
  void write_bytes(const OutputTensor& tensor, std::span<const std::byte> bytes) override;
  void done(const OutputTensor& tensor) override;

  /// Writes index, companions, `recipe` as mergekit_config.yml ("" for none) and, last, config.json; syncs;
  /// renames.
  void commit(const std::string& recipe);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsugi::merge
