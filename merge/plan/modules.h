// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Models of several parts, which a recipe merges each in its own way under `modules:`. Parts have mergekit's
// names and are told by tensor names: "default" is the whole of a plain model; "text_decoder",
// "vision_tower" (also "vision_model") and "multi_modal_projector" those of a multimodal one; "encoder",
// "decoder" and "shared" those of an encoder-decoder.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/config.h"
#include "recipes/recipe.h"

namespace tsugi::merge {

/// The modules that a checkpoint has tensors of; {"default"} for a plain model.
std::vector<std::string> modules_of(const Checkpoint& checkpoint);

/// Whether names of the checkpoint's tensors belong to the module.
std::function<bool(std::string_view)> tensors_of(const Checkpoint& checkpoint, std::string_view module);

/// How many layers the module has: the configuration's number for the language model, else what the names
/// number.
std::size_t module_layers(const Checkpoint& checkpoint, std::string_view module);

/// "default" or "text_decoder".
bool is_language_model(std::string_view module);

/// T5, BART, Whisper and the like.
bool is_encoder_decoder(const ModelConfig& config);

/// Writes the number of layers of a vision tower, an encoder or a decoder to where the configuration keeps
/// it. Throws InputError at `place` for modules whose place in the configuration is not known.
void set_module_layers(ModelConfig& config, const std::string& module, std::size_t layers, const Mark& place);

/// The layers that a module with slices has in the output.
std::size_t layers_of(const recipes::Module& module);

/// Throws InputError at the recipe's place for modules that the checkpoint does not have, and for one that it
/// has and the recipe leaves out: its tensors would be missing.
void check_modules(const recipes::Recipe& recipe, const Checkpoint& checkpoint);

/// One module's recipe by itself. Its parameters stand before the recipe's: the first condition that matches
/// counts.
recipes::Recipe recipe_of(const recipes::Recipe& recipe, const recipes::Module& module);

}  // namespace tsugi::merge
