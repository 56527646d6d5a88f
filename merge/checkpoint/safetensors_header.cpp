// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// Our caps: far above every real checkpoint, low enough that a hostile header cannot make us busy.
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kHighestRank = 16;
constexpr std::size_t kMostTensors = 2'000'000;
constexpr std::uint64_t kLargest = (std::uint64_t{1} << 63) - 1;  // sizes stay in range as signed numbers too

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::string_view kCure =
    "the file is damaged or its writer was: save it again with the safetensors library";

class HeaderReader : public JsonEvents {
 public:
  HeaderReader(const std::string& file, std::vector<std::string>* notes) : file_(file), notes_(notes) {}

  std::vector<HeaderEntry> take() {
    refuse_duplicates();
    return std::move(entries_);
  }

  void on_key(std::string& key, std::size_t offset) override {
    if (ignored_ > 0) return;
    switch (at_) {
      case At::top:
        return begin_entry(key, offset);
      case At::metadata:
        return metadata_key(key, offset);
      default:
        return entry_key(key, offset);
    }
  }

  void on_open(bool object) override {
    if (ignored_ > 0) {
      ++ignored_;
      return;
    }
    switch (at_) {
      case At::outside:
        if (!object) refuse("the header is a list, not an object");
        at_ = At::top;
        return;
      case At::top:
        if (!object) refuse_entry("a list, expected an object with dtype, shape and data_offsets");
        at_ = in_metadata_ ? At::metadata : At::entry;
        return;
      case At::metadata:
        refuse("__metadata__ holds a value that is not a string");
      case At::entry:
        return open_field(object);
      case At::shape:
        refuse_entry("shape holds something else than non-negative integers");
      case At::offsets:
        refuse_entry("data_offsets holds something else than non-negative integers");
    }
  }

  void on_close() override {
    if (ignored_ > 0) {
      --ignored_;
      return;
    }
    switch (at_) {
      case At::shape:
        at_ = At::entry;
        return;
      case At::offsets:
        if (offsets_ != 2) refuse_entry(fmt::format("data_offsets holds {} numbers, expected two", offsets_));
        at_ = At::entry;
        return;
      case At::entry:
        end_entry();
        at_ = At::top;
        return;
      case At::metadata:
        at_ = At::top;
        return;
      default:
        at_ = At::outside;
    }
  }

  void on_value(nlohmann::json&& value) override {
    if (ignored_ > 0) return;
    switch (at_) {
      case At::outside:
        refuse("the header is not a JSON object");
      case At::top:
        if (in_metadata_ && value.is_null()) return;
        if (in_metadata_) refuse("__metadata__ is not an object");
        refuse_entry("not an object with dtype, shape and data_offsets");
      case At::metadata:
        if (!value.is_string()) refuse("__metadata__ holds a value that is not a string");
        return;
      case At::entry:
        return entry_value(value);
      case At::shape:
        if (entry_.shape.size() == kHighestRank)
          refuse_entry(fmt::format("more than {} dimensions", kHighestRank));
        entry_.shape.push_back(integer(value, "shape"));
        return;
      case At::offsets:
        (offsets_ == 0 ? entry_.begin : entry_.end) = integer(value, "data_offsets");
        if (++offsets_ > 2) refuse_entry("data_offsets holds more than two numbers");
        return;
    }
  }

 private:
  enum class At { outside, top, metadata, entry, shape, offsets };
  enum class Field { dtype, shape, offsets, unknown };

  [[noreturn]] void refuse(std::string_view what) const { throw InputError(file_, what, kCure); }
  [[noreturn]] void refuse_entry(std::string_view what) const {
    refuse(fmt::format("tensor {} (byte {}): {}", cited(entry_.name), entry_.place, what));
  }

  void begin_entry(std::string& name, std::size_t offset) {
    in_metadata_ = name == kMetadata;
    if (in_metadata_) {
      if (metadata_place_ != 0) {
        refuse(fmt::format("__metadata__ stands twice, at bytes {} and {}", metadata_place_, offset));
      }
      metadata_place_ = offset;
      return;
    }
    entry_ = {};
    entry_.name = std::move(name);
    entry_.place = offset;
    seen_.clear();
    offsets_ = 0;
    const bool control = std::any_of(entry_.name.begin(), entry_.name.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (control) refuse_entry("its name holds control characters");
    if (entry_.name.empty() || entry_.name.size() > kLongestName) {
      refuse_entry(fmt::format("its name has {} bytes, expected 1 to {}", entry_.name.size(), kLongestName));
    }
    if (entries_.size() == kMostTensors) refuse(fmt::format("more than {} tensors", kMostTensors));
  }

  void metadata_key(const std::string& key, std::size_t offset) {
    const auto [first, fresh] = metadata_keys_.emplace(key, offset);
    if (fresh) return;
    refuse(
        fmt::format("__metadata__ has key {} twice, at bytes {} and {}", cited(key), first->second, offset));
  }

  void entry_key(const std::string& key, std::size_t offset) {
    const auto [first, fresh] = seen_.emplace(key, offset);
    if (!fresh) {
      refuse_entry(fmt::format("key {} stands twice, at bytes {} and {}", cited(key), first->second, offset));
    }
    field_ = key == "dtype"          ? Field::dtype
             : key == "shape"        ? Field::shape
             : key == "data_offsets" ? Field::offsets
                                     : Field::unknown;
    if (field_ == Field::unknown && notes_ != nullptr && !noted_) {
      notes_->push_back(fmt::format("{}: tensor {} has an unknown key {}, which is ignored", file_,
                                    cited(entry_.name), cited(key)));
      noted_ = true;  // one such tensor stands for all of a file
    }
  }

  void open_field(bool object) {
    if (field_ == Field::unknown) {
      ignored_ = 1;
    } else if (field_ == Field::dtype || object) {
      refuse_entry(field_ == Field::dtype   ? "dtype is not a string"
                   : field_ == Field::shape ? "shape is not a list"
                                            : "data_offsets is not a list");
    } else {
      at_ = field_ == Field::shape ? At::shape : At::offsets;
    }
  }

  void entry_value(const nlohmann::json& value) {
    if (field_ == Field::unknown) return;
    if (field_ == Field::shape) refuse_entry("shape is not a list");
    if (field_ == Field::offsets) refuse_entry("data_offsets is not a list");
    if (!value.is_string()) refuse_entry("dtype is not a string");
    const auto type = dtype_from_safetensors(value.get_ref<const std::string&>());
    if (!type) refuse_entry(fmt::format("unknown dtype {}", cited(value.get_ref<const std::string&>())));
    entry_.dtype = *type;
  }

  std::uint64_t integer(const nlohmann::json& value, std::string_view field) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kLargest) {
      refuse_entry(fmt::format("{} holds {}, expected integers from 0 to 2^63-1", field, value.dump()));
    }
    return value.get<std::uint64_t>();
  }

  void end_entry() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      if (seen_.count(field) == 0) refuse_entry(fmt::format("{} is missing", field));
    }
    entries_.push_back(std::move(entry_));
  }

  // The reference's JSON reader keeps the last of two silently, so this is the only guard.
  void refuse_duplicates() const {
    std::vector<std::size_t> order(entries_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return entries_[a].name < entries_[b].name; });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const HeaderEntry& first = entries_[order[i - 1]];
      const HeaderEntry& second = entries_[order[i]];
      if (first.name != second.name) continue;
      refuse(fmt::format("tensor {} stands twice in the header, at bytes {} and {}", cited(first.name),
                         first.place, second.place));
    }
  }

  const std::string& file_;
  std::vector<std::string>* notes_;
  std::vector<HeaderEntry> entries_;
  At at_ = At::outside;
  Field field_ = Field::unknown;
  HeaderEntry entry_;
  std::map<std::string, std::size_t> seen_;  // keys of this entry
  std::map<std::string, std::size_t> metadata_keys_;
  std::size_t metadata_place_ = 0;
  std::size_t offsets_ = 0;
  std::size_t ignored_ = 0;  // levels inside the value of an unknown key
  bool in_metadata_ = false;
  bool noted_ = false;
};

}  // namespace

std::vector<HeaderEntry> read_safetensors_header(std::string_view text, const std::string& file,
                                                 std::size_t start, std::vector<std::string>* notes) {
  HeaderReader reader(file, notes);
  read_json_events(text, file, start, reader);
  return reader.take();
}

}  // namespace tsugi::merge
