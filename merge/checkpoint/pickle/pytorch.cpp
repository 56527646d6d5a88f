// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/pickle/pytorch.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "merge/checkpoint/file_kind.h"
#include "merge/checkpoint/json.h"
#include "merge/checkpoint/pickle/interpreter.h"
#include "merge/checkpoint/pickle/strided_rows.h"
#include "merge/checkpoint/pickle/zip_archive.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::string_view kPickle = "/data.pkl";
constexpr std::string_view kReSave = "load the weights with PyTorch and save them again, as safetensors";
constexpr std::size_t kLongestName = 1024;
constexpr std::uint64_t kMostRepetition = 4;  // a tensor may show the elements of its storage this often

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_kind(std::span<const std::byte> file, const std::string& path) {
  const std::string_view head = text_of(file).substr(0, 512);  // a tar's first block
  if (starts_with(head, "PK\x03\x04")) return;
  const bool pickle = head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (pickle || head.find("ustar") != std::string_view::npos) {
    throw InputError(path, "is in PyTorch's format from before 1.6, which is not read", kReSave);
  }
  if (const auto kind = foreign_kind(file)) throw InputError(path, kind->what, kind->cure);
  throw InputError(path, "is no archive of PyTorch's", "download the file again");
}

class Reader {
 public:
  Reader(std::span<const std::byte> file, const std::string& path, std::vector<std::string>* notes)
      : path_(path), notes_(notes), entries_(read_zip_directory(file, path)) {}

  std::vector<TensorView> read() {
    find_root();
    objects_ = interpret_pickle(entries_.at(fmt::format("{}{}", root_, kPickle)),
                                fmt::format("{}, data.pkl", path_));
    const PickleValue state = state_dict();
    const std::vector<PickleValue>& items = objects_.items(state);
    std::vector<TensorView> tensors;
    std::set<std::string_view> names;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (items[i].kind != PickleKind::text || items[i + 1].kind != PickleKind::tensor) {
        ++dropped;
        continue;
      }
      const std::string_view name = objects_.text(items[i]);
      check_name(name);
      if (!names.insert(name).second)
        refuse(fmt::format("tensor {} stands twice in the pickle", cited(name)));
      tensors.push_back(
          view(std::string(name), objects_.tensors[static_cast<std::size_t>(items[i + 1].number)]));
    }
    if (dropped > 0) note(fmt::format("{}: {} entries that are no tensors are not used", path_, dropped));
    note_prefix(names);
    return tensors;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw InputError(path_, what, kReSave); }
  void note(std::string text) const {
    if (notes_ != nullptr) notes_->push_back(std::move(text));
  }

  // The archive's one folder, whatever its name.
  void find_root() {
    std::optional<std::string> root;
    for (const auto& [name, bytes] : entries_) {
      const bool pickle = name.size() > kPickle.size() &&
                          name.compare(name.size() - kPickle.size(), kPickle.size(), kPickle) == 0 &&
                          name.find('/') == name.size() - kPickle.size();
      if (!pickle) continue;
      if (root) refuse("has two pickles");
      root = name.substr(0, name.size() - kPickle.size());
    }
    if (!root) refuse("is a zip archive without data.pkl, not one of torch.save's");
    root_ = *root;
    if (const auto order = entries_.find(root_ + "/byteorder");
        order != entries_.end() && !starts_with(text_of(order->second), "little")) {
      refuse(fmt::format("has byte order {}, only little is read", cited(text_of(order->second))));
    }
    const std::string code = root_ + "/code/";
    const auto first = entries_.lower_bound(code);
    if (entries_.count(root_ + "/constants.pkl") != 0 ||
        (first != entries_.end() && starts_with(first->first, code))) {
      refuse("is a TorchScript program, not a state dict");
    }
  }

  bool has_tensors(PickleValue dict) const {
    const auto& items = objects_.items(dict);
    for (std::size_t i = 1; i < items.size(); i += 2) {
      if (items[i].kind == PickleKind::tensor) return true;
    }
    return false;
  }

  PickleValue state_dict() const {
    const PickleValue top = objects_.result;
    if (top.kind != PickleKind::dict) refuse("holds something else than a state dict");
    if (has_tensors(top)) return top;
    std::optional<PickleValue> inner;
    const auto& items = objects_.items(top);
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      if (items[i].kind != PickleKind::text || items[i + 1].kind != PickleKind::dict) continue;
      const std::string_view key = objects_.text(items[i]);
      if ((key != "state_dict" && key != "model" && key != "module") || !has_tensors(items[i + 1])) continue;
      if (inner) refuse("holds more than one state dict");
      inner = items[i + 1];
    }
    return inner.value_or(top);
  }

  void check_name(std::string_view name) const {
    const bool control = std::any_of(
        name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (name.empty() || name.size() > kLongestName || control) {
      refuse(fmt::format("tensor {}: its name has control characters, or not 1 to {} bytes", cited(name),
                         kLongestName));
    }
  }

  // What wrappers leave behind; config.json does not know it.
  void note_prefix(const std::set<std::string_view>& names) const {
    for (const std::string_view prefix : {"module.", "_orig_mod."}) {
      if (names.empty() || !std::all_of(names.begin(), names.end(),
                                        [&](std::string_view n) { return starts_with(n, prefix); }))
        continue;
      note(fmt::format("{}: all names begin with '{}', which a wrapper left there", path_, prefix));
    }
  }

  TensorView view(std::string name, const PickledTensor& tensor) const {
    const std::span<const std::byte> storage = storage_of(name, tensor);
    const std::uint64_t held = storage.size() / bytes(tensor.dtype);
    const std::uint64_t count = count_of(name, tensor);
    TensorView result{.name = std::move(name), .dtype = tensor.dtype, .shape = tensor.shape};
    if (count == 0) return result;
    check_inside(result.name, tensor, held);
    const auto from = storage.subspan(tensor.offset * bytes(tensor.dtype));
    if (is_contiguous(tensor)) {
      result.bytes = from.first(count * bytes(tensor.dtype));
      return result;
    }
    if (!is_float(tensor.dtype)) {
      refuse(fmt::format("tensor {} of type {} is not contiguous", cited(result.name),
                         tsugi::name(tensor.dtype)));
    }
    if (count / kMostRepetition > held) {
      refuse(fmt::format("tensor {} repeats the {} elements of its storage to {}", cited(result.name), held,
                         count));
    }
    result.rows = std::make_shared<StridedRows>(from, tensor.dtype, tensor.shape, tensor.strides);
    return result;
  }

  std::span<const std::byte> storage_of(const std::string& name, const PickledTensor& tensor) const {
    const PickledStorage& storage = tensor.storage;
    const auto entry = entries_.find(fmt::format("{}/data/{}", root_, storage.key));
    if (storage.key.find('/') != std::string_view::npos || entry == entries_.end()) {
      refuse(fmt::format("tensor {}: the archive has no storage {}", cited(name), cited(storage.key)));
    }
    const std::uint64_t width = storage.dtype ? bytes(*storage.dtype) : 1;
    if (storage.size > entry->second.size() / width) {
      refuse(fmt::format("tensor {}: storage {} needs {} elements of {} bytes, its entry has {} bytes",
                         cited(name), cited(storage.key), storage.size, width, entry->second.size()));
    }
    return entry->second.first(storage.size * width);
  }

  std::uint64_t count_of(const std::string& name, const PickledTensor& tensor) const {
    std::uint64_t count = 1;
    bool overflow = false;
    for (const std::size_t size : tensor.shape)
      overflow |= __builtin_mul_overflow(count, std::uint64_t{size}, &count);
    overflow |= count > (std::uint64_t{1} << 59);  // times the widest type still in range
    if (overflow) refuse(fmt::format("tensor {}: shape {} overflows", cited(name), text(tensor.shape)));
    return count;
  }

  void check_inside(const std::string& name, const PickledTensor& tensor, std::uint64_t held) const {
    std::uint64_t last = tensor.offset;
    bool overflow = false;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      std::uint64_t reach = 0;
      overflow |= __builtin_mul_overflow(std::uint64_t{tensor.shape[axis] - 1},
                                         std::uint64_t{tensor.strides[axis]}, &reach);
      overflow |= __builtin_add_overflow(last, reach, &last);
    }
    if (!overflow && last < held) return;
    refuse(fmt::format("tensor {}: shape {}, stride {}, offset {} leave its storage of {} elements",
                       cited(name), text(tensor.shape), text(tensor.strides), tensor.offset, held));
  }

  static bool is_contiguous(const PickledTensor& tensor) {
    std::size_t expected = 1;
    for (std::size_t axis = tensor.shape.size(); axis-- > 0;) {
      if (tensor.shape[axis] != 1 && tensor.strides[axis] != expected) return false;
      expected *= tensor.shape[axis];
    }
    return true;
  }

  const std::string& path_;
  std::vector<std::string>* notes_;
  ZipEntries entries_;
  std::string root_;
  PickleObjects objects_;
};

}  // namespace

std::vector<TensorView> parse_pytorch(std::span<const std::byte> file, const std::string& path,
                                      std::vector<std::string>* notes) {
  check_kind(file, path);
  return Reader(file, path, notes).read();
}

}  // namespace tsugi::merge
