// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/tracking.h"

#include "evolve/report/table.h"
#include "evolve/trackers/mlflow.h"
#include "evolve/trackers/tensorboard.h"
#include "merge/version.h"

namespace tsugi::apps {

void add_tracking_options(CLI::App& app, TrackingOptions& options) {
  app.add_option("--mlflow", options.mlflow,
                 "Address of an MLflow server that is told of every generation and of the result");
  app.add_option("--mlflow-experiment", options.experiment, "Name of the experiment there (default: tsugi)");
  app.add_option("--tensorboard", options.tensorboard,
                 "Folder for an event file that TensorBoard reads while the search runs");
}

Tracking::Tracking(const TrackingOptions& options, const recipes::SearchSpec& spec,
                   const evolve::SearchOptions& search) {
  if (!options.tensorboard.empty())
    trackers_.push_back(evolve::track_by_tensorboard(options.tensorboard, search.note));
  if (options.mlflow.empty()) return;
  const evolve::MlflowRun mlflow{.server = options.mlflow,
                                 .experiment = options.experiment,
                                 .name = search.output.string(),
                                 .parameters = evolve::parameters_of(spec, search),
                                 .tags = {{"tsugi.version", std::string(merge::tool_version())}}};
  trackers_.push_back(evolve::track_by_mlflow(mlflow, search.note));
}

void Tracking::add(const evolve::GenerationSummary& summary) {
  last_step_ = summary.generation;
  for (const auto& tracker : trackers_) tracker->add(evolve::metrics_of(summary));
}

void Tracking::finish(const evolve::Result& result) {
  for (const auto& tracker : trackers_) {
    tracker->add(evolve::metrics_of(result, last_step_));
    tracker->finish(evolve::verdict(result));
  }
}

}  // namespace tsugi::apps
