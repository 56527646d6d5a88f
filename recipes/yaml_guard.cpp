// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/yaml_guard.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <vector>

#include "recipes/error.h"

namespace tsugi::recipes {
namespace {

constexpr std::size_t kMaxDepth = 100;              // recipes nest seven deep
constexpr std::size_t kMaxValues = 200'000;         // yaml-cpp takes about half a kilobyte a value: 100 MB
constexpr std::size_t kMaxAliasedValues = 100'000;  // a few lines of nested aliases would make billions

// yaml-cpp holds all tokens of a flow collection, about 250 bytes each, until it ends: this many are 100 MB
// as well.
constexpr std::size_t kMaxFlowMarks = 2 * kMaxValues;

constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";
constexpr std::array<std::string_view, 7> kPlainTypes{"str", "int", "float", "bool", "null", "seq", "map"};

/// Length of the UTF-8 sequence at the front (RFC 3629, table in section 4), 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  // The second byte's range is narrower after these four: overlong forms, surrogates, beyond U+10FFFF.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x7F || (byte < 0x20 && c != '\t' && c != '\n' && c != '\r');
}

/// Listens to the parser, builds nothing.
class Guard final : public YAML::EventHandler {
 public:
  Guard(std::string_view text, const std::string& file, Documents allowed, std::string_view scalar_tag)
      : text_(text), file_(file), allowed_(allowed), scalar_tag_(scalar_tag) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1 && allowed_ == Documents::one) {
      fail(mark, "a second YAML document begins here",
           "one document is read here; put the others into files of their own");
    }
    sizes_.clear();  // anchors hold for one document
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { count_leaf(mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& /*value*/) override {
    if (scalar_tag_.empty() || tag != scalar_tag_) check_tag(mark, tag);
    check_quotes(mark);
    count_leaf(mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto size = sizes_.find(anchor);
    if (size == sizes_.end()) fail(mark, "an alias inside its own anchor", "write the value out");
    aliased_ += size->second;
    if (aliased_ > kMaxAliasedValues) {
      fail(mark, fmt::format("aliases stand for more than {} values", kMaxAliasedValues),
           "use fewer aliases");
    }
    add(size->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A list or mapping whose end has not come yet.
  struct Open {
    YAML::anchor_t anchor;
    std::size_t values;
  };

  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view what, std::string_view cure) const {
    throw InputError(Mark{file_, mark.line + 1, mark.column + 1}, what, cure);
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;  // yaml-cpp's marks for untagged: plain and quoted
    const bool ours = tag.compare(0, kYamlTag.size(), kYamlTag) == 0;
    const std::string_view type =
        ours ? std::string_view(tag).substr(kYamlTag.size()) : std::string_view(tag);
    if (ours && std::find(kPlainTypes.begin(), kPlainTypes.end(), type) != kPlainTypes.end()) return;
    fail(mark, fmt::format("tag '{}{}', which asks for code or objects", ours ? "!!" : "", type),
         "tsugi reads plain values only; remove the tag and write the value itself");
  }

  void add(std::size_t values) {
    if (!open_.empty()) open_.back().values += values;
  }

  void count(const YAML::Mark& mark) {
    if (++values_ > kMaxValues)
      fail(mark, fmt::format("more than {} values", kMaxValues), "is this the right file?");
  }

  // yaml-cpp takes the end of the file for the closing quote.
  void check_quotes(const YAML::Mark& mark) {
    std::size_t at = static_cast<std::size_t>(std::max(0, mark.pos));
    const char quote = at < text_.size() ? text_[at] : '\0';
    if (quote != '"' && quote != '\'') return;
    for (++at; at < text_.size(); ++at) {
      const bool doubled = quote == '\'' && text_.substr(at, 2) == "''";
      if (doubled || (quote == '"' && text_[at] == '\\')) {
        ++at;
      } else if (text_[at] == quote) {
        return;
      }
    }
    fail(mark, "a quote that is never closed", fmt::format("close it with {}", quote));
  }

  void count_leaf(const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(mark);
    add(1);
    if (anchor != YAML::NullAnchor) sizes_[anchor] = 1;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(mark, tag);
    count(mark);
    if (open_.size() >= kMaxDepth)
      fail(mark, fmt::format("nested more than {} deep", kMaxDepth), "is this the right file?");
    open_.push_back({anchor, 1});
  }

  void close() {
    const Open done = open_.back();
    open_.pop_back();
    if (done.anchor != YAML::NullAnchor) sizes_[done.anchor] = done.values;
    add(done.values);
  }

  std::string_view text_;
  const std::string& file_;
  Documents allowed_;
  std::string_view scalar_tag_;  ///< allowed on plain values; "" for none
  int documents_ = 0;
  std::size_t values_ = 0;
  std::size_t aliased_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::size_t> sizes_;  ///< values below a finished anchor, aliases counted in full
};

}  // namespace

std::string_view without_bom(std::string_view text) {
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  return text.substr(0, kBom.size()) == kBom ? text.substr(kBom.size()) : text;
}

void check_yaml_size(std::size_t bytes, const std::string& file) {
  if (bytes > kMaxYamlBytes) throw InputError(file, "larger than 16 MiB", "is this the right file?");
}

void check_yaml_text(std::string_view text, const std::string& file) {
  check_yaml_size(text.size(), file);
  int line = 1;
  std::size_t line_start = 0;
  std::size_t flow_marks = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i, 4));
    if (length == 0 || is_control(text[i])) {
      throw InputError(Mark{file, line, static_cast<int>(i - line_start) + 1},
                       fmt::format("byte 0x{:02x}, expected UTF-8 text without control characters",
                                   static_cast<unsigned char>(text[i])),
                       "save the file as UTF-8 text");
    }
    if (text[i] == '\n') {
      ++line;
      line_start = i + 1;
    }
    if (text[i] == '[' || text[i] == '{' || text[i] == ',') ++flow_marks;
    i += length;
  }
  if (flow_marks > kMaxFlowMarks) {
    throw InputError(file, fmt::format("more than {} brackets and commas", kMaxFlowMarks),
                     "is this the right file?");
  }
}

void check_yaml_events(std::string_view text, const std::string& file, Documents allowed,
                       std::string_view scalar_tag) {
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  Guard guard(without_bom(text), file, allowed, scalar_tag);
  while (parser.HandleNextDocument(guard)) {
  }
}

}  // namespace tsugi::recipes
