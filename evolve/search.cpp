// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/carry_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evolve/candidates.h"
#include "evolve/early_stop.h"
#include "evolve/familiarity.h"
#include "evolve/final_report.h"
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

// design.md, section 3: few enough that the best of them on validation is no lucky draw.
constexpr std::size_t kMostFinalists = 10;

class Search {
 public:
  Search(Workbench& bench, const SearchOptions& options, const RunFolder& folder, Journal& journal);
  Result run();

 private:
  void generation_zero();
  void optimise();
  std::vector<Trial> trials_from(std::size_t first, std::size_t generation);
  void check_metric(std::size_t first, std::size_t generation);
  void note_agreement() const;
  void ask_validation(const Optimizer& optimizer, std::size_t generation, EarlyStop& early_stop);
  void summarise(std::size_t generation, std::size_t first) const;
  void name_finalists_from_search();
  void judge();
  void export_winner();
  Rows examine_all(const std::vector<std::size_t>& ids, Side side, const std::string& stage,
                   const Keeper* keeper = nullptr);
  std::vector<std::size_t> scored_baselines() const;
  void note_opening();
  Result open_test();
  void save() const;
  void save_generation() const;
  std::size_t items_total() const;

  Workbench* bench_;
  const SearchOptions* options_;
  const RunFolder* folder_;
  Journal* journal_;
  Candidates candidates_;
  std::size_t population_;
  std::optional<std::size_t> mean_;
  std::size_t best_parent_ = 0;
  std::optional<std::size_t> best_baseline_;
  std::size_t items_done_ = 0;
  std::size_t recorded_before_;
};

Search::Search(Workbench& bench, const SearchOptions& options, const RunFolder& folder, Journal& journal)
    : bench_(&bench),
      options_(&options),
      folder_(&folder),
      journal_(&journal),
      candidates_(
          bench, journal,
          [this](const std::string& stage, std::size_t items) {
            items_done_ += items;
            if (!options_->progress) return;
            options_->progress({.stage = stage, .items_done = items_done_, .items_total = items_total()});
          },
          options.stop),
      population_(make_optimizer(bench)->ask().size()),
      recorded_before_(journal.recorded()) {}

// Each candidate counts its items, evaluated or not (but for ties, whose number nobody knows), so that the
// end of the bar is known from the start.
std::size_t Search::items_total() const {
  const auto generations =
      (static_cast<std::size_t>(bench_->spec.evaluations) + population_ - 1) / population_;
  const std::size_t fixed =
      bench_->parents.size() + bench_->space->baselines().size() + bench_->usual_merges.size();
  const eval::Split& split = bench_->exam.split;
  const auto every = static_cast<std::size_t>(bench_->spec.metric_every);
  const std::size_t checked = bench_->measure() == Measure::metric
                                  ? 0
                                  : fixed + 1 + generations / every * population_ + kMostFinalists;
  const std::size_t means = bench_->spec.patience > 0 ? generations : 0;
  return (fixed + 2 + means + generations * population_ + checked) * split.count(Side::search) +
         (fixed + means + kMostFinalists) * split.count(Side::validation) +
         (fixed + 1) * split.count(Side::test);
}

void Search::generation_zero() {
  std::vector<Proposal> proposals;
  for (const Parent& parent : bench_->parents) proposals.push_back(propose_parent(parent));
  for (const Baseline& baseline : bench_->space->baselines()) {
    proposals.push_back(propose(*bench_->space, Origin::baseline, baseline.genes, 0, baseline.name));
  }
  for (const UsualMerge& merge : bench_->usual_merges) proposals.push_back(propose_merge(merge));
  proposals.push_back(propose(*bench_->space, Origin::start, start_values(*bench_->space), 0));
  candidates_.add(std::move(proposals), "generation 0");
  for (const std::size_t id : candidates_.of(Origin::parent)) {
    const Record& record = candidates_.archive().records[id];
    // Without a parent's score there would be nothing to compare with.
    if (!record.fitness) throw Error(fmt::format("{} cannot be scored: {}", record.name, record.failure));
  }
  check_metric(0, 0);
  save_generation();
  candidates_.end_generation();
  summarise(0, 0);
}

void Search::optimise() {
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(*bench_);
  Archive& archive = candidates_.archive();
  const auto budget = static_cast<std::size_t>(bench_->spec.evaluations);
  EarlyStop early_stop(static_cast<std::size_t>(bench_->spec.patience));
  std::size_t generation = 0;
  while (archive.evaluations < budget && !optimizer->stopped() && !early_stop.reached()) {
    ++generation;
    std::vector<Proposal> proposals;
    for (const Point& point : optimizer->ask()) {
      proposals.push_back(
          propose(*bench_->space, Origin::optimizer, values_at(*bench_->space, point), generation));
    }
    const std::size_t first = candidates_.add(std::move(proposals), fmt::format("generation {}", generation));
    check_metric(first, generation);
    const std::vector<Trial> trials = trials_from(first, generation);
    optimizer->tell(trials);
    archive.evaluations += trials.size();
    save_generation();
    candidates_.end_generation();
    summarise(generation, first);
    if (bench_->spec.patience > 0) ask_validation(*optimizer, generation, early_stop);
  }
  if (const auto reason = optimizer->stopped(); reason && options_->note) {
    options_->note(fmt::format("the search stopped after {} evaluations: {}", archive.evaluations, *reason));
  }
  if (const auto mean = optimizer->mean()) {
    mean_ = candidates_.add(
        {propose(*bench_->space, Origin::mean, values_at(*bench_->space, *mean), generation)}, "final mean");
  }
}

// Equal fitness, frequent where few items decide, is told apart by the likelihood of the references, unless
// the optimizer weighs tasks against each other.
std::vector<Trial> Search::trials_from(std::size_t first, std::size_t generation) {
  const std::vector<Record>& records = candidates_.archive().records;
  const auto begin = records.begin() + static_cast<std::ptrdiff_t>(first);
  const Objectives objectives = find_optimizer(bench_->spec.optimizer.name)->objectives;
  std::vector<std::size_t> tied;
  for (std::size_t id = first; objectives == Objectives::one && id < records.size(); ++id) {
    const std::optional<double> value = records[id].fitness;
    const auto equals = [&](const Record& other) { return other.fitness == value; };
    if (value && std::count_if(begin, records.end(), equals) > 1) tied.push_back(id);
  }
  if (bench_->measure() == Measure::metric)
    candidates_.measure(tied, Measure::likelihood, fmt::format("ties of generation {}", generation));
  std::vector<Trial> trials;
  for (std::size_t id = first; id < records.size(); ++id) {
    Trial trial = candidates_.trial(id, objectives);
    const bool is_tied = std::find(tied.begin(), tied.end(), id) != tied.end();
    if (is_tied && records[id].fitness && records[id].likelihood)
      trial.objectives.push_back(*records[id].likelihood);
    trials.push_back(std::move(trial));
  }
  return trials;
}

// A search by likelihood looks at the metric now and then, and says in the end whether they agree.
void Search::check_metric(std::size_t first, std::size_t generation) {
  const bool due = generation % static_cast<std::size_t>(bench_->spec.metric_every) == 0;
  if (bench_->measure() == Measure::metric || !due) return;
  std::vector<std::size_t> ids(candidates_.archive().records.size() - first);
  std::iota(ids.begin(), ids.end(), first);
  candidates_.measure(ids, Measure::metric, fmt::format("metric of generation {}", generation));
}

void Search::note_agreement() const {
  if (bench_->measure() == Measure::metric || !options_->note) return;
  const RankAgreement agreement = rank_agreement(candidates_.archive(), bench_->exam);
  if (!agreement.correlation) {
    return options_->note(fmt::format(
        "whether log-likelihood and metric agree cannot be told from {} candidates that were scored by both",
        agreement.candidates));
  }
  options_->note(fmt::format("rank correlation of log-likelihood and metric over {} candidates: {:.2f}{}",
                             agreement.candidates, *agreement.correlation,
                             *agreement.correlation < kWeakCorrelation
                                 ? "; that is weak: search by the metric, or give the items worked answers"
                                 : ""));
}

void Search::ask_validation(const Optimizer& optimizer, std::size_t generation, EarlyStop& early_stop) {
  const auto mean = optimizer.mean();
  if (!mean) {
    throw InputError(bench_->spec.file,
                     fmt::format("early_stop: {} has no mean to validate", bench_->spec.optimizer.name),
                     "leave early_stop out");
  }
  const std::size_t id =
      candidates_.add({propose(*bench_->space, Origin::mean, values_at(*bench_->space, *mean), generation)},
                      fmt::format("mean of generation {}", generation));
  early_stop.look(candidates_.examine({id}, Side::validation, "early stop").front());
  save_generation();
  if (!early_stop.reached() || !options_->note) return;
  options_->note(
      fmt::format("the search stops after {} evaluations: validation released nothing better in {} "
                  "generations, and {} values in all",
                  candidates_.archive().evaluations, bench_->spec.patience, early_stop.ladder().releases()));
}

void Search::summarise(std::size_t generation, std::size_t first) const {
  if (!options_->generation) return;
  const Archive& archive = candidates_.archive();
  GenerationSummary summary;
  summary.measure = bench_->measure();
  summary.generation = generation;
  summary.evaluations = archive.evaluations;
  summary.budget = static_cast<std::size_t>(bench_->spec.evaluations);
  double sum = 0;
  std::size_t scored = 0;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const std::optional<double>& value = archive.records[id].fitness;
    if (value) summary.best_ever = std::max(summary.best_ever.value_or(*value), *value);
    if (id < first) continue;
    if (!value) {
      ++summary.failures;
      continue;
    }
    summary.best = std::max(summary.best.value_or(*value), *value);
    sum += *value;
    ++scored;
  }
  if (scored > 0) summary.mean = sum / static_cast<double>(scored);
  options_->generation(summary);
}

void Search::name_finalists_from_search() {
  Archive& archive = candidates_.archive();
  std::vector<Contender> others;
  std::optional<Contender> mean;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    const Contender contender{.id = id, .recipe = record.recipe, .fitness = record.fitness};
    if (mean_ == id) {
      mean = contender;
    } else if (record.origin == Origin::start || record.origin == Origin::optimizer) {
      others.push_back(contender);
    }
  }
  archive.finalists = name_finalists(mean, others, kMostFinalists);
  if (archive.finalists.empty()) {
    throw Error(
        fmt::format("no candidate could be scored; the last failed so: {}", archive.records.back().failure));
  }
  std::vector<std::string> recipes;
  for (const std::size_t id : archive.finalists) recipes.push_back(archive.records[id].recipe);
  journal_->name_finalists(recipes);  // before validation is looked at
  if (bench_->measure() == Measure::likelihood) {
    candidates_.measure(archive.finalists, Measure::metric, "metric of the finalists");
    std::erase_if(archive.finalists, [&](std::size_t id) { return !archive.records[id].fitness; });
    note_agreement();
  }
  save();
}

Rows Search::examine_all(const std::vector<std::size_t>& ids, Side side, const std::string& stage,
                         const Keeper* keeper) {
  Rows rows = candidates_.examine(ids, side, stage, keeper);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!rows[i].empty()) continue;
    throw Error(fmt::format("candidate {}: {}", ids[i], candidates_.archive().records[ids[i]].failure));
  }
  return rows;
}

std::vector<std::size_t> Search::scored_baselines() const {
  std::vector<std::size_t> ids = candidates_.of(Origin::baseline);
  std::erase_if(ids, [&](std::size_t id) { return !candidates_.archive().records[id].fitness; });
  return ids;
}

// Winner, best parent and best baseline are named on validation.
void Search::judge() {
  Archive& archive = candidates_.archive();
  std::vector<std::size_t> finalists;
  Rows compared;
  const Rows rows = candidates_.examine(archive.finalists, Side::validation, "validation");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) continue;  // failed: recorded, out
    finalists.push_back(archive.finalists[i]);
    compared.push_back(rows[i]);
  }
  archive.winner = finalists.empty() ? std::nullopt : std::optional(finalists[choose_winner(compared)]);
  if (!archive.winner) throw Error("every finalist failed on validation; the archive has the reasons");
  const std::vector<std::size_t> parents = candidates_.of(Origin::parent);
  best_parent_ = parents[choose_best(examine_all(parents, Side::validation, "validation"))];
  const std::vector<std::size_t> baselines = scored_baselines();
  if (!baselines.empty()) {
    best_baseline_ = baselines[choose_best(examine_all(baselines, Side::validation, "validation"))];
  }
  save();
}

void Search::export_winner() {
  const std::size_t winner = *candidates_.archive().winner;
  const std::string& recipe = candidates_.archive().records[winner].recipe;
  const merge::MergePlan plan = candidates_.evaluator().plan(candidates_.subject(winner));
  const std::filesystem::path out = folder_->work() / "winner";
  std::filesystem::remove_all(out);  // of a process that stopped later than here
  merge::FolderWriter writer(plan, out, {.recipe = recipe});
  const auto check = [&](std::uint64_t) {
    if (options_->stop && options_->stop()) throw Interrupted("stopped");
  };
  merge::write_folder(plan, writer, {.progress = check});
  write_whole(folder_->work() / "winner.yaml", recipe);
}

void Search::note_opening() {
  try {
    record_opening(standard_ledger(), opening_of(bench_->exam, candidates_.archive(), options_->output));
  } catch (const Error& error) {
    if (options_->note)
      options_->note(fmt::format("the opening of the sealed test is not in the ledger: {}", error.what()));
  }
}

Result Search::open_test() {
  Archive& archive = candidates_.archive();
  const Opened opened{.parents = candidates_.of(Origin::parent),
                      .baselines = scored_baselines(),
                      .winner = *archive.winner,
                      .best_parent = best_parent_,
                      .best_baseline = best_baseline_};
  std::vector<std::size_t> ids = opened.parents;
  ids.insert(ids.end(), opened.baselines.begin(), opened.baselines.end());
  ids.push_back(opened.winner);
  archive.test_openings = journal_->open_test();  // an opening counts even if the run dies while looking
  save();
  if (archive.test_openings > 1 && options_->note) {
    options_->note(
        fmt::format("this run opens its sealed test for the {}. time: a run that was extended "
                    "after a look at it says less than one of as many evaluations from the start",
                    archive.test_openings));
  }
  note_opening();
  open_sealed(bench_->exam, *bench_->tokenizer);
  const std::filesystem::path& folder = folder_->work();
  const Keeper keeper{
      .has = [&](std::size_t id) { return has_samples(folder, archive, id); },
      .keep = [&](std::size_t id,
                  eval::ModelResult answers) { write_samples(folder, archive, id, std::move(answers)); }};
  examine_all(ids, Side::test, "sealed test", &keeper);
  Result result = final_report(bench_->exam, archive, opened);
  result.contamination = bench_->contamination;
  result.familiarity = check_familiarity(*bench_, candidates_.evaluator(), options_->stop);
  return result;
}

// A run that goes on has nothing new to save until it comes to where it stopped.
void Search::save_generation() const {
  if (journal_->recorded() > recorded_before_) save();
}

void Search::save() const {
  write_archive(candidates_.archive(), folder_->work() / "archive.h5");
  write_timings(candidates_.archive(), folder_->work() / "timings.h5");
}

Result Search::run() {
  generation_zero();
  optimise();
  name_finalists_from_search();
  judge();
  export_winner();
  const Result result = open_test();
  save();
  write_whole(folder_->work() / "result.json", to_json(result).dump(2) + "\n");
  return result;
}

}  // namespace

Result carry_out_search(Workbench& bench, const SearchOptions& options, const RunFolder& folder,
                        Journal& journal) {
  return Search(bench, options, folder, journal).run();
}

}  // namespace tsugi::evolve
