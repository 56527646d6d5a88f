// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/weight_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);  // follows the links of a hub cache
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// K of "model-00002-of-0000K.safetensors"; nothing for other names.
std::optional<std::size_t> shard_total(std::string_view name) {
  constexpr std::string_view kEnd = ".safetensors";
  constexpr std::string_view kOf = "-of-";
  if (!ends_with(name, kEnd)) return std::nullopt;
  name.remove_suffix(kEnd.size());
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
                     "merge the adapter into its base model first and pass the result");
  }
  if (has("snapshots") && has("refs")) {
    throw InputError(where, "is a repository of the Hugging Face cache",
                     "pass one of the folders in its snapshots/");
  }
  if (any([](const std::string& n) { return shard_total(n).has_value(); })) {
    throw InputError(where, fmt::format("has numbered shards but no {}", kIndex), "download the index too");
  }
  if (any([](const std::string& n) { return n.rfind("pytorch_model", 0) == 0 || ends_with(n, ".bin"); })) {
    throw InputError(where, "has PyTorch .bin weights only; this version reads safetensors",
                     "convert them: load the model in transformers and save_pretrained it");
  }
  if (any([](const std::string& n) { return ends_with(n, ".gguf"); })) {
    throw InputError(where, "has GGUF weights only; this version reads safetensors",
                     "pass the folder that the GGUF file was made from");
  }
  throw InputError(where, fmt::format("has no weights: neither {} nor {}", kIndex, kSingle),
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

WeightFiles read_index(const fs::path& folder, std::vector<std::string>& notes) {
  WeightFiles files;
  files.index = (folder / kIndex).string();
  const nlohmann::json index = read_json(folder / kIndex);
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
  if (is_file(folder / kSingle) && names.count(kSingle) == 0) {
    notes.push_back(
        fmt::format("{}: {} is there too and is not read: the index counts", files.index, kSingle));
  }
  for (const std::string& name : files_of(folder)) {
    if (shard_total(name) && names.count(name) == 0 && name.rfind("model-", 0) == 0) {
      notes.push_back(
          fmt::format("{}: shard {} is not in the index and is not read", files.index, cited(name)));
    }
  }
  return files;
}

}  // namespace

WeightFiles find_weight_files(const fs::path& folder, std::vector<std::string>& notes) {
  if (is_file(folder / kIndex)) return read_index(folder, notes);
  if (is_file(folder / kSingle)) return {{kSingle}, "", {}, std::nullopt};
  refuse_folder(folder);
}

}  // namespace tsugi::merge
