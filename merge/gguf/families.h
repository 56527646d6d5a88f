// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The model families that can be written as GGUF and read from it: how llama.cpp calls their tensors, and
// what it stores otherwise than transformers does. Source: llama.cpp's convert_hf_to_gguf.py and
// gguf-py/gguf/tensor_mapping.py.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::merge::gguf {

struct Family {
  std::string_view id;        ///< general.architecture: "llama"
  std::string_view hf_class;  ///< config.json's architectures[0] of a model that is read: "LlamaForCausalLM"
  std::string_view hf_type;   ///< config.json's model_type of it
  std::vector<std::string_view> classes;  ///< that are written so
  bool paired_rope = false;  ///< rows of q and k lie in pairs (2i, 2i + 1) that are rotated together
  bool plus_one = false;     ///< norms are stored as 1 + weight
  bool tied = false;         ///< the head is the embedding; there is no other
  bool four_norms = false;   ///< each block has norms before and after attention and MLP
};

std::span<const Family> families();
/// By config.json's class, or null.
const Family* family_of_class(std::string_view hf_class);
/// By general.architecture, or null.
const Family* family_of_id(std::string_view id);

/// "model.layers.3.self_attn.q_proj.weight" -> "blk.3.attn_q.weight"; nothing for a name the family lacks.
std::optional<std::string> gguf_name(const Family& family, std::string_view hf_name);
/// The inverse.
std::optional<std::string> hf_name(const Family& family, std::string_view gguf_name);

/// Whether the rows of a tensor (by llama.cpp's name) are paired, and by which count of heads.
enum class PairedHeads { none, query, key };
PairedHeads paired_heads(const Family& family, std::string_view gguf_name);
/// Whether a tensor (by llama.cpp's name) is a norm's gain stored as 1 + weight.
bool stored_plus_one(const Family& family, std::string_view gguf_name);

/// Where row `row` of transformers goes: of each head of `width` rows, row j * width / 2 + i becomes row 2 i
/// + j.
std::size_t paired_row(std::size_t row, std::size_t width);
/// The inverse: which of transformers' rows lies in row `row` of the file.
std::size_t unpaired_row(std::size_t row, std::size_t width);

}  // namespace tsugi::merge::gguf
