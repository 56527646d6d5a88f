// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/folder_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "merge/export/folder_files.h"
#include "merge/export/identity.h"
#include "merge/export/journal.h"
#include "merge/export/manifest.h"
#include "merge/export/output_file.h"
#include "merge/export/output_shards.h"
#include "merge/export/partial_folder.h"
#include "merge/parallel.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// Configuration, index, card and the file system's own blocks beside the weights.
constexpr std::uint64_t kSmallFiles = std::uint64_t{4} << 20;

// What a power cut may cost: some seconds of writing, against a pause of the merge at each sync.
constexpr std::uint64_t kSyncedAtOnce = std::uint64_t{8} << 30;

constexpr const char* kJournal = "journal.tsugi";

std::vector<fs::path> protected_folders(const MergePlan& plan) {
  std::vector<fs::path> folders = input_folders(plan);
  if (plan.donor != nullptr) folders.push_back(plan.donor->folder());
  return folders;
}

}  // namespace

struct FolderWriter::State {
  State(const MergePlan& given, const fs::path& out, FolderOptions chosen);

  void resume_or_begin();
  void check_space() const;
  Manifest hash_all();

  const MergePlan& plan;
  FolderOptions options;
  PartialFolder folder;
  OutputShards shards;
  FolderFiles files;
  std::vector<std::string> notes;
  std::optional<Journal> journal;
  std::size_t resumed = 0;
  std::uint64_t unsynced = 0;
};

FolderWriter::State::State(const MergePlan& given, const fs::path& out, FolderOptions chosen)
    : plan(given),
      options(std::move(chosen)),
      folder(out, options.overwrite, protected_folders(plan)),
      shards(plan, options.shard_size),
      files(plan, folder.target().filename().string(), options.recipe, options.copy_remote_code),
      notes(folder_notes(plan, options.recipe, options.copy_remote_code)) {
  resume_or_begin();
}

void FolderWriter::State::resume_or_begin() {
  const fs::path place = folder.path() / kJournal;
  const std::string identity = output_identity(plan, shards.layout(), options.recipe);
  const std::string boot = boot_identity();
  JournalRecords records = read_journal(place, boot);
  if (records.identity == identity && shards.present(folder.path())) {
    std::vector<std::string> kept = shards.names();
    kept.emplace_back(kJournal);
    folder.clear(kept);
    check_space();
    shards.reopen(folder.path());
    for (const std::size_t tensor : records.finished) {
      if (tensor < plan.tensors.size()) shards.mark_finished(tensor);
    }
    for (std::size_t i = 0; i < plan.tensors.size(); ++i) resumed += shards.finished(i) ? 1 : 0;
  } else {
    records = {};
    folder.clear();
    check_space();
    shards.create(folder.path());
    sync_folder(folder.path());
  }
  journal.emplace(place, identity, records, boot);
}

void FolderWriter::State::check_space() const {
  std::uint64_t needed = kSmallFiles + files.companion_bytes() + shards.total_size();
  needed -= std::min(needed, folder.used_bytes());
  folder.check_space(needed);
}

// Weights are synced beside the hashing, which a disk that is slower than a core does not notice.
Manifest FolderWriter::State::hash_all() {
  Manifest manifest{.seed = plan.seed, .recipe_sha256 = "", .inputs = {}, .outputs = {}};
  if (!options.manifest) {
    shards.sync();
    return manifest;
  }
  if (!options.recipe.empty()) manifest.recipe_sha256 = sha256_hex(options.recipe);
  manifest.inputs = manifest_models(plan);
  const std::vector<InputFile> inputs = input_files(plan);
  const std::size_t outputs = shards.layout().files.size();
  std::vector<FileDigest> found(inputs.size());
  FileDigests digests;
  parallel_for(1 + outputs + inputs.size(), [&](std::size_t i) {
    if (i == 0) return shards.sync();
    if (i <= outputs) return shards.hash_ready(i - 1);
    const std::size_t input = i - 1 - outputs;
    found[input] = digests.of(inputs[input].path, inputs[input].name);
  });
  for (std::size_t i = 0; i < inputs.size(); ++i) manifest.inputs[inputs[i].model].files.push_back(found[i]);
  for (std::size_t i = 0; i < outputs; ++i) {
    const ShardFile& file = shards.layout().files[i];
    manifest.outputs.push_back({file.name, file.size, shards.digest(i)});
  }
  return manifest;
}

FolderWriter::FolderWriter(const MergePlan& plan, fs::path out, FolderOptions options)
    : state_(std::make_unique<State>(plan, std::move(out), std::move(options))) {}

FolderWriter::~FolderWriter() = default;

std::size_t FolderWriter::resumed() const {
  return state_->resumed;
}

const std::vector<std::string>& FolderWriter::notes() const {
  return state_->notes;
}

const std::vector<std::size_t>& FolderWriter::order() const {
  return state_->shards.order();
}

bool FolderWriter::wants(const OutputTensor& tensor) {
  state_->shards.check(tensor);
  return !state_->shards.finished(tensor.index);
}

std::size_t FolderWriter::write(const OutputTensor& tensor, std::size_t row_begin,
                                std::span<const std::byte> stored) {
  const std::uint64_t row_bytes = std::uint64_t{tensor.row_length()} * bytes(tensor.dtype);
  state_->shards.write(tensor, row_begin * row_bytes, stored);
  return 0;
}

void FolderWriter::write_bytes(const OutputTensor& tensor, std::span<const std::byte> bytes) {
  const std::uint64_t size = elements(tensor.shape) * bits(tensor.dtype) / 8;
  if (bytes.size() != size) {
    throw Error(fmt::format("tensor {}: {} bytes given, {} expected", tensor.name, bytes.size(), size));
  }
  state_->shards.write(tensor, 0, bytes);
}

void FolderWriter::done(const OutputTensor& tensor) {
  State& state = *state_;
  state.shards.check(tensor);
  state.shards.start_writeback(tensor.index);
  state.shards.mark_finished(tensor.index);
  state.journal->finished(tensor.index);
  state.unsynced += elements(tensor.shape) * bits(tensor.dtype) / 8;
  if (state.unsynced < kSyncedAtOnce) return;
  state.shards.sync();
  state.journal->synced();
  state.unsynced = 0;
}

void FolderWriter::beside() {
  if (!state_->options.manifest) return;
  for (std::size_t i = 0; i < state_->shards.layout().files.size(); ++i) state_->shards.hash_ready(i);
}

void FolderWriter::commit() {
  State& state = *state_;
  const fs::path& folder = state.folder.path();
  state.shards.check_complete();
  for (const PlannedTensor& tensor : state.plan.tensors) state.shards.mark_finished(tensor.output.index);
  Manifest manifest = state.hash_all();
  state.files.write(folder, index_text(state.shards.layout()), manifest.outputs);
  if (state.options.manifest) {
    manifest.outputs.push_back(state.files.config_digest());
    write_synced(folder / "manifest.json", manifest_text(manifest));
  }
  state.files.write_config(folder);  // last: without it no loader takes the folder
  check_folder(folder, state.plan);
  state.journal.reset();
  std::error_code ignored;
  fs::remove(folder / kJournal, ignored);
  state.folder.publish();
}

void write_folder(const MergePlan& plan, FolderWriter& writer, const ExecuteOptions& options) {
  ExecuteOptions ordered = options;
  ordered.order = writer.order();
  execute(plan, writer, ordered);
  writer.commit();
}

}  // namespace tsugi::merge
