// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "merge/checkpoint/consistency.h"
#include "merge/checkpoint/file_kind.h"
#include "merge/checkpoint/fp8.h"
#include "merge/checkpoint/json.h"
#include "merge/checkpoint/weight_files.h"
#include "merge/gguf/open.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

void check_folder(const fs::path& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  if (!fs::exists(folder, ignored)) {
    throw InputError(folder.string(), "there is no such folder", "check the path of the model");
  }
  if (fs::is_regular_file(folder, ignored)) {
    const MappedFile file(folder);
    const auto kind = foreign_kind(file.bytes());
    if (kind) throw InputError(folder.string(), kind->what, kind->cure);
  }
  throw InputError(folder.string(), "is a file, expected a model folder",
                   "pass the folder that holds config.json");
}

bool by_name(const TensorView& a, const TensorView& b) {
  return a.name < b.name;
}

// Each shard holds exactly what the index gives it.
void check_shard(const std::vector<TensorView>& tensors, const std::string& shard, const WeightFiles& files) {
  constexpr std::string_view kCure = "index and shards are of different saves: download all of them again";
  for (const TensorView& tensor : tensors) {
    const auto mapped = files.weight_map.find(tensor.name);
    if (mapped != files.weight_map.end() && mapped->second == shard) continue;
    throw InputError(
        files.index,
        fmt::format("tensor {} is in shard {}, but the index {}", cited(tensor.name), cited(shard),
                    mapped == files.weight_map.end() ? "does not list it" : "says " + cited(mapped->second)),
        kCure);
  }
}

// Every tensor of the index was found. `tensors` are sorted and none is listed twice.
void check_index(const std::vector<TensorView>& tensors, const WeightFiles& files,
                 std::vector<std::string>& notes) {
  auto found = tensors.begin();
  std::uint64_t total = 0;
  for (const TensorView& tensor : tensors) total += tensor.stored_bytes();
  for (const auto& [name, shard] : files.weight_map) {
    if (found == tensors.end() || found->name != name) {
      throw InputError(files.index, fmt::format("tensor {} is not in shard {}", cited(name), cited(shard)),
                       "index and shards are of different saves: download all of them again");
    }
    ++found;
  }
  if (files.total_size && *files.total_size != total) {
    notes.push_back(fmt::format("{}: total_size is {}, the tensors have {} bytes", files.index,
                                *files.total_size, total));
  }
}

}  // namespace

Checkpoint::Checkpoint(fs::path folder, ModelConfig config)
    : folder_(std::move(folder)), config_(std::move(config)) {}

std::shared_ptr<const Checkpoint> Checkpoint::open(const fs::path& folder) {
  if (gguf::is_file(folder)) {
    gguf::Contents contents = gguf::open(folder);
    const std::shared_ptr<Checkpoint> made(new Checkpoint(folder, std::move(contents.config)));
    made->files_.push_back(std::move(contents.file));
    made->tensors_ = std::move(contents.tensors);
    made->notes_ = std::move(contents.notes);
    return made;
  }
  check_folder(folder);
  std::vector<std::string> notes;
  const WeightFiles files = find_weight_files(folder, notes);
  if (std::error_code ignored; !fs::exists(folder / "config.json", ignored)) {
    throw InputError(folder.string(), "has weights but no config.json", "download config.json too");
  }
  const std::shared_ptr<Checkpoint> made(
      new Checkpoint(folder, ModelConfig::read(folder / "config.json", &notes)));
  refuse_quantised(made->config_);
  made->index_ = files.index;
  for (const std::string& name : files.names) {
    const MappedFile& file = made->files_.emplace_back(folder / name);
    std::vector<TensorView> tensors = read_weight_file(file, &notes);
    if (!files.index.empty()) check_shard(tensors, name, files);
    std::move(tensors.begin(), tensors.end(), std::back_inserter(made->tensors_));
  }
  std::sort(made->tensors_.begin(), made->tensors_.end(), by_name);
  const std::string weights = files.index.empty() ? (folder / files.names.front()).string() : files.index;
  if (!files.index.empty()) check_index(made->tensors_, files, notes);
  if (made->tensors_.empty()) throw InputError(weights, "holds no tensors", "download the weights again");
  dequantise_f8(made->config_, made->tensors_, weights, notes);
  check_consistency(made->config_, made->tensors_, weights, notes);
  made->notes_ = std::move(notes);
  return made;
}

std::shared_ptr<const Checkpoint> Checkpoint::adapted(const std::shared_ptr<const Checkpoint>& base,
                                                      std::vector<TensorView> tensors,
                                                      const std::vector<fs::path>& files,
                                                      std::vector<std::string> notes,
                                                      std::shared_ptr<const void> keeps) {
  const std::shared_ptr<Checkpoint> made(new Checkpoint(base->folder(), base->config()));
  made->tensors_ = std::move(tensors);
  made->adapted_files_ = base->files();
  made->adapted_files_.insert(made->adapted_files_.end(), files.begin(), files.end());
  made->notes_ = std::move(notes);
  made->keeps_ = std::make_shared<std::pair<std::shared_ptr<const Checkpoint>, std::shared_ptr<const void>>>(
      base, std::move(keeps));
  return made;
}

std::shared_ptr<const Checkpoint> Checkpoint::merged(const std::shared_ptr<const Checkpoint>& donor,
                                                     ModelConfig config, std::vector<TensorView> tensors,
                                                     std::vector<fs::path> files,
                                                     std::shared_ptr<const void> keeps) {
  const std::shared_ptr<Checkpoint> made(new Checkpoint(donor->folder(), std::move(config)));
  made->tensors_ = std::move(tensors);
  made->adapted_files_ = std::move(files);
  made->keeps_ = std::move(keeps);
  return made;
}

const TensorView* Checkpoint::find(std::string_view name) const {
  const auto found = std::lower_bound(
      tensors_.begin(), tensors_.end(), name,
      [](const TensorView& tensor, std::string_view wanted) { return tensor.name < wanted; });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

std::vector<fs::path> Checkpoint::files() const {
  if (!adapted_files_.empty()) return adapted_files_;
  if (gguf::is_file(folder_)) return {folder_};
  std::vector<fs::path> all{folder_ / "config.json"};
  if (!index_.empty()) all.emplace_back(index_);
  for (const MappedFile& file : files_) all.push_back(file.path());
  return all;
}

std::vector<Companion> Checkpoint::companions() const {
  return gguf::is_file(folder_) ? gguf::companions(folder_) : find_companions(folder_);
}

}  // namespace tsugi::merge
