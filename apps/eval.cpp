// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi eval MODEL…
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "apps/commands.h"
#include "apps/text_table.h"
#include "eval/model/load.h"
#include "eval/results/results.h"
#include "eval/scorers/native.h"
#include "eval/tasks/chat_prompts.h"
#include "eval/tasks/task_set.h"
#include "eval/template/chat_template.h"
#include "merge/merge_in_memory.h"
#include "merge/parallel.h"
#include "recipes/recipe_graph.h"
#include "recipes/yaml.h"

namespace tsugi::apps {
namespace {

struct Options {
  std::vector<std::string> models;
  std::vector<std::string> tasks;
  std::vector<std::string> include_path;
  std::vector<std::string> data;
  eval::PromptOptions prompts;
  std::optional<std::string> chat_template;  // "" for the model's only one
  std::optional<bool> multiturn;
  std::optional<double> limit;
  std::string samples;
  std::string seeds;
  std::string model_args;
  std::string gen_kwargs;
  std::optional<std::string> dtype;
  std::size_t max_length = 0;  // 0: the model's own
  std::string output;
  bool log_samples = false;
  std::vector<std::string> notes;
};

void add_not_read(CLI::App& app, Options& options) {
  app.add_option_function<std::string>(
         "--batch_size",
         [&options](const std::string&) {
           options.notes.emplace_back("--batch_size has no effect: a score never depends on the batch");
         })
      ->group("");
}

DType parse_dtype(const std::string& text) {
  const std::optional<DType> type = dtype_from_recipe(text);
  if (type == DType::F32 || type == DType::BF16) return *type;
  throw InputError("--dtype", fmt::format("'{}' is no type to score in", text), "give float32 or bfloat16");
}

merge::MergePlan plan_model(const std::string& model, merge::CheckpointStore& checkpoints) {
  const std::filesystem::path file = model;
  if (std::filesystem::is_regular_file(file) && file.extension() != ".gguf")
    return merge::plan_graph(recipes::read_recipe_graph(model), checkpoints);
  return merge::plan_copy(checkpoints.get({model, {model, 0, 0}}, ""));
}

// Rounds what is stored wider to bfloat16 when that is asked for: the scored model is the one an export would
// hold.
void store_as(merge::MergePlan& plan, DType type) {
  for (merge::PlannedTensor& tensor : plan.tensors) {
    if (tensor.method != nullptr) tensor.output.dtype = type;
  }
}

// "a=1,b=2", in order.
std::vector<std::pair<std::string, std::string>> pairs_of(const std::string& option,
                                                          const std::string& text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      throw InputError(option, fmt::format("'{}' is no key=value", part), "write key=value,key=value");
    pairs.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    at = end + 1;
  }
  return pairs;
}

std::size_t count_of(const std::string& option, const std::string& key, const std::string& text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0)
    throw InputError(option, fmt::format("{} is '{}', expected a whole number above 0", key, text),
                     "give a number of tokens");
  return count;
}

// --model_args, for what a model on this disk can be asked: dtype and max_length.
void apply_model_args(Options& options) {
  for (const auto& [key, value] : pairs_of("--model_args", options.model_args)) {
    if (key == "dtype") {
      if (value != "auto") options.dtype = value;
    } else if (key == "max_length") {
      options.max_length = count_of("--model_args", key, value);
    } else {
      throw InputError("--model_args", fmt::format("'{}' is not read by tsugi", key),
                       "known: dtype, max_length; the model itself is named without a switch");
    }
  }
}

// --gen_kwargs changes the tasks' own; greedy only.
void apply_gen_kwargs(const Options& options, eval::Task& task) {
  for (const auto& [key, value] : pairs_of("--gen_kwargs", options.gen_kwargs)) {
    if (key == "max_gen_toks" || key == "max_new_tokens" || key == "max_tokens" ||
        key == "max_completion_tokens") {
      task.max_gen_toks = count_of("--gen_kwargs", key, value);
    } else if (key == "until") {
      if (value.empty())
        throw InputError("--gen_kwargs", "until is empty", "give the text that ends an answer");
      task.until = {value};
    } else if (!((key == "do_sample" && (value == "False" || value == "false")) ||
                 (key == "temperature" && (value == "0" || value == "0.0")))) {
      throw InputError("--gen_kwargs",
                       fmt::format("'{}={}' is not done by tsugi, which answers greedily", key, value),
                       "known: max_gen_toks, until, do_sample=False, temperature=0");
    }
  }
}

// "0,1234,1234,1234" for Python, numpy, torch and examples, of which only the last is drawn from here; one
// number is for all; "None" leaves the default.
void read_seeds(const std::string& text, eval::PromptOptions& prompts) {
  if (text.empty()) return;
  const std::string last = text.substr(text.rfind(',') == std::string::npos ? 0 : text.rfind(',') + 1);
  if (last == "None") return;
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), seed);
  if (error != std::errc() || end != last.data() + last.size())
    throw InputError("--seed", fmt::format("'{}' is no seed", last), "give whole numbers, for example 1234");
  prompts.fewshot_seed = seed;
}

// {"task": [0, 3, 8]}, as JSON or a file of it.
std::vector<std::size_t> asked_documents(const std::string& text, const std::string& task) {
  if (text.empty()) return {};
  std::string json = text;
  if (text.front() != '{') json = recipes::read_yaml_text(text);
  const nlohmann::json all = nlohmann::json::parse(json, nullptr, false);
  const bool known =
      all.is_object() && all.contains(task) && all[task].is_array() && !all[task].empty() &&
      std::all_of(all[task].begin(), all[task].end(), [](const auto& i) { return i.is_number_unsigned(); });
  if (!known) {
    throw InputError("--samples", fmt::format("no list of documents for task '{}'", task),
                     R"(write {"task": [0, 3, 8]} with every task that is asked for)");
  }
  return all[task].get<std::vector<std::size_t>>();
}

eval::PromptOptions prompt_options(const Options& options, const eval::Task& task,
                                   const eval::ChatRenderer& chat) {
  eval::PromptOptions prompts = options.prompts;
  prompts.chat = chat;
  prompts.multiturn = options.multiturn.value_or(true);
  read_seeds(options.seeds, prompts);
  prompts.which = asked_documents(options.samples, task.name);
  if (!options.limit) return prompts;
  if (!prompts.which.empty()) throw InputError("--limit", "together with --samples", "give one of the two");
  if (*options.limit >= 1) {
    prompts.limit = static_cast<std::size_t>(*options.limit);
  } else {  // a share of the documents, rounded up
    const auto count = static_cast<double>(eval::count_documents(task));
    prompts.limit = static_cast<std::size_t>(std::ceil(*options.limit * count));
  }
  return prompts;
}

std::vector<eval::PreparedTask> prepare_tasks(const Options& options, std::vector<eval::Task> tasks,
                                              const eval::Tokenizer& tokenizer, const eval::ModelFiles& files,
                                              const Console& console) {
  eval::ModelLimits limits = eval::read_model_limits(files);
  if (options.max_length != 0)
    limits.max_length =
        std::min(options.max_length, limits.max_length == 0 ? options.max_length : limits.max_length);
  eval::ChatRenderer chat;
  if (options.chat_template) chat = eval::read_chat(files, *options.chat_template, "--apply_chat_template");
  std::vector<eval::PreparedTask> prepared;
  for (eval::Task& task : tasks) {
    for (const std::string& note : task.notes) console.note("note: " + note);
    apply_gen_kwargs(options, task);
    std::vector<eval::Item> items = eval::load_items(task, prompt_options(options, task, chat));
    prepared.push_back(eval::prepare(std::move(task), std::move(items), tokenizer, limits));
  }
  return prepared;
}

std::optional<eval::RunSettings::NamedToken> named_token(const eval::Tokenizer& tokenizer,
                                                         std::optional<eval::TokenId> id) {
  if (!id) return std::nullopt;
  return eval::RunSettings::NamedToken{tokenizer.decode(std::span(&*id, 1), false), *id};
}

eval::RunSettings settings_of(const Options& options, const merge::MergePlan& plan,
                              const eval::Tokenizer& tokenizer, const eval::ModelFiles& files) {
  eval::RunSettings settings;
  for (const merge::PlannedTensor& tensor : plan.tensors)
    settings.parameters += tensor.output.rows() * tensor.output.row_length();
  settings.bos = named_token(tokenizer, tokenizer.bos());
  settings.eos = named_token(tokenizer, tokenizer.eos());
  settings.limit = options.limit;
  settings.gen_kwargs = options.gen_kwargs;
  eval::PromptOptions prompts;
  read_seeds(options.seeds, prompts);
  settings.fewshot_seed = prompts.fewshot_seed;
  settings.system_instruction = options.prompts.system_instruction;
  if (options.chat_template) {
    const auto chat = eval::ChatTemplate::read(files, *options.chat_template);
    if (chat) settings.chat_template = chat->source();
  }
  settings.multiturn = options.multiturn.value_or(true);
  return settings;
}

// Said before it is taken.
std::string describe_memory(const eval::ResidentWeights& weights, std::span<const eval::PreparedTask> tasks) {
  const eval::ModelShape& shape = weights.shape();
  std::size_t longest = 0;
  for (const eval::PreparedTask& task : tasks) longest = std::max(longest, eval::longest_request(task));
  const std::size_t room = eval::Decoder::workspace_bytes(shape, shape.layers, weights.compute(),
                                                          std::min(longest, shape.max_positions));
  return fmt::format("{} of weights, and at most {} for keys, values and activations in each of {} threads",
                     short_bytes(weights.bytes()), short_bytes(room), merge::pool_threads());
}

eval::ModelResult score_model(const std::string& name, const Options& options, const Console& console,
                              std::vector<eval::PreparedTask>& prepared) {
  merge::CheckpointStore checkpoints;
  merge::MergePlan plan = plan_model(name, checkpoints);
  for (const std::string& note : checkpoints.notes()) console.note(fmt::format("note: {}", note));
  for (const std::string& note : plan.notes) console.note(fmt::format("note: {}", note));
  std::optional<DType> wanted;
  if (options.dtype) wanted = parse_dtype(*options.dtype);
  if (wanted == DType::BF16) store_as(plan, DType::BF16);
  const eval::Residence residence = eval::choose_residence(plan, wanted);
  const auto weights = eval::load_weights(plan, residence);
  const eval::ModelFiles files(plan);
  const eval::Tokenizer tokenizer = eval::Tokenizer::load(files);
  const eval::Decoder decoder({weights.get()}, eval::plain_path(weights->shape().layers));
  eval::TaskSet tasks =
      eval::load_task_set(options.tasks, options.include_path, "", eval::DataOverrides::parse(options.data));
  prepared = prepare_tasks(options, std::move(tasks.tasks), tokenizer, files, console);

  eval::ModelResult result{.model = name,
                           .arithmetic = eval::describe_compute(residence.compute, residence.storage),
                           .dtype = std::string(recipe_name(residence.storage)),
                           .settings = settings_of(options, plan, tokenizer, files),
                           .tasks = {},
                           .groups = std::move(tasks.groups)};
  console.note(fmt::format("{}: {}", name, result.arithmetic));
  console.note(describe_memory(*weights, prepared));
  for (const eval::PreparedTask& task : prepared) {
    std::vector<std::size_t> which(task.items.size());
    std::iota(which.begin(), which.end(), 0);
    Progress progress(console.progress_style(), task.task.name, which.size(), "items");
    eval::TaskScores scores = eval::score(decoder, tokenizer, task, which, merge::Concurrency::parallel,
                                          [&](std::size_t items) { progress.advance(items); });
    result.tasks.push_back(eval::task_result(task, std::move(which), std::move(scores),
                                             eval::shots_of(task.task, options.prompts)));
    if (options.limit || !options.samples.empty())
      result.tasks.back().documents = eval::count_documents(task.task);
  }
  return result;
}

// One model: the file as given. Several: FILE with the model's last name before the extension.
std::filesystem::path output_file(const Options& options, const std::string& model) {
  const std::filesystem::path file = options.output;
  if (options.models.size() == 1) return file;
  std::filesystem::path folder = model;
  if (!folder.has_filename()) folder = folder.parent_path();
  return file.parent_path() / (folder.stem().string()) / file.filename();
}

void run_eval(const Options& options, const CommonOptions& common) {
  const Console console(common);
  for (const std::string& note : options.notes) console.note(note);
  merge::ThreadPool pool(common.threads);
  std::vector<eval::ModelResult> results;
  std::vector<std::vector<eval::PreparedTask>> prepared(
      options.models.size());  // outlives results, which point into it
  for (std::size_t i = 0; i < options.models.size(); ++i) {
    pool.run([&] { results.push_back(score_model(options.models[i], options, console, prepared[i])); });
    if (!options.output.empty()) {
      eval::write_results(results.back(), output_file(options, options.models[i]), options.log_samples);
    }
    console.print_json(eval::results_json(results.back()));
  }
  console.print(eval::results_table(results));
}

}  // namespace

Action add_eval(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->models,
                 "Model folders, GGUF files, or recipes, which are merged in memory")
      ->required();
  app.add_option("--tasks", options->tasks,
                 "Tasks, groups, tags, patterns (mmlu_*) or YAML files, separated by commas")
      ->required()
      ->delimiter(',');
  app.add_option("--include_path", options->include_path, "Folder of task files (may be repeated)");
  app.add_option("--data", options->data,
                 "Folder of documents for tasks whose data set is on a hub, SPLIT.jsonl or TASK_SPLIT.jsonl; "
                 "TASK=PATH for one task (may be repeated)");
  app.add_option("--limit", options->limit, "Only the first N items of each task; below 1 a share of them")
      ->check(CLI::PositiveNumber);
  app.add_option("--num_fewshot", options->prompts.num_fewshot,
                 "Examples before each question, instead of the task's num_fewshot (unless that is 0)");
  app.add_option("--seed", options->seeds,
                 "Seed of the examples (of four, as the harness takes them, the last)");
  app.add_option("--samples", options->samples,
                 R"(Only these documents: {"task": [0, 3, 8]}, or a file of it)");
  app.add_option("--gen_kwargs", options->gen_kwargs, "Changes of generation: max_gen_toks=64,until=###");
  app.add_option("--model_args", options->model_args, "dtype=bfloat16,max_length=2048");
  app.add_option("--apply_chat_template", options->chat_template,
                 "Ask through the model's chat template, of several by its name")
      ->expected(0, 1)
      ->default_str("");
  app.add_option("--fewshot_as_multiturn", options->multiturn,
                 "Examples as turns of the chat (default), or in one message")
      ->expected(0, 1)
      ->default_str("true");
  app.add_option("--system_instruction", options->prompts.system_instruction, "Text before everything else");
  app.add_option("--dtype", options->dtype, "float32 or bfloat16 (default: the checkpoint's)");
  app.add_option("--output_path", options->output, "Write the results to this JSON file");
  app.add_flag("--log_samples", options->log_samples,
               "Also write samples_TASK.jsonl beside it, one line an item");
  add_not_read(app, *options);
  app.footer(
      "Scores are lm-evaluation-harness's on the same task files. Paths in a task file are tried from the "
      "working\n"
      "directory first, then from the task file's folder.\n\n"
      "Example: tsugi eval recipes/pocket/ja --tasks pocket_math_ja --include_path recipes/pocket/tasks");
  return [options](const CommonOptions& common) {
    apply_model_args(*options);
    run_eval(*options, common);
  };
}

}  // namespace tsugi::apps
