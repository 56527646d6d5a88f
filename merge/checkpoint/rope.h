// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rotary embedding of a config.json in one spelling, that of transformers 5, whatever the document uses:
// rope_theta + rope_scaling {type | rope_type}, rope_parameters (one, or one for each layer type), Gemma 3's
// rope_local_base_freq, GPT-NeoX's rotary_emb_base, "su" for "longrope".
#pragma once

#include <nlohmann/json.hpp>

#include "merge/checkpoint/config.h"

namespace tsugi::merge {

/// Maps a layer type ("" when all layers share one) to an object with at least rope_type and rope_theta.
nlohmann::ordered_json normalised_rope(const ModelConfig& config);

/// The entry of full attention, or the only one.
nlohmann::ordered_json main_rope(const ModelConfig& config);

}  // namespace tsugi::merge
