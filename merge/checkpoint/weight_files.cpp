// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/weight_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/pickle/pytorch.h"
#include "merge/checkpoint/safetensors.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// What a checkpoint's files are called, in the order in which they are looked for.
struct Names {
  const char* index;
  const char* single;
  const char* shards;  // the beginning of a shard's name
};
constexpr Names kSafetensors{"model.safetensors.index.json", "model.safetensors", "model-"};
constexpr Names kPyTorch{"pytorch_model.bin.index.json", "pytorch_model.bin", "pytorch_model-"};

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);  // follows the links of a hub cache
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// K of "model-00002-of-0000K.safetensors" or "….bin"; nothing for other names.
std::optional<std::size_t> shard_total(std::string_view name) {
  constexpr std::string_view kOf = "-of-";
  if (!ends_with(name, ".safetensors") && !ends_with(name, ".bin")) return std::nullopt;
  name.remove_suffix(name.size() - name.rfind('.'));
  const std::size_t of = name.rfind(kOf);
  if (of == std::string_view::npos) return std::nullopt;
  const std::string_view digits = name.substr(of + kOf.size());
  constexpr std::size_t kMostDigits = 9;  // fits every integer type used here
  const bool number = !digits.empty() && digits.size() <= kMostDigits &&
                      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? std::optional<std::size_t>(std::stoul(std::string(digits))) : std::nullopt;
}

std::vector<std::string> files_of(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error)
    throw InputError(folder.string(), "cannot be listed: " + error.message(), "check the folder's rights");
  std::sort(names.begin(), names.end());
  return names;
}

bool holds_training_state(const std::string& name) {
  static constexpr const char* kStarts[] = {"training_args", "optimizer", "scheduler", "rng_state",
                                            "consolidated",  "adapter_",  "scaler"};
  return std::any_of(std::begin(kStarts), std::end(kStarts),
                     [&](const char* start) { return name.rfind(start, 0) == 0; });
}

bool is_pytorch(const std::string& name) {
  const bool extension = ends_with(name, ".bin") || ends_with(name, ".pt") || ends_with(name, ".pth");
  return extension && !shard_total(name) && !holds_training_state(name);
}

// Nothing to read: says what the folder is instead.
[[noreturn]] void refuse_folder(const fs::path& folder) {
  const std::vector<std::string> names = files_of(folder);
  const auto any = [&](auto test) { return std::any_of(names.begin(), names.end(), test); };
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const std::string where = folder.string();
  if (has("adapter_config.json") ||
      any([](const std::string& n) { return n.rfind("adapter_model.", 0) == 0; })) {
    throw InputError(where, "is an adapter (LoRA), not a whole model",
                     "name it behind its base model: MODEL+ADAPTER");
  }
  if (has("snapshots") && has("refs")) {
    throw InputError(where, "is a repository of the Hugging Face cache",
                     "pass one of the folders in its snapshots/");
  }
  for (const Names& kind : {kSafetensors, kPyTorch}) {
    if (any([&](const std::string& n) { return shard_total(n) && n.rfind(kind.shards, 0) == 0; })) {
      throw InputError(where, fmt::format("has numbered shards but no {}", kind.index),
                       "download the index too");
    }
  }
  if (std::count_if(names.begin(), names.end(), is_pytorch) > 0) {
    throw InputError(where, fmt::format("has PyTorch files, but none is {}", kPyTorch.single),
                     "rename the one that holds the weights");
  }
  const auto gguf =
      std::find_if(names.begin(), names.end(), [](const std::string& n) { return ends_with(n, ".gguf"); });
  if (gguf != names.end())
    throw InputError(where, "has GGUF weights only",
                     fmt::format("pass the file itself: {}", (folder / *gguf).string()));
  throw InputError(where,
                   fmt::format("has no weights: neither {}, {}, {} nor {}", kSafetensors.index,
                               kSafetensors.single, kPyTorch.index, kPyTorch.single),
                   "pass a model folder in Hugging Face layout");
}

// Only plain names: an index must not reach out of its folder.
bool is_plain(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of("/\\:") == std::string::npos &&
         std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::map<std::string, std::string> read_weight_map(const nlohmann::json& index, const std::string& file) {
  constexpr std::string_view kCure = "download the index again, or write the model again";
  const auto found = index.is_object() ? index.find("weight_map") : index.end();
  if (found == index.end() || !found->is_object()) throw InputError(file, "has no weight_map object", kCure);
  if (found->empty()) throw InputError(file, "weight_map is empty: a model without tensors", kCure);
  std::map<std::string, std::string> map;
  for (const auto& [tensor, shard] : found->items()) {
    if (!shard.is_string()) {
      throw InputError(file, fmt::format("weight_map of {} is not a file name", cited(tensor)), kCure);
    }
    const auto& name = shard.get_ref<const std::string&>();
    if (!is_plain(name)) {
      throw InputError(
          file,
          fmt::format("weight_map of {} names {}, expected a plain file name", cited(tensor), cited(name)),
          kCure);
    }
    map.emplace(tensor, name);
  }
  return map;
}

void check_presence(const fs::path& folder, const WeightFiles& files) {
  std::vector<std::string> missing;
  std::size_t expected = files.names.size();
  for (const std::string& name : files.names) {
    expected = std::max(expected, shard_total(name).value_or(0));
    if (!is_file(folder / name)) missing.push_back(cited(name));
  }
  if (missing.empty()) return;
  throw InputError(files.index,
                   fmt::format("{} of {} shards present, missing or no regular file: {}",
                               files.names.size() - missing.size(), expected, fmt::join(missing, ", ")),
                   "download the missing shards");
}

WeightFiles read_index(const fs::path& folder, const Names& kind, std::vector<std::string>& notes) {
  WeightFiles files;
  files.index = (folder / kind.index).string();
  const nlohmann::json index = read_json(folder / kind.index);
  files.weight_map = read_weight_map(index, files.index);
  std::set<std::string> names;
  for (const auto& [tensor, name] : files.weight_map) names.insert(name);
  files.names.assign(names.begin(), names.end());
  check_presence(folder, files);
  const auto metadata = index.find("metadata");
  if (metadata != index.end() && metadata->is_object() && metadata->contains("total_size")) {
    const nlohmann::json& size = metadata->at("total_size");
    if (size.is_number_unsigned()) files.total_size = size.get<std::uint64_t>();
  }
  if (is_file(folder / kind.single) && names.count(kind.single) == 0) {
    notes.push_back(
        fmt::format("{}: {} is there too and is not read: the index counts", files.index, kind.single));
  }
  for (const std::string& name : files_of(folder)) {
    if (shard_total(name) && names.count(name) == 0 && name.rfind(kind.shards, 0) == 0) {
      notes.push_back(
          fmt::format("{}: shard {} is not in the index and is not read", files.index, cited(name)));
    }
  }
  return files;
}

// One file of torch.save's under a name of its own; nothing when there are more, as they may be anything.
std::optional<std::string> lone_pytorch_file(const fs::path& folder) {
  std::optional<std::string> found;
  for (const std::string& name : files_of(folder)) {
    if (!is_pytorch(name) || !is_file(folder / name)) continue;
    if (found) return std::nullopt;
    found = name;
  }
  return found;
}

}  // namespace

WeightFiles find_weight_files(const fs::path& folder, std::vector<std::string>& notes) {
  for (const Names& kind : {kSafetensors, kPyTorch}) {
    if (is_file(folder / kind.index)) return read_index(folder, kind, notes);
    if (is_file(folder / kind.single)) return {{kind.single}, "", {}, std::nullopt};
  }
  if (const auto name = lone_pytorch_file(folder)) return {{*name}, "", {}, std::nullopt};
  refuse_folder(folder);
}

std::vector<TensorView> read_weight_file(const MappedFile& file, std::vector<std::string>* notes) {
  const std::string path = file.path().string();
  return file.path().extension() == ".safetensors" ? parse_safetensors(file.bytes(), path, notes)
                                                   : parse_pytorch(file.bytes(), path, notes);
}

}  // namespace tsugi::merge
