// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi inspect MODEL | RUN
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>

#include "apps/commands.h"
#include "evolve/report/table.h"
#include "evolve/result.h"
#include "merge/checkpoint/checkpoint.h"

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

void inspect_model(const std::string& folder, const Console& console) {
  const auto checkpoint = merge::Checkpoint::open(folder);
  std::size_t parameters = 0;
  std::size_t stored = 0;
  Json tensors = Json::array();
  for (const merge::TensorView& tensor : checkpoint->tensors()) {
    parameters += merge::elements(tensor.shape);
    stored += tensor.stored_bytes();
    tensors.push_back({{"name", tensor.name}, {"dtype", name(tensor.dtype)}, {"shape", tensor.shape}});
  }
  std::vector<std::string> companions;
  for (const auto& file : checkpoint->companions()) companions.push_back(file.name);
  const std::string family = checkpoint->config().architecture();
  console.print(fmt::format("{}: {}, {} layers, {} parameters in {} tensors, {:.1f} MB\n{}with: {}", folder,
                            family, checkpoint->config().layers(), parameters, checkpoint->tensors().size(),
                            static_cast<double>(stored) / 1e6, tensor_table(*checkpoint),
                            fmt::join(companions, ", ")));
  console.print_json({{"model", folder},
                      {"architecture", family},
                      {"layers", checkpoint->config().layers()},
                      {"parameters", parameters},
                      {"bytes", stored},
                      {"companions", companions},
                      {"tensors", tensors}});
}

void inspect_run(const std::filesystem::path& run, const Console& console) {
  const evolve::Result result = evolve::read_result(run / "result.json");
  console.print(evolve::result_table(result) + "\n" + evolve::verdict(result));
  console.print(fmt::format("{} candidates were searched on {} items; {} validation items named the winner.",
                            result.evaluations, result.search_items, result.validation_items));
  console.print_json(evolve::to_json(result));
}

void run_inspect(const std::string& path, const CommonOptions& common) {
  const Console console(common);
  if (std::filesystem::exists(std::filesystem::path(path) / "result.json")) return inspect_run(path, console);
  inspect_model(path, console);
}

}  // namespace

Action add_inspect(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  app.add_option("PATH", *path, "A model folder or a run")->required();
  app.footer(
      "A model: family, sizes and tensors, from headers alone. A run: the table of its result.\n\n"
      "Example: tsugi inspect recipes/pocket/base");
  return [path](const CommonOptions& common) { run_inspect(*path, common); };
}

}  // namespace tsugi::apps
