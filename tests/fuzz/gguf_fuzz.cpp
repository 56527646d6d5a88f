// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The GGUF reader: the header, then what is made of it (configuration, tokenizer, values). A header that is
// read counts as read; a model that cannot be made of it is refused as any other.
#include <array>

#include "merge/gguf/dequantise.h"
#include "merge/gguf/model_config.h"
#include "merge/gguf/parse.h"
#include "merge/gguf/tokenizer_json.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

using namespace std::string_view_literals;
using merge::gguf::Header;
using merge::gguf::Metadata;
using merge::gguf::Storage;
using merge::gguf::TensorInfo;

constexpr const char* kFile = "model.gguf";
constexpr std::size_t kMostValues = 65536;  // of a tensor that is read

std::string file(const Metadata& metadata, std::vector<TensorInfo> tensors) {
  std::uint64_t size = 0;
  std::string bytes = merge::gguf::lay_out(metadata, tensors, size);
  bytes.resize(size, '\1');
  return bytes;
}

Metadata model_keys(const std::string& family) {
  return {{"general.architecture", family},
          {family + ".block_count", std::uint32_t{1}},
          {family + ".context_length", std::uint32_t{64}},
          {family + ".embedding_length", std::uint32_t{32}},
          {family + ".feed_forward_length", std::uint32_t{64}},
          {family + ".attention.head_count", std::uint32_t{4}},
          {family + ".attention.head_count_kv", std::uint32_t{2}},
          {family + ".attention.layer_norm_rms_epsilon", 1e-5F},
          {family + ".rope.freq_base", 10000.F},
          {"tokenizer.ggml.bos_token_id", std::uint32_t{0}},
          {"tokenizer.ggml.eos_token_id", std::uint32_t{1}},
          {"tokenizer.ggml.add_bos_token", true},
          {"tokenizer.ggml.add_eos_token", false}};
}

std::string byte_level_model() {
  Metadata keys = model_keys("llama");
  keys.insert(keys.end(), {{"tokenizer.ggml.model", std::string("gpt2")},
                           {"tokenizer.ggml.pre", std::string("llama-bpe")},
                           {"tokenizer.ggml.tokens", std::vector<std::string>{"<s>", "</s>", "a", "b", "ab"}},
                           {"tokenizer.ggml.token_type", std::vector<std::int32_t>{3, 3, 1, 1, 1}},
                           {"tokenizer.ggml.merges", std::vector<std::string>{"a b"}}});
  return file(keys, {{.name = "token_embd.weight", .type = Storage::Q8_0, .shape = {5, 32}},
                     {.name = "blk.0.attn_q.weight", .type = Storage::F16, .shape = {32, 32}},
                     {.name = "output_norm.weight", .type = Storage::F32, .shape = {32}}});
}

std::string piece_model() {
  Metadata keys = model_keys("gemma2");
  keys.insert(keys.end(),
              {{"tokenizer.ggml.model", std::string("llama")},
               {"tokenizer.ggml.tokens", std::vector<std::string>{"<s>", "</s>", "a", "b", "ab", "<0x0A>"}},
               {"tokenizer.ggml.scores", std::vector<float>{0, 0, -1, -2, -3, 0}},
               {"tokenizer.ggml.token_type", std::vector<std::int32_t>{3, 3, 1, 1, 1, 6}},
               {"tokenizer.chat_template", std::string("{{ bos_token }}")},
               {"gemma2.rope.scaling.type", std::string("yarn")},
               {"gemma2.rope.scaling.factor", 4.F},
               {"gemma2.rope.scaling.original_context_length", std::uint32_t{16}}});
  return file(keys, {{.name = "token_embd.weight", .type = Storage::BF16, .shape = {6, 32}}});
}

std::string every_type() {
  std::vector<TensorInfo> tensors;
  for (const Storage type : {Storage::Q4_0, Storage::Q4_1, Storage::Q5_0, Storage::Q5_1, Storage::Q8_0,
                             Storage::Q4_K, Storage::Q5_K, Storage::Q6_K, Storage::BF16})
    tensors.push_back({.name = std::string(merge::gguf::block_of(type).name), .type = type, .shape = {256}});
  return file({{"a", std::uint64_t{1}}, {"b", std::int64_t{-1}}, {"c", 1.5}, {"d", std::int32_t{-1}}},
              tensors);
}

void read_values(const Header& header, std::span<const std::byte> bytes) {
  for (const TensorInfo& info : header.tensors) {
    const auto stored = bytes.subspan(info.offset, merge::gguf::stored_size(info.type, info.shape));
    touch(stored);
    const std::uint64_t count = merge::elements(info.shape);
    if (count > kMostValues) continue;
    std::vector<float> values(count);
    merge::gguf::dequantise(info.type, stored, values);
  }
}

}  // namespace

std::vector<std::string> corpus() {
  return {byte_level_model(), piece_model(), every_type(), file({}, {})};
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 12> kWords{
      "\x11\0\0\0\0\0\0\0general.alignment\4\0\0\0\x40\0\0\0"sv,  // a key with its value
      "\x09\0\0\0\x08\0\0\0"sv,                                   // types: a list of texts,
      "\x09\0\0\0\x06\0\0\0"sv,                                   // of f32,
      "\x09\0\0\0\x05\0\0\0"sv,                                   // of i32,
      "\x09\0\0\0\x09\0\0\0"sv,                                   // of lists
      "\x07\0\0\0\1"sv,
      "rope_freqs.weight"sv,
      "tokenizer.ggml."sv,
      "qwen2"sv,
      "gemma"sv,
      "\xff\xfe"sv,
      "[PAD4]"sv};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  namespace gguf = merge::gguf;
  const auto bytes = std::as_bytes(std::span(data, size));
  fuzz::attempt([&] {
    const gguf::Header header = gguf::parse(bytes, fuzz::kFile);
    fuzz::read_values(header, bytes);
    std::vector<std::string> notes;
    try {
      gguf::model_config(header, gguf::family_of(header), DType::F16, {});
    } catch (const InputError&) {
    }
    try {
      gguf::tokenizer_companions(header, notes);
    } catch (const InputError&) {
    }
  });
  return 0;
}
