// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads a pickle of tensors without running anything: a stack machine that knows the opcodes and the few
// names of torch that a state dict needs, and refuses the rest by name (specification checkpoints, 6.2).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "merge/checkpoint/pickle/pickle_values.h"

namespace tsugi::merge {

/// `place` names the pickle in errors. Throws InputError with byte and opcode or name. Time and memory grow
/// with the pickle, which may have 64 MiB.
PickleObjects interpret_pickle(std::span<const std::byte> pickle, const std::string& place);

}  // namespace tsugi::merge
