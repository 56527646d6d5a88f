// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Prompts through a model's chat template.
#pragma once

#include <string>

#include "eval/model/model_files.h"
#include "eval/tasks/message.h"

namespace tsugi::eval {

/// The model's template, of several the one of this name ("" for the only or default one). Where it refuses a
/// system message, as some do, that is left out: so does lm-evaluation-harness. Throws InputError at `asker`
/// when the model has none; the renderer throws InputError for messages that the template refuses.
ChatRenderer read_chat(const ModelFiles& files, const std::string& name, const std::string& asker);

}  // namespace tsugi::eval
