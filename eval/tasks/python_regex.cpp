// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/python_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <map>
#include <mutex>
#include <stdexcept>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

template <auto release>
struct Release {
  template <class Handle>
  void operator()(Handle* handle) const {
    release(handle);
  }
};

using Code = std::unique_ptr<pcre2_code, Release<pcre2_code_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Release<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Release<pcre2_match_data_free>>;

constexpr int kMostSteps = 10'000'000;  // about a second; a sane pattern takes under a hundred a character
constexpr std::uint32_t kMostKilobytes = 1U
                                         << 18;  // 256 MiB of backtracking, where PCRE2's own limit is 20 GB

PCRE2_SPTR units(const std::string& text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

/// Called before every item of the pattern that is tried. PCRE2's own limit begins anew at every character,
/// so that a long text could take hours below it.
int count_step(pcre2_callout_block* /*block*/, void* steps) {
  return --*static_cast<int*>(steps) > 0 ? 0 : PCRE2_ERROR_MATCHLIMIT;
}

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

PythonRegex::Match match_of(const std::string& text, const PCRE2_SIZE* offsets, std::uint32_t count) {
  PythonRegex::Match match;
  match.whole = text.substr(offsets[0], offsets[1] - offsets[0]);
  for (std::uint32_t group = 1; group < count; ++group) {
    const PCRE2_SIZE begin = offsets[2 * group];
    match.groups.push_back(begin == PCRE2_UNSET ? "" : text.substr(begin, offsets[2 * group + 1] - begin));
  }
  return match;
}

/// For messages: as much of a pattern as fits into a line.
std::string shown(const std::string& pattern) {
  constexpr std::size_t kMost = 80;
  if (pattern.size() <= kMost) return pattern;
  std::size_t cut = kMost;
  while ((static_cast<unsigned char>(pattern[cut]) & 0xC0U) == 0x80U) --cut;  // not inside a character
  return pattern.substr(0, cut) + "…";
}

[[noreturn]] void refuse(const std::string& pattern, const std::string& where, std::string_view why,
                         std::string_view cure = "write it as Python's re module takes it") {
  throw InputError(where, fmt::format("the pattern '{}' has {}", shown(pattern), why), std::string(cure));
}

}  // namespace

struct PythonRegex::Compiled {
  std::string pattern;
  std::string where;
  Code code;
  MatchContext context;

  /// Calls `found` with the offsets of each match, group 0 first, as re.finditer goes: the next search begins
  /// where the last match ended, and may be empty there only if that match was not.
  void for_each_match(const std::string& text,
                      const std::function<void(const PCRE2_SIZE*, std::uint32_t)>& found) const {
    const MatchData data(pcre2_match_data_create_from_pattern(code.get(), nullptr));
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
    const std::uint32_t count = pcre2_get_ovector_count(data.get());
    std::uint32_t options = 0;
    int steps = kMostSteps;
    const MatchContext counted(pcre2_match_context_copy(context.get()));
    pcre2_set_callout(counted.get(), count_step, &steps);
    for (PCRE2_SIZE at = 0; at <= text.size();) {
      const int result =
          pcre2_match(code.get(), units(text), text.size(), at, options, data.get(), counted.get());
      if (result == PCRE2_ERROR_NOMATCH) return;
      if (result < 0) {
        throw InputError(
            where,
            fmt::format("the pattern '{}' gave up on an answer ({})", shown(pattern), message_of(result)),
            "simplify nested repetitions");
      }
      found(offsets, count);
      at = offsets[1];
      options = PCRE2_NO_UTF_CHECK | (offsets[0] == offsets[1] ? PCRE2_NOTEMPTY_ATSTART : 0U);
    }
  }
};

PythonRegex::PythonRegex(const std::string& pattern, const std::string& where) {
  auto compiled = std::make_shared<Compiled>();
  compiled->pattern = pattern;
  compiled->where = where;
  std::string translated;
  try {
    translated = pcre_pattern(pattern);
  } catch (const std::invalid_argument& error) {
    refuse(pattern, where, error.what());
  } catch (const std::domain_error& error) {
    refuse(pattern, where, error.what(), "write the pattern without it");
  }
  const CompileContext context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  // ALT_CIRCUMFLEX: Python's ^ under the flag m also matches behind a last newline.
  compiled->code.reset(pcre2_compile(units(translated), translated.size(),
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_CIRCUMFLEX | PCRE2_AUTO_CALLOUT,
                                     &error, &offset, context.get()));
  if (compiled->code == nullptr) refuse(pattern, where, fmt::format("an error ({})", message_of(error)));
  compiled->context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(compiled->context.get(), kMostSteps);
  pcre2_set_heap_limit(compiled->context.get(), kMostKilobytes);
  compiled_ = std::move(compiled);
}

std::vector<PythonRegex::Match> PythonRegex::find_all(const std::string& text) const {
  std::vector<Match> matches;
  compiled_->for_each_match(text, [&](const PCRE2_SIZE* offsets, std::uint32_t count) {
    matches.push_back(match_of(text, offsets, count));
  });
  return matches;
}

std::string PythonRegex::replace(const std::string& text,
                                 const std::function<std::string(const Match&)>& by) const {
  std::string result;
  std::size_t end = 0;
  compiled_->for_each_match(text, [&](const PCRE2_SIZE* offsets, std::uint32_t count) {
    result.append(text, end, offsets[0] - end);
    result += by(match_of(text, offsets, count));
    end = offsets[1];
  });
  return result.append(text, end);
}

std::string PythonRegex::remove(const std::string& text) const {
  return replace(text, [](const Match&) { return std::string(); });
}

const PythonRegex& compiled_regex(const std::string& pattern, const std::string& where) {
  static std::mutex mutex;
  static std::map<std::string, PythonRegex> known;  // references into a map stay valid
  const std::lock_guard lock(mutex);
  const auto found = known.find(pattern);
  return found != known.end() ? found->second
                              : known.emplace(pattern, PythonRegex(pattern, where)).first->second;
}

}  // namespace tsugi::eval
