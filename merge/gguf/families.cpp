// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/families.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tsugi::merge::gguf {
namespace {

struct Names {
  std::string_view hf;
  std::string_view gguf;
};

constexpr std::array<Names, 3> kWhole{
    {{"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"}, {"lm_head", "output"}}};

constexpr std::array<Names, 10> kInBlock{{{"input_layernorm", "attn_norm"},
                                          {"self_attn.q_proj", "attn_q"},
                                          {"self_attn.k_proj", "attn_k"},
                                          {"self_attn.v_proj", "attn_v"},
                                          {"self_attn.o_proj", "attn_output"},
                                          {"self_attn.q_norm", "attn_q_norm"},
                                          {"self_attn.k_norm", "attn_k_norm"},
                                          {"mlp.gate_proj", "ffn_gate"},
                                          {"mlp.up_proj", "ffn_up"},
                                          {"mlp.down_proj", "ffn_down"}}};
constexpr std::array<Names, 1> kTwoNorms{{{"post_attention_layernorm", "ffn_norm"}}};
constexpr std::array<Names, 3> kFourNorms{{{"post_attention_layernorm", "post_attention_norm"},
                                           {"pre_feedforward_layernorm", "ffn_norm"},
                                           {"post_feedforward_layernorm", "post_ffw_norm"}}};

constexpr std::string_view kHfBlock = "model.layers.";
constexpr std::string_view kGgufBlock = "blk.";

// Which side of a row is looked up, and which is the answer.
using Side = std::string_view Names::*;

std::string_view look_up(std::span<const Names> rows, std::string_view name, Side from, Side to) {
  for (const Names& row : rows) {
    if (row.*from == name) return row.*to;
  }
  return {};
}

std::string_view look_up_block(const Family& family, std::string_view name, Side from, Side to) {
  if (const std::string_view found = look_up(kInBlock, name, from, to); !found.empty()) return found;
  const std::span<const Names> norms = family.four_norms ? std::span<const Names>(kFourNorms) : kTwoNorms;
  return look_up(norms, name, from, to);
}

std::optional<std::string> translate(const Family& family, std::string_view name, Side from, Side to) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view ending = name.substr(dot);
  if (ending != ".weight" && ending != ".bias") return std::nullopt;
  name = name.substr(0, dot);
  if (const std::string_view found = look_up(kWhole, name, from, to); !found.empty()) {
    return fmt::format("{}{}", found, ending);
  }
  const bool from_hf = from == &Names::hf;
  const std::string_view start = from_hf ? kHfBlock : kGgufBlock;
  if (name.rfind(start, 0) != 0) return std::nullopt;
  name.remove_prefix(start.size());
  const std::size_t digits = std::min(name.find('.'), name.size());
  const std::string_view number = name.substr(0, digits);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits == 0 || digits == name.size() || !std::all_of(number.begin(), number.end(), is_digit))
    return std::nullopt;
  const std::string_view found = look_up_block(family, name.substr(digits + 1), from, to);
  if (found.empty()) return std::nullopt;
  return fmt::format("{}{}.{}{}", from_hf ? kGgufBlock : kHfBlock, number, found, ending);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::span<const Family> families() {
  static const std::vector<Family> kFamilies{
      {.id = "llama",
       .hf_class = "LlamaForCausalLM",
       .hf_type = "llama",
       .classes = {"LlamaForCausalLM", "MistralForCausalLM"},
       .paired_rope = true},
      {.id = "qwen2", .hf_class = "Qwen2ForCausalLM", .hf_type = "qwen2", .classes = {"Qwen2ForCausalLM"}},
      {.id = "qwen3", .hf_class = "Qwen3ForCausalLM", .hf_type = "qwen3", .classes = {"Qwen3ForCausalLM"}},
      {.id = "gemma",
       .hf_class = "GemmaForCausalLM",
       .hf_type = "gemma",
       .classes = {"GemmaForCausalLM"},
       .plus_one = true,
       .tied = true},
      {.id = "gemma2",
       .hf_class = "Gemma2ForCausalLM",
       .hf_type = "gemma2",
       .classes = {"Gemma2ForCausalLM"},
       .plus_one = true,
       .tied = true,
       .four_norms = true},
      {.id = "gemma3",
       .hf_class = "Gemma3ForCausalLM",
       .hf_type = "gemma3_text",
       .classes = {"Gemma3ForCausalLM"},
       .plus_one = true,
       .four_norms = true}};
  return kFamilies;
}

const Family* family_of_class(std::string_view hf_class) {
  for (const Family& family : families()) {
    if (std::find(family.classes.begin(), family.classes.end(), hf_class) != family.classes.end())
      return &family;
  }
  return nullptr;
}

const Family* family_of_id(std::string_view id) {
  for (const Family& family : families()) {
    if (family.id == id) return &family;
  }
  return nullptr;
}

std::optional<std::string> gguf_name(const Family& family, std::string_view hf_name) {
  return translate(family, hf_name, &Names::hf, &Names::gguf);
}

std::optional<std::string> hf_name(const Family& family, std::string_view gguf_name) {
  return translate(family, gguf_name, &Names::gguf, &Names::hf);
}

PairedHeads paired_heads(const Family& family, std::string_view gguf_name) {
  if (!family.paired_rope) return PairedHeads::none;
  if (ends_with(gguf_name, ".attn_q.weight") || ends_with(gguf_name, ".attn_q.bias"))
    return PairedHeads::query;
  if (ends_with(gguf_name, ".attn_k.weight") || ends_with(gguf_name, ".attn_k.bias")) return PairedHeads::key;
  return PairedHeads::none;
}

bool stored_plus_one(const Family& family, std::string_view gguf_name) {
  return family.plus_one && ends_with(gguf_name, "norm.weight");
}

std::size_t paired_row(std::size_t row, std::size_t width) {
  const std::size_t within = row % width;
  const std::size_t half = width / 2;
  return row - within + 2 * (within % half) + within / half;
}

std::size_t unpaired_row(std::size_t row, std::size_t width) {
  const std::size_t within = row % width;
  return row - within + within % 2 * (width / 2) + within / 2;
}

}  // namespace tsugi::merge::gguf
