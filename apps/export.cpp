// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi export RUN OUT
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "apps/commands.h"
#include "apps/gguf_output.h"
#include "evolve/archive.h"
#include "merge/execute.h"
#include "merge/export/folder_writer.h"
#include "merge/merge_in_memory.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "recipes/recipe_graph.h"

namespace tsugi::apps {
namespace {

struct Options {
  std::string run;
  std::string out;
  std::optional<std::size_t> candidate;
  std::string format = "hf";
  std::optional<std::string> dtype;
  std::string shard_size = "5G";
  GgufFlags gguf;
  bool overwrite = false;
};

std::size_t choose(const Options& options, const evolve::Archive& archive, const std::string& file) {
  if (options.candidate && *options.candidate >= archive.records.size()) {
    throw InputError("--candidate",
                     fmt::format("{} is no candidate; {} holds 0 to {}", *options.candidate, file,
                                 archive.records.size() - 1),
                     "give one of those");
  }
  if (options.candidate) return *options.candidate;
  if (!archive.winner)
    throw InputError(file, "the run has no winner yet", "name a candidate with --candidate");
  return *archive.winner;
}

DType parse_dtype(const std::string& text) {
  if (const std::optional<DType> type = dtype_from_recipe(text)) return *type;
  throw InputError("--dtype", fmt::format("'{}' is no type to store in", text),
                   "give float32, float16 or bfloat16");
}

void run_export(const Options& options, const CommonOptions& common) {
  const Console console(common);
  if (options.format != "hf" && options.format != "gguf") {
    throw InputError("--format", fmt::format("'{}' is no format that is written", options.format),
                     "give hf, the Hugging Face folder, or gguf, one file for llama.cpp");
  }
  const std::string file = (std::filesystem::path(options.run) / "archive.h5").string();
  const evolve::Archive archive = evolve::read_archive(file);
  const std::size_t id = choose(options, archive, file);
  const std::string& text = archive.records[id].recipe;
  recipes::RecipeGraph graph =
      recipes::parse_recipe_graph(text, fmt::format("{} (recipe of candidate {})", file, id));
  if (options.dtype) graph.steps.back().out_dtype = parse_dtype(*options.dtype);
  const std::string exported = recipes::to_yaml(graph);

  merge::ThreadPool pool(common.threads);
  merge::CheckpointStore checkpoints;
  std::optional<merge::MergePlan> planned;
  pool.run([&] { planned = merge::plan_graph(graph, checkpoints); });
  const merge::MergePlan& plan = *planned;
  if (options.format == "gguf") {
    return write_gguf(plan, options.out, options.gguf, options.overwrite, exported, console, pool);
  }
  merge::FolderWriter writer(plan, options.out,
                             {.shard_size = parse_bytes(options.shard_size, "--out-shard-size"),
                              .overwrite = options.overwrite,
                              .recipe = exported});
  pool.run([&] { merge::write_folder(plan, writer); });
  console.print(fmt::format("{}: candidate {} of {}", options.out, id, options.run));
  console.print_json({{"output", options.out}, {"candidate", id}});
}

}  // namespace

Action add_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Folder of a run")->required();
  app.add_option("OUT", options->out,
                 "Folder to write, with --format gguf the file; must not exist, or be empty")
      ->required();
  app.add_option("--candidate", options->candidate,
                 "Number of a candidate in the archive (default: the winner)");
  app.add_option("--format", options->format,
                 "hf: a Hugging Face folder (default); gguf: one file for llama.cpp");
  app.add_option("--dtype", options->dtype, "float32, float16 or bfloat16 (default: as it was scored)");
  app.add_option("--out-shard-size", options->shard_size,
                 "Bytes of tensors in one file at most (default 5G)");
  add_gguf_flags(app, options->gguf);
  app.add_flag("--overwrite", options->overwrite, "Replace OUT in one step when all is written");
  app.footer(
      "Merges the candidate's recipe again, from the experts named in it, so run it from the folder in "
      "which\n"
      "the search ran.\n\n"
      "Example: tsugi export runs/first out/");
  return [options](const CommonOptions& common) { run_export(*options, common); };
}

}  // namespace tsugi::apps
