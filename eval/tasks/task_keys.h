// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What this version does with each key that a task file of lm-evaluation-harness may have.
#pragma once

#include "eval/tasks/typed_yaml.h"

namespace tsugi::eval {

/// Throws InputError at the first key that is unknown, with the nearest known one, or that asks for something
/// this version does not do. A key whose value is null counts as absent.
void check_task_keys(const TypedYaml& task);

}  // namespace tsugi::eval
