// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/context.h"

#include <algorithm>

#include "merge/plan/fingerprint.h"
#include "merge/plan/modules.h"

namespace tsugi::merge {
namespace {

// Layers for multi-token prediction, which some families number on from the last one.
std::size_t extra_layers(const ModelConfig& config) {
  return static_cast<std::size_t>(
      std::clamp(config.number("num_nextn_predict_layers").value_or(0), 0.0, 100.0));
}

}  // namespace

OpenModel::OpenModel(std::shared_ptr<const Checkpoint> opened)
    : checkpoint(std::move(opened)),
      layers(checkpoint->config().layers()),
      names(checkpoint->tensors(), layers, extra_layers(checkpoint->config())),
      identity(Fingerprint().add(std::string_view(checkpoint->folder().native())).value()) {}

OpenModel::OpenModel(std::shared_ptr<const Checkpoint> opened, std::string_view module)
    : checkpoint(std::move(opened)),
      layers(module_layers(*checkpoint, module)),
      names(checkpoint->tensors(), layers, is_language_model(module) ? extra_layers(checkpoint->config()) : 0,
            tensors_of(*checkpoint, module)),
      identity(Fingerprint().add(std::string_view(checkpoint->folder().native())).value()) {}

void Notes::add(std::string sentence) {
  if (std::find(sentences_.begin(), sentences_.end(), sentence) == sentences_.end()) {
    sentences_.push_back(std::move(sentence));
  }
}

Mark PlanContext::place(const Mark& mark) const {
  if (!mark.file.empty()) return mark;
  return {.file = recipe->file.empty() ? "recipe" : recipe->file};
}

}  // namespace tsugi::merge
