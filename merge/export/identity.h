// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether an unfinished output is of the same merge: one digest of everything that its bytes follow from.
#pragma once

#include <string>

#include "merge/export/shard_layout.h"
#include "merge/plan.h"

namespace tsugi::merge {

/// Over the version of the program, the recipe's text, the seed, every tensor's fingerprint, the layout of
/// the files, and of every input file its place, size, time of change and first bytes (those hold the
/// header). Throws InputError when an input cannot be read.
std::string output_identity(const MergePlan& plan, const ShardLayout& layout, const std::string& recipe);

}  // namespace tsugi::merge
