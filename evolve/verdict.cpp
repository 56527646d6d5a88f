// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evolve/familiarity.h"
#include "evolve/finalists.h"
#include "evolve/ledger.h"
#include "evolve/rank_agreement.h"
#include "evolve/samples.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"

namespace tsugi::evolve {
namespace {

using eval::Side;
using Rows = std::vector<std::vector<double>>;

void note_agreement(const RunUnderWay& run) {
  if (run.bench.measure() == Measure::metric) return;
  const RankAgreement agreement =
      rank_agreement(run.candidates.archive(), run.bench.exam, run.bench.likelihood_items);
  if (!agreement.correlation) {
    return run.note(fmt::format(
        "whether log-likelihood and metric agree cannot be told from {} candidates that were scored by both",
        agreement.candidates));
  }
  run.note(fmt::format("rank correlation of log-likelihood and metric over {} candidates: {:.2f}{}",
                       agreement.candidates, *agreement.correlation,
                       *agreement.correlation < kWeakCorrelation
                           ? "; that is weak: search by the metric, or give the items worked answers"
                           : ""));
}

Rows examine_all(const RunUnderWay& run, const std::vector<std::size_t>& ids, Side side,
                 const std::string& stage, const Keeper* keeper = nullptr) {
  Rows rows = run.candidates.examine(ids, side, stage, keeper);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!rows[i].empty()) continue;
    throw Error(fmt::format("candidate {}: {}", ids[i], run.candidates.archive().records[ids[i]].failure));
  }
  return rows;
}

std::vector<std::size_t> scored_baselines(const RunUnderWay& run) {
  std::vector<std::size_t> ids = run.candidates.of(Origin::baseline);
  std::erase_if(ids, [&](std::size_t id) { return !run.candidates.archive().records[id].fitness; });
  return ids;
}

void note_opening(const RunUnderWay& run) {
  try {
    record_opening(standard_ledger(),
                   opening_of(run.bench.exam, run.candidates.archive(), run.options.output));
  } catch (const Error& error) {
    run.note(fmt::format("the opening of the sealed test is not in the ledger: {}", error.what()));
  }
}

std::size_t finalists_of(const RunUnderWay& run) {
  return static_cast<std::size_t>(run.bench.spec.finalists);
}

bool is_proposed(const Record& record) {
  return record.origin == Origin::start || record.origin == Origin::optimizer;
}

// Those that are best by an estimate answer what they have not been asked; how far off they were is said.
void complete_best(const RunUnderWay& run) {
  const Archive& archive = run.candidates.archive();
  std::vector<Contender> contenders;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    if (is_proposed(record))
      contenders.push_back({.id = id, .recipe = record.recipe, .fitness = record.fitness});
  }
  std::vector<std::size_t> ids = name_finalists(std::nullopt, contenders, finalists_of(run));
  std::erase_if(ids,
                [&](std::size_t id) { return metric_of(archive.records[id], run.bench.exam).has_value(); });
  std::vector<double> estimates;
  for (const std::size_t id : ids) estimates.push_back(*archive.records[id].fitness);
  run.candidates.complete(ids, "remaining items of the best");
  double sum = 0;
  double absolute = 0;
  std::size_t scored = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::optional<double> value = metric_of(archive.records[ids[i]], run.bench.exam);
    if (!value) continue;
    ++scored;
    sum += estimates[i] - *value;
    absolute += std::abs(estimates[i] - *value);
  }
  if (scored == 0) return;
  const double share = 100 / static_cast<double>(scored);
  run.note(
      fmt::format("the estimates of the {} that then answered all search items, the best by them, were "
                  "{:+.1f} points off on average, {:.1f} without signs",
                  scored, share * sum, share * absolute));
}

}  // namespace

void RunUnderWay::save() const {
  write_archive(candidates.archive(), folder.work() / "archive.h5");
  write_timings(candidates.archive(), folder.work() / "timings.h5");
}

void RunUnderWay::note(const std::string& sentence) const {
  if (options.note) options.note(sentence);
}

void decide_finalists(const RunUnderWay& run, std::optional<std::size_t> mean_id) {
  Archive& archive = run.candidates.archive();
  if (run.bench.spec.items) complete_best(run);
  std::vector<Contender> others;
  std::optional<Contender> mean;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    Contender contender{.id = id, .recipe = record.recipe, .fitness = record.fitness};
    // An estimate from some items is no score to be named by.
    const bool whole = run.bench.measure() == Measure::likelihood || metric_of(record, run.bench.exam);
    if (!whole) contender.fitness.reset();
    if (mean_id == id) {
      mean = contender;
    } else if (is_proposed(record)) {
      others.push_back(contender);
    }
  }
  archive.finalists = name_finalists(mean, others, finalists_of(run));
  if (archive.finalists.empty()) {
    throw Error(
        fmt::format("no candidate could be scored; the last failed so: {}", archive.records.back().failure));
  }
  std::vector<std::string> recipes;
  for (const std::size_t id : archive.finalists) recipes.push_back(archive.records[id].recipe);
  run.journal.name_finalists(recipes);  // before validation is looked at
  if (run.bench.measure() == Measure::likelihood) {
    run.candidates.measure(archive.finalists, Measure::metric, "metric of the finalists");
    std::erase_if(archive.finalists, [&](std::size_t id) { return !archive.records[id].fitness; });
    note_agreement(run);
  }
  run.save();
}

Opened judge(const RunUnderWay& run) {
  Archive& archive = run.candidates.archive();
  std::vector<std::size_t> finalists;
  Rows compared;
  const Rows rows = run.candidates.examine(archive.finalists, Side::validation, "validation");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) continue;  // failed: recorded, out
    finalists.push_back(archive.finalists[i]);
    compared.push_back(rows[i]);
  }
  archive.winner = finalists.empty() ? std::nullopt : std::optional(finalists[choose_winner(compared)]);
  if (!archive.winner) throw Error("every finalist failed on validation; the archive has the reasons");
  Opened named{.parents = run.candidates.of(Origin::parent),
               .baselines = scored_baselines(run),
               .winner = *archive.winner};
  const auto best_of = [&](const std::vector<std::size_t>& ids) {
    return ids[choose_best(examine_all(run, ids, Side::validation, "validation"))];
  };
  named.best_parent = best_of(named.parents);
  if (!named.baselines.empty()) named.best_baseline = best_of(named.baselines);
  run.save();
  return named;
}

void export_winner(const RunUnderWay& run, std::size_t winner) {
  const std::string& recipe = run.candidates.archive().records[winner].recipe;
  const merge::MergePlan plan = run.candidates.evaluator().plan(run.candidates.subject(winner));
  const std::filesystem::path out = run.folder.work() / "winner";
  std::filesystem::remove_all(out);  // of a process that stopped later than here
  merge::FolderWriter writer(plan, out, {.recipe = recipe});
  const auto check = [&](std::uint64_t) {
    if (run.options.stop && run.options.stop()) throw Interrupted("stopped");
  };
  merge::write_folder(plan, writer, {.progress = check});
  write_whole(run.folder.work() / "winner.yaml", recipe);
}

Result open_test(const RunUnderWay& run, const Opened& opened) {
  Archive& archive = run.candidates.archive();
  std::vector<std::size_t> ids = opened.parents;
  ids.insert(ids.end(), opened.baselines.begin(), opened.baselines.end());
  ids.push_back(opened.winner);
  archive.test_openings = run.journal.open_test();  // an opening counts even if the run dies while looking
  run.save();
  if (archive.test_openings > 1) {
    run.note(
        fmt::format("this run opens its sealed test for the {}. time: a run that was extended "
                    "after a look at it says less than one of as many evaluations from the start",
                    archive.test_openings));
  }
  note_opening(run);
  open_sealed(run.bench.exam, *run.bench.tokenizer);
  const std::filesystem::path& folder = run.folder.work();
  const Keeper keeper{
      .has = [&](std::size_t id) { return has_samples(folder, archive, id); },
      .keep = [&](std::size_t id,
                  eval::ModelResult answers) { write_samples(folder, archive, id, std::move(answers)); }};
  examine_all(run, ids, Side::test, "sealed test", &keeper);
  Result result = final_report(run.bench.exam, archive, opened);
  result.contamination = run.bench.contamination;
  result.familiarity = check_familiarity(run.bench, run.candidates.evaluator(), run.options.stop);
  return result;
}

}  // namespace tsugi::evolve
