// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizer_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "evolve/finishing.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

const OptimizerKind& find_kind(const recipes::OptimizerSpec& spec) {
  if (const OptimizerKind* kind = find_optimizer(spec.name)) return *kind;
  std::vector<std::string> known;
  for (const OptimizerKind& other : optimizers()) known.emplace_back(other.name);
  throw InputError(spec.mark, fmt::format("unknown optimizer '{}'", spec.name), suggestion(spec.name, known));
}

const Option& find_option(const OptimizerKind& kind, const recipes::OptimizerSetting& setting) {
  std::vector<std::string> known;
  for (const Option& option : kind.options) {
    if (option.name == setting.key) return option;
    known.emplace_back(option.name);
  }
  throw InputError(setting.key_mark, fmt::format("{} has no option '{}'", kind.name, setting.key),
                   known.empty() ? "remove it; it has none" : suggestion(setting.key, known));
}

double value_of(const Option& option, const recipes::OptimizerSetting& setting) {
  const auto word = std::find(option.words.begin(), option.words.end(), setting.text);
  std::optional<double> value = setting.number;
  if (!option.words.empty()) value = static_cast<double>(word - option.words.begin());
  if (value && accepts(option, *value)) return *value;
  throw InputError(setting.mark,
                   fmt::format("{} is '{}', expected {}", option.name, setting.text, accepted_values(option)),
                   fmt::format("it says {}", option.doc));
}

std::string text_of(const Option& option) {
  if (!option.standard) return "";
  if (!option.words.empty()) {
    return fmt::format("; default {}", option.words[static_cast<std::size_t>(*option.standard)]);
  }
  return fmt::format("; default {:.3g}", *option.standard);
}

// The kind that is named, and the options that are given.
std::pair<const OptimizerKind*, OptimizerSetup> read_choice(const recipes::OptimizerSpec& spec,
                                                            const SearchShape& shape) {
  const OptimizerKind& kind = find_kind(spec);
  if (shape.start.size() < kind.least_genes || shape.start.size() > kind.most_genes) {
    throw InputError(spec.mark,
                     fmt::format("{} searches {} genes, this search has {}", kind.name, accepted_genes(kind),
                                 shape.start.size()),
                     "choose another optimizer or other groups of layers");
  }
  if (shape.tasks < kind.least_tasks) {
    throw InputError(spec.mark,
                     fmt::format("{} weighs tasks against each other, this search has one", kind.name),
                     "choose another optimizer or add a task");
  }
  OptimizerSetup setup{.start = shape.start, .levels = shape.levels, .seed = shape.seed};
  for (const recipes::OptimizerSetting& setting : spec.settings) {
    const Option& option = find_option(kind, setting);
    setup.options.emplace(option.name, value_of(option, setting));
  }
  return {&kind, std::move(setup)};
}

}  // namespace

std::unique_ptr<Optimizer> choose_optimizer(const recipes::OptimizerSpec& spec, const SearchShape& shape) {
  auto [kind, setup] = read_choice(spec, shape);
  std::unique_ptr<Optimizer> first = start_optimizer(*kind, std::move(setup));
  if (spec.finish.empty()) return first;
  const recipes::OptimizerSpec& last = spec.finish.front();
  auto [last_kind, last_setup] = read_choice(last, shape);
  const auto kept = static_cast<std::size_t>(last.evaluations);
  if (kept >= shape.evaluations) {
    throw InputError(last.mark,
                     fmt::format("{} would have {} of the search's {} evaluations to finish with", last.name,
                                 kept, shape.evaluations),
                     "leave some to the optimizer before it");
  }
  return finish_with({.first = std::move(first),
                      .first_kind = kind,
                      .last_kind = last_kind,
                      .last_setup = std::move(last_setup),
                      .first_evaluations = shape.evaluations - kept});
}

std::string optimizers_text(const recipes::OptimizerSpec& spec) {
  return spec.finish.empty() ? spec.name : fmt::format("{}, {}", spec.name, spec.finish.front().name);
}

std::string describe_optimizers() {
  std::string text;
  for (const OptimizerKind& kind : optimizers()) {
    text += fmt::format("  {}: {} ({})\n", kind.name, kind.title, kind.use);
    for (const Option& option : kind.options) {
      text += fmt::format("    {}: {} ({}{})\n", option.name, option.doc, accepted_values(option),
                          text_of(option));
    }
  }
  text +=
      "  finish: {name: OPTIMIZER, evaluations: N, ...} beside a name lets another go on for the last N\n";
  return text;
}

}  // namespace tsugi::evolve
