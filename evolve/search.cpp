// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/carry_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evolve/candidates.h"
#include "evolve/early_stop.h"
#include "evolve/verdict.h"

namespace tsugi::evolve {
namespace {

using eval::Side;

class Search {
 public:
  Search(Workbench& bench, const SearchOptions& options, const RunFolder& folder, Journal& journal);
  Result run();

 private:
  void generation_zero();
  void optimise();
  std::vector<Trial> trials_from(std::size_t first, std::size_t generation);
  void check_metric(std::size_t first, std::size_t generation);
  void ask_validation(const Optimizer& optimizer, std::size_t generation, EarlyStop& early_stop);
  void summarise(std::size_t generation, std::size_t first) const;
  void save_generation();
  RunUnderWay under_way() { return {*bench_, *options_, *folder_, *journal_, candidates_}; }
  std::size_t items_total() const;

  Workbench* bench_;
  const SearchOptions* options_;
  const RunFolder* folder_;
  Journal* journal_;
  Candidates candidates_;
  std::size_t population_;
  std::optional<std::size_t> mean_;
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

// A run that goes on has nothing new to save until it comes to where it stopped.
void Search::save_generation() {
  if (journal_->recorded() == recorded_before_) return;
  under_way().save();
}

Result Search::run() {
  generation_zero();
  optimise();
  const RunUnderWay run = under_way();
  decide_finalists(run, mean_);
  const Opened opened = judge(run);
  export_winner(run, opened.winner);
  const Result result = open_test(run, opened);
  run.save();
  write_whole(folder_->work() / "result.json", to_json(result).dump(2) + "\n");
  return result;
}

}  // namespace

Result carry_out_search(Workbench& bench, const SearchOptions& options, const RunFolder& folder,
                        Journal& journal) {
  return Search(bench, options, folder, journal).run();
}

}  // namespace tsugi::evolve
