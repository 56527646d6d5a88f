// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi extract-lora TUNED OUT --base BASE
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "apps/commands.h"
#include "apps/model_argument.h"
#include "apps/text_table.h"
#include "merge/look/roles.h"
#include "merge/lora/extract.h"
#include "merge/parallel.h"
#include "recipes/architecture.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string tuned;
  std::string out;
  std::string base;
  std::string base_name;
  std::size_t rank = 32;  // what most adapters are trained with is 8 to 64
  double energy = 1;
  double threshold = 0;
  std::string svd = "automatic";
  std::string dtype = "float32";
};

merge::SvdKind svd_kind(const std::string& name) {
  return name == "exact"        ? merge::SvdKind::exact
         : name == "randomised" ? merge::SvdKind::randomised
                                : merge::SvdKind::automatic;
}

DType stored_type(const std::string& name) {
  const auto type = dtype_from_recipe(name);
  if (!type || *type == DType::F64)
    throw InputError("--dtype", fmt::format("'{}' is no type for factors", name),
                     "give float32, bfloat16 or float16");
  return *type;
}

// What the modules of one role have in common.
struct Row {
  std::size_t modules = 0;
  std::size_t least_rank = SIZE_MAX;
  std::size_t most_rank = 0;
  double all = 0;
  double held = 0;
  double worst = 1;
};

std::string table_by_role(const merge::ExtractReport& report, const std::string& architecture) {
  const recipes::Architecture* family = recipes::find_architecture(architecture);
  std::map<std::string, Row> rows;
  for (const merge::ExtractedModule& module : report.modules) {
    Row& row = rows[merge::place_of(fmt::format("{}.weight", module.module), family).role];
    ++row.modules;
    row.least_rank = std::min(row.least_rank, module.rank);
    row.most_rank = std::max(row.most_rank, module.rank);
    row.all += module.delta_square;
    row.held += module.delta_square * module.energy_share;
    row.worst = std::min(row.worst, module.energy_share);
  }
  TextTable table({"role", "modules", "rank", "energy", "worst"});
  for (const auto& [role, row] : rows) {
    table.add({role, fmt::format("{}", row.modules),
               row.least_rank == row.most_rank ? fmt::format("{}", row.most_rank)
                                               : fmt::format("{}-{}", row.least_rank, row.most_rank),
               fmt::format("{:.1f} %", 100 * row.held / row.all), fmt::format("{:.1f} %", 100 * row.worst)});
  }
  return table.text();
}

Json report_json(const Options& options, const merge::ExtractReport& report) {
  Json modules = Json::array();
  for (const merge::ExtractedModule& module : report.modules) {
    modules.push_back({{"module", module.module},
                       {"kind", merge::name(module.kind)},
                       {"shape", module.shape},
                       {"rank", module.rank},
                       {"change", std::sqrt(module.delta_square)},
                       {"energy", module.energy_share},
                       {"largest_singular_value", module.largest},
                       {"exact", module.exact}});
  }
  Json left_out = Json::array();
  for (const merge::LeftOut& tensor : report.left_out)
    left_out.push_back({{"tensor", tensor.tensor}, {"reason", tensor.reason}});
  return {{"output", options.out},
          {"bytes", report.bytes},
          {"energy", report.energy_share()},
          {"modules", modules},
          {"saved_modules", report.saved_modules},
          {"left_out", left_out},
          {"notes", report.notes}};
}

void tell(const Console& console, const Options& options, const merge::ExtractReport& report,
          const std::string& architecture) {
  constexpr std::size_t kShown = 10;  // the rest is in --json
  for (const std::string& note : report.notes) console.note("note: " + note);
  for (std::size_t i = 0; i < std::min(kShown, report.left_out.size()); ++i)
    console.note(
        fmt::format("note: '{}' is left out: {}", report.left_out[i].tensor, report.left_out[i].reason));
  if (report.left_out.size() > kShown)
    console.note(fmt::format("note: and {} more tensors", report.left_out.size() - kShown));
  console.print(table_by_role(report, architecture));
  const std::string saved =
      report.saved_modules.empty() ? "" : fmt::format(", {} modules whole", report.saved_modules.size());
  console.print(fmt::format("{}: {} modules as factors{}, {:.1f} MB; the factors hold {:.2f} % of the change",
                            options.out,
                            std::count_if(report.modules.begin(), report.modules.end(),
                                          [](const auto& module) { return module.rank > 0; }),
                            saved, static_cast<double>(report.bytes) / 1e6, 100 * report.energy_share()));
  console.print_json(report_json(options, report));
}

void run_extract(const Options& options, const CommonOptions& common) {
  const Console console(common);
  merge::ExtractOptions extract{
      .rule = {.most = options.rank, .energy = options.energy, .threshold = options.threshold},
      .svd = svd_kind(options.svd),
      .dtype = stored_type(options.dtype),
      .base_name = options.base_name.empty() ? options.base : options.base_name};
  merge::ThreadPool pool(common.threads);
  merge::CheckpointStore store;
  const auto tuned = open_model(store, options.tuned, "TUNED", console);
  const auto base = open_model(store, options.base, "--base", console);
  std::unique_ptr<Progress> bar;
  extract.progress = [&](std::size_t done, std::size_t all) {
    if (!bar) bar = std::make_unique<Progress>(console.progress_style(), "extracting", all, "matrices");
    bar->reach(done);
  };
  merge::ExtractReport report;
  pool.run([&] { report = merge::extract_lora(*tuned, *base, options.out, extract); });
  bar.reset();
  tell(console, options, report, tuned->config().architecture());
}

}  // namespace

Action add_extract_lora(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("TUNED", options->tuned, "The model whose change is wanted")->required();
  app.add_option("OUT", options->out, "Adapter folder to write; must not exist, or be empty")->required();
  app.add_option("--base", options->base, "The model that it was tuned from")->required();
  app.add_option("--rank", options->rank, "Rank at most (default 32)")->check(CLI::PositiveNumber);
  app.add_option("--energy", options->energy,
                 "No more rank than holds this share of a matrix's squared change, such as 0.95")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--threshold", options->threshold, "Only singular values above this")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--svd", options->svd,
                 "automatic (default): exact up to 2048 rows or columns; or exact, or randomised")
      ->check(CLI::IsMember({"automatic", "exact", "randomised"}));
  app.add_option("--dtype", options->dtype, "Stored type of the factors (default float32)");
  app.add_option("--base-name", options->base_name,
                 "Name of the base in adapter_config.json, such as a hub name (default: as --base)");
  app.footer(
      "Writes W_tuned - W_base as products of two thin matrices that PEFT loads. Changed norms and biases "
      "are "
      "saved\n"
      "whole; what an adapter cannot hold is listed. The energy says how much of the squared change the "
      "factors hold.\n\n"
      "Example: tsugi extract-lora recipes/pocket/math out/ --base recipes/pocket/base --rank 16");
  return [options](const CommonOptions& common) { run_extract(*options, common); };
}

}  // namespace tsugi::apps
