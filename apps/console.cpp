// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace tsugi::apps {
namespace {

using Seconds = std::chrono::duration<double>;

// Ten pictures a second look smooth and cost nothing.
constexpr double kBetweenPictures = 0.1;

std::string bar(std::uint64_t done, std::uint64_t total) {
  constexpr std::uint64_t kWidth = 24;  // leaves room for the numbers in 80 columns
  const std::uint64_t full = total == 0 ? kWidth : std::min(kWidth, done * kWidth / total);
  return fmt::format("[{:.<{}}] ", std::string(full, '#'), kWidth);
}

std::string clock(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string Progress::describe(std::string_view label, std::uint64_t done, std::uint64_t total,
                               std::string_view unit, double seconds) {
  std::string text = fmt::format("{} {}/{} {}", label, done, total, unit);
  if (seconds < kBetweenPictures || done == 0) return text;
  const double rate = static_cast<double>(done) / seconds;
  text += fmt::format(", {:.{}f} {}/s", rate, rate < 10 ? 1 : 0, unit);
  if (done < total) return text + fmt::format(", {} left", clock(static_cast<double>(total - done) / rate));
  return text + fmt::format(", {} in all", clock(seconds));
}

Progress::Progress(Style style, std::string label, std::uint64_t total, std::string unit)
    : style_(style),
      label_(std::move(label)),
      total_(total),
      unit_(std::move(unit)),
      start_(std::chrono::steady_clock::now()),
      shown_(start_) {}

Progress::~Progress() {
  const std::lock_guard lock(mutex_);
  if (done_ > 0) show(true);
}

void Progress::advance(std::uint64_t amount) {
  const std::lock_guard lock(mutex_);
  done_ += amount;
  show(false);
}

void Progress::reach(std::uint64_t amount) {
  const std::lock_guard lock(mutex_);
  done_ = std::max(done_, amount);
  show(false);
}

void Progress::show(bool last) {
  if (style_ == Style::none) return;
  const auto now = std::chrono::steady_clock::now();
  const double seconds = Seconds(now - start_).count();
  if (style_ == Style::bar) {
    if (!last && Seconds(now - shown_).count() < kBetweenPictures) return;
    fmt::print(stderr, "\r\x1b[K{}{}{}", bar(done_, total_), describe(label_, done_, total_, unit_, seconds),
               last ? "\n" : "");
    std::fflush(stderr);
  } else if (style_ == Style::json) {
    if (!last && Seconds(now - shown_).count() < 1) return;  // programs read a line a second at most
    const nlohmann::ordered_json line = {
        {"progress", label_}, {"done", done_}, {"total", total_}, {"unit", unit_}, {"seconds", seconds}};
    fmt::print("{}\n", line.dump());
    std::fflush(stdout);
  } else if (last) {
    fmt::print(stderr, "{}\n", describe(label_, done_, total_, unit_, seconds));
  }
  shown_ = now;
}

void Console::note(std::string_view text) const {
  if (!options_.quiet) fmt::print(stderr, "{}\n", text);
}

void Console::note_line(std::string_view text) const {
  if (options_.quiet) return;
  fmt::print(stderr, "{}{}\n", isatty(STDERR_FILENO) != 0 ? "\r\x1b[K" : "", text);
}

void Console::print(std::string_view text) const {
  if (options_.json) return;
  fmt::print("{}{}", text, !text.empty() && text.back() == '\n' ? "" : "\n");
  std::fflush(stdout);
}

void Console::print_json(const nlohmann::ordered_json& value) const {
  if (!options_.json) return;
  fmt::print("{}\n", value.dump());
  std::fflush(stdout);
}

Progress::Style Console::progress_style() const {
  if (options_.quiet) return Progress::Style::none;
  if (options_.json) return Progress::Style::json;
  return isatty(STDERR_FILENO) != 0 ? Progress::Style::bar : Progress::Style::lines;
}

}  // namespace tsugi::apps
