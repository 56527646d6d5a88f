// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A whole search: experts in, an evolved merge and an honest statement of how much better it is out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "evolve/exam.h"
#include "evolve/result.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// How far a run is. Items are model answers: one item asked of one candidate.
struct SearchProgress {
  std::string stage;            ///< "generation 3", "validation", "sealed test", …
  std::size_t items_done = 0;   ///< of the whole run
  std::size_t items_total = 0;  ///< an upper bound: candidates with a known recipe are not asked again
};

/// One finished generation of the search. Scores are on the search side and never what is reported.
struct GenerationSummary {
  Measure measure = Measure::metric;
  std::size_t generation = 0;
  std::size_t evaluations = 0;  ///< of the optimizer's candidates, so far
  std::size_t budget = 0;
  std::size_t failures = 0;    ///< in this generation
  std::optional<double> best;  ///< of this generation; none when all failed
  std::optional<double> mean;  ///< of those that did not fail
  std::optional<double> best_ever;
};

struct SearchOptions {
  std::filesystem::path output{};                  ///< the run's folder; absent or empty unless `overwrite`
  bool overwrite = false;                          ///< replaces a run at the end, an unfinished one at once
  std::optional<int> evaluations{};                ///< instead of the search file's
  std::optional<std::uint64_t> seed{};             ///< instead of the search file's
  std::size_t threads = 1;                         ///< of the surrounding merge::ThreadPool
  std::optional<std::uint64_t> max_memory{};       ///< bytes
  std::function<bool()> stop{};                    ///< asked often, from any thread: true interrupts the run
  std::function<void(const std::string&)> note{};  ///< a sentence for people; called from the calling thread
  std::function<void(const SearchProgress&)> progress{};       ///< from any thread, one call at a time
  std::function<void(const GenerationSummary&)> generation{};  ///< from the calling thread
};

/// Runs a search inside the surrounding thread pool and writes OUTPUT/{search.yaml, journal, archive.h5,
/// timings.h5, result.json, winner.yaml, winner/, samples/}. Until the end everything is in the hidden
/// sibling .OUTPUT.tsugi-partial, which stays when the run stops, however it stops.
///
/// Generation 0 scores every parent (models and base), the baselines and the start of the search. The
/// optimizer then proposes until the evaluations are used up (a generation that was begun is finished) or it
/// stops by itself. The final mean and the best distinct candidates, ten at most, are compared on validation;
/// the winner is exported, and only then is the sealed test opened, once, for winner, parents and baselines.
///
/// The result does not depend on the number of threads. A candidate that fails is recorded and ranks last; a
/// parent that fails ends the run. Throws InputError before anything is written when the input cannot be
/// used, Error later, and Interrupted, with the command that goes on, when options.stop says so and when disk
/// or memory are full.
Result run_search(const recipes::SearchSpec& spec, const SearchOptions& options);

/// Goes on with the run options.output that stopped, or extends a finished one to options.evaluations: the
/// search is done again with what its journal has, and comes to the result that it would have come to. The
/// result of a finished run that is not extended is read. Paths in the search file are looked for where
/// run_search looked; directory_of_run() says where that was. Throws as run_search does; InputError also
/// where program, instruction set or inputs are not what they were.
Result resume_search(const SearchOptions& options);

/// The working directory in which the run was begun. Throws InputError when there is no such run.
std::filesystem::path directory_of_run(const std::filesystem::path& run);

/// The search file of a run. Throws InputError when there is no such run.
recipes::SearchSpec search_of_run(const std::filesystem::path& run);

}  // namespace tsugi::evolve
