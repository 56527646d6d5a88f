// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sink that writes a model as one GGUF file, as llama.cpp's own converter would from the folder: values
// are rounded to the plan's types first, then stored as F32, F16, BF16 or Q8_0.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "merge/execute.h"
#include "merge/gguf/format.h"
#include "merge/plan.h"
#include "merge/sink.h"

namespace tsugi::merge::gguf {

/// "F32", "F16", "BF16" or "Q8_0", in any case; nothing for other names.
std::optional<Storage> writable_storage(std::string_view name);

struct WriterOptions {
  std::optional<Storage> type = {};  ///< of the matrices; without: that of the plan's first matrix
  std::string pre = {};              ///< tokenizer.ggml.pre where tokenizer.json does not tell
  bool overwrite = false;            ///< replace an existing GGUF file in one step
  std::string recipe = {};           ///< source text, kept as tsugi.recipe; "" for none
};

class Writer : public Sink {
 public:
  /// Checks the place and everything that goes into the header, and writes that. Throws InputError for what
  /// the format or llama.cpp cannot hold, Error when the disk refuses.
  Writer(const MergePlan& plan, const std::filesystem::path& out, WriterOptions options = {});
  /// Removes the partial file unless commit() was reached.
  ~Writer() override;

  Storage type() const;        ///< of the matrices
  std::uint64_t size() const;  ///< of the file
  const std::vector<std::string>& notes() const;

  bool wants(const OutputTensor& tensor) override;
  std::size_t write(const OutputTensor& tensor, std::size_t row_begin,
                    std::span<const std::byte> stored) override;
  void write_bytes(const OutputTensor& tensor, std::span<const std::byte> bytes) override;
  void done(const OutputTensor& tensor) override;

  /// Syncs and renames. Throws Error when a tensor is incomplete.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Carries out a plan into the writer and commits it.
void write_file(const MergePlan& plan, Writer& writer, const ExecuteOptions& options = {});

}  // namespace tsugi::merge::gguf
