// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/run_start.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>

#include "merge/sha256.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSearchFile = "search.yaml";

// Quoted when a shell would read it otherwise.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+-@:,=%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad())
    throw InputError(file.string(), "cannot be read", "check the disk and the file's rights");
  return text;
}

InputError busy(const RunFolder& folder) {
  std::string who = "another process";
  if (folder.is_unfinished()) {
    if (const auto process = Journal(folder.journal()).process()) who = fmt::format("process {}", *process);
  }
  return {folder.out().string(), who + " is at work on this run", "wait for it, or stop it"};
}

void hold(RunFolder& folder) {
  if (!folder.hold()) throw busy(folder);
}

}  // namespace

std::string resume_command(const fs::path& run) {
  return "tsugi evolve --resume " + shell_word(run.string());
}

void check_new_run(RunFolder& folder, const recipes::SearchSpec& spec, bool overwrite) {
  folder.check_place(overwrite);
  std::error_code ignored;
  if (!fs::exists(folder.work(), ignored)) return;
  hold(folder);
  if (overwrite || !folder.is_unfinished()) return;
  const Journal journal(folder.journal());
  const bool same = journal.identity().search_sha256 == merge::sha256_hex(spec.source_text);
  throw InputError(folder.out().string(),
                   fmt::format("has an unfinished run of {} with {} evaluations",
                               same ? "this search" : "another search", journal.recorded()),
                   fmt::format("go on with it by {}, or start anew with --overwrite",
                               resume_command(folder.out().lexically_proximate(fs::current_path()))));
}

std::unique_ptr<Journal> begin_run(RunFolder& folder, const Workbench& bench) {
  hold(folder);
  folder.clear();
  write_whole(folder.work() / kSearchFile, bench.spec.source_text);
  const fs::path file = folder.work() / RunFolder::kJournal;
  Journal::create(file, identify_run(bench), bench.spec.evaluations);
  auto journal = std::make_unique<Journal>(file);
  journal->begin();
  return journal;
}

void require_run(const RunFolder& folder) {
  if (folder.is_unfinished() || folder.is_finished()) return;
  throw InputError(folder.out().string(), "there is no run that could be gone on with",
                   "start one with tsugi evolve SEARCH --output RUN");
}

StoppedRun find_stopped_run(RunFolder& folder, const SearchOptions& options) {
  require_run(folder);
  if (folder.is_unfinished()) hold(folder);
  StoppedRun run;
  run.journal = std::make_unique<Journal>(folder.journal());
  const Journal& journal = *run.journal;
  const int evaluations = options.evaluations.value_or(journal.evaluations());
  if (evaluations < journal.evaluations()) {
    throw InputError("--evaluations",
                     fmt::format("{}, and the run has {}", evaluations, journal.evaluations()),
                     "give more, or leave it out");
  }
  run.finished = !folder.is_unfinished() && evaluations == journal.evaluations();
  if (run.finished) return run;
  const fs::path search = folder.journal().parent_path() / kSearchFile;
  run.spec = recipes::parse_search(text_of(search), journal.identity().search_file);
  run.options = options;
  run.options.seed = journal.identity().seed;
  run.options.evaluations = evaluations;
  return run;
}

void continue_run(RunFolder& folder, StoppedRun& run, const Workbench& bench) {
  const std::vector<std::string> different = differences(run.journal->identity(), identify_run(bench));
  if (!different.empty()) {
    throw InputError(folder.out().string(),
                     fmt::format("cannot be gone on with as it began: {}", fmt::join(different, "; ")),
                     "make it the same again, or start anew with --overwrite");
  }
  if (!folder.is_unfinished()) {
    hold(folder);
    folder.clear();
    write_whole(folder.work() / kSearchFile, run.spec.source_text);
    write_whole(folder.work() / RunFolder::kJournal, text_of(folder.out() / RunFolder::kJournal));
    run.journal = std::make_unique<Journal>(folder.journal());
  }
  run.journal->begin();
  if (bench.spec.evaluations > run.journal->evaluations()) run.journal->extend(bench.spec.evaluations);
}

}  // namespace tsugi::evolve
