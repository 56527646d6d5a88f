// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A PEFT adapter out of a tuned model and its base: W_tuned - W_base as products of thin matrices.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "merge/checkpoint/checkpoint.h"
#include "merge/lora/low_rank.h"
#include "merge/lora/survey.h"

namespace tsugi::merge {

struct ExtractOptions {
  RankRule rule = {};
  SvdKind svd = SvdKind::automatic;
  DType dtype = DType::F32;    ///< of the factors; whole tensors keep their own
  std::string base_name = {};  ///< for adapter_config.json: where PEFT finds the base
  /// Called from any thread with the matrices done and their number; never two at once.
  std::function<void(std::size_t done, std::size_t all)> progress = nullptr;
};

struct ExtractedModule {
  std::string module;
  FactorKind kind = FactorKind::linear;
  Shape shape;              ///< of the weight as stored
  std::size_t rank = 0;     ///< 0: nothing was above the threshold, and the module is not in the adapter
  double delta_square = 0;  ///< ||W_tuned - W_base||^2
  double energy_share = 0;  ///< of that, what the factors hold
  double largest = 0;       ///< singular value
  bool exact = true;
};

struct ExtractReport {
  std::vector<ExtractedModule> modules;    ///< sorted by name
  std::vector<std::string> saved_modules;  ///< whole
  std::vector<LeftOut> left_out;
  std::vector<std::string> notes;
  std::size_t bytes = 0;  ///< of tensors in the adapter

  /// Of the whole change of all these modules, what the factors hold.
  double energy_share() const;
};

/// Writes the adapter folder, whole or not at all. Matrices are worked on side by side, one a thread; what a
/// thread needs is what factorise() says and two blocks of rows, beside its own factors. The same bytes for
/// any number of threads. Throws InputError as survey_lora() does, and when no module is left.
ExtractReport extract_lora(const Checkpoint& tuned, const Checkpoint& base, const std::filesystem::path& out,
                           const ExtractOptions& options);

}  // namespace tsugi::merge
