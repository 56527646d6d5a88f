// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A model given on the command line.
#pragma once

#include <memory>
#include <string>

#include "apps/console.h"
#include "merge/checkpoint/checkpoint.h"

namespace tsugi::apps {

/// Opens what a recipe could name, with the checkpoint's notes told. Throws InputError naming `argument`.
std::shared_ptr<const merge::Checkpoint> open_model(merge::CheckpointStore& store, const std::string& text,
                                                    const std::string& argument, const Console& console);

}  // namespace tsugi::apps
