// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/carry_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "evolve/candidates.h"
#include "evolve/early_stop.h"
#include "evolve/rank_agreement.h"
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
  void optimise(std::size_t budget);
  std::size_t ask_generation(std::vector<Proposal> proposals, std::size_t generation);
  std::size_t choose_weights() const;
  void search_layers();
  std::vector<Trial> trials_from(std::size_t first, std::size_t generation, const Optimizer& optimizer);
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
  std::optional<RaceRules> race_;
  std::optional<ItemSubset> subset_;
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
      race_(race_rules(bench.spec, bench.exam.split.count(Side::search), population_)),
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
  const auto finalists = static_cast<std::size_t>(bench_->spec.finalists);
  const bool by_metric = bench_->measure() == Measure::metric;
  const std::size_t checked = by_metric ? 0 : fixed + 1 + generations / every * population_;
  const std::size_t means = bench_->spec.patience > 0 ? generations : 0;
  const std::size_t completed = bench_->spec.items || !by_metric ? finalists : 0;
  const std::size_t scored = by_metric ? split.count(Side::search) : bench_->likelihood_items.size();
  return (fixed + 2 + means + generations * population_ + checked) * scored +
         completed * split.count(Side::search) + (fixed + means + finalists) * split.count(Side::validation) +
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

// Until so many evaluations are done in all.
void Search::optimise(std::size_t budget) {
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(*bench_);
  Archive& archive = candidates_.archive();
  EarlyStop early_stop(static_cast<std::size_t>(bench_->spec.patience));
  std::size_t generation = archive.records.back().generation;
  while (archive.evaluations < budget && !optimizer->stopped() && !early_stop.reached()) {
    ++generation;
    std::vector<Proposal> proposals;
    for (const Point& point : optimizer->ask()) {
      proposals.push_back(
          propose(*bench_->space, Origin::optimizer, values_at(*bench_->space, point), generation));
    }
    const std::size_t first = ask_generation(std::move(proposals), generation);
    check_metric(first, generation);
    const std::vector<Trial> trials = trials_from(first, generation, *optimizer);
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
  mean_.reset();
  if (const auto mean = optimizer->mean()) {
    mean_ = candidates_.add(
        {propose(*bench_->space, Origin::mean, values_at(*bench_->space, *mean), generation)}, "final mean");
  }
}

// What the first stage came to, by the search items alone: the final mean, or the best candidate of an
// optimizer that has none.
std::size_t Search::choose_weights() const {
  const std::vector<Record>& records = candidates_.archive().records;
  if (mean_ && records[*mean_].fitness) return *mean_;
  std::optional<std::size_t> best;
  for (std::size_t id = 0; id < records.size(); ++id) {
    const bool of_the_space = records[id].origin == Origin::start || records[id].origin == Origin::optimizer;
    if (!of_the_space || !records[id].fitness) continue;
    if (!best || *records[id].fitness > *records[*best].fitness) best = id;
  }
  if (!best) throw Error("the first stage came to nothing that could be scored; the archive has the reasons");
  return *best;
}

// It is a source of the second stage, and where that starts. It stays the one that validation has to speak
// against where the final mean of the layers is no better by the search items.
void Search::search_layers() {
  const std::size_t chosen = choose_weights();
  const bool was_mean = mean_ == chosen;
  const recipes::Recipe weights = candidates_.subject(chosen).recipe;
  begin_layers(*bench_, weights);
  candidates_.begin_stage();
  candidates_.evaluator().keep(weights);
  const Archive& archive = candidates_.archive();
  candidates_.add({propose(*bench_->space, Origin::start, start_values(*bench_->space),
                           archive.records.back().generation)},
                  "start of the layers");
  optimise(archive.evaluations + static_cast<std::size_t>(bench_->spec.stages.back().evaluations));
  const bool better = mean_ && archive.records[*mean_].fitness > archive.records[chosen].fitness;
  if (was_mean && !better) mean_ = chosen;
}

std::size_t Search::ask_generation(std::vector<Proposal> proposals, std::size_t generation) {
  const std::string stage = fmt::format("generation {}", generation);
  if (race_) return candidates_.race(std::move(proposals), *race_, stage);
  const std::optional<recipes::ItemsSpec>& items = bench_->spec.items;
  if (!items || generation <= static_cast<std::size_t>(items->full_generations))
    return candidates_.add(std::move(proposals), stage);
  if (!subset_) {
    subset_.emplace(*items, bench_->exam, candidates_.archive());
    if (options_->note) {
      options_->note(fmt::format(
          "from here on candidates answer {} of {} search items; merges that were left out of "
          "the fit are estimated with a mean error of {:.1f} points",
          subset_->items().size(), bench_->exam.split.count(Side::search), 100 * subset_->error()));
    }
  }
  return candidates_.sample(std::move(proposals), *subset_, stage);
}

// Equal fitness, frequent where few items decide, is told apart by the likelihood of the references, unless
// the optimizer weighs tasks against each other.
std::vector<Trial> Search::trials_from(std::size_t first, std::size_t generation,
                                       const Optimizer& optimizer) {
  const std::vector<Record>& records = candidates_.archive().records;
  const auto begin = records.begin() + static_cast<std::ptrdiff_t>(first);
  const Objectives objectives =
      optimizer.objectives().value_or(find_optimizer(optimizer_of(*bench_).name)->objectives);
  std::vector<std::size_t> tied;
  for (std::size_t id = first; objectives == Objectives::one && id < records.size(); ++id) {
    const std::optional<double> value = records[id].fitness;
    const auto equals = [&](const Record& other) { return other.fitness == value; };
    const bool whole = metric_of(records[id], bench_->exam).has_value();  // else it is an estimate
    if (value && whole && std::count_if(begin, records.end(), equals) > 1) tied.push_back(id);
  }
  // Programs give none: where all tasks are theirs, ties stay ties.
  if (bench_->measure() == Measure::metric && !asks_programs_only(bench_->exam))
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
  candidates_.check_metric(ids, fmt::format("metric of generation {}", generation));
}

void Search::ask_validation(const Optimizer& optimizer, std::size_t generation, EarlyStop& early_stop) {
  const auto mean = optimizer.mean();
  if (!mean) {
    throw InputError(bench_->spec.file,
                     fmt::format("early_stop: {} has no mean to validate", optimizer_of(*bench_).name),
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
  const std::vector<recipes::StageSpec>& stages = bench_->spec.stages;
  optimise(static_cast<std::size_t>(stages.empty() ? bench_->spec.evaluations : stages.front().evaluations));
  if (!stages.empty()) search_layers();
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
