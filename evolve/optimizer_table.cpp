// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of optimizers: CMake writes optimizer_list.inc, one row for each file of optimizers/.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evolve/optimizers/optimizer.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

const Option* find_option(const OptimizerKind& kind, std::string_view name) {
  const auto found = std::find_if(kind.options.begin(), kind.options.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == kind.options.end() ? nullptr : &*found;
}

}  // namespace

#define TSUGI_OPTIMIZER(name) OptimizerKind optimizer_##name();
#include "optimizer_list.inc"
#undef TSUGI_OPTIMIZER

std::span<const OptimizerKind> optimizers() {
  static const std::vector<OptimizerKind> all = {
#define TSUGI_OPTIMIZER(name) optimizer_##name(),
#include "optimizer_list.inc"
#undef TSUGI_OPTIMIZER
  };
  return all;
}

const OptimizerKind* find_optimizer(std::string_view name) {
  for (const OptimizerKind& kind : optimizers()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

double OptimizerSetup::value(std::string_view option) const {
  if (const auto found = find(option)) return *found;
  throw Error(fmt::format("no value for the option '{}'", option));
}

std::optional<double> OptimizerSetup::find(std::string_view option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

std::string accepted_values(const Option& option) {
  if (!option.words.empty()) return fmt::format("{}", fmt::join(option.words, ", "));
  if (option.whole) return fmt::format("a whole number from {:.0f} to {:.0f}", option.low, option.high);
  return fmt::format("a number from {:.6g} to {:.6g}", option.low, option.high);
}

std::string accepted_genes(const OptimizerKind& kind) {
  if (kind.most_genes == SIZE_MAX) return fmt::format("{} or more", kind.least_genes);
  return fmt::format("{} to {}", kind.least_genes, kind.most_genes);
}

bool accepts(const Option& option, double value) {
  if (!option.words.empty()) {
    return value == std::floor(value) && value >= 0 && value < static_cast<double>(option.words.size());
  }
  return value >= option.low && value <= option.high && (!option.whole || value == std::floor(value));
}

std::unique_ptr<Optimizer> start_optimizer(const OptimizerKind& kind, OptimizerSetup setup) {
  if (setup.dimension() < kind.least_genes || setup.dimension() > kind.most_genes) {
    throw Error(
        fmt::format("{} searches {} genes, not {}", kind.name, accepted_genes(kind), setup.dimension()));
  }
  for (const auto& [name, value] : setup.options) {
    const Option* option = find_option(kind, name);
    if (option == nullptr) throw Error(fmt::format("{} has no option '{}'", kind.name, name));
    if (!accepts(*option, value)) {
      throw Error(
          fmt::format("{} of {} is {}, expected {}", name, kind.name, value, accepted_values(*option)));
    }
  }
  for (const Option& option : kind.options) {
    if (option.standard) setup.options.emplace(option.name, *option.standard);
  }
  return kind.start(setup);
}

void require_trials(std::string_view optimizer, std::size_t told, std::size_t asked) {
  if (told == asked) return;
  throw Error(fmt::format("{}: told {} trials, asked for {}", optimizer, told, asked));
}

bool Trial::failed() const {
  return objectives.empty() ||
         std::any_of(objectives.begin(), objectives.end(), [](double value) { return std::isnan(value); });
}

std::vector<std::size_t> rank(std::span<const Trial> trials) {
  std::vector<std::size_t> order(trials.size());
  std::iota(order.begin(), order.end(), 0);
  const auto lost =
      std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return !trials[i].failed(); });
  std::stable_sort(order.begin(), lost,
                   [&](std::size_t a, std::size_t b) { return trials[a].objectives > trials[b].objectives; });
  return order;
}

}  // namespace tsugi::evolve
