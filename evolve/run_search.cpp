// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A run as a whole: begun or gone on with, carried out, stopped or finished.
#include <fmt/format.h>

#include <new>

#include "evolve/carry_out.h"
#include "evolve/run_start.h"
#include "evolve/score.h"
#include "evolve/search.h"
#include "merge/export/output_file.h"

namespace tsugi::evolve {
namespace {

void tell(const SearchOptions& options, const std::vector<std::string>& notes) {
  if (!options.note) return;
  for (const std::string& note : notes) options.note(note);
}

Result finish(Workbench& bench, const SearchOptions& options, RunFolder& folder, Journal& journal) {
  const auto stopped = [&](const std::string& why) {
    return Interrupted(fmt::format("{}; {} evaluations are recorded, go on with: {}", why, journal.recorded(),
                                   resume_command(options.output)));
  };
  try {
    const Result result = carry_out_search(bench, options, folder, journal);
    folder.commit();
    return result;
  } catch (const ScorerFailed& error) {
    journal.sync();
    throw stopped(error.what());
  } catch (const Interrupted&) {
    journal.sync();
    throw stopped(options.output.string() + ": stopped as asked");
  } catch (const merge::DiskFull& error) {
    throw stopped(error.what());
  } catch (const std::bad_alloc&) {
    throw stopped(options.output.string() + ": out of memory; try --max-memory or fewer --threads");
  }
}

}  // namespace

Result run_search(const recipes::SearchSpec& spec, const SearchOptions& options) {
  RunFolder folder(options.output);
  check_new_run(folder, spec, options.overwrite);
  const std::unique_ptr<Workbench> bench = prepare_search(spec, options);
  tell(options, bench->notes);
  const std::unique_ptr<Journal> journal = begin_run(folder, *bench);
  tell(options, {fmt::format("until it is finished the run is in {}; if it stops, go on with: {}",
                             folder.work().string(), resume_command(options.output))});
  return finish(*bench, options, folder, *journal);
}

Result resume_search(const SearchOptions& options) {
  RunFolder folder(options.output);
  StoppedRun run = find_stopped_run(folder, options);
  if (run.finished) {
    tell(options, {fmt::format("{} is finished, after {} evaluations; more are done with --evaluations",
                               options.output.string(), run.journal->evaluations())});
    return read_result(folder.out() / "result.json");
  }
  const std::unique_ptr<Workbench> bench = prepare_search(run.spec, run.options);
  tell(options, bench->notes);
  continue_run(folder, run, *bench);
  tell(options, {fmt::format("going on with {}: {} evaluations are recorded", options.output.string(),
                             run.journal->recorded())});
  return finish(*bench, run.options, folder, *run.journal);
}

std::filesystem::path directory_of_run(const std::filesystem::path& run) {
  RunFolder folder(run);
  require_run(folder);
  return Journal(folder.journal()).identity().directory;
}

recipes::SearchSpec search_of_run(const std::filesystem::path& run) {
  RunFolder folder(run);
  require_run(folder);
  return recipes::read_search(folder.journal().parent_path() / "search.yaml");
}

}  // namespace tsugi::evolve
