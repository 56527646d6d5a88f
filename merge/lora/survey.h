// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What of the difference between a tuned model and its base an adapter can hold, and in which form: factors,
// whole modules, or not at all (specification checkpoints, sections 7 and 8).
#pragma once

#include <string>
#include <vector>

#include "merge/checkpoint/checkpoint.h"

namespace tsugi::merge {

/// How PEFT stores the factors of a matrix.
enum class FactorKind {
  linear,    ///< [out, in]: lora_A [r, in], lora_B [out, r]
  conv1d,    ///< GPT-2's [in, out]: the same of its transpose
  embedding  ///< [vocabulary, width]: lora_embedding_A [r, vocabulary], lora_embedding_B [width, r]
};

/// "linear", "conv1d", "embedding"
std::string_view name(FactorKind kind);

/// Whether a module is transformers' Conv1D, as GPT-2 and its kin have them.
bool is_conv1d(const ModelConfig& config, const std::string& module);

/// A matrix that differs from the base's.
struct FactorTask {
  std::string module;  ///< "model.layers.0.self_attn.q_proj"
  FactorKind kind = FactorKind::linear;
  const TensorView* tuned = nullptr;
  const TensorView* base = nullptr;
};

/// A tensor that is stored as it is.
struct WholeTensor {
  std::string key;  ///< behind "base_model.model."
  const TensorView* tuned = nullptr;
};

struct LeftOut {
  std::string tensor;
  std::string reason;
};

struct LoraSurvey {
  std::vector<FactorTask> factors;         ///< sorted by module
  std::vector<std::string> saved_modules;  ///< sorted: PEFT's modules_to_save
  std::vector<WholeTensor> whole;          ///< all tensors of those, and changed biases of factorised modules
  bool biases = false;                     ///< `whole` holds some of those biases
  std::vector<std::string> target_modules;  ///< PEFT's: common endings where they name nothing else
  std::vector<LeftOut> left_out;            ///< changed, and lost
  std::vector<std::string> notes;
};

/// Compares all tensors once, in parallel. Throws InputError for models of different shapes (a vocabulary may
/// differ), for infinite or NaN weights, and when nothing that an adapter can hold has changed.
LoraSurvey survey_lora(const Checkpoint& tuned, const Checkpoint& base);

}  // namespace tsugi::merge
