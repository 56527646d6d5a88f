// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search for MLflow: a run of an experiment on a tracking server, through its REST API 2.0.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evolve/trackers/metrics.h"

namespace tsugi::evolve {

struct MlflowRun {
  std::string server;                ///< "http://host:5000"; a path behind it is kept
  std::string experiment = "tsugi";  ///< made when there is none of that name
  std::string name;                  ///< of the run
  std::vector<std::pair<std::string, std::string>> parameters = {};
  std::vector<std::pair<std::string, std::string>> tags = {};
};

/// Begins a run on the server. Throws InputError for an address that is no http:// or https:// one. A server
/// that does not answer within ten seconds, or refuses, is told to `note` once and not asked again: a search
/// is never stopped by its dashboard. A run that is not finished is marked as failed.
std::unique_ptr<Tracker> track_by_mlflow(const MlflowRun& run, std::function<void(const std::string&)> note);

}  // namespace tsugi::evolve
