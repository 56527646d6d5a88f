// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <type_traits>
#include <utility>
#include <vector>

#include "merge/checkpoint/mapped_file.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kDeepest = 128;  // the reference reader's limit too
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kCure = "the file is damaged: download it or write it again";

// Reads characters for the parser and tells how far it has come, which the parser itself does not.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** seen;

  reference operator*() const { return *at; }
  Cursor& operator++() {
    *seen = ++at;
    return *this;
  }
  Cursor operator++(int) {
    Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at == other.at; }
  bool operator!=(const Cursor& other) const { return at != other.at; }
};

// Hands nlohmann's events on with places, and stops where nesting is too deep.
class Adapter : public nlohmann::json_sax<nlohmann::json> {
 public:
  Adapter(std::string_view text, const std::string& file, std::size_t start, JsonEvents& events)
      : text_(text), file_(file), start_(start), events_(events), seen_(text.data()) {}

  void parse() {
    const char* end = text_.data() + text_.size();
    nlohmann::json::sax_parse(Cursor{text_.data(), &seen_}, Cursor{end, &seen_}, this);
  }

  bool null() override { return value(nullptr); }
  bool boolean(bool given) override { return value(given); }
  bool number_integer(number_integer_t given) override { return value(given); }
  bool number_unsigned(number_unsigned_t given) override { return value(given); }
  bool number_float(number_float_t given, const string_t&) override { return value(given); }
  bool string(string_t& given) override { return value(std::move(given)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& given) override {
    events_.on_key(given, key_offset());
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const bool utf8 = std::string_view(error.what()).find("ill-formed UTF-8") != std::string_view::npos;
    const std::size_t byte = start_ + (position == 0 ? 0 : position - 1);
    throw InputError(file_, fmt::format("invalid {} at byte {}", utf8 ? "UTF-8" : "JSON", byte), kCure);
  }

 private:
  bool value(nlohmann::json&& scalar) {
    events_.on_value(std::move(scalar));
    return true;
  }
  bool open(bool object) {
    if (++depth_ > kDeepest) {
      throw InputError(
          file_, fmt::format("JSON nested deeper than {} levels at byte {}", kDeepest, here() - 1), kCure);
    }
    events_.on_open(object);
    return true;
  }
  bool close() {
    --depth_;
    events_.on_close();
    return true;
  }
  std::size_t here() const { return start_ + static_cast<std::size_t>(seen_ - text_.data()); }

  // The parser has just read the closing quote. Quotes inside a string stand behind an odd number of
  // backslashes.
  std::size_t key_offset() const {
    const char* quote = seen_ - 2;
    for (; quote > text_.data(); --quote) {
      if (*quote != '"') continue;
      const char* before = quote;
      while (before > text_.data() && before[-1] == '\\') --before;
      if ((quote - before) % 2 == 0) break;
    }
    return start_ + static_cast<std::size_t>(quote - text_.data());
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t start_;
  JsonEvents& events_;
  const char* seen_;
  std::size_t depth_ = 0;
};

// Builds a document of either kind.
template <class Json>
class TreeBuilder : public JsonEvents {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}
  Json take() { return std::move(root_); }

  void on_key(std::string& key, std::size_t offset) override {
    const auto [first, fresh] = open_.back().keys.emplace(key, offset);
    if (!fresh) {
      throw InputError(
          file_, fmt::format("key {} stands twice, at bytes {} and {}", cited(key), first->second, offset),
          "keep one of them");
    }
    key_ = std::move(key);
  }
  void on_open(bool object) override { open_.push_back({add(object ? Json::object() : Json::array()), {}}); }
  void on_close() override { open_.pop_back(); }
  void on_value(nlohmann::json&& scalar) override { add(converted(std::move(scalar))); }

 private:
  struct Open {
    Json* json;
    std::map<std::string, std::size_t> keys;  // stays empty for an array
  };

  static Json converted(nlohmann::json&& scalar) {
    if constexpr (std::is_same_v<Json, nlohmann::json>) {
      return std::move(scalar);
    } else {
      switch (scalar.type()) {
        case nlohmann::json::value_t::boolean:
          return scalar.get<bool>();
        case nlohmann::json::value_t::number_integer:
          return scalar.get<std::int64_t>();
        case nlohmann::json::value_t::number_unsigned:
          return scalar.get<std::uint64_t>();
        case nlohmann::json::value_t::number_float:
          return scalar.get<double>();
        case nlohmann::json::value_t::string:
          return std::move(scalar.get_ref<std::string&>());
        default:
          return nullptr;
      }
    }
  }

  Json* add(Json&& value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back().json;
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    auto& object = parent.template get_ref<typename Json::object_t&>();
    if constexpr (std::is_same_v<Json, nlohmann::json>) {
      return &(object[std::move(key_)] = std::move(value));
    } else {  // an ordered map would look through all keys before adding one; on_key has made sure that it is
              // new
      using Entries = typename Json::object_t::Container;
      return &static_cast<Entries&>(object).emplace_back(std::move(key_), std::move(value)).second;
    }
  }

  const std::string& file_;
  Json root_;
  std::vector<Open> open_;
  std::string key_;
};

template <class Json>
Json parse_tree(std::string_view text, const std::string& file, bool* had_bom) {
  const bool bom = text.substr(0, kBom.size()) == kBom;
  if (bom && had_bom == nullptr) {
    throw InputError(file, "begins with a UTF-8 byte order mark at byte 0",
                     "write it again without the mark");
  }
  if (had_bom != nullptr) *had_bom = bom;
  const std::size_t start = bom ? kBom.size() : 0;
  TreeBuilder<Json> builder(file);
  read_json_events(text.substr(start), file, start, builder);
  return builder.take();
}

template <class Json>
Json read_tree(const std::filesystem::path& path, bool* had_bom) {
  const MappedFile file(path);
  if (file.bytes().size() > kMostJsonBytes) {
    throw InputError(
        path.string(),
        fmt::format("{} bytes of JSON, at most {} expected", file.bytes().size(), kMostJsonBytes),
        "check that this is the right file");
  }
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  return parse_tree<Json>(text, path.string(), had_bom);
}

}  // namespace

void read_json_events(std::string_view text, const std::string& file, std::size_t start, JsonEvents& events) {
  // Zero bytes are nowhere legal in JSON, but the parser takes one for the end and would overlook what
  // follows.
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) {
    throw InputError(file, fmt::format("zero byte in JSON at byte {}", start + zero), kCure);
  }
  if (text.substr(0, kBom.size()) == kBom) {  // the parser would skip it silently
    throw InputError(file, fmt::format("UTF-8 byte order mark at byte {}", start), kCure);
  }
  Adapter(text, file, start, events).parse();
}

nlohmann::json parse_json(std::string_view text, const std::string& file, bool* had_bom) {
  return parse_tree<nlohmann::json>(text, file, had_bom);
}

nlohmann::ordered_json parse_ordered_json(std::string_view text, const std::string& file, bool* had_bom) {
  return parse_tree<nlohmann::ordered_json>(text, file, had_bom);
}

nlohmann::json read_json(const std::filesystem::path& file) {
  return read_tree<nlohmann::json>(file, nullptr);
}

nlohmann::ordered_json read_ordered_json(const std::filesystem::path& file, bool* had_bom) {
  return read_tree<nlohmann::ordered_json>(file, had_bom);
}

std::string cited(std::string_view name) {
  constexpr std::size_t kShown = 100;  // tensor names are shorter; a broken file may have one of megabytes
  std::string out = "'";
  std::size_t end = std::min(name.size(), kShown);
  while (end < name.size() && end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  for (const char c : name.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out + (end < name.size() ? "…'" : "'");
}

}  // namespace tsugi::merge
