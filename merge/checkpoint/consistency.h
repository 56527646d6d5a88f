// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether config.json and the tensors of a checkpoint tell the same story: quantisation, layers, vocabulary,
// ties.
#pragma once

#include <string>
#include <vector>

#include "merge/checkpoint/config.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// Checks sections 3.1, 3.2 and 3.4 against `tensors`, sorted by name, which came from `weights` (a path to
/// name). The truth about ties is in the file: a stored head equal to the embedding of a tied model is
/// dropped, and the flag in `config` is set to what the tensors say. What is odd but usable goes to `notes`;
/// throws InputError for the rest.
void check_consistency(ModelConfig& config, std::vector<TensorView>& tensors, const std::string& weights,
                       std::vector<std::string>& notes);

}  // namespace tsugi::merge
