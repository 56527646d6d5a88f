// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/merge/generated_models.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "merge/checkpoint/tensor.h"
#include "merge/parallel.h"

namespace tsugi::bench {
namespace {

constexpr std::size_t kHidden = 2048;
constexpr std::size_t kWide = 5632;
constexpr std::size_t kKeyValue = 256;
constexpr std::size_t kVocabulary = 32000;
constexpr std::size_t kLayers = 22;

using Named = std::pair<std::string, merge::Shape>;

std::vector<Named> tensors() {
  std::vector<Named> all{{"model.embed_tokens.weight", {kVocabulary, kHidden}},
                         {"lm_head.weight", {kVocabulary, kHidden}},
                         {"model.norm.weight", {kHidden}}};
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    for (const Named& each : std::vector<Named>{{"self_attn.q_proj", {kHidden, kHidden}},
                                                {"self_attn.k_proj", {kKeyValue, kHidden}},
                                                {"self_attn.v_proj", {kKeyValue, kHidden}},
                                                {"self_attn.o_proj", {kHidden, kHidden}},
                                                {"mlp.gate_proj", {kWide, kHidden}},
                                                {"mlp.up_proj", {kWide, kHidden}},
                                                {"mlp.down_proj", {kHidden, kWide}},
                                                {"input_layernorm", {kHidden}},
                                                {"post_attention_layernorm", {kHidden}}}) {
      all.emplace_back(fmt::format("model.layers.{}.{}.weight", layer, each.first), each.second);
    }
  }
  return all;
}

nlohmann::json config(DType type) {
  return {{"architectures", {"LlamaForCausalLM"}},
          {"model_type", "llama"},
          {"hidden_size", kHidden},
          {"intermediate_size", kWide},
          {"num_hidden_layers", kLayers},
          {"num_attention_heads", 32},
          {"num_key_value_heads", 4},
          {"vocab_size", kVocabulary},
          {"max_position_embeddings", 2048},
          {"rms_norm_eps", 1e-5},
          {"rope_theta", 10000.0},
          {"hidden_act", "silu"},
          {"tie_word_embeddings", false},
          {"dtype", recipe_name(type)}};
}

// SplitMix64's finaliser: 64 well-mixed bits of a counter.
inline std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Four uniform 16-bit numbers summed are near enough to normal; their sum has the deviation 2^16 / sqrt(3).
inline float normal(std::uint64_t stream, std::uint64_t counter) {
  const std::uint64_t bits = mixed(counter + (stream << 48));
  const auto sum =
      static_cast<float>((bits & 0xffffu) + (bits >> 16 & 0xffffu) + (bits >> 32 & 0xffffu) + (bits >> 48));
  constexpr float kMean = 2 * 65535.0F;
  constexpr float kDeviation = 37837.2F;
  return (sum - kMean) / kDeviation;
}

void write_at(int file, const std::byte* from, std::size_t size, std::uint64_t place) {
  while (size > 0) {
    const ssize_t done = pwrite(file, from, size, static_cast<off_t>(place));
    if (done <= 0) throw std::runtime_error("cannot write the generated models: is the disk full?");
    from += done;
    size -= static_cast<std::size_t>(done);
    place += static_cast<std::uint64_t>(done);
  }
}

void write_values(int file, std::uint64_t data, std::size_t count, std::size_t model, DType type) {
  const std::size_t width = bytes(type);
  constexpr std::size_t kPiece = std::size_t{1} << 18;
  merge::parallel_for((count + kPiece - 1) / kPiece, [&](std::size_t piece) {
    const std::size_t begin = piece * kPiece;
    std::vector<float> values(std::min(kPiece, count - begin));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 0.02F * normal(0, begin + i);
      if (model > 0) values[i] += 0.002F * normal(model, begin + i);
    }
    std::vector<std::byte> stored(values.size() * width);
    merge::from_f32(type, values, stored);
    write_at(file, stored.data(), stored.size(), data + width * begin);
  });
}

void write_model(const std::filesystem::path& folder, std::size_t model, DType type) {
  std::filesystem::create_directories(folder);
  nlohmann::json header;
  std::uint64_t end = 0;
  for (const auto& [name, shape] : tensors()) {
    const std::uint64_t begin = end;
    end += bytes(type) * merge::elements(shape);
    header[name] = {{"dtype", tsugi::name(type)}, {"shape", shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the format aligns the data to 8
  const std::uint64_t size = text.size();
  const std::filesystem::path weights = folder / "model.safetensors";
  const int file = open(weights.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) throw std::runtime_error(fmt::format("cannot write {}", weights.string()));
  write_at(file, reinterpret_cast<const std::byte*>(&size), sizeof size, 0);
  write_at(file, reinterpret_cast<const std::byte*>(text.data()), text.size(), sizeof size);
  write_values(file, sizeof size + text.size(), end / bytes(type), model, type);
  close(file);
  std::ofstream(folder / "config.json") << config(type).dump(1) << '\n';  // last: a folder with it is whole
}

}  // namespace

void generate_models(const std::filesystem::path& folder, std::size_t models, DType type) {
  for (std::size_t model = 0; model < models; ++model) {
    const std::filesystem::path own =
        folder / (model == 0 ? std::string("base") : std::string(1, static_cast<char>('a' + model - 1)));
    if (!std::filesystem::exists(own / "config.json")) write_model(own, model, type);
  }
}

}  // namespace tsugi::bench
