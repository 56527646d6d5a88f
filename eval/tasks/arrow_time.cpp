// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/arrow_time.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>

namespace tsugi::eval {
namespace {

// Reads a text from the left; what does not fit leaves it bad.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool good() const { return good_; }
  bool at_end() const { return text_.empty(); }
  char next() const { return text_.empty() ? '\0' : text_.front(); }

  bool skip(char expected) {
    if (next() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char expected) { good_ = skip(expected) && good_; }

  /// So many digits, at most `most`.
  int number(std::size_t digits, int most) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (next() < '0' || next() > '9') {
        good_ = false;
        return 0;
      }
      value = value * 10 + (next() - '0');
      text_.remove_prefix(1);
    }
    good_ = good_ && value <= most;
    return value;
  }

 private:
  std::string_view text_;
  bool good_ = true;
};

constexpr int kLastHour = 23;
constexpr int kLastMinute = 59;

std::chrono::seconds read_time_of_day(Reader& reader) {
  std::chrono::seconds time = std::chrono::hours(reader.number(2, kLastHour));
  if (reader.skip(':')) {
    time += std::chrono::minutes(reader.number(2, kLastMinute));
    if (reader.skip(':')) time += std::chrono::seconds(reader.number(2, kLastMinute));
  }
  return time;
}

// How far ahead of UTC its clocks are.
std::chrono::seconds read_zone(Reader& reader) {
  if (reader.at_end() || reader.skip('Z')) return {};
  const int sign = reader.next() == '-' ? -1 : 1;
  if (!reader.skip('-')) reader.expect('+');
  std::chrono::seconds ahead = std::chrono::hours(reader.number(2, kLastHour));
  if (reader.skip(':') || !reader.at_end()) ahead += std::chrono::minutes(reader.number(2, kLastMinute));
  return sign * ahead;
}

}  // namespace

std::optional<std::string> arrow_time(std::string_view text) {
  constexpr int kMostOfTwo = 99;
  constexpr int kLastYear = 9999;
  Reader reader(text);
  const int year = reader.number(4, kLastYear);
  reader.expect('-');
  const int month = reader.number(2, kMostOfTwo);
  reader.expect('-');
  const int day = reader.number(2, kMostOfTwo);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!reader.good() || !date.ok()) return std::nullopt;
  std::chrono::sys_seconds time = std::chrono::sys_days(date);
  if (!reader.at_end()) {
    if (!reader.skip('T')) reader.expect(' ');
    time += read_time_of_day(reader);
    time -= read_zone(reader);
  }
  if (!reader.good() || !reader.at_end()) return std::nullopt;
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day in_utc(days);
  const std::chrono::hh_mm_ss clock(time - days);
  const int utc_year = static_cast<int>(in_utc.year());
  if (utc_year < 1 || utc_year > kLastYear) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", utc_year, static_cast<unsigned>(in_utc.month()),
                     static_cast<unsigned>(in_utc.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

}  // namespace tsugi::eval
