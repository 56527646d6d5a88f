// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/planner.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= 1e9) return fmt::format("{:.1f} GB", value / 1e9);
  return fmt::format("{:.1f} MB", value / 1e6);
}

std::string exports_text(const Demand& demand) {
  return demand.exports == 0 ? "" : fmt::format(", {} models for programs", bytes_text(demand.exports));
}

}  // namespace

Division divide_resources(const Demand& demand, const Capacity& capacity) {
  const std::size_t threads = std::max<std::size_t>(1, capacity.threads);
  const std::uint64_t one = demand.arena + demand.workspace;
  const std::uint64_t shared = demand.mapped + demand.exports;
  const std::uint64_t left = capacity.memory > shared ? capacity.memory - shared : 0;
  const std::uint64_t fitting = one == 0 ? threads : left / one;
  if (fitting == 0 && capacity.limited) {
    throw InputError(
        "--max-memory",
        fmt::format("{} are less than the {} that one candidate takes ({} mapped inputs, {} weights, {} "
                    "working memory{})",
                    bytes_text(capacity.memory), bytes_text(shared + one), bytes_text(demand.mapped),
                    bytes_text(demand.arena), bytes_text(demand.workspace), exports_text(demand)),
        "give more memory");
  }
  Division division;
  division.lanes = std::min({threads, std::max<std::size_t>(1, demand.candidates),
                             static_cast<std::size_t>(std::max<std::uint64_t>(1, fitting))});
  division.cores_each = threads / division.lanes;
  const std::uint64_t used =
      shared + division.lanes * (demand.arena + division.cores_each * demand.workspace);
  division.text = fmt::format(
      "{} at once on {} each: {} of weights and {} of working memory a core, with {} of mapped inputs{} {} "
      "of "
      "{}",
      division.lanes == 1 ? "1 candidate" : fmt::format("{} candidates", division.lanes),
      division.cores_each == 1 ? "1 core" : fmt::format("{} cores", division.cores_each),
      bytes_text(demand.arena), bytes_text(demand.workspace), bytes_text(demand.mapped), exports_text(demand),
      bytes_text(used), bytes_text(capacity.memory));
  return division;
}

std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  while (file >> word) {
    std::uint64_t kilobytes = 0;
    if (word == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
  }
  return std::numeric_limits<std::uint64_t>::max();  // not known: nothing is held back
}

}  // namespace tsugi::evolve
