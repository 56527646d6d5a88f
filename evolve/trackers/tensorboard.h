// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search for TensorBoard: one event file in a folder that `tensorboard --logdir` watches.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "evolve/trackers/metrics.h"

namespace tsugi::evolve {

/// Makes `folder` and a file events.out.tfevents.SECONDS.HOST.PROCESS in it; each call of add() is in the
/// file when it returns. Throws InputError when the file cannot be made; what goes wrong later is told to
/// `note` once and ends the record, never the search.
std::unique_ptr<Tracker> track_by_tensorboard(const std::filesystem::path& folder,
                                              std::function<void(const std::string&)> note);

}  // namespace tsugi::evolve
