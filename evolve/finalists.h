// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Who is compared on validation, and who wins there: the rules that keep the best-of-many score from
// choosing.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tsugi::evolve {

/// What naming looks at.
struct Contender {
  std::size_t id = 0;
  std::string recipe;
  std::optional<double> fitness;  ///< on the search side; none: failed
};

/// At most `most` ids: the final mean of the search first (if it did not fail), then the best others by
/// search fitness, the earlier of equals first, no recipe twice. `most` is ten in design.md: few enough that
/// the best of them is no lucky draw.
std::vector<std::size_t> name_finalists(const std::optional<Contender>& mean,
                                        std::span<const Contender> others, std::size_t most = 10);

/// Position of the winner among [finalist][item] contributions on validation: the first, unless another's
/// mean is higher by more than one paired standard error; of several such the one with the highest mean.
/// Throws Error without finalists.
std::size_t choose_winner(std::span<const std::vector<double>> validation);

/// Position of the highest mean, the earlier of equals. Throws Error when there is none.
std::size_t choose_best(std::span<const std::vector<double>> validation);

}  // namespace tsugi::evolve
