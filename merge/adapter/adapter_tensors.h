// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The tensors of an adapter by what PEFT's names say they are.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// What an adapter has for one module; null where it has nothing.
struct AdapterModule {
  const TensorView* a = nullptr;
  const TensorView* b = nullptr;
  const TensorView* bias = nullptr;       ///< of B: is added to the base's
  const TensorView* magnitude = nullptr;  ///< DoRA's
  bool embedding = false;                 ///< lora_embedding_A and _B
};

struct AdapterTensors {
  std::map<std::string, AdapterModule> modules;           ///< "model.layers.0.mlp.up_proj" -> factors
  std::map<std::string, const TensorView*> replacements;  ///< "lm_head.weight" -> what takes its place
};

/// Views `tensors`, which came from `file` (a path to name). Both factors of every module are there, with one
/// rank. Throws InputError: half of a pair, ranks that differ, two names for one thing, a name that PEFT does
/// not give, a type that is not floating.
AdapterTensors sort_adapter(const std::vector<TensorView>& tensors, const std::string& file);

}  // namespace tsugi::merge
