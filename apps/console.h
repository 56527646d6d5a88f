// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How commands talk: results on standard output, everything else on standard error; a bar on a terminal,
// plain lines elsewhere, JSON lines with --json, nothing but results and errors with --quiet.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tsugi::apps {

/// Options that every subcommand has.
struct CommonOptions {
  std::size_t threads = 0;  ///< 0: all cores
  bool json = false;
  bool quiet = false;
};

/// Progress of one piece of long work. Thread-safe.
class Progress {
 public:
  enum class Style { none, bar, lines, json };

  /// `unit` is what is counted: "items", "MB".
  Progress(Style style, std::string label, std::uint64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::uint64_t amount);
  /// To an absolute amount.
  void reach(std::uint64_t amount);

  /// "merging 45/74 MB, 120 MB/s, 0:03 left"; without rate and rest before the first 0.1 s, when neither
  /// means anything.
  static std::string describe(std::string_view label, std::uint64_t done, std::uint64_t total,
                              std::string_view unit, double seconds);

 private:
  void show(bool last);

  std::mutex mutex_;
  Style style_;
  std::string label_;
  std::uint64_t total_;
  std::string unit_;
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point shown_;
};

class Console {
 public:
  explicit Console(const CommonOptions& options) : options_(options) {}

  /// A sentence about what happens: standard error, not with --quiet.
  void note(std::string_view text) const;
  /// The same while a bar may stand on the terminal: the bar's line is cleared first.
  void note_line(std::string_view text) const;
  /// A result for people: standard output, not with --json.
  void print(std::string_view text) const;
  /// A result for programs: one line on standard output, only with --json.
  void print_json(const nlohmann::ordered_json& value) const;

  Progress::Style progress_style() const;
  bool json() const { return options_.json; }

 private:
  CommonOptions options_;
};

}  // namespace tsugi::apps
