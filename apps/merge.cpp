// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi merge RECIPE OUT
#include <fmt/format.h>

#include <memory>

#include "apps/commands.h"
#include "apps/merge_steps.h"
#include "apps/mergekit_flags.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"
#include "merge/parallel.h"
#include "merge/plan.h"
#include "recipes/recipe_graph.h"

namespace tsugi::apps {
namespace {

struct Options {
  std::string recipe;
  std::string out;
  std::string intermediate;  // folder; "" for a temporary one
  std::string shard_size = "5G";
  bool lenient = false;
  bool overwrite = false;
  bool no_manifest = false;
  bool copy_remote_code = false;
  bool cut_rows = false;
  bool assume_base_tokenizer = false;
  std::optional<std::uint64_t> seed;
  std::size_t num_threads = 0;  // mergekit's name; 0: not given
  std::vector<std::string> ignored;
};

// What happens to the tokens of each model.
std::string vocabulary_table(const merge::VocabularyReport& report) {
  std::string table =
      fmt::format("vocabulary: {}, {} tokens in {} rows\n{:>9} {:>9} {:>9} {:>9} {:>9}  model\n",
                  report.source, report.tokens, report.rows, "tokens", "shared", "moved", "dropped", "added");
  for (const merge::VocabularyChange& row : report.models) {
    table += fmt::format("{:>9} {:>9} {:>9} {:>9} {:>9}  {}\n", row.tokens, row.shared, row.moved,
                         row.dropped, row.added, row.model);
  }
  table.pop_back();
  return table;
}

// Carries out one recipe into a folder and says what there is to know.
void merge_one(const recipes::Recipe& recipe, const Options& options, const std::string& out, bool overwrite,
               merge::ThreadPool& pool, const Console& console) {
  merge::CheckpointStore checkpoints;
  const merge::MergePlan plan = merge::plan_merge(recipe, checkpoints,
                                                  {.cut_rows = options.cut_rows,
                                                   .lenient = options.lenient,
                                                   .assume_base_tokenizer = options.assume_base_tokenizer});
  for (const std::string& line : checkpoints.notes()) console.note("note: " + line);
  for (const std::string& line : plan.notes) console.note("note: " + line);
  if (plan.vocabulary) console.note(vocabulary_table(*plan.vocabulary));

  merge::FolderWriter writer(plan, out,
                             {.shard_size = parse_bytes(options.shard_size, "--out-shard-size"),
                              .overwrite = overwrite,
                              .manifest = !options.no_manifest,
                              .copy_remote_code = options.copy_remote_code,
                              .recipe = recipe.source_text});
  for (const std::string& line : writer.notes()) console.note(fmt::format("note: {}", line));
  if (writer.resumed() > 0) {
    console.note(fmt::format("resumed: {} of {} tensors were written by an earlier run", writer.resumed(),
                             plan.tensors.size()));
  }
  {
    constexpr std::uint64_t kMegabyte = 1'000'000;
    Progress progress(console.progress_style(), "merging", plan.bytes_out / kMegabyte, "MB");
    merge::ExecuteOptions execute_options;
    execute_options.progress = [&](std::uint64_t bytes) { progress.reach(bytes / kMegabyte); };
    pool.run([&] { merge::write_folder(plan, writer, execute_options); });
  }
  console.print(fmt::format("{}: {} tensors by {}, {:.1f} MB", out, plan.tensors.size(), recipe.merge_method,
                            static_cast<double>(plan.bytes_out) / 1e6));
  console.print_json({{"output", out}, {"tensors", plan.tensors.size()}, {"bytes", plan.bytes_out}});
}

void run_merge(const Options& options, const CommonOptions& common) {
  const Console console(common);
  for (const std::string& line : options.ignored) console.note(line);
  std::vector<std::string> notes;
  recipes::RecipeGraph graph = recipes::read_recipe_graph(
      options.recipe, options.lenient ? recipes::Strictness::lenient : recipes::Strictness::strict, &notes);
  for (const std::string& line : notes) console.note("note: " + line);
  for (recipes::Recipe& recipe : graph.steps) {
    if (options.seed) recipe.seed = options.seed;
  }
  merge::ThreadPool pool(common.threads > 0 ? common.threads : options.num_threads);
  MergeSteps steps(graph, options.out, options.intermediate);
  if (graph.steps.size() > 1) steps.check(options.overwrite);
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const bool last = i + 1 == graph.steps.size();
    if (graph.steps.size() > 1) {
      console.note(fmt::format("merge {} of {}{}", i + 1, graph.steps.size(),
                               last ? "" : fmt::format(": {}", graph.steps[i].name)));
    }
    merge_one(steps.recipe(i), options, steps.folder(i), options.overwrite || !last, pool, console);
  }
}

}  // namespace

Action add_merge(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RECIPE", options->recipe, "mergekit's YAML")->required();
  app.add_option("OUT", options->out, "Folder to write; must not exist, or be empty")->required();
  app.add_option("--out-shard-size", options->shard_size,
                 "Bytes of tensors in one file at most (default 5G)");
  app.add_option("--seed,--random-seed", options->seed,
                 "Seed of methods that draw (default: the recipe's, else 0)");
  app.add_flag("--lenient", options->lenient,
               "Unknown keys in the recipe, and tokens under other ids, become notes instead of errors");
  app.add_flag("--cut-rows,--unsafe-truncate-embeddings", options->cut_rows,
               "Without tokenizer: in the recipe: drop the rows of embeddings that not all models have");
  app.add_flag("--assume-base-tokenizer", options->assume_base_tokenizer,
               "A model without a tokenizer has the base's, if it has as many rows");
  app.add_flag("--overwrite", options->overwrite, "Replace OUT in one step when all is written");
  app.add_option("--intermediate-dir,-I", options->intermediate,
                 "Keep the results of named documents in this folder (default: removed with the last merge)")
      ->type_name("DIR");
  app.add_flag("--no-manifest", options->no_manifest,
               "Write no manifest.json: inputs and outputs are not hashed, which is faster");
  app.add_flag("--copy-remote-code", options->copy_remote_code,
               "Take the model's own Python files along; they are never run");
  app.add_option("--num-threads,-j", options->num_threads, "mergekit's name of --threads")
      ->check(CLI::PositiveNumber)
      ->group("");
  add_mergekit_flags(app, options->ignored);
  app.footer(
      "Model names are folders, tried from the working directory and then beside the recipe. The output "
      "appears\n"
      "whole or not at all. A file of several documents with name: is a graph of merges (mergekit-multi); OUT "
      "is\n"
      "the one without a name, else the last. mergekit's command-line switches are accepted; those without effect say so.\n\n"
      "Example: tsugi merge recipes/library/slerp.yaml out/");
  return [options](const CommonOptions& common) { run_merge(*options, common); };
}

}  // namespace tsugi::apps
