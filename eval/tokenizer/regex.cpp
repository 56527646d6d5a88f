// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#define PCRE2_CODE_UNIT_WIDTH 8
#include "eval/tokenizer/regex.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <map>
#include <mutex>
#include <stdexcept>

#include "eval/tokenizer/category.h"
#include "eval/tokenizer/scripts.h"
#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

constexpr std::uint32_t kMostSteps = 10'000'000;

// \x{41}-\x{5A}…: the code points that belong, without surrogates, which no text has.
std::string ranges_where(const std::function<bool(char32_t)>& belongs) {
  std::string ranges;
  constexpr char32_t kEnd = 0x110000;
  const auto valid = [&](char32_t c) { return !(c >= 0xD800 && c < 0xE000) && belongs(c); };
  for (char32_t c = 0; c < kEnd; ++c) {
    if (!valid(c)) continue;
    char32_t last = c;
    while (last + 1 < kEnd && valid(last + 1)) ++last;
    ranges += fmt::format(R"(\x{{{:X}}}-\x{{{:X}}})", static_cast<std::uint32_t>(c),
                          static_cast<std::uint32_t>(last));
    c = last;
  }
  return ranges;
}

// Inside of a class: the ranges of a property, or of all that is not in it.
const std::string& property_ranges(const std::string& name, bool negated) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, bool>, std::string> known;
  const std::lock_guard lock(mutex);
  auto found = known.find({name, negated});
  if (found != known.end()) return found->second;
  std::function<bool(char32_t)> belongs;
  if (name == "space") {
    belongs = unicode::is_space;
  } else if (name == "word") {
    belongs = unicode::is_word;
  } else if (unicode::is_category(name)) {
    belongs = [&](char32_t c) { return unicode::is_in(unicode::category(c), name); };
  } else if (const auto script = unicode::script_named(name)) {
    belongs = [script](char32_t c) { return unicode::script(c) == *script; };
  } else {
    throw std::invalid_argument(
        fmt::format("the property '{}'; general categories and scripts are known", name));
  }
  std::string ranges = ranges_where([&](char32_t c) { return belongs(c) != negated; });
  return known.emplace(std::pair(name, negated), std::move(ranges)).first->second;
}

class Translator {
 public:
  explicit Translator(const std::string& pattern) : pattern_(pattern) {}

  std::string run() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '\\') {
        escape(false);
      } else if (c == '[') {
        char_class();
      } else {
        result_ += c;
        ++at_;
      }
    }
    return std::move(result_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }

  void put_class(const std::string& name, bool negated, bool inside) {
    result_ += inside ? property_ranges(name, negated) : "[" + property_ranges(name, negated) + "]";
  }

  // At a backslash.
  void escape(bool inside) {
    const char kind = peek(1);
    at_ += 2;
    switch (kind) {
      case 's':
      case 'S':
        return put_class("space", kind == 'S', inside);
      case 'w':
      case 'W':
        return put_class("word", kind == 'W', inside);
      case 'd':
      case 'D':
        return put_class("Nd", kind == 'D', inside);
      case 'p':
      case 'P':
        return property(kind == 'P', inside);
      case 'u':
        return hexadecimal();
      case 'h':
        result_ += inside ? "0-9a-fA-F" : "[0-9a-fA-F]";
        return;
      case '\0':
        throw std::invalid_argument("a backslash at the end");
      default:
        result_ += '\\';
        result_ += kind;
    }
  }

  void property(bool negated, bool inside) {
    std::string name;
    if (peek() == '{') {
      const std::size_t end = pattern_.find('}', at_);
      if (end == std::string::npos) throw std::invalid_argument("a property without its end");
      name = pattern_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      name = std::string(1, peek());
      ++at_;
    }
    if (name.starts_with('^')) {
      negated = !negated;
      name.erase(0, 1);
    }
    put_class(name, negated, inside);
  }

  void hexadecimal() {
    const std::string digits = pattern_.substr(std::min(at_, pattern_.size()), 4);
    if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      throw std::invalid_argument("\\u without four hexadecimal digits");
    result_ += fmt::format("\\x{{{}}}", digits);
    at_ += 4;
  }

  // At its opening bracket.
  void char_class() {
    result_ += '[';
    ++at_;
    if (peek() == '^') {
      result_ += '^';
      ++at_;
    }
    for (bool first = true; peek() != ']' || first; first = false) {
      if (at_ >= pattern_.size()) throw std::invalid_argument("a class without its end");
      if (peek() == '[' || (peek() == '&' && peek(1) == '&'))
        throw std::invalid_argument("a class inside a class, or an intersection");
      if (peek() == '\\') {
        escape(true);
      } else {
        result_ += pattern_[at_++];
      }
    }
    result_ += ']';
    ++at_;
  }

  const std::string& pattern_;
  std::string result_;
  std::size_t at_ = 0;
};

PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

}  // namespace

struct Regex::Compiled {
  std::string pattern;
  std::unique_ptr<pcre2_code, Freer<pcre2_code_free>> code;
  std::unique_ptr<pcre2_match_context, Freer<pcre2_match_context_free>> context;
};

std::string pcre_of_oniguruma(const std::string& pattern) {
  return Translator(pattern).run();
}

Regex::Regex(const std::string& pattern) {
  auto compiled = std::make_shared<Compiled>();
  compiled->pattern = pattern;
  const std::string translated = pcre_of_oniguruma(pattern);
  int error = 0;
  PCRE2_SIZE offset = 0;
  // Ruby's ^ and $ are those of lines.
  constexpr std::uint32_t kOptions =
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_UTF_CHECK;
  compiled->code.reset(
      pcre2_compile(units(translated), translated.size(), kOptions, &error, &offset, nullptr));
  if (compiled->code == nullptr) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof(message));
    throw std::invalid_argument(reinterpret_cast<const char*>(message));
  }
  pcre2_jit_compile(compiled->code.get(),
                    PCRE2_JIT_COMPLETE);  // without it matching is slower, not different
  compiled->context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(compiled->context.get(), kMostSteps);
  compiled_ = std::move(compiled);
}

void Regex::each_match(std::string_view text,
                       const std::function<void(std::size_t, std::size_t)>& found) const {
  const std::unique_ptr<pcre2_match_data, Freer<pcre2_match_data_free>> data(
      pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
  for (std::size_t at = 0; at < text.size();) {
    const int result = pcre2_match(compiled_->code.get(), units(text), text.size(), at, PCRE2_NO_UTF_CHECK,
                                   data.get(), compiled_->context.get());
    if (result == PCRE2_ERROR_NOMATCH) return;
    if (result < 0) {
      throw InputError("tokenizer.json",
                       fmt::format("the pattern '{}' gave up on a text ({})", compiled_->pattern, result),
                       "shorten the text");
    }
    if (offsets[1] > offsets[0]) {
      found(offsets[0], offsets[1]);
      at = offsets[1];
    } else {
      at = offsets[1] < text.size() ? offsets[1] + unicode::code_point_at(text, offsets[1]).length
                                    : text.size();
    }
  }
}

}  // namespace tsugi::eval::tokenization
