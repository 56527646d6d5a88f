// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi evolve SEARCH
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "apps/commands.h"
#include "apps/stop_signals.h"
#include "apps/tracking.h"
#include "evolve/optimizer_choice.h"
#include "evolve/report/evidence.h"
#include "evolve/report/table.h"
#include "evolve/search.h"
#include "merge/parallel.h"
#include "recipes/search_spec.h"

namespace tsugi::apps {
namespace {

struct Options {
  std::string search;
  std::string output;
  std::string resume;
  bool overwrite = false;
  std::optional<std::uint64_t> seed;
  std::optional<int> evaluations;
  std::optional<std::string> max_memory;
  TrackingOptions tracking;
};

// The bar spans the whole run; its total is known only once the search has been read.
class RunProgress {
 public:
  explicit RunProgress(Progress::Style style) : style_(style) {}

  void show(const evolve::SearchProgress& progress) {
    if (!bar_) bar_ = std::make_unique<Progress>(style_, "evolving", progress.items_total, "items");
    bar_->reach(progress.items_done);
  }

 private:
  Progress::Style style_;
  std::unique_ptr<Progress> bar_;
};

std::string score_text(evolve::Measure measure, const std::optional<double>& value) {
  if (!value) return "-";
  return measure == evolve::Measure::metric ? fmt::format("{:.1f}", 100 * *value)
                                            : fmt::format("{:.4f}", *value);
}

void tell(const Console& console, const evolve::GenerationSummary& summary) {
  if (console.json()) {
    nlohmann::ordered_json line = {{"generation", summary.generation},
                                   {"evaluations", summary.evaluations},
                                   {"budget", summary.budget},
                                   {"failures", summary.failures}};
    line["best"] = summary.best ? nlohmann::ordered_json(*summary.best) : nullptr;
    line["mean"] = summary.mean ? nlohmann::ordered_json(*summary.mean) : nullptr;
    return console.print_json(line);
  }
  const auto text = [&](const std::optional<double>& value) { return score_text(summary.measure, value); };
  console.note_line(
      fmt::format("generation {:>3}  {:>4}/{} evaluations  {}: mean {}, best {}, best so far {}{}",
                  summary.generation, summary.evaluations, summary.budget,
                  summary.measure == evolve::Measure::metric ? "search score" : "log-likelihood",
                  text(summary.mean), text(summary.best), text(summary.best_ever),
                  summary.failures > 0 ? fmt::format(", {} failed", summary.failures) : ""));
}

std::string default_output(const std::string& search) {
  return (std::filesystem::path("runs") / std::filesystem::path(search).stem()).string();
}

// A run goes on in the directory in which it began, where its paths lead to the same files; from a directory
// that is gone it goes on here. Returns the run's own path, as it can be written then.
std::filesystem::path go_to_run(const std::filesystem::path& run) {
  const std::filesystem::path directory = evolve::directory_of_run(run);
  std::error_code error;
  if (std::filesystem::equivalent(directory, ".", error) || error) return run;
  std::filesystem::path place = std::filesystem::absolute(run);
  std::filesystem::current_path(directory, error);
  return error ? run : place;
}

void run_evolve(const Options& options, const CommonOptions& common) {
  const Console console(common);
  const bool resumes = !options.resume.empty();
  if (!resumes && options.search.empty())
    throw InputError("evolve", "no SEARCH", "give a search file, or --resume RUN");
  std::optional<recipes::SearchSpec> spec;
  evolve::SearchOptions search;
  if (resumes) {
    search.output = go_to_run(options.resume);
  } else {
    spec = recipes::read_search(options.search);
    search.output = options.output.empty() ? default_output(options.search) : options.output;
  }
  const StopSignals signals;
  merge::ThreadPool pool(common.threads);
  RunProgress progress(console.progress_style());
  search.overwrite = options.overwrite;
  search.evaluations = options.evaluations;
  search.seed = options.seed;
  search.threads = pool.threads();
  if (options.max_memory) search.max_memory = parse_bytes(*options.max_memory, "--max-memory");
  search.stop = [&] { return signals.arrived(); };
  search.note = [&](const std::string& text) { console.note(text); };
  search.progress = [&](const evolve::SearchProgress& done) { progress.show(done); };
  Tracking tracking(options.tracking, spec ? *spec : evolve::search_of_run(search.output), search);
  search.generation = [&](const evolve::GenerationSummary& summary) {
    tell(console, summary);
    tracking.add(summary);
  };

  std::optional<evolve::Result> result;
  pool.run([&] { result = spec ? evolve::run_search(*spec, search) : evolve::resume_search(search); });
  progress = RunProgress(Progress::Style::none);  // ends the bar before the table
  tracking.finish(*result);
  console.print("\n" + evolve::result_table(*result) + "\n" + evolve::verdict(*result));
  for (const std::string& line : evolve::evidence(*result)) console.print(line);
  console.print(evolve::openings(*result));
  console.print(
      fmt::format("The run is in {0}/, the evolved checkpoint in {0}/winner/.", search.output.string()));
  console.print_json(evolve::to_json(*result));
}

}  // namespace

Action add_evolve(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::Option* search =
      app.add_option("SEARCH", options->search, "Search file; mergekit-evolve's are understood");
  CLI::Option* output = app.add_option("--output", options->output,
                                       "Folder of the run (default: runs/NAME OF THE SEARCH FILE)");
  CLI::Option* overwrite =
      app.add_flag("--overwrite", options->overwrite,
                   "Replace a run when the new one is finished; discard an unfinished one");
  CLI::Option* seed = app.add_option("--seed", options->seed, "Instead of the search file's");
  app.add_option("--evaluations", options->evaluations,
                 "Candidates to score, instead of the search file's; with --resume, more than the run has "
                 "extend it")
      ->check(CLI::PositiveNumber);
  app.add_option("--resume", options->resume, "Go on with a run that stopped, or extend a finished one")
      ->type_name("RUN")
      ->excludes(search)
      ->excludes(output)
      ->excludes(overwrite)
      ->excludes(seed);
  app.add_option("--max-memory", options->max_memory,
                 "Private memory at most, such as 2G (default: what is free)");
  add_tracking_options(app, options->tracking);
  app.footer(
      std::string(
          R"(Candidates are merged in place in memory and scored on the search items; finalists are compared on
validation items; the sealed test items are opened once, at the end, which is also noted in
$XDG_STATE_HOME/tsugi (~/.local/state/tsugi): every report lists all openings known. The same file, seed
and program give the same result byte for byte, for any number of threads, interrupted or not.
Ctrl-C (or SIGTERM) stops a run within moments and keeps what it has; so does a full disk, and even
kill -9 loses only the candidates under way. --resume goes on; --resume RUN --evaluations N extends a
finished run, which opens the sealed test again.

Example: tsugi evolve recipes/pocket/search.yaml --output runs/first
         tsugi evolve --resume runs/first

Optimizers and their options, under `optimizer:` of the search file:
)") + evolve::describe_optimizers());
  return [options](const CommonOptions& common) { run_evolve(*options, common); };
}

}  // namespace tsugi::apps
