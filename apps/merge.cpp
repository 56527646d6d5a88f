// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi merge RECIPE OUT
#include <fmt/format.h>

#include <memory>

#include "apps/commands.h"
#include "apps/gguf_output.h"
#include "apps/merge_steps.h"
#include "apps/mergekit_flags.h"
#include "apps/recipe_argument.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"
#include "merge/export/partial_folder.h"
#include "merge/parallel.h"

namespace tsugi::apps {
namespace {

struct Options {
  RecipeOptions recipe;
  std::string out;
  std::string intermediate;     // folder; "" for a temporary one
  std::size_t num_threads = 0;  // mergekit's name; 0: not given
  std::string shard_size = "5G";
  GgufFlags gguf;
  std::string max_memory;
  bool overwrite = false;
  bool no_manifest = false;
  bool copy_remote_code = false;
  std::vector<std::string> ignored;
};

// Carries out one recipe into `out` and says what there is to know.
void merge_one(const PlannedRecipe& planned, const Options& options, const std::string& out, bool overwrite,
               bool gguf, const CommonOptions& common, const Console& console) {
  const merge::MergePlan& plan = planned.plan;
  for (const std::string& line : planned.notes) console.note("note: " + line);
  const merge::MergeMemory memory = merge_memory(plan, options.max_memory, common);
  merge::ThreadPool pool(memory.threads);
  if (memory.threads < (common.threads > 0 ? common.threads : merge::available_cores())) {
    console.note(fmt::format("note: --max-memory {} has room for {} {}", options.max_memory, memory.threads,
                             memory.threads == 1 ? "thread" : "threads"));
  }
  if (plan.vocabulary) console.note(vocabulary_table(*plan.vocabulary));

  if (gguf) return write_gguf(plan, out, options.gguf, overwrite, planned.recipe.source_text, console, pool);
  merge::FolderWriter writer(plan, out,
                             {.shard_size = parse_bytes(options.shard_size, "--out-shard-size"),
                              .overwrite = overwrite,
                              .manifest = !options.no_manifest,
                              .copy_remote_code = options.copy_remote_code,
                              .recipe = planned.recipe.source_text});
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
    execute_options.kept_at_once = memory.kept_at_once;
    pool.run([&] { merge::write_folder(plan, writer, execute_options); });
  }
  console.print(fmt::format("{}: {} tensors by {}, {:.1f} MB", out, plan.tensors.size(),
                            planned.recipe.merge_method, static_cast<double>(plan.bytes_out) / 1e6));
  console.print_json({{"output", out}, {"tensors", plan.tensors.size()}, {"bytes", plan.bytes_out}});
}

void run_merge(const Options& options, const CommonOptions& common) {
  const Console console(common);
  for (const std::string& line : options.ignored) console.note(line);
  std::vector<std::string> notes;
  const recipes::RecipeGraph graph = recipes::read_recipe_graph(
      options.recipe.recipe,
      options.recipe.lenient ? recipes::Strictness::lenient : recipes::Strictness::strict, &notes);
  for (const std::string& line : notes) console.note("note: " + line);
  CommonOptions own = common;
  if (own.threads == 0) own.threads = options.num_threads;
  const MergeSteps steps(graph, options.out, options.intermediate);
  const std::size_t count = graph.steps.size();
  const bool gguf = names_gguf(options.out);
  if (count > 1) steps.check();
  if (count > 1 && !gguf) merge::check_output_place(options.out, options.overwrite);
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    if (count > 1) {
      console.note(fmt::format("merge {} of {}{}", i + 1, count,
                               last ? "" : fmt::format(": {}", graph.steps[i].name)));
    }
    const PlannedRecipe planned = plan_recipe(steps.recipe(i), options.recipe);
    merge_one(planned, options, steps.folder(i), options.overwrite || !last, last && gguf, own, console);
  }
}

}  // namespace

Action add_merge(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_recipe_options(app, options->recipe);
  app.add_option("OUT", options->out,
                 "Folder to write; must not exist, or be empty. A name that ends in .gguf: one GGUF file")
      ->required();
  app.add_option("--out-shard-size", options->shard_size,
                 "Bytes of tensors in one file at most (default 5G)");
  add_max_memory(app, options->max_memory);
  app.add_flag("--overwrite", options->overwrite, "Replace OUT in one step when all is written");
  app.add_option("--intermediate-dir,-I", options->intermediate,
                 "Keep the results of named documents in this folder (default: removed with the last merge)")
      ->type_name("DIR");
  app.add_flag("--no-manifest", options->no_manifest,
               "Write no manifest.json: inputs and outputs are not hashed, which is faster");
  app.add_flag("--copy-remote-code", options->copy_remote_code,
               "Take the model's own Python files along; they are never run");
  add_gguf_flags(app, options->gguf);
  app.add_option("--num-threads,-j", options->num_threads, "mergekit's name of --threads")
      ->check(CLI::PositiveNumber)
      ->group("");
  add_mergekit_flags(app, options->ignored);
  app.footer(
      "Model names are folders, tried from the working directory and then beside the recipe. The output "
      "appears\n"
      "whole or not at all. A file of several documents with name: is a graph of merges (mergekit-multi); "
      "OUT "
      "is\n"
      "the one without a name, else the last. mergekit's command-line switches are accepted; those without "
      "effect say so.\n\n"
      "Example: tsugi merge recipes/library/slerp.yaml out/");
  return [options](const CommonOptions& common) { run_merge(*options, common); };
}

}  // namespace tsugi::apps
