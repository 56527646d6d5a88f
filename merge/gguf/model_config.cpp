// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/model_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/gguf/model_metadata.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOriginal = "use the folder the file was made from";

// Keys that begin with the architecture.
class Keys {
 public:
  Keys(const Header& header, const Family& family) : header_(header), family_(family) {}

  std::optional<std::uint64_t> count(std::string_view key) const { return header_.count(full(key)); }
  std::optional<double> real(std::string_view key) const { return header_.real(full(key)); }
  std::optional<std::string> text(std::string_view key) const { return header_.text(full(key)); }
  std::uint64_t required(std::string_view key) const {
    const auto value = count(key);
    constexpr std::uint64_t kMost = 0x7fffffff;
    if (value && *value > 0 && *value <= kMost) return *value;
    throw InputError(header_.file, fmt::format("key {} is missing or no usable number", cited(full(key))),
                     kOriginal);
  }
  double required_real(std::string_view key) const {
    if (const auto value = real(key)) return *value;
    throw InputError(header_.file, fmt::format("key {} is missing", cited(full(key))), kOriginal);
  }

 private:
  std::string full(std::string_view key) const { return fmt::format("{}.{}", family_.id, key); }

  const Header& header_;
  const Family& family_;
};

Json llama3_rope(double theta, double original) {
  // The factors of Llama 3.1 (8) and 3.2 (32) are found below; the other numbers are the same in all of them.
  constexpr double kLow = 1;
  constexpr double kHigh = 4;
  return {
      {"rope_type", "llama3"},   {"rope_theta", theta},       {"factor", 1.0},
      {"low_freq_factor", kLow}, {"high_freq_factor", kHigh}, {"original_max_position_embeddings", original}};
}

// The file holds divisors of frequencies only; which numbers they came from is found by trying.
Json rope_of_factors(const Json& document, const Header& header, double theta,
                     std::span<const float> factors) {
  constexpr double kTolerance = 1e-5;  // a few steps of f32 in each of the two computations
  for (double original = 8192; original >= 64; original /= 2) {
    Json rope = llama3_rope(theta, original);
    rope["factor"] = static_cast<double>(*std::max_element(factors.begin(), factors.end()));
    Json trial = document;
    trial["rope_parameters"] = rope;
    const std::vector<float> made = gguf::rope_factors(ModelConfig(trial, header.file));
    const bool same = made.size() == factors.size() &&
                      std::equal(made.begin(), made.end(), factors.begin(), [&](float a, float b) {
                        return std::fabs(a - b) <= kTolerance * std::fabs(b);
                      });
    if (same) return rope;
  }
  throw InputError(header.file, "rope_freqs.weight holds other frequencies than Llama 3's scaling makes",
                   kOriginal);
}

Json rope_of(const Json& document, const Header& header, const Keys& keys, std::span<const float> factors) {
  constexpr double kUsualTheta = 10000;  // what llama.cpp takes without the key
  const double theta = keys.real("rope.freq_base").value_or(kUsualTheta);
  if (!factors.empty()) return rope_of_factors(document, header, theta, factors);
  const std::string type = keys.text("rope.scaling.type").value_or("none");
  if (type == "none") return {{"rope_type", "default"}, {"rope_theta", theta}};
  if (type != "linear" && type != "yarn") {
    throw InputError(header.file, fmt::format("rotary scaling {} is not read", cited(type)), kOriginal);
  }
  Json rope{
      {"rope_type", type}, {"rope_theta", theta}, {"factor", keys.required_real("rope.scaling.factor")}};
  if (type == "linear") return rope;
  rope["original_max_position_embeddings"] = keys.required("rope.scaling.original_context_length");
  constexpr std::pair<const char*, const char*> kOptional[] = {
      {"attention_factor", "rope.scaling.yarn_attn_factor"},
      {"beta_fast", "rope.scaling.yarn_beta_fast"},
      {"beta_slow", "rope.scaling.yarn_beta_slow"}};
  for (const auto& [to, key] : kOptional) {
    if (const auto value = keys.real(key)) rope[to] = *value;
  }
  return rope;
}

bool has_tensor(const Header& header, std::string_view name) {
  return std::any_of(header.tensors.begin(), header.tensors.end(),
                     [&](const TensorInfo& info) { return info.name == name; });
}

std::size_t embedding_rows(const Header& header) {
  for (const TensorInfo& info : header.tensors) {
    if (info.name == "token_embd.weight" && info.shape.size() == 2) return info.shape.front();
  }
  throw InputError(header.file, "holds no matrix token_embd.weight", kOriginal);
}

void add_of_gemma(const Keys& keys, const Family& family, Json& document) {
  document["hidden_activation"] = "gelu_pytorch_tanh";
  if (!family.four_norms) return;
  document["query_pre_attn_scalar"] = document["head_dim"];
  if (const auto cap = keys.real("attn_logit_softcapping")) document["attn_logit_softcapping"] = *cap;
  if (const auto cap = keys.real("final_logit_softcapping")) document["final_logit_softcapping"] = *cap;
  if (const auto window = keys.count("attention.sliding_window")) document["sliding_window"] = *window;
}

}  // namespace

const Family& family_of(const Header& header) {
  const std::string id = header.text("general.architecture").value_or("");
  if (const Family* const family = family_of_id(id)) return *family;
  std::string known;
  for (const Family& family : families()) known += fmt::format("{}{}", known.empty() ? "" : ", ", family.id);
  throw InputError(header.file,
                   fmt::format("models of the architecture {} are not read from GGUF", cited(id)),
                   fmt::format("use the folder the file was made from; read are {}", known));
}

ModelConfig model_config(const Header& header, const Family& family, DType type,
                         std::span<const float> rope_factors) {
  const Keys keys(header, family);
  const std::uint64_t hidden = keys.required("embedding_length");
  const std::uint64_t heads = keys.required("attention.head_count");
  Json document{{"architectures", {std::string(family.hf_class)}},
                {"model_type", std::string(family.hf_type)}};
  for (const auto& [to, key] : {std::pair("bos_token_id", "tokenizer.ggml.bos_token_id"),
                                std::pair("eos_token_id", "tokenizer.ggml.eos_token_id"),
                                std::pair("pad_token_id", "tokenizer.ggml.padding_token_id")}) {
    if (const auto id = header.count(key)) document[to] = *id;
  }
  document["dtype"] = std::string(recipe_name(type));
  document["head_dim"] = keys.count("attention.key_length").value_or(hidden / heads);
  document["hidden_act"] = family.plus_one ? "gelu_pytorch_tanh" : "silu";
  document["hidden_size"] = hidden;
  document["intermediate_size"] = keys.required("feed_forward_length");
  document["max_position_embeddings"] = keys.required("context_length");
  document["num_attention_heads"] = heads;
  document["num_hidden_layers"] = keys.required("block_count");
  document["num_key_value_heads"] = keys.count("attention.head_count_kv").value_or(heads);
  document["rms_norm_eps"] = keys.required_real("attention.layer_norm_rms_epsilon");
  document["tie_word_embeddings"] = !has_tensor(header, "output.weight");
  document["vocab_size"] = embedding_rows(header);
  if (family.paired_rope) {
    document["attention_bias"] = has_tensor(header, "blk.0.attn_q.bias");
    document["mlp_bias"] = has_tensor(header, "blk.0.ffn_up.bias");
  }
  if (family.plus_one) add_of_gemma(keys, family, document);
  document["rope_parameters"] = rope_of(document, header, keys, rope_factors);
  return {std::move(document), header.file};
}

}  // namespace tsugi::merge::gguf
