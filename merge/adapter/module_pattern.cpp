// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/module_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

template <auto release>
struct Release {
  template <class Handle>
  void operator()(Handle* handle) const {
    release(handle);
  }
};

using Code = std::unique_ptr<pcre2_code, Release<pcre2_code_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Release<pcre2_match_data_free>>;

constexpr std::uint32_t kMostSteps = 1'000'000;      // milliseconds; a sane pattern takes some hundred
constexpr std::uint32_t kMostKilobytes = 1U << 14U;  // of backtracking
constexpr std::size_t kLongestPattern = 4096;

constexpr std::string_view kCure = "write a module's name, or the end of one";

}  // namespace

struct ModulePattern::Compiled {
  std::string key;
  std::string where;
  Code code;
  MatchContext context;
};

ModulePattern::ModulePattern(const std::string& key, const std::string& where) {
  if (key.size() > kLongestPattern) {
    throw InputError(where,
                     fmt::format("a pattern has {} bytes, at most {} are read", key.size(), kLongestPattern),
                     kCure);
  }
  const std::string whole = fmt::format(R"(^(?:.*\.)?(?:{})$)", key);
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto compiled = std::make_unique<Compiled>();
  compiled->key = key;
  compiled->where = where;
  compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(whole.data()), whole.size(),
                                     PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr));
  if (compiled->code == nullptr) {
    throw InputError(where, fmt::format("{} is no regular expression", cited(key)), kCure);
  }
  compiled->context.reset(pcre2_match_context_create(nullptr));
  if (compiled->context != nullptr) {
    pcre2_set_match_limit(compiled->context.get(), kMostSteps);
    pcre2_set_heap_limit(compiled->context.get(), kMostKilobytes);
  }
  compiled_ = std::move(compiled);
}

ModulePattern::~ModulePattern() = default;

bool ModulePattern::matches(const std::string& module) const {
  const MatchData data(pcre2_match_data_create(1, nullptr));
  const int count = pcre2_match(compiled_->code.get(), reinterpret_cast<PCRE2_SPTR>(module.data()),
                                module.size(), 0, 0, data.get(), compiled_->context.get());
  if (count >= 0) return true;
  if (count == PCRE2_ERROR_NOMATCH) return false;
  throw InputError(compiled_->where,
                   fmt::format("the pattern {} takes too long to match", cited(compiled_->key)), kCure);
}

}  // namespace tsugi::merge
