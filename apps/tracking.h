// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search told to other programs' dashboards while it runs: the same switches for every command that
// searches.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "evolve/trackers/metrics.h"

namespace tsugi::apps {

struct TrackingOptions {
  std::string mlflow;  ///< address of a server; "" for none
  std::string experiment = "tsugi";
  std::string tensorboard;  ///< folder; "" for none
};

/// --mlflow, --mlflow-experiment, --tensorboard. `options` must outlive the parsing.
void add_tracking_options(CLI::App& app, TrackingOptions& options);

/// Everybody who is told of one search. Called from one thread.
class Tracking {
 public:
  /// Throws InputError for a folder or address that cannot be used.
  Tracking(const TrackingOptions& options, const recipes::SearchSpec& spec,
           const evolve::SearchOptions& search);

  void add(const evolve::GenerationSummary& summary);
  void finish(const evolve::Result& result);

 private:
  std::vector<std::unique_ptr<evolve::Tracker>> trackers_;
  std::uint64_t last_step_ = 0;
};

}  // namespace tsugi::apps
