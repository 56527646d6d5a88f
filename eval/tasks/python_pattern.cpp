// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rewriting of Python patterns for PCRE2. Both stem from Perl's syntax, so that nearly every letter of a
// pattern could mean something else to the other: a pattern is read as Lib/re/_parser.py of Python 3.11 does,
// and each of its parts written anew.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "eval/tasks/pattern_cursor.h"
#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

// One letter to Python's flag i (Lib/re/_casefix.py, and the lower case of U+0130), and not to PCRE2's. Of
// all other letters the two think alike.
constexpr std::array<std::u32string_view, 4> kOneLetter{U"iI\u0130\u0131", U"\u0390\u1fd3", U"\u03b0\u1fe3",
                                                        U"\ufb05\ufb06"};

constexpr std::size_t kMostDigits = 9;  // of a number of repetitions; PCRE2 takes five

class Rewriter {
 public:
  explicit Rewriter(std::string_view pattern) : in_(pattern) {}

  std::string run() {
    while (!in_.at_end()) part();
    if (scopes_.size() > 1) refuse_pattern("a parenthesis that is not closed");
    return std::move(out_);
  }

 private:
  /// What holds up to the next ')'.
  struct Scope {
    bool ignore_case = false;
    bool verbose = false;
    std::size_t group = 0;      ///< of a group that captures, from 1
    bool no_width = false;      ///< looks around, or may have no second branch
    bool empty_branch = false;  ///< a branch before this may match nothing
    bool empty = true;          ///< this branch may so far
    bool was_empty = true;      ///< it might before the last item
  };

  /// What a repetition would repeat.
  enum class Before { nothing, item, repetition };

  void put(std::string_view text, Before before) {
    out_ += text;
    before_ = before;
  }

  void put_item(std::string_view text, bool may_be_empty = false) {
    put(text, Before::item);
    Scope& scope = scopes_.back();
    scope.was_empty = scope.empty;
    scope.empty = scope.empty && may_be_empty;
    item_may_be_empty_ = may_be_empty;
  }

  void part() {
    if (scopes_.back().verbose && is_one_of(in_.peek(), " \t\n\r\v\f#")) return skip();
    if (is_one_of(in_.peek(), "*+?{")) return repetition();
    const char32_t c = in_.next();
    if (c == '\\') return escape();
    if (c == '[') return character_class();
    if (c == '(') return group();
    if (c == ')') return close();
    if (c == '|') return branch();
    if (c == '^') return put("^", Before::nothing);
    if (c == '$') return put("$", Before::nothing);
    if (c == '.') return put_item(".");
    put_literal(c);
  }

  /// White space or a comment under the flag x.
  void skip() {
    if (in_.next() != '#') return;
    while (!in_.at_end() && in_.next() != '\n') {
    }
  }

  void put_literal(char32_t c) {
    const std::string same = same_letters(c, c);
    put_item(same.empty() ? literal(c).text : "[" + same + "]");
  }

  /// What is one letter with any of the characters first to last under the flag i, where PCRE2 does not know
  /// by itself.
  std::string same_letters(char32_t first, char32_t last) const {
    std::string found;
    const auto is_among = [&](char32_t c) { return c >= first && c <= last; };
    for (const std::u32string_view same : kOneLetter) {
      if (scopes_.back().ignore_case && std::any_of(same.begin(), same.end(), is_among))
        found += python::utf8(same);
    }
    return found;
  }

  void escape() {
    if (is_digit(in_.peek()) && in_.peek() != '0') return reference_or_octal();
    if (in_.take(U"A")) return put("\\A", Before::nothing);
    if (in_.take(U"Z")) return put("\\z", Before::nothing);
    if (in_.take(U"b")) return put("\\b", Before::nothing);
    // In an empty text Python before 3.14 finds neither \b nor \B.
    if (in_.take(U"B")) return put("(?!\\A\\z)\\B", Before::nothing);
    const PatternCharacter character = escaped(in_, false);
    if (!character.is_set) return put_literal(character.code);
    put_item(character.text);
  }

  /// Three octal digits are a character, one or two digits the number of a group.
  void reference_or_octal() {
    if (is_octal(in_.peek()) && is_octal(in_.peek(1)) && is_octal(in_.peek(2)))
      return put_literal(octal(in_, 0, 3).code);
    std::size_t number = in_.next() - '0';
    if (is_digit(in_.peek())) number = 10 * number + (in_.next() - '0');
    reference(number);
  }

  void reference(std::size_t number) {
    const bool open = std::any_of(scopes_.begin(), scopes_.end(),
                                  [&](const Scope& scope) { return scope.group == number; });
    if (number > groups_ || open) {
      refuse_pattern(
          fmt::format("a reference to group {}, which is {}", number, open ? "still open" : "not there"));
    }
    if (scopes_.back().ignore_case)
      refuse_unsupported("a reference to a group under the flag i, which tsugi does not have");
    put_item(fmt::format("\\g{{{}}}", number), true);
  }

  PatternCharacter member() {
    const char32_t c = in_.next();
    return c == '\\' ? escaped(in_, true) : literal(c);
  }

  void character_class() {
    std::string body = in_.take(U"^") ? "[^" : "[";
    for (bool first = true; first || in_.peek() != ']'; first = false) {
      if (in_.at_end()) refuse_pattern("a '[' without its ']'");
      const PatternCharacter from = member();
      body += from.text;
      char32_t last = from.code;
      if (in_.peek() == '-' && in_.peek(1) != ']') {
        in_.next();
        const PatternCharacter to = member();
        last = to.code;
        if (from.is_set || to.is_set || last < from.code) refuse_pattern("a bad range in a '[…]'");
        body += "-" + to.text;
      }
      if (!from.is_set) body += same_letters(from.code, last);
    }
    in_.next();
    put_item(body + "]");
  }

  void group() {
    if (!in_.take(U"?")) return open("(", ++groups_);
    if (in_.take(U"#")) {
      if (!in_.until(')')) refuse_pattern("a comment without its ')'");
      return;
    }
    if (in_.take(U"P<")) return named();
    if (in_.take(U"P=")) return reference(group_of(name(')')));
    if (in_.take(U"(")) return conditional();
    for (const std::u32string_view plain : {U":", U">"}) {
      if (in_.take(plain)) return open("(?" + python::utf8(plain));
    }
    for (const std::u32string_view look : {U"=", U"!", U"<=", U"<!"}) {
      if (in_.take(look)) return open_without_width("(?" + python::utf8(look));
    }
    flags();
  }

  void open(std::string_view text, std::size_t number = 0) {
    const Scope& outer = scopes_.back();
    scopes_.push_back({outer.ignore_case, outer.verbose, number});
    put(text, Before::nothing);
  }

  void open_without_width(std::string_view text) {
    open(text);
    scopes_.back().no_width = true;
  }

  void branch() {
    Scope& scope = scopes_.back();
    scope.empty_branch = scope.empty_branch || scope.empty;
    scope.empty = true;
    put("|", Before::nothing);
  }

  void close() {
    if (scopes_.size() == 1) refuse_pattern("a closing parenthesis without its opening one");
    const Scope scope = scopes_.back();
    scopes_.pop_back();
    put_item(")", scope.no_width || scope.empty_branch || scope.empty);
  }

  std::string name(char32_t end) {
    const std::optional<std::string> name = in_.until(end);
    if (!name) refuse_pattern("the name of a group without its end");
    return *name;
  }

  /// A name is an identifier; letters beyond ASCII are taken as they come.
  void named() {
    const std::string given = name('>');
    const std::u32string letters = python::code_points(given);
    const bool word = !letters.empty() && !is_digit(letters[0]) &&
                      std::all_of(letters.begin(), letters.end(), [](char32_t c) {
                        return c >= 0x80 || is_digit(c) || is_letter(c) || c == '_';
                      });
    if (!word || !names_.emplace(given, groups_ + 1).second)
      refuse_pattern(
          fmt::format("the group name '{}', which is {}", given, word ? "taken" : "no identifier"));
    open("(", ++groups_);
  }

  std::size_t group_of(const std::string& name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) refuse_pattern(fmt::format("the name '{}' of no group before it", name));
    return found->second;
  }

  void conditional() {
    const std::string given = name(')');
    const bool number = !given.empty() && given.find_first_not_of("0123456789") == std::string::npos;
    open_without_width(fmt::format("(?({})", number ? given : std::to_string(group_of(given))));
  }

  /// (?i) at the start, or (?i-s: anywhere. Python's "u" is the default here; "a" and "L" would change what
  /// \w means; "x" is spent here.
  void flags() {
    Scope scope{scopes_.back().ignore_case, scopes_.back().verbose};
    std::array<std::string, 2> kept;  // set, taken back
    std::size_t back = 0;
    for (; is_letter(in_.peek()) || in_.peek() == '-'; in_.next()) {
      const char32_t c = in_.peek();
      if (is_one_of(c, "aL")) refuse_unsupported("the flag 'a' or 'L', which tsugi does not have");
      if (!is_one_of(c, back == 0 ? "imsxu-" : "imsx")) refuse_pattern("an unknown extension '(?'");
      if (c == 'i') scope.ignore_case = back == 0;
      if (c == 'x') scope.verbose = back == 0;
      if (c == '-')
        back = 1;
      else if (c != 'u')
        kept[back] += static_cast<char>(c);
    }
    const bool complete = !is_one_of(in_.previous(), "?-");
    const bool global = in_.peek() == ')';
    if (!complete || (global ? back > 0 : in_.peek() != ':')) refuse_pattern("an unknown extension '(?'");
    if (kept[0].find_first_of(kept[1]) != std::string::npos)
      refuse_pattern("a flag that is set and taken back");
    in_.next();
    for (std::string& letters : kept) std::erase(letters, 'x');
    const std::string text = kept[0] + (kept[1].empty() ? "" : "-" + kept[1]);
    if (!global) {
      open("(?" + text + ":");
    } else if (out_.size() != flags_end_ || scopes_.size() > 1) {
      refuse_pattern("flags that are not at its start");
    } else if (!text.empty()) {
      out_ += "(?" + text + ")";
    }
    scopes_.back() = scope;
    if (global) flags_end_ = out_.size();
  }

  struct Bounds {
    unsigned long least = 0;
    std::optional<unsigned long> most;
  };

  void repetition() {
    const std::optional<Bounds> bounds = read_bounds();
    if (!bounds) return put_literal(in_.next());  // a brace that means itself
    if (before_ == Before::nothing) refuse_pattern("a repetition of nothing");
    if (before_ == Before::repetition) refuse_pattern("a repetition of a repetition");
    // Python ends a repetition behind a turn that matched nothing; PCRE2 does not where it has an upper
    // bound.
    if (item_may_be_empty_ && bounds->most && *bounds->most > bounds->least + 1)
      refuse_unsupported("a repetition between two numbers of what may be empty, which tsugi does not have");
    Scope& scope = scopes_.back();
    if (bounds->least == 0) scope.empty = scope.was_empty;
    put(fmt::format("{{{},{}}}", bounds->least, bounds->most ? std::to_string(*bounds->most) : ""),
        Before::repetition);
    if (in_.take(U"?"))
      out_ += '?';
    else if (in_.take(U"+"))
      out_ += '+';
  }

  /// Reads "*", "{2,}", … Python reads {,n} as {0,n}, PCRE2 only since 10.43.
  std::optional<Bounds> read_bounds() {
    if (in_.take(U"*")) return Bounds{0, {}};
    if (in_.take(U"+")) return Bounds{1, {}};
    if (in_.take(U"?")) return Bounds{0, 1};
    const std::size_t start = in_.place();
    in_.next();
    const std::string low = in_.digits();
    const bool comma = in_.take(U",");
    const std::string high = comma ? in_.digits() : low;
    if (in_.take(U"}") && (comma || !low.empty())) {
      if (low.size() > kMostDigits || high.size() > kMostDigits)
        refuse_pattern("a repetition of that many times");
      Bounds bounds;
      if (!low.empty()) bounds.least = std::stoul(low);
      if (!high.empty()) bounds.most = std::stoul(high);
      return bounds;
    }
    in_.go_back(start);
    return {};
  }

  PatternCursor in_;
  std::string out_;
  std::size_t flags_end_ = 0;  ///< of out_: nothing but flags up to here
  Before before_ = Before::nothing;
  bool item_may_be_empty_ = false;
  std::vector<Scope> scopes_{Scope{}};
  std::size_t groups_ = 0;
  std::map<std::string, std::size_t> names_;
};

}  // namespace

std::string pcre_pattern(std::string_view pattern) {
  return Rewriter(pattern).run();
}

}  // namespace tsugi::eval
