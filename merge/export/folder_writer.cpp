// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/folder_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>
#include <vector>

#include "merge/export/model_card.h"
#include "merge/export/output_file.h"
#include "merge/export/partial_folder.h"
#include "merge/export/shard_layout.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// Bytes converted and handed to the system at once: far above the cost of a call, well inside a core's cache.
constexpr std::size_t kChunk = std::size_t{1} << 19;

// Configuration, index, card and the file system's own blocks beside the weights.
constexpr std::uint64_t kSmallFiles = std::uint64_t{4} << 20;

// Where a tensor of the plan is stored, and how much of it has arrived.
struct Slot {
  std::size_t file = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::atomic<std::uint64_t> written = 0;
};

std::vector<fs::path> input_folders(const MergePlan& plan) {
  std::vector<fs::path> folders;
  for (const auto& input : plan.inputs) folders.push_back(input->folder());
  if (plan.donor != nullptr) folders.push_back(plan.donor->folder());
  return folders;
}

ShardLayout layout_of(const MergePlan& plan, std::uint64_t shard_size) {
  std::vector<TensorLayout> tensors;
  tensors.reserve(plan.tensors.size());
  for (const PlannedTensor& tensor : plan.tensors) {
    tensors.push_back({tensor.output.name, tensor.output.dtype, tensor.output.shape, 0});
  }
  return lay_out_shards(tensors, shard_size);
}

ModelCard card_of(const MergePlan& plan, const fs::path& target) {
  ModelCard card;
  card.name = target.filename().string();
  for (const PlannedTensor& tensor : plan.tensors) {
    if (tensor.method == nullptr) continue;
    card.method = tensor.method->title;
    card.source = tensor.method->source;
    break;
  }
  for (const auto& input : plan.inputs) card.models.push_back(input->folder());
  return card;
}

// What loaders read, without what is no longer true of the output: where an input lay, and how it was
// quantised.
std::string config_text(const ModelConfig& config) {
  nlohmann::ordered_json document = config.document();
  document.erase("_name_or_path");
  document.erase("quantization_config");
  for (auto& [key, value] : document.items()) {
    if (value.is_object()) value.erase("_name_or_path");
  }
  return document.dump(2) + "\n";
}

}  // namespace

struct FolderWriter::State {
  State(const MergePlan& plan, const fs::path& out, const FolderOptions& options);

  Slot& slot(const OutputTensor& tensor);
  void copy_companions() const;
  void check_complete() const;

  PartialFolder folder;
  ShardLayout layout;
  std::vector<OutputFile> files;
  std::vector<Slot> slots;  // by OutputTensor::index
  std::vector<std::string> names;
  std::vector<Companion> companions;
  ModelConfig config;
  ModelCard card;
};

FolderWriter::State::State(const MergePlan& plan, const fs::path& out, const FolderOptions& options)
    : folder(out, options.overwrite, input_folders(plan)),
      layout(layout_of(plan, options.shard_size)),
      slots(plan.tensors.size()),
      names(plan.tensors.size()),
      companions(plan.companions),
      config(plan.config),
      card(card_of(plan, folder.target())) {
  std::uint64_t needed = kSmallFiles;
  for (const Companion& companion : companions) needed += companion.size();
  for (const ShardFile& file : layout.files) needed += file.size;
  folder.check_space(needed);
  std::map<std::string, std::size_t> index_of;
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    const OutputTensor& tensor = plan.tensors[i].output;
    if (tensor.index != i || !index_of.emplace(tensor.name, i).second) {
      throw Error(
          fmt::format("output tensor {} is not at its place in the plan or stands there twice", tensor.name));
    }
    names[i] = tensor.name;
  }
  for (std::size_t number = 0; number < layout.files.size(); ++number) {
    const ShardFile& shard = layout.files[number];
    files.emplace_back(folder.path() / shard.name, shard.size).write(shard.header, 0);
    for (const TensorLayout& tensor : shard.tensors) {
      Slot& slot = slots[index_of.at(tensor.name)];
      slot.file = number;
      slot.offset = tensor.offset;
      slot.size = elements(tensor.shape) * bits(tensor.dtype) / 8;
    }
  }
}

Slot& FolderWriter::State::slot(const OutputTensor& tensor) {
  if (tensor.index < slots.size() && names[tensor.index] == tensor.name) return slots[tensor.index];
  throw Error(fmt::format("tensor {} is not in the plan that the folder was laid out for", tensor.name));
}

void FolderWriter::State::copy_companions() const {
  for (const Companion& companion : companions) {
    const fs::path to = folder.path() / companion.name;
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (error)
      throw Error(fmt::format("{}: cannot be created: {}", to.parent_path().string(), error.message()));
    write_synced(to, companion.content());
    if (to.parent_path() != folder.path()) sync_folder(to.parent_path());
  }
}

void FolderWriter::State::check_complete() const {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].written == slots[i].size) continue;
    throw Error(fmt::format("tensor {}: {} of {} bytes were written", names[i], slots[i].written.load(),
                            slots[i].size));
  }
}

FolderWriter::FolderWriter(const MergePlan& plan, fs::path out, FolderOptions options)
    : state_(std::make_unique<State>(plan, out, options)) {}

FolderWriter::~FolderWriter() = default;

bool FolderWriter::wants(const OutputTensor& tensor) {
  state_->slot(tensor);
  return true;
}

std::size_t FolderWriter::write(const OutputTensor& tensor, std::size_t row_begin,
                                std::span<const float> values) {
  Slot& slot = state_->slot(tensor);
  const std::size_t width = bytes(tensor.dtype);
  std::uint64_t begin = std::uint64_t{row_begin} * tensor.row_length() * width;
  if (begin > slot.size || values.size() * width > slot.size - begin) {
    throw Error(fmt::format("tensor {}: rows from {} do not fit into {}", tensor.name, row_begin,
                            text(tensor.shape)));
  }
  thread_local std::vector<std::byte> buffer(kChunk);
  std::size_t bad = 0;
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t count = std::min(kChunk / width, values.size() - done);
    const std::span<std::byte> stored(buffer.data(), count * width);
    bad += from_f32(tensor.dtype, values.subspan(done, count), stored);
    state_->files[slot.file].write(stored, slot.offset + begin);
    begin += stored.size();
    done += count;
  }
  slot.written += values.size() * width;
  return bad;
}

void FolderWriter::write_bytes(const OutputTensor& tensor, std::span<const std::byte> bytes) {
  Slot& slot = state_->slot(tensor);
  if (bytes.size() != slot.size) {
    throw Error(fmt::format("tensor {}: {} bytes given, {} expected", tensor.name, bytes.size(), slot.size));
  }
  state_->files[slot.file].write(bytes, slot.offset);
  slot.written += bytes.size();
}

void FolderWriter::done(const OutputTensor& tensor) {
  const Slot& slot = state_->slot(tensor);
  state_->files[slot.file].start_writeback(slot.offset, slot.size);
}

void FolderWriter::commit(const std::string& recipe) {
  State& state = *state_;
  const fs::path& folder = state.folder.path();
  state.check_complete();
  for (const OutputFile& file : state.files) file.sync();
  const std::string index = index_text(state.layout);
  if (!index.empty()) write_synced(folder / "model.safetensors.index.json", index);
  state.copy_companions();
  if (!recipe.empty()) write_synced(folder / "mergekit_config.yml", recipe);
  state.card.recipe = recipe;
  write_synced(folder / "README.md", model_card_text(state.card));
  write_synced(folder / "config.json",
               config_text(state.config));  // last: without it no loader takes the folder
  state.folder.publish();
}

}  // namespace tsugi::merge
