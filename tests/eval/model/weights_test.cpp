// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eval/model/decoder.h"
#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/packed_matrix.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using tests::llama;
using tests::make_tiny;
using tests::output_tensor;
using tests::tiny_shape;
using tests::TinyModel;

constexpr const char* kQuery = "model.layers.1.self_attn.q_proj.weight";

std::vector<float> logits_of(const ResidentWeights& weights) {
  const std::vector<TokenId> tokens = {3, 1, 4, 1, 5, 9, 2, 6};
  return Decoder({&weights}, plain_path(weights.shape().layers)).logits(tokens);
}

std::vector<float> row_of(const PackedMatrix& matrix, std::size_t row) {
  std::vector<float> result(matrix.columns());
  matrix.read_row(row, result);
  return result;
}

TEST(ResidentWeights, FusedMatricesHoldTheirPartsInOrder) {
  const TinyModel model = make_tiny(tiny_shape(false), 1);
  const auto weights = tests::reside(model);
  const ResidentLayer& layer = weights->layer(1);
  const auto expect = [&](const PackedMatrix& matrix, std::size_t row, const std::string& name,
                          std::size_t from) {
    const std::vector<float>& values = model.tensors.at("model.layers.1." + name + ".weight").second;
    const std::size_t width = matrix.columns();
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from * width);
    EXPECT_EQ(row_of(matrix, row), std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(width)))
        << name;
  };
  expect(layer.qkv, 59, "self_attn.q_proj", 59);
  expect(layer.qkv, 60, "self_attn.k_proj", 0);
  expect(layer.qkv, 80, "self_attn.v_proj", 0);
  expect(layer.qkv, 99, "self_attn.v_proj", 19);
  expect(layer.out, 7, "self_attn.o_proj", 7);
  expect(layer.mlp.gate_up, 36, "mlp.gate_proj", 36);
  expect(layer.mlp.gate_up, 37, "mlp.up_proj", 0);
  expect(layer.mlp.down, 23, "mlp.down_proj", 23);
  const auto same = [](std::span<const float> held, const std::vector<float>& values) {
    return std::equal(held.begin(), held.end(), values.begin(), values.end());
  };
  EXPECT_TRUE(
      same(layer.attention_norm.gain, model.tensors.at("model.layers.1.input_layernorm.weight").second));
  EXPECT_TRUE(
      same(layer.mlp_norm.gain, model.tensors.at("model.layers.1.post_attention_layernorm.weight").second));
  EXPECT_TRUE(same(weights->final_norm().gain, model.tensors.at("model.norm.weight").second));
  std::vector<float> embedding(24);
  weights->embed(52, 0, embedding);
  EXPECT_EQ(embedding[5], model.tensors.at("model.embed_tokens.weight").second[52 * 24 + 5]);
  EXPECT_EQ(row_of(weights->head(), 52)[5], model.tensors.at("lm_head.weight").second[52 * 24 + 5]);
}

TEST(ResidentWeights, ATiedModelPassesOverAHeadAndEmbedsFromIt) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model);
  EXPECT_FALSE(weights->wants(output_tensor("lm_head.weight", {53, 24})));
  std::vector<float> embedding(24);
  weights->embed(17, 0, embedding);
  EXPECT_EQ(embedding, row_of(weights->head(), 17));
}

TEST(ResidentWeights, AnUntiedModelNeedsItsHead) {
  TinyModel model = make_tiny(tiny_shape(false), 1);
  model.tensors.erase("lm_head.weight");
  try {
    tests::reside(model);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("lm_head.weight was never written"));
  }
}

TEST(ResidentWeights, EqualFingerprintsAreNotWanted) {
  const auto weights = tests::reside(make_tiny(tiny_shape(true), 1));
  EXPECT_FALSE(weights->wants(output_tensor(kQuery, {60, 24})));
  EXPECT_TRUE(weights->wants(output_tensor(kQuery, {60, 24}, DType::F32, 2)));
}

TEST(ResidentWeights, AMergeThatFailedMidwayLeavesNothingHeld) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model);
  const merge::OutputTensor other = output_tensor(kQuery, {60, 24}, DType::F32, 2);
  ASSERT_TRUE(weights->wants(other));
  weights->write(
      other, 0,
      tsugi::tests::stored_as(DType::F32, std::vector<float>(24, 1.0F)));  // one row, then the merge fails
  EXPECT_THROW(weights->check_complete(), Error);
  EXPECT_TRUE(weights->wants(output_tensor(kQuery, {60, 24})));  // the old fingerprint is no longer true
}

TEST(ResidentWeights, ForgetMakesTheNextMergeWriteEverything) {
  const auto weights = tests::reside(make_tiny(tiny_shape(true), 1));
  weights->forget();
  EXPECT_THROW(weights->check_complete(), Error);
  EXPECT_TRUE(weights->wants(output_tensor(kQuery, {60, 24})));
}

TEST(ResidentWeights, OrderAndSizeOfTilesDoNotMatter) {
  const TinyModel model = make_tiny(tiny_shape(false), 1);
  for (const DType storage : {DType::F32, DType::BF16}) {
    const std::vector<float> expected = logits_of(*tests::reside(model, storage));
    ResidentWeights weights(llama(), model.shape, storage, Compute::f32);
    std::vector<std::pair<merge::OutputTensor, std::size_t>> tiles;  // of five rows
    for (const auto& [name, tensor] : model.tensors) {
      const merge::OutputTensor output = output_tensor(name, tensor.first, storage);
      ASSERT_TRUE(weights.wants(output));
      for (std::size_t row = 0; row < output.rows(); row += 5) tiles.emplace_back(output, row);
    }
    merge::ThreadPool(2).run([&] {
      merge::parallel_for(tiles.size(), [&](std::size_t i) {
        const auto& [output, row] = tiles[tiles.size() - 1 - i];
        const std::size_t length = output.row_length();
        const std::vector<float>& values = model.tensors.at(output.name).second;
        weights.write(output, row,
                      tsugi::tests::stored_as(
                          storage, std::span(values)
                                       .subspan(row * length)
                                       .first(std::min<std::size_t>(5, output.rows() - row) * length)));
      });
    });
    for (const auto& tile : tiles) weights.done(tile.first);
    weights.check_complete();
    EXPECT_EQ(logits_of(weights), expected);
  }
}

TEST(ResidentWeights, ValuesAreThoseOfTheTensorsType) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model);
  const merge::OutputTensor half = output_tensor(kQuery, {60, 24}, DType::F16, 2);
  ASSERT_TRUE(weights->wants(half));
  // Between 1 and the next F16 number, 1 + 2^-10: rounds to 1. 70000 is past F16's largest.
  std::vector<float> values(60 * 24, 1.0004F);
  values[3] = 70000;
  EXPECT_EQ(weights->write(half, 0, tsugi::tests::stored_as(DType::F16, values)),
            0U);  // the executor has counted it
  EXPECT_EQ(row_of(weights->layer(1).qkv, 0)[0], 1.0F);
  EXPECT_EQ(row_of(weights->layer(1).qkv, 0)[3], std::numeric_limits<float>::infinity());
}

TEST(ResidentWeights, WhatDoesNotFitIsAnError) {
  const auto weights = tests::reside(make_tiny(tiny_shape(true), 1));
  EXPECT_THROW(weights->wants(output_tensor("model.layers.3.mlp.up_proj.weight", {37, 24})), Error);
  EXPECT_THROW(weights->wants(output_tensor(kQuery, {24, 60})), Error);
  EXPECT_THROW(weights->wants(output_tensor(kQuery, {60, 24}, DType::I64)), Error);
  const merge::OutputTensor tensor = output_tensor(kQuery, {60, 24});
  EXPECT_THROW(weights->write(tensor, 0, std::vector<std::byte>(92)), Error);
  EXPECT_THROW(weights->write(tensor, 59, std::vector<std::byte>(192)), Error);
  EXPECT_THROW(weights->write_bytes(output_tensor(kQuery, {60, 24}, DType::I64), {}), Error);
  EXPECT_THROW(ResidentWeights(llama(), weights->shape(), DType::F16, Compute::f32), Error);
  EXPECT_THROW(ResidentWeights(llama(), weights->shape(), DType::F32, Compute::bf16), Error);
}

TEST(ResidentWeights, ArchitecturesThatLackARoleOrHaveAnotherAreRefused) {
  recipes::Architecture lacking = llama();
  std::erase_if(lacking.each_layer, [](const auto& row) { return row.role == "mlp.up"; });
  EXPECT_THROW(ResidentWeights(lacking, tiny_shape(true), DType::F32, Compute::f32), InputError);
  recipes::Architecture other = llama();
  other.each_layer.push_back({.role = "attn.q_norm",
                              .name = "model.layers.{i}.q_norm.weight",
                              .shape = {"head"},
                              .tied_to = "",
                              .when = ""});
  EXPECT_THROW(ResidentWeights(other, tiny_shape(true), DType::F32, Compute::f32), InputError);
}

TEST(ResidentWeights, BytesAreKnownBeforehand) {
  for (const bool tied : {true, false}) {
    for (const DType storage : {DType::F32, DType::BF16}) {
      const ModelShape shape = tiny_shape(tied);
      const ResidentWeights weights(llama(), shape, storage, Compute::f32);
      EXPECT_EQ(ResidentWeights::bytes(shape, storage), weights.bytes());
    }
  }
}

TEST(Compute, BfloatOnlyWhereTheCpuHasIt) {
  EXPECT_EQ(choose_compute(DType::F32), Compute::f32);
  EXPECT_EQ(choose_compute(DType::BF16), kernels::active_bf16() != nullptr ? Compute::bf16 : Compute::f32);
  const kernels::Kernels& before = kernels::active();
  const kernels::Bf16Kernels* bf16_before = kernels::active_bf16();
  kernels::activate(kernels::kPortable);
  EXPECT_EQ(choose_compute(DType::BF16), Compute::f32);
  kernels::activate(before);
  kernels::activate_bf16(bf16_before);
  EXPECT_THAT(describe_compute(Compute::f32, DType::BF16),
              testing::MatchesRegex("f32 arithmetic \\(.+\\) on bf16 weights"));
  EXPECT_THAT(describe_compute(Compute::f32, DType::F32), testing::EndsWith("on f32 weights"));
}

}  // namespace
}  // namespace tsugi::eval
