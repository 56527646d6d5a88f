// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a GGUF file says of a model beside its tokenizer: config.json in llama.cpp's words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "merge/gguf/families.h"
#include "merge/gguf/format.h"
#include "merge/plan.h"

namespace tsugi::merge::gguf {

/// The family of a plan's output. Throws InputError naming the class and the families that can be written.
const Family& family_of(const ModelConfig& config);

/// Width of an attention head: head_dim, else hidden_size / num_attention_heads. Throws InputError.
std::size_t head_width(const ModelConfig& config);
/// A count that config.json must have. Throws InputError naming file and key.
std::size_t required_count(const ModelConfig& config, const std::string& key);

/// general.* and the architecture's own keys. `type`: of the matrices. `name`: what the model is called.
/// Throws InputError for rotary scaling that llama.cpp does not run.
Metadata model_metadata(const MergePlan& plan, const Family& family, Storage type, const std::string& name);

/// The divisors of Llama 3's rotary frequencies, tensor rope_freqs.weight; empty for other kinds of scaling.
std::vector<float> rope_factors(const ModelConfig& config);

}  // namespace tsugi::merge::gguf
