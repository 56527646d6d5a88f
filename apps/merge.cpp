// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi merge RECIPE OUT
#include <fmt/format.h>

#include <array>
#include <memory>

#include "apps/commands.h"
#include "apps/gguf_output.h"
#include "apps/recipe_argument.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"
#include "merge/parallel.h"

namespace tsugi::apps {
namespace {

struct Options {
  RecipeOptions recipe;
  std::string out;
  std::string shard_size = "5G";
  GgufFlags gguf;
  std::string max_memory;
  bool overwrite = false;
  bool no_manifest = false;
  bool copy_remote_code = false;
  std::vector<std::string> ignored;
};

// mergekit's switches that change nothing here; scripts carry them along.
struct Ignored {
  const char* flag;
  const char* reason;
};
constexpr std::array<Ignored, 9> kIgnored{{
    {"--cuda", "tsugi merges on the CPU"},
    {"--copy-tokenizer", "the tokenizer is always copied"},
    {"--allow-crimes", "models merge by tensor name; unequal shapes stay an error"},
    {"--trust-remote-code", "no code from a checkpoint is ever run"},
    {"--lazy-unpickle", "tensors are always read when they are needed"},
    {"--low-cpu-memory", "memory is bounded anyway"},
    {"--clone-tensors", "every output tensor is stored on its own"},
    {"--safe-serialization", "safetensors is the only format written"},
    {"--write-model-card", "a model card is always written"},
}};

void add_ignored(CLI::App& app, Options& options) {
  for (const Ignored& row : kIgnored) {
    app.add_flag_callback(
           row.flag,
           [&options, row] {
             options.ignored.push_back(fmt::format("{} has no effect: {}", row.flag, row.reason));
           })
        ->group("")
        ->description(row.reason);
  }
}

void run_merge(const Options& options, const CommonOptions& common) {
  const Console console(common);
  for (const std::string& line : options.ignored) console.note(line);
  const PlannedRecipe planned = plan_recipe(options.recipe);
  const merge::MergePlan& plan = planned.plan;
  for (const std::string& line : planned.notes) console.note("note: " + line);
  const merge::MergeMemory memory = merge_memory(plan, options.max_memory, common);
  merge::ThreadPool pool(memory.threads);
  if (memory.threads < (common.threads > 0 ? common.threads : merge::available_cores())) {
    console.note(fmt::format("note: --max-memory {} has room for {} {}", options.max_memory, memory.threads,
                             memory.threads == 1 ? "thread" : "threads"));
  }
  if (plan.vocabulary) console.note(vocabulary_table(*plan.vocabulary));

  if (names_gguf(options.out))
    return write_gguf(plan, options.out, options.gguf, options.overwrite, planned.recipe.source_text, console,
                      pool);
  merge::FolderWriter writer(plan, options.out,
                             {.shard_size = parse_bytes(options.shard_size, "--out-shard-size"),
                              .overwrite = options.overwrite,
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
  console.print(fmt::format("{}: {} tensors by {}, {:.1f} MB", options.out, plan.tensors.size(),
                            planned.recipe.merge_method, static_cast<double>(plan.bytes_out) / 1e6));
  console.print_json({{"output", options.out}, {"tensors", plan.tensors.size()}, {"bytes", plan.bytes_out}});
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
  app.add_flag("--no-manifest", options->no_manifest,
               "Write no manifest.json: inputs and outputs are not hashed, which is faster");
  app.add_flag("--copy-remote-code", options->copy_remote_code,
               "Take the model's own Python files along; they are never run");
  add_gguf_flags(app, options->gguf);
  add_ignored(app, *options);
  app.footer(
      "Model names are folders, tried from the working directory and then beside the recipe. The output "
      "appears\n"
      "whole or not at all. mergekit's command-line switches are accepted; those without effect say so.\n\n"
      "Example: tsugi merge recipes/library/slerp.yaml out/");
  return [options](const CommonOptions& common) { run_merge(*options, common); };
}

}  // namespace tsugi::apps
