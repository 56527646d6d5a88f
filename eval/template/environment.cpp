// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/template/environment.h"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace tsugi::eval::syntax {
namespace {

using python::Json;
using Values = std::span<const Json>;

Json range(Values arguments, const Json&, Position position) {
  constexpr std::uint64_t kLongest = 100'000;  // Jinja's sandbox: MAX_RANGE
  std::array<std::int64_t, 3> numbers{0, 0, 1};
  if (arguments.empty() || arguments.size() > 3)
    throw Failure{position, "range() with other than 1 to 3 arguments", "give the end"};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto number = python::integer(arguments[i]);
    if (!number) throw Failure{position, "range() of something that is no int", "use whole numbers"};
    numbers[arguments.size() == 1 ? 1 : i] = *number;
  }
  const auto [begin, end, step] = numbers;
  if (step == 0) throw Failure{position, "range() with step 0", "use another step"};
  // Differences of 64-bit numbers fit into 64 bits without a sign.
  const auto unsigned_of = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  const bool up = step > 0;
  const bool none = up ? begin >= end : begin <= end;
  const std::uint64_t distance =
      up ? unsigned_of(end) - unsigned_of(begin) : unsigned_of(begin) - unsigned_of(end);
  const std::uint64_t stride = up ? unsigned_of(step) : -unsigned_of(step);
  const std::uint64_t count = none ? 0 : (distance - 1) / stride + 1;
  if (count > kLongest) throw Failure{position, "range() of more than 100,000", "use fewer"};
  Json list = Json::array();
  for (std::uint64_t i = 0; i < count; ++i)
    list.push_back(static_cast<std::int64_t>(unsigned_of(begin) + i * unsigned_of(step)));
  return list;
}

Json make_namespace(Values, const Json& named, Position) {
  return named;
}

Json raise(Values arguments, const Json&, Position position) {
  throw Failure{position,
                arguments.empty() ? "the template refuses these messages" : python::str(arguments[0]),
                "see what the model's chat template asks for"};
}

Json now(Values arguments, const Json&, Position position) {
  if (arguments.size() != 1 || !arguments[0].is_string())
    throw Failure{position, "strftime_now() without a format", "give one"};
  const std::time_t seconds = std::time(nullptr);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 256> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), arguments[0].get_ref<const std::string&>().c_str(), &local);
  return std::string(text.data(), size);
}

}  // namespace

const Environment& task_environment() {
  static const Environment kTask{
      {}, true, {{"range", range}, {"namespace", make_namespace}, {"dict", make_namespace}}};
  return kTask;
}

const Environment& chat_environment() {
  static const Environment kChat{{.trim_blocks = true, .lstrip_blocks = true, .keep_trailing_newline = false},
                                 false,
                                 {{"range", range},
                                  {"namespace", make_namespace},
                                  {"dict", make_namespace},
                                  {"raise_exception", raise},
                                  {"strftime_now", now}}};
  return kChat;
}

}  // namespace tsugi::eval::syntax
