// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi check RECIPE
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <set>

#include "apps/commands.h"
#include "apps/recipe_argument.h"
#include "apps/text_table.h"
#include "merge/export/output_shards.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  RecipeOptions recipe;
  std::string shard_size = "5G";
  std::string max_memory;
};

// Sizes of a set of tensors.
struct Sizes {
  std::size_t tensors = 0;
  std::size_t parameters = 0;
  std::uint64_t bytes = 0;
  std::set<std::string> types = {};

  void add(const merge::Shape& shape, DType type) {
    ++tensors;
    parameters += merge::elements(shape);
    bytes += merge::elements(shape) * bits(type) / 8;
    types.emplace(name(type));
  }
  Json json() const {
    return {{"tensors", tensors}, {"parameters", parameters}, {"bytes", bytes}, {"dtypes", types}};
  }
};

struct Report {
  std::vector<std::pair<const merge::Checkpoint*, Sizes>> models = {};
  Sizes output = {};
  std::size_t copied = 0;  // integers, and tensors of one model alone that are taken as they are
  std::size_t files = 0;
  merge::MergeMemory memory = {};
};

Report report_on(const PlannedRecipe& planned, std::uint64_t shard_size) {
  Report report;
  std::set<const merge::Checkpoint*> seen;
  for (const auto& input : planned.plan.inputs) {
    if (!seen.insert(input.get()).second) continue;
    Sizes& sizes = report.models.emplace_back(input.get(), Sizes()).second;
    for (const merge::TensorView& tensor : input->tensors()) sizes.add(tensor.shape, tensor.dtype);
  }
  const merge::Method* const method = merge::find_method(planned.recipe.merge_method);
  for (const merge::PlannedTensor& tensor : planned.plan.tensors) {
    report.output.add(tensor.output.shape, tensor.output.dtype);
    if (tensor.method != method) ++report.copied;
  }
  report.files = merge::OutputShards(planned.plan, shard_size).layout().files.size();
  return report;
}

std::vector<std::string> cells(std::string first, const merge::ModelConfig& config, const Sizes& sizes) {
  return {std::move(first),
          config.architecture(),
          fmt::format("{}", config.layers()),
          fmt::format("{}", sizes.tensors),
          short_count(sizes.parameters),
          short_bytes(sizes.bytes),
          fmt::format("{}", fmt::join(sizes.types, " "))};
}

std::string table_of(const PlannedRecipe& planned, const Report& report) {
  TextTable table({"model", "family", "layers", "tensors", "parameters", "size", "types"});
  for (const auto& [model, sizes] : report.models)
    table.add(cells(model->folder().string(), model->config(), sizes));
  table.add(cells("output", planned.plan.config, report.output));
  return table.text();
}

std::string summary_of(const PlannedRecipe& planned, const Report& report) {
  std::string text = fmt::format("{}: can be merged by {}: {} tensors computed", planned.recipe.file,
                                 planned.recipe.merge_method, planned.plan.tensors.size() - report.copied);
  if (report.copied > 0) text += fmt::format(", {} copied", report.copied);
  return text + fmt::format("; reads {}, writes {} in {} {}; {} {}, at most {} of private memory",
                            short_bytes(planned.plan.bytes_in), short_bytes(planned.plan.bytes_out),
                            report.files, report.files == 1 ? "file" : "files", report.memory.threads,
                            report.memory.threads == 1 ? "thread" : "threads",
                            short_bytes(report.memory.needed));
}

Json vocabulary_json(const merge::VocabularyReport& report) {
  Json models = Json::array();
  for (const merge::VocabularyChange& row : report.models) {
    models.push_back({{"model", row.model},
                      {"tokens", row.tokens},
                      {"shared", row.shared},
                      {"moved", row.moved},
                      {"dropped", row.dropped},
                      {"added", row.added}});
  }
  return {{"source", report.source}, {"tokens", report.tokens}, {"rows", report.rows}, {"models", models}};
}

Json report_json(const PlannedRecipe& planned, const Report& report) {
  Json models = Json::array();
  for (const auto& [model, sizes] : report.models) {
    Json row = {{"model", model->folder().string()},
                {"architecture", model->config().architecture()},
                {"layers", model->config().layers()}};
    row.update(sizes.json());
    models.push_back(row);
  }
  Json output = {{"architecture", planned.plan.config.architecture()},
                 {"layers", planned.plan.config.layers()}};
  output.update(report.output.json());
  output["computed"] = planned.plan.tensors.size() - report.copied;
  output["copied"] = report.copied;
  output["files"] = report.files;
  std::vector<std::string> companions;
  for (const merge::Companion& file : planned.plan.companions) companions.push_back(file.name);
  output["companions"] = companions;
  return {{"recipe", planned.recipe.file},
          {"valid", true},
          {"method", planned.recipe.merge_method},
          {"seed", planned.plan.seed},
          {"models", models},
          {"output", output},
          {"bytes_read", planned.plan.bytes_in},
          {"memory", {{"threads", report.memory.threads}, {"bytes", report.memory.needed}}},
          {"vocabulary", planned.plan.vocabulary ? vocabulary_json(*planned.plan.vocabulary) : Json(nullptr)},
          {"notes", planned.notes}};
}

void tell(const Console& console, const PlannedRecipe& planned, const Report& report) {
  std::vector<std::string> companions;
  for (const merge::Companion& file : planned.plan.companions) companions.push_back(file.name);
  console.print(table_of(planned, report));
  if (planned.plan.vocabulary) console.print(fmt::format("{}\n", vocabulary_table(*planned.plan.vocabulary)));
  if (!companions.empty()) console.print(fmt::format("with: {}\n", fmt::join(companions, ", ")));
  for (const std::string& note : planned.notes) console.print(fmt::format("note: {}", note));
  console.print(summary_of(planned, report));
  console.print(
      "Not looked at: the weights themselves. A merge refuses infinite and NaN values; tsugi inspect MODEL "
      "--values finds them.");
  console.print_json(report_json(planned, report));
}

void run_check(const Options& options, const CommonOptions& common) {
  const Console console(common);
  const std::uint64_t shard_size = parse_bytes(options.shard_size, "--out-shard-size");
  try {
    const PlannedRecipe planned = plan_recipe(options.recipe);
    Report report = report_on(planned, shard_size);
    report.memory = merge_memory(planned.plan, options.max_memory, common);
    tell(console, planned, report);
  } catch (const InputError& error) {
    console.print_json({{"recipe", options.recipe.recipe}, {"valid", false}, {"error", error.what()}});
    throw;
  }
}

}  // namespace

Action add_check(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_recipe_options(app, options->recipe);
  app.add_option("--out-shard-size", options->shard_size,
                 "Bytes of tensors in one file at most (default 5G), as merge would be told");
  add_max_memory(app, options->max_memory);
  app.footer(
      "Reads headers and configurations, no weights: seconds for models of any size. Tells the models, what "
      "would\n"
      "be written, what happens to the vocabulary, and all notes; what a merge would refuse is the error, "
      "with exit\n"
      "code 2.\n\n"
      "Example: tsugi check recipes/library/ties.yaml");
  return [options](const CommonOptions& common) { run_check(*options, common); };
}

}  // namespace tsugi::apps
