// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a run has found out, on the disk before it counts. What the journal says is the truth: a search that
// runs again takes its evaluations from here, failures and time-outs included, and so comes to the same
// result.
//
// A file of records (record_file.h), each a JSON object with one member that says what it is: `header` (the
// first), `process` (one that works on the run, from here on), `evaluation`, `finalists` (named before
// validation was looked at), `opening` (of the sealed test, before it was looked at), `extension` (the
// evaluations were raised).
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "eval/holdout/split.h"
#include "evolve/evaluator.h"
#include "evolve/record_file.h"
#include "evolve/run_identity.h"

namespace tsugi::evolve {

/// A finished evaluation, good or bad.
struct Evaluation {
  std::size_t candidate = 0;  ///< number in the archive of the run
  std::string recipe;         ///< YAML; the journal keeps its SHA-256
  eval::Side side = eval::Side::search;
  Measure measure = Measure::metric;
  std::vector<std::size_t> items{};  ///< ascending, where it was asked some of the side's items; empty: all
  Score score;
};

/// Evaluations are found by recipe, side, measure and items, not by number: after an extension a candidate
/// may have another. record() may be called from any thread; everything else from one, and not beside it.
class Journal {
 public:
  /// A new file with its header, in one step. `evaluations` is how many the search may propose. Throws
  /// DiskFull or Error.
  static void create(const std::filesystem::path& file, const RunIdentity& identity, int evaluations);

  /// Reads an existing file; what is torn at its end is cut off when something is written. Throws InputError
  /// when it cannot be read, is damaged, or is of another version.
  explicit Journal(std::filesystem::path file);

  const RunIdentity& identity() const { return identity_; }
  int evaluations() const { return evaluations_; }  ///< as created or last extended
  std::size_t recorded() const { return scores_.size(); }
  std::size_t openings() const { return openings_.size(); }
  /// The last process that worked on the run.
  std::optional<int> process() const { return process_; }

  /// Opens the file for writing and records this process. Throws DiskFull or Error, as everything below.
  void begin();
  /// More evaluations than so far.
  void extend(int evaluations);

  /// What was recorded so far is on the disk when this returns. record() itself does not wait for the disk
  /// unless it has not for a second: a power cut loses a second's work at most, and nothing that counts.
  void sync();

  /// Null when there is none. Valid until the journal ends.
  const Score* find(const std::string& recipe, eval::Side side, Measure measure = Measure::metric,
                    const std::vector<std::size_t>& items = {}) const;
  void record(const Evaluation& evaluation);

  /// Recipes in their order. Throws Error when other finalists were named for this number of evaluations.
  void name_finalists(const std::vector<std::string>& recipes);
  /// Before the sealed test is looked at. Returns which opening it is, from 1: the recorded one when it was
  /// opened for this number of evaluations, else a new one.
  std::size_t open_test();

 private:
  enum class Sync { now, soon };
  void append(const nlohmann::ordered_json& record, Sync sync = Sync::now);
  void apply(const nlohmann::ordered_json& record);
  void apply_evaluation(const nlohmann::ordered_json& record);

  std::filesystem::path file_;
  std::uint64_t bytes_ = 0;  ///< of whole records when the file was read
  RunIdentity identity_;
  int evaluations_ = 0;
  std::optional<int> process_;
  /// By recipe's SHA-256; the first counts.
  std::map<std::tuple<std::string, eval::Side, Measure, std::vector<std::size_t>>, Score> scores_;
  std::map<int, std::vector<std::string>> finalists_;  ///< by evaluations; SHA-256 of recipes
  std::map<int, std::size_t> openings_;                ///< by evaluations; number from 1
  std::mutex mutex_;
  std::optional<RecordFile> out_;
  std::chrono::steady_clock::time_point synced_{};
};

}  // namespace tsugi::evolve
