// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/workbench.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/model/load.h"
#include "evolve/genomes/weight_space.h"
#include "evolve/optimizer_choice.h"
#include "merge/plan.h"

namespace tsugi::evolve {
namespace {

using recipes::ModelReference;

// Recipes of candidates carry paths that work from here, so that they stand for themselves.
ModelReference found(ModelReference reference, const std::string& file) {
  if (const auto path = recipes::find_beside(reference.text, file))
    reference.text = path->lexically_normal().string();
  return reference;
}

recipes::SearchSpec resolved(const recipes::SearchSpec& given, const SearchOptions& options) {
  recipes::SearchSpec spec = given;
  if (options.evaluations) spec.evaluations = *options.evaluations;
  if (options.seed) spec.seed = *options.seed;
  if (spec.evaluations < 1) {
    throw InputError(spec.file, fmt::format("{} evaluations", spec.evaluations), "give at least 1");
  }
  for (ModelReference& model : spec.genome.models) model = found(model, spec.file);
  if (spec.genome.base_model) spec.genome.base_model = found(*spec.genome.base_model, spec.file);
  return spec;
}

void open_parents(Workbench& bench) {
  std::vector<ModelReference> references = bench.spec.genome.models;
  const auto& base = bench.spec.genome.base_model;
  if (base && std::find(references.begin(), references.end(), *base) == references.end())
    references.push_back(*base);
  if (references.empty()) throw InputError(bench.spec.file, "no models", "list them under genome.models");
  const std::vector<std::string> names = short_names(references);
  for (std::size_t i = 0; i < references.size(); ++i) {
    bench.parents.push_back({.reference = references[i],
                             .name = names[i],
                             .checkpoint = bench.store.get(references[i], bench.spec.file)});
  }
  bench.notes = bench.store.notes();
}

// Names of the rows' tensors that a checkpoint has.
std::vector<std::string> present(const std::vector<recipes::ArchitectureRow>& rows,
                                 const merge::Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const recipes::ArchitectureRow& row : rows) {
    if (checkpoint.find(row.name) != nullptr) names.push_back(row.name);
  }
  return names;
}

const merge::Checkpoint& donor_of(const Workbench& bench) {
  const auto& base = bench.spec.genome.base_model;
  for (const Parent& parent : bench.parents) {
    if (base && parent.reference == *base) return *parent.checkpoint;
  }
  return *bench.parents.front().checkpoint;
}

ModelFamily family_of(const Workbench& bench) {
  const merge::Checkpoint& donor = donor_of(bench);
  const recipes::Architecture& architecture = eval::architecture_of(donor.config());
  return {.layers = donor.config().layers(),
          .before = present(architecture.before, donor),
          .after = present(architecture.after, donor),
          .dtype = donor.config().dtype(),
          .seed = bench.spec.seed};
}

// The longest prompt and answer of any item: what a scorer's working memory grows with.
std::size_t longest_request(const Exam& exam) {
  std::size_t longest = 0;
  for (const ExamTask& task : exam.tasks) longest = std::max(longest, eval::longest_request(task.prepared));
  return longest;
}

void divide(Workbench& bench, const SearchOptions& options) {
  // The start of the search stands for all candidates: same shapes, same types.
  const merge::MergePlan plan =
      merge::plan_merge(bench.space->decode(start_values(*bench.space)), bench.store);
  const eval::PlannedModel model = eval::describe_model(plan);
  const eval::Residence residence = eval::choose_residence(plan, std::nullopt);
  Demand demand;
  demand.arena = eval::ResidentWeights::bytes(model.shape, residence.storage);
  demand.workspace =
      eval::Decoder::workspace_bytes(model.shape, model.shape.layers, residence.compute,
                                     std::min(longest_request(bench.exam), model.shape.max_positions));
  for (const Parent& parent : bench.parents) {
    for (const merge::TensorView& tensor : parent.checkpoint->tensors())
      demand.mapped += tensor.stored_bytes();
  }
  demand.candidates = make_optimizer(bench)->ask().size();
  bench.division = divide_resources(demand, {.threads = options.threads,
                                             .memory = options.max_memory.value_or(available_memory()),
                                             .limited = options.max_memory.has_value()});
  bench.notes.insert(bench.notes.end(), plan.notes.begin(), plan.notes.end());
  bench.notes.push_back(eval::describe_compute(residence.compute, residence.storage));
  bench.notes.push_back(bench.division.text);
}

// mergekit-evolve applies a model's chat template unless its file says not to; here prompts are what the task
// writes.
void note_chat_template(Workbench& bench) {
  const auto companions = donor_of(bench).companions();
  const bool has_template =
      std::any_of(companions.begin(), companions.end(), [](const merge::Companion& file) {
        return file.name == "chat_template.jinja" ||
               (file.name == "tokenizer_config.json" &&
                file.content().find("\"chat_template\"") != std::string::npos);
      });
  if (!has_template) return;
  bench.notes.emplace_back(
      "the models have a chat template, which is not applied: prompts are scored as the tasks write them");
}

std::string cluster_note(const Exam& exam) {
  std::string sizes;
  for (const auto& [size, count] : exam.split.cluster_sizes) {
    sizes += fmt::format("{}{} of {}", sizes.empty() ? "" : ", ", count, size);
  }
  return fmt::format(
      "items: {} to search, {} for validation, {} in the sealed test; clusters (how many of which size): {}",
      exam.split.count(eval::Side::search), exam.split.count(eval::Side::validation),
      exam.split.count(eval::Side::test), sizes);
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const Workbench& bench) {
  const std::vector<Gene>& genes = bench.space->genes();
  std::vector<std::size_t> levels;
  if (std::any_of(genes.begin(), genes.end(), [](const Gene& gene) { return gene.levels > 0; })) {
    for (const Gene& gene : genes) levels.push_back(gene.levels);
  }
  return choose_optimizer(bench.spec.optimizer, {.start = point_at(*bench.space, start_values(*bench.space)),
                                                 .levels = std::move(levels),
                                                 .tasks = bench.spec.tasks.size(),
                                                 .seed = bench.spec.seed});
}

std::unique_ptr<Workbench> prepare_search(const recipes::SearchSpec& spec, const SearchOptions& options) {
  auto bench = std::make_unique<Workbench>();
  bench->spec = resolved(spec, options);
  open_parents(*bench);
  const ModelFamily family = family_of(*bench);
  bench->space = std::make_unique<WeightSpace>(bench->spec.genome, family);
  bench->usual_merges = usual_merges(bench->spec.genome, family);
  const eval::ModelFiles files(donor_of(*bench));
  bench->tokenizer = std::make_unique<eval::Tokenizer>(eval::Tokenizer::load(files));
  bench->exam =
      load_exam(bench->spec, files, *bench->tokenizer, eval::read_model_limits(files), bench->notes);
  bench->notes.push_back(cluster_note(bench->exam));
  bench->contamination = check_contamination(bench->exam, bench->spec);
  for (std::string& sentence : describe(bench->contamination)) bench->notes.push_back(std::move(sentence));
  note_chat_template(*bench);
  divide(*bench, options);
  return bench;
}

}  // namespace tsugi::evolve
