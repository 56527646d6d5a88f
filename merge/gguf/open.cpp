// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/open.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "merge/checkpoint/consistency.h"
#include "merge/checkpoint/json.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/gguf/dequantise.h"
#include "merge/gguf/families.h"
#include "merge/gguf/model_config.h"
#include "merge/gguf/parse.h"
#include "merge/gguf/tokenizer_json.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOriginal = "use the folder the file was made from";

// How a tensor's rows lie in the file.
struct Stored {
  std::span<const std::byte> bytes;
  Storage type = Storage::F32;
  std::size_t row_length = 0;
  std::size_t pair_width = 0;  // rows lie in pairs within heads of this width; 0: as they come
  bool vector = false;         // pairs are of elements
  bool plus_one = false;
};

class Rows : public RowReader {
 public:
  explicit Rows(const Stored& stored) : stored_(stored) {}

  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override {
    const Block block = block_of(stored_.type);
    const std::size_t width = stored_.row_length / block.elements * block.bytes;
    if (stored_.pair_width == 0 || stored_.vector) {
      dequantise(stored_.type, stored_.bytes.subspan(row_begin * width, rows * width), out);
    } else {
      for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t row = paired_row(row_begin + i, stored_.pair_width);
        dequantise(stored_.type, stored_.bytes.subspan(row * width, width),
                   out.subspan(i * stored_.row_length, stored_.row_length));
      }
    }
    if (stored_.plus_one) {
      for (float& value : out) value -= 1;
    }
    if (!stored_.vector || stored_.pair_width == 0) return;
    const std::vector<float> paired(out.begin(), out.end());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = paired[paired_row(i, stored_.pair_width)];
  }

  std::uint64_t stored_bytes() const override { return stored_.bytes.size(); }

 private:
  Stored stored_;
};

DType type_of(Storage type) {
  if (type == Storage::F32) return DType::F32;
  return type == Storage::BF16 ? DType::BF16 : DType::F16;
}

// Of most of the values in matrices.
DType most_common_type(const Header& header) {
  std::map<DType, std::uint64_t> counts;
  for (const TensorInfo& info : header.tensors) {
    if (info.shape.size() >= 2) counts[type_of(info.type)] += elements(info.shape);
  }
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? DType::F32 : most->first;
}

std::span<const std::byte> bytes_of(const TensorInfo& info, std::span<const std::byte> file) {
  return file.subspan(info.offset, stored_size(info.type, info.shape));
}

class Opener {
 public:
  explicit Opener(const fs::path& path)
      : map_(path),
        header_(parse(map_.bytes(), path.string())),
        family_(family_of(header_)),
        type_(most_common_type(header_)) {}

  Contents open() {
    if (header_.count("split.count").value_or(1) > 1) {
      throw InputError(header_.file, "is one of several parts of a model",
                       "join them first: llama-gguf-split --merge FIRST_PART OUT.gguf");
    }
    ModelConfig config = model_config(header_, family_, type_, rope_factors());
    std::vector<TensorView> tensors;
    std::vector<std::string> notes;
    for (const TensorInfo& info : header_.tensors) {
      if (info.name != "rope_freqs.weight") tensors.push_back(view(info, config));
    }
    std::sort(tensors.begin(), tensors.end(),
              [](const TensorView& a, const TensorView& b) { return a.name < b.name; });
    tokenizer_companions(header_, notes);
    note_types(notes);
    check_consistency(config, tensors, header_.file, notes);
    return {std::move(map_), std::move(config), std::move(tensors), std::move(notes)};
  }

 private:
  std::vector<float> rope_factors() const {
    for (const TensorInfo& info : header_.tensors) {
      if (info.name != "rope_freqs.weight" || info.shape.size() != 1) continue;
      std::vector<float> factors(elements(info.shape));
      dequantise(info.type, bytes_of(info, map_.bytes()), factors);
      return factors;
    }
    return {};
  }

  TensorView view(const TensorInfo& info, const ModelConfig& config) const {
    const std::optional<std::string> name = hf_name(family_, info.name);
    if (!name) {
      throw InputError(header_.file,
                       fmt::format("tensor {} is none that the family {} has", cited(info.name), family_.id),
                       kOriginal);
    }
    Stored stored{.bytes = bytes_of(info, map_.bytes()),
                  .type = info.type,
                  .row_length = row_length(info.shape),
                  .pair_width = pair_width(info, config),
                  .vector = info.shape.size() < 2,
                  .plus_one = stored_plus_one(family_, info.name)};
    TensorView view{.name = *name, .dtype = type_, .shape = info.shape};
    const bool plain = info.type == Storage::F32 || info.type == Storage::F16 || info.type == Storage::BF16;
    if (plain && type_of(info.type) == type_ && stored.pair_width == 0 && !stored.plus_one) {
      view.bytes = stored.bytes;
    } else {
      view.rows = std::make_shared<const Rows>(stored);
    }
    return view;
  }

  std::size_t pair_width(const TensorInfo& info, const ModelConfig& config) const {
    const PairedHeads heads = paired_heads(family_, info.name);
    if (heads == PairedHeads::none || info.shape.empty()) return 0;
    const double count =
        *config.number(heads == PairedHeads::key ? "num_key_value_heads" : "num_attention_heads");
    const auto width = static_cast<std::size_t>(*config.number("head_dim"));
    if (count > 0 && width % 2 == 0 && width > 0 &&
        info.shape.front() == static_cast<std::size_t>(count) * width)
      return width;
    throw InputError(header_.file,
                     fmt::format("tensor {} has {} rows, {} heads of {} do not fit", cited(info.name),
                                 info.shape.front(), count, width),
                     kOriginal);
  }

  void note_types(std::vector<std::string>& notes) const {
    std::map<std::string_view, std::size_t> counts;
    bool quantised = false;
    for (const TensorInfo& info : header_.tensors) {
      ++counts[block_of(info.type).name];
      quantised |= block_of(info.type).elements > 1;
    }
    if (!quantised) return;
    std::string list;
    for (const auto& [name, count] : counts)
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, name);
    notes.push_back(
        fmt::format("{} is quantised ({} tensors): what was rounded away stays lost, and a merge adds to it",
                    header_.file, list));
  }

  MappedFile map_;
  Header header_;
  const Family& family_;
  DType type_;
};

}  // namespace

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == ".gguf" && !fs::is_directory(path, ignored);
}

Contents open(const fs::path& file) {
  return Opener(file).open();
}

std::vector<Companion> companions(const fs::path& file) {
  const MappedFile map(file);
  std::vector<std::string> told_already;
  return tokenizer_companions(parse(map.bytes(), file.string()), told_already);
}

}  // namespace tsugi::merge::gguf
