// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Model folders of a few hundred bytes, written by a test.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::tests {

struct TinyTensor {
  merge::Shape shape;
  std::vector<float> values;
  DType type = DType::F32;
};

/// A checkpoint in the making: change it, then write it.
struct TinyModel {
  nlohmann::ordered_json config;
  std::map<std::string, TinyTensor> tensors;

  /// A Llama of `layers` layers of width 2 with a vocabulary of 4, tied. Every value is `value`.
  static TinyModel llama(int layers, float value, DType type = DType::F32) {
    TinyModel model;
    model.config = {{"architectures", {"LlamaForCausalLM"}},
                    {"model_type", "llama"},
                    {"hidden_size", 2},
                    {"num_hidden_layers", layers},
                    {"num_attention_heads", 1},
                    {"vocab_size", 4},
                    {"rms_norm_eps", 1e-5},
                    {"tie_word_embeddings", true},
                    {"torch_dtype", "float32"}};
    model.fill("model.embed_tokens.weight", {4, 2}, value, type);
    model.fill("model.norm.weight", {2}, value, type);
    for (int i = 0; i < layers; ++i) {
      const std::string layer = "model.layers." + std::to_string(i) + ".";
      model.fill(layer + "mlp.up_proj.weight", {3, 2}, value, type);
      model.fill(layer + "self_attn.q_proj.weight", {2, 2}, value, type);
    }
    return model;
  }

  void fill(const std::string& name, const merge::Shape& shape, float value, DType type = DType::F32) {
    tensors[name] = {shape, std::vector<float>(merge::elements(shape), value), type};
  }

  /// config.json and model.safetensors. Values of integer tensors are truncated.
  void write(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json") << config.dump(1);
    nlohmann::ordered_json header;
    std::string data;
    for (const auto& [name, tensor] : tensors) {
      std::vector<std::byte> bytes(tensor.values.size() * tsugi::bytes(tensor.type));
      if (is_float(tensor.type)) {
        merge::from_f32(tensor.type, tensor.values, bytes);
      } else {
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
          bytes[i * tsugi::bytes(tensor.type)] = static_cast<std::byte>(tensor.values[i]);
        }
      }
      header[name] = {{"dtype", tsugi::name(tensor.type)},
                      {"shape", tensor.shape},
                      {"data_offsets", {data.size(), data.size() + bytes.size()}}};
      data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // the format aligns the data to 8 bytes
    const std::uint64_t size = text.size();
    std::ofstream file(folder / "model.safetensors", std::ios::binary);
    file.write(reinterpret_cast<const char*>(&size), sizeof(size));
    file << text << data;
  }
};

}  // namespace tsugi::tests
