// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/workbench.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/model/load.h"
#include "evolve/genomes/joint_space.h"
#include "evolve/genomes/method_choice.h"
#include "evolve/genomes/role_filters.h"
#include "evolve/optimizer_choice.h"
#include "evolve/racing.h"
#include "evolve/run_folder.h"
#include "merge/look/roles.h"
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
  if (options.evaluations) {
    // The last stage has what is left, so that more for a finished run goes on where it ended.
    if (!spec.stages.empty()) spec.stages.back().evaluations += *options.evaluations - spec.evaluations;
    spec.evaluations = *options.evaluations;
  }
  if (!spec.stages.empty() && spec.stages.back().evaluations < 1) {
    throw InputError("--evaluations",
                     fmt::format("{} leave none for the search's last stage", spec.evaluations),
                     fmt::format("give more than {}", spec.stages.front().evaluations));
  }
  if (options.seed) spec.seed = *options.seed;
  if (spec.evaluations < 1) {
    throw InputError(spec.file, fmt::format("{} evaluations", spec.evaluations), "give at least 1");
  }
  for (ModelReference& model : spec.genome.models) model = found(model, spec.file);
  if (spec.genome.base_model) spec.genome.base_model = found(*spec.genome.base_model, spec.file);
  if (spec.layers) {
    for (ModelReference& model : spec.layers->models) model = found(model, spec.file);
  }
  return spec;
}

void open_parents(Workbench& bench) {
  std::vector<ModelReference> references = bench.spec.genome.models;
  const auto add = [&](const ModelReference& model) {
    if (std::find(references.begin(), references.end(), model) == references.end())
      references.push_back(model);
  };
  if (bench.spec.genome.base_model) add(*bench.spec.genome.base_model);
  if (bench.spec.layers)
    std::for_each(bench.spec.layers->models.begin(), bench.spec.layers->models.end(), add);
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

std::vector<RoleTensor> tensors_of(const merge::Checkpoint& donor,
                                   const recipes::Architecture& architecture) {
  std::vector<RoleTensor> tensors;
  for (const merge::TensorView& tensor : donor.tensors()) {
    tensors.push_back({.name = std::string(tensor.name),
                       .role = role_of(tensor.name, architecture),
                       .layer = merge::place_of(tensor.name, &architecture).layer});
  }
  return tensors;
}

const merge::Checkpoint& parent_of(const Workbench& bench, const ModelReference& model) {
  return *std::find_if(bench.parents.begin(), bench.parents.end(), [&](const Parent& parent) {
            return parent.reference == model;
          })->checkpoint;
}

ModelFamily family_of(const Workbench& bench) {
  const merge::Checkpoint& donor = donor_of(bench);
  const recipes::Architecture& architecture = eval::architecture_of(donor.config());
  return {.layers = donor.config().layers(),
          .before = present(architecture.before, donor),
          .after = present(architecture.after, donor),
          .dtype = donor.config().dtype(),
          .seed = bench.spec.seed,
          .tensors = tensors_of(donor, architecture),
          .rounds = bench.measure() == Measure::metric};
}

// `merged`: the pool begins with a merge of the search's own, as deep and stored as the donor is.
LayerPool pool_of(const Workbench& bench, bool merged) {
  const recipes::LayerSpec& spec = *bench.spec.layers;
  const merge::ModelConfig& first =
      merged ? donor_of(bench).config() : parent_of(bench, spec.models.front()).config();
  LayerPool pool{
      .models = {}, .layers = {}, .fold = fold_rule(eval::architecture_of(first)), .dtype = spec.dtype};
  if (!pool.dtype && merged) pool.dtype = bench.spec.genome.dtype;
  if (!pool.dtype) pool.dtype = first.dtype();
  if (merged) {
    pool.models.push_back({.text = kEvolvedWeights, .mark = {}});
    pool.layers.push_back(first.layers());
  }
  for (const ModelReference& model : spec.models) {
    pool.models.push_back(model);
    pool.layers.push_back(parent_of(bench, model).config().layers());
  }
  return pool;
}

void add_stack(Workbench& bench, const LayerPool& pool, std::size_t most_layers) {
  const std::vector<PathHop> stack = usual_stack(pool);
  if (stack.size() > most_layers) return;
  bench.usual_merges.push_back(
      {.name = "stack", .recipe = path_recipe(pool, stack, std::vector<double>(stack.size(), 1.0))});
}

void check_name(const std::string& file) {
  if (!recipes::find_beside(kEvolvedWeights, file)) return;
  throw InputError(
      file,
      fmt::format("'{}' is what merges inside recipes of this search are called, and the path of "
                  "something that exists",
                  kEvolvedWeights),
      "rename that or search elsewhere");
}

void make_space(Workbench& bench) {
  const recipes::SearchSpec& spec = bench.spec;
  const ModelFamily family = family_of(bench);
  bench.usual_merges = usual_merges(spec.genome, family);
  if (spec.genome.merge_method.empty()) {
    const LayerPool pool = pool_of(bench, false);
    bench.space = std::make_unique<LayerSpace>(*spec.layers, pool);
    add_stack(bench, pool, bench.space->most_layers());
    return;
  }
  std::unique_ptr<GeneSpace> weights = make_weight_space(spec.genome, family);
  if (!spec.layers) {
    bench.space = std::move(weights);
    return;
  }
  check_name(spec.file);
  LayerSpace layers(*spec.layers, pool_of(bench, true));
  bench.deepest = layers.most_layers();
  if (!spec.stages.empty()) {
    bench.space = std::move(weights);
  } else {
    bench.space = std::make_unique<JointSpace>(std::move(weights), std::move(layers));
  }
}

// The longest prompt and answer of any item: what a scorer's working memory grows with.
std::size_t longest_request(const Exam& exam) {
  std::size_t longest = 0;
  for (const ExamTask& task : exam.tasks) longest = std::max(longest, eval::longest_request(task.prepared));
  return longest;
}

// Room for the largest model, as often as programs may run.
std::uint64_t choose_exports(Workbench& bench, std::uint64_t merged, const SearchOptions& options) {
  if (!asks_programs(bench.exam)) return 0;
  std::uint64_t largest = merged;
  std::size_t at_once = 1;
  for (const Parent& parent : bench.parents)
    largest = std::max(largest, merge::plan_copy(parent.checkpoint).bytes_out);
  for (const ExamTask& task : bench.exam.tasks)
    at_once = std::max(at_once, task.command ? task.command->at_once : 0);
  const std::uint64_t bytes = at_once * largest;
  bench.exports = choose_export_place(bench.spec, partial_of(options.output), bytes);
  bench.notes.push_back(bench.exports.text);
  return bench.exports.in_memory ? bytes : 0;
}

// The start of the search stands for all candidates: same shapes, same types, but for the number of layers.
merge::MergePlan plan_start(Workbench& bench) {
  try {
    return merge::plan_merge(bench.space->decode(start_values(*bench.space)), bench.store);
  } catch (const InputError& error) {
    const auto& source = bench.spec.genome.tokenizer_source;
    if (!source || source->text == "base") throw;
    // A candidate of another vocabulary than its parents' could not be asked with their tokenizer.
    throw InputError(source->mark,
                     fmt::format("tokenizer_source {} where the models cannot be merged token by token ({})",
                                 source->text, error.what()),
                     "give the models one vocabulary with tsugi merge first, then search");
  }
}

void divide(Workbench& bench, const SearchOptions& options) {
  const merge::MergePlan plan = plan_start(bench);
  eval::PlannedModel model = eval::describe_model(plan);
  model.shape.layers = std::max({model.shape.layers, bench.space->most_layers(), bench.deepest});
  const eval::Residence residence = eval::choose_residence(plan, std::nullopt);
  Demand demand;
  demand.exports = choose_exports(bench, plan.bytes_out, options);
  demand.arena = eval::ResidentWeights::bytes(model.shape, residence.storage);
  demand.workspace =
      eval::Decoder::workspace_bytes(model.shape, model.shape.layers, residence.compute,
                                     std::min(longest_request(bench.exam), model.shape.max_positions));
  for (const Parent& parent : bench.parents) {
    for (const merge::TensorView& tensor : parent.checkpoint->tensors())
      demand.mapped += tensor.stored_bytes();
  }
  if (bench.deepest > 0) {  // a merge in memory beside it: one for all, or one for each candidate
    (bench.spec.stages.empty() ? demand.arena : demand.mapped) += plan.bytes_out;
  }
  demand.candidates = make_optimizer(bench)->ask().size();
  check_fewer_items(bench.spec);
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

const recipes::OptimizerSpec& optimizer_of(const Workbench& bench) {
  return bench.spec.stages.empty() ? bench.spec.optimizer : bench.spec.stages.at(bench.stage).optimizer;
}

std::unique_ptr<Optimizer> make_optimizer(const Workbench& bench) {
  const std::vector<Gene>& genes = bench.space->genes();
  std::vector<std::size_t> levels;
  if (std::any_of(genes.begin(), genes.end(), [](const Gene& gene) { return gene.levels > 0; })) {
    for (const Gene& gene : genes) levels.push_back(gene.levels);
  }
  const int evaluations =
      bench.spec.stages.empty() ? bench.spec.evaluations : bench.spec.stages.at(bench.stage).evaluations;
  return choose_optimizer(optimizer_of(bench), {.start = bench.space->start_point(),
                                                .levels = std::move(levels),
                                                .tasks = bench.spec.tasks.size(),
                                                .seed = bench.spec.seed,
                                                .evaluations = static_cast<std::size_t>(evaluations)});
}

void begin_layers(Workbench& bench, const recipes::Recipe& weights) {
  ++bench.stage;
  bench.space = std::make_unique<JointSpace>(std::make_unique<OneMerge>(weights),
                                             LayerSpace(*bench.spec.layers, pool_of(bench, true)));
}

std::unique_ptr<Workbench> prepare_search(const recipes::SearchSpec& spec, const SearchOptions& options) {
  auto bench = std::make_unique<Workbench>();
  bench->spec = resolved(spec, options);
  open_parents(*bench);
  make_space(*bench);
  const eval::ModelFiles files(donor_of(*bench));
  bench->tokenizer = std::make_unique<eval::Tokenizer>(eval::Tokenizer::load(files));
  bench->exam =
      load_exam(bench->spec, files, *bench->tokenizer, eval::read_model_limits(files), bench->notes);
  bench->notes.push_back(cluster_note(bench->exam));
  bench->likelihood_items = some_search_items(bench->exam,
                                              bench->spec.loglikelihood_items
                                                  ? static_cast<std::size_t>(*bench->spec.loglikelihood_items)
                                                  : bench->exam.items.size(),
                                              bench->spec.seed);
  bench->contamination = check_contamination(bench->exam, bench->spec);
  for (std::string& sentence : describe(bench->contamination)) bench->notes.push_back(std::move(sentence));
  note_chat_template(*bench);
  divide(*bench, options);
  return bench;
}

}  // namespace tsugi::evolve
