// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi inspect MODEL [--values] | RUN
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>

#include "apps/commands.h"
#include "apps/text_table.h"
#include "evolve/report/evidence.h"
#include "evolve/report/generations.h"
#include "evolve/report/standing.h"
#include "evolve/report/table.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/look/roles.h"
#include "merge/look/value_scan.h"
#include "merge/parallel.h"
#include "recipes/architecture.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

using Json = nlohmann::ordered_json;

// "model.layers.3.mlp" -> "model.layers.*.mlp" and 3: tensors of all layers in one line.
std::pair<std::string, std::string> without_layer(const std::string& name) {
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    std::size_t end = dot + 1;
    while (end < name.size() && std::isdigit(static_cast<unsigned char>(name[end])) != 0) ++end;
    if (end > dot + 1 && end < name.size() && name[end] == '.') {
      return {name.substr(0, dot + 1) + "*" + name.substr(end), name.substr(dot + 1, end - dot - 1)};
    }
  }
  return {name, ""};
}

struct Group {
  std::string dtype;
  std::string shape;
  std::size_t count = 0;
};

std::string tensor_table(const merge::Checkpoint& checkpoint) {
  std::map<std::pair<std::string, std::string>, Group> groups;  // (pattern, dtype and shape) -> group
  std::size_t width = 0;
  for (const merge::TensorView& tensor : checkpoint.tensors()) {
    const std::string pattern = without_layer(tensor.name).first;
    const std::string dtype(name(tensor.dtype));
    const std::string shape = merge::text(tensor.shape);
    Group& group = groups[{pattern, dtype + shape}];
    group = {dtype, shape, group.count + 1};
    width = std::max(width, pattern.size());
  }
  std::string text;
  for (const auto& [key, group] : groups) {
    text += fmt::format("  {:<{}}  {:>5}  {:<5}  {}\n", key.first, width,
                        group.count > 1 ? fmt::format("x{}", group.count) : "", group.dtype, group.shape);
  }
  return text;
}

void inspect_model(const std::string& folder, const merge::Checkpoint& checkpoint, const Console& console) {
  std::size_t parameters = 0;
  std::size_t stored = 0;
  Json tensors = Json::array();
  for (const merge::TensorView& tensor : checkpoint.tensors()) {
    parameters += merge::elements(tensor.shape);
    stored += tensor.stored_bytes();
    tensors.push_back({{"name", tensor.name}, {"dtype", name(tensor.dtype)}, {"shape", tensor.shape}});
  }
  std::vector<std::string> companions;
  for (const auto& file : checkpoint.companions()) companions.push_back(file.name);
  const std::string family = checkpoint.config().architecture();
  console.print(fmt::format("{}: {}, {} layers, {} parameters in {} tensors, {:.1f} MB\n{}with: {}", folder,
                            family, checkpoint.config().layers(), parameters, checkpoint.tensors().size(),
                            static_cast<double>(stored) / 1e6, tensor_table(checkpoint),
                            fmt::join(companions, ", ")));
  console.print_json({{"model", folder},
                      {"architecture", family},
                      {"layers", checkpoint.config().layers()},
                      {"parameters", parameters},
                      {"bytes", stored},
                      {"companions", companions},
                      {"tensors", tensors}});
}

// The values of one role's tensors together.
struct RoleValues {
  std::size_t tensors = 0;
  merge::ValueSums sums;
};

std::string value_cell(double value) {
  return fmt::format("{:.4g}", value);
}

std::string values_table(const std::map<std::string, RoleValues>& roles) {
  TextTable table({"role", "tensors", "values", "rms", "lowest", "highest", "zeros", "NaN", "infinite"});
  for (const auto& [role, values] : roles) {
    const merge::ValueSums& sums = values.sums;
    const bool any = sums.finite() > 0;
    table.add({role, fmt::format("{}", values.tensors), short_count(sums.elements),
               any ? value_cell(sums.rms()) : "-", any ? value_cell(sums.low) : "-",
               any ? value_cell(sums.high) : "-", fmt::format("{}", sums.zeros), fmt::format("{}", sums.nan),
               fmt::format("{}", sums.infinite)});
  }
  return table.text();
}

Json sums_json(const merge::ValueSums& sums) {
  Json json = {{"values", sums.elements},
               {"nan", sums.nan},
               {"infinite", sums.infinite},
               {"zeros", sums.zeros},
               {"rms", sums.rms()}};
  json["lowest"] = sums.finite() > 0 ? Json(sums.low) : Json(nullptr);
  json["highest"] = sums.finite() > 0 ? Json(sums.high) : Json(nullptr);
  return json;
}

// Integers have no value that no weight should be.
std::vector<const merge::TensorView*> floating(const merge::Checkpoint& checkpoint) {
  std::vector<const merge::TensorView*> tensors;
  for (const merge::TensorView& tensor : checkpoint.tensors()) {
    if (is_float(tensor.dtype)) tensors.push_back(&tensor);
  }
  return tensors;
}

std::vector<merge::ValueSums> scan(const std::vector<const merge::TensorView*>& tensors,
                                   const Console& console, std::size_t threads) {
  constexpr std::uint64_t kMillion = 1'000'000;
  std::uint64_t elements = 0;
  for (const merge::TensorView* tensor : tensors) elements += merge::elements(tensor->shape);
  Progress progress(console.progress_style(), "reading", elements / kMillion, "M values");
  std::atomic<std::uint64_t> done = 0;
  merge::ThreadPool pool(threads);
  std::vector<merge::ValueSums> sums;
  pool.run([&] {
    sums =
        merge::scan_values(tensors, [&](std::uint64_t count) { progress.reach((done += count) / kMillion); });
  });
  return sums;
}

// What is in the weights: a table by role, and every tensor with something that no weight should be.
void inspect_values(const merge::Checkpoint& checkpoint, const Console& console, std::size_t threads) {
  const std::vector<const merge::TensorView*> tensors = floating(checkpoint);
  const std::vector<merge::ValueSums> sums = scan(tensors, console, threads);
  const recipes::Architecture* family = recipes::find_architecture(checkpoint.config().architecture());
  std::map<std::string, RoleValues> roles;
  Json lines = Json::array();
  std::vector<std::string> odd;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string role = merge::place_of(tensors[i]->name, family).role;
    RoleValues& values = roles[role];
    ++values.tensors;
    values.sums.add(sums[i]);
    std::string text = sums[i].bad() > 0 ? merge::bad_values_text(sums[i], tensors[i]->shape)
                                         : merge::uninitialised_text(sums[i], tensors[i]->shape);
    Json line = {{"name", tensors[i]->name}, {"role", role}};
    line.update(sums_json(sums[i]));
    if (sums[i].bad() > 0) line["first_bad"] = sums[i].first_bad;
    line["remark"] = text.empty() ? Json(nullptr) : Json(text);
    lines.push_back(line);
    if (!text.empty()) odd.push_back(fmt::format("tensor '{}': {}", tensors[i]->name, text));
  }
  console.print(values_table(roles));
  for (const std::string& line : odd) console.print(line);
  if (odd.empty()) console.print("All values are finite, and no matrix looks uninitialised.");
  Json by_role = Json::array();
  for (const auto& [role, values] : roles) {
    Json row = {{"role", role}, {"tensors", values.tensors}};
    row.update(sums_json(values.sums));
    by_role.push_back(row);
  }
  console.print_json({{"model", checkpoint.folder().string()}, {"by_role", by_role}, {"values", lines}});
}

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json generations_json(const evolve::Run& run) {
  Json lines = Json::array();
  for (const evolve::GenerationFigures& figures : evolve::generations_of(run)) {
    lines.push_back({{"generation", figures.generation},
                     {"candidates", figures.candidates},
                     {"failures", figures.failures},
                     {"best", number(figures.best)},
                     {"mean", number(figures.mean)},
                     {"low_quartile", number(figures.low_quartile)},
                     {"high_quartile", number(figures.high_quartile)},
                     {"best_so_far", number(figures.best_so_far)},
                     {"best_so_far_error", number(figures.best_so_far_error)}});
  }
  return lines;
}

// A finished run by its result, one that goes on by its generations.
void inspect_run(const std::filesystem::path& path, const Console& console) {
  const evolve::Run run = evolve::read_run(path);
  if (run.result) {
    console.print(evolve::result_table(*run.result) + "\n" + evolve::verdict(*run.result));
    console.print(
        fmt::format("{} candidates were searched on {} items; {} validation items named the winner.",
                    run.result->evaluations, run.result->search_items, run.result->validation_items));
    for (const std::string& line : evolve::evidence(*run.result)) console.print(line);
    console.print(evolve::openings(*run.result));
    return console.print_json(run.result_json);
  }
  console.print(evolve::generation_table(run) + "\n" + evolve::standing(run));
  console.print_json({{"finished", false},
                      {"evaluations", run.archive.evaluations},
                      {"budget", run.budget ? Json(*run.budget) : Json(nullptr)},
                      {"generations", generations_json(run)},
                      {"standing", evolve::standing(run)}});
}

struct Options {
  std::string path;
  bool values = false;
};

void run_inspect(const Options& options, const CommonOptions& common) {
  const Console console(common);
  if (evolve::is_run(options.path)) {
    if (options.values)
      throw InputError("--values", fmt::format("{} is a run, not a model", options.path),
                       "give a model folder, such as the run's winner/");
    return inspect_run(options.path, console);
  }
  const auto checkpoint = merge::Checkpoint::open(options.path);
  for (const std::string& note : checkpoint->notes()) console.note(fmt::format("note: {}", note));
  inspect_model(options.path, *checkpoint, console);
  if (options.values) inspect_values(*checkpoint, console, common.threads);
}

}  // namespace

Action add_inspect(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->path, "A model folder or a run")->required();
  app.add_flag("--values", options->values,
               "Read the weights: extremes, spread, NaN and infinite values by role, and where they are");
  app.footer(
      "A model: family, sizes and tensors, from headers alone; with --values what is in the tensors. A run: "
      "the\n"
      "table of its result; of one that goes on, its generations so far and what is missing.\n\n"
      "Example: tsugi inspect recipes/pocket/base --values");
  return [options](const CommonOptions& common) { run_inspect(*options, common); };
}

}  // namespace tsugi::apps
