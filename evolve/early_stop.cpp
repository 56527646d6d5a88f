// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/early_stop.h"

namespace tsugi::evolve {

void EarlyStop::look(std::span<const double> contributions) {
  const std::size_t before = ladder_.releases();
  if (!contributions.empty()) ladder_.ask(contributions);
  waited_ = ladder_.releases() > before ? 0 : waited_ + 1;
}

}  // namespace tsugi::evolve
