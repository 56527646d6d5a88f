// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// safetensors files and model folders put together by hand, so that tests can break any rule and owe nothing
// to the writer.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

/// Length field, header as it is, data.
inline std::string raw_safetensors(std::string_view header, std::string_view data) {
  const std::uint64_t length = header.size();
  std::string file(sizeof(length), '\0');
  std::memcpy(file.data(), &length, sizeof(length));
  return file.append(header).append(data);
}

/// A BF16 tensor to put into a raw file.
struct RawTensor {
  std::string name;
  std::vector<std::size_t> shape;
  char fill = 0;  ///< every byte of its data
};

/// A valid file of BF16 tensors, in the given order.
inline std::string raw_model(const std::vector<RawTensor>& tensors) {
  std::string entries;
  std::string data;
  for (const RawTensor& tensor : tensors) {
    std::size_t bytes = 2;
    for (const std::size_t size : tensor.shape) bytes *= size;
    entries += fmt::format(R"({}"{}":{{"dtype":"BF16","shape":[{}],"data_offsets":[{},{}]}})",
                           entries.empty() ? "" : ",", tensor.name, fmt::join(tensor.shape, ","), data.size(),
                           data.size() + bytes);
    data.append(bytes, tensor.fill);
  }
  return raw_safetensors(fmt::format("{{{}}}", entries), data);
}

/// The smallest Llama-like model that passes every check: two layers, four tokens, untied head.
inline std::vector<RawTensor> tiny_tensors() {
  return {{"lm_head.weight", {4, 2}, 1},
          {"model.embed_tokens.weight", {4, 2}, 2},
          {"model.layers.0.mlp.up_proj.weight", {3, 2}, 3},
          {"model.layers.1.mlp.up_proj.weight", {3, 2}, 4},
          {"model.norm.weight", {2}, 5}};
}

inline constexpr std::string_view kTinyConfig =
    R"({"architectures":["LlamaForCausalLM"],"model_type":"llama","num_hidden_layers":2,"vocab_size":4,)"
    R"("hidden_size":2,"tie_word_embeddings":false,"torch_dtype":"bfloat16"})";

/// Writes a model folder and returns its path.
inline std::filesystem::path write_model(const TemporaryFolder& folder, const std::string& name,
                                         const std::vector<RawTensor>& tensors = tiny_tensors(),
                                         std::string_view config = kTinyConfig) {
  folder.write(name + "/config.json", config);
  folder.write(name + "/model.safetensors", raw_model(tensors));
  return folder / name;
}

/// The message of the error that `call` throws, or "no error".
template <class Error, class Call>
std::string message_of(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tsugi::tests
