// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/fp8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/safetensors.h"
#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Stored {
  std::string name;
  std::string dtype;
  Shape shape;
  std::string data;
};

std::string f32(std::initializer_list<float> values) {
  std::string data(values.size() * sizeof(float), '\0');
  std::memcpy(data.data(), std::data(values), data.size());
  return data;
}

std::string file_of(const std::vector<Stored>& tensors) {
  std::string entries;
  std::string data;
  for (const Stored& tensor : tensors) {
    entries += fmt::format(R"({}"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                           entries.empty() ? "" : ",", tensor.name, tensor.dtype,
                           fmt::join(tensor.shape, ","), data.size(), data.size() + tensor.data.size());
    data += tensor.data;
  }
  return tests::raw_safetensors(fmt::format("{{{}}}", entries), data);
}

/// Tensors in memory, dequantised. `tensors` are sorted by name.
class Model {
 public:
  explicit Model(const std::vector<Stored>& tensors, const std::string& quantization = "null")
      : file_(file_of(tensors)),
        config_(nlohmann::ordered_json::parse(fmt::format(
                    R"({{"architectures":["A"],"dtype":"float32","quantization_config":{}}})", quantization)),
                "config.json"),
        tensors_(parse_safetensors(std::as_bytes(std::span(file_.data(), file_.size())), "m")) {
    std::sort(tensors_.begin(), tensors_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    error_ = tests::message_of<InputError>([&] { dequantise_f8(config_, tensors_, "m", notes); });
  }

  const std::string& error() const { return error_; }
  const std::vector<TensorView>& tensors() const { return tensors_; }
  const ModelConfig& config() const { return config_; }
  std::vector<float> values(std::size_t index = 0) const {
    const TensorView& tensor = tensors_.at(index);
    std::vector<float> out(elements(tensor.shape));
    const std::size_t length = row_length(tensor.shape);
    // Row by row from the last on: a reader owes nothing to order.
    for (std::size_t row = out.size() / length; row-- > 0;) {
      read_rows(tensor, row, 1, std::span(out).subspan(row * length, length));
    }
    return out;
  }
  std::vector<std::string> notes;

 private:
  std::string file_;
  ModelConfig config_;
  std::vector<TensorView> tensors_;
  std::string error_;
};

/// "OCP 8-bit Floating Point Specification", section 5: sign, exponent, fraction.
double by_definition(int code, int fraction_bits, int bias) {
  const int exponent = (code & 0x7f) >> fraction_bits;
  const double fraction = (code & ((1 << fraction_bits) - 1)) / std::pow(2.0, fraction_bits);
  const double size =
      exponent == 0 ? std::pow(2.0, 1 - bias) * fraction : std::pow(2.0, exponent - bias) * (1 + fraction);
  return code >= 128 ? -size : size;
}

TEST(F8, EveryCode) {
  std::string codes;
  for (int code = 0; code < 256; ++code) codes += static_cast<char>(code);
  for (const bool e4m3 : {true, false}) {
    const Model model(
        {{"w", e4m3 ? "F8_E4M3" : "F8_E5M2", {2, 128}, codes}, {"w_scale", "F32", {}, f32({1})}});
    ASSERT_EQ(model.error(), "no error");
    EXPECT_EQ(model.tensors().at(0).dtype, DType::F32);
    EXPECT_EQ(model.tensors().at(0).stored_bytes(), 260U);
    const std::vector<float> values = model.values();
    for (int code = 0; code < 256; ++code) {
      const float value = values[static_cast<std::size_t>(code)];
      const int size = code & 0x7f;
      EXPECT_EQ(std::signbit(value), code >= 128);
      if (e4m3 ? size == 0x7f : size > 0x7c) {
        EXPECT_TRUE(std::isnan(value)) << code;
      } else if (!e4m3 && size == 0x7c) {
        EXPECT_TRUE(std::isinf(value)) << code;
      } else {
        EXPECT_EQ(value, by_definition(code, e4m3 ? 3 : 2, e4m3 ? 7 : 15)) << code;
      }
    }
    EXPECT_EQ(values[e4m3 ? 0x7e : 0x7b], e4m3 ? 448.0F : 57344.0F);  // the format's largest
    EXPECT_EQ(values[1], e4m3 ? 0x1p-9F : 0x1p-16F);                  // and its least
  }
}

// 0x38 is 1 and 0x40 is 2 in E4M3, so a value tells which scale it met.
constexpr char kOne = 0x38;
constexpr char kTwo = 0x40;

TEST(F8, ScalesForTensorChannelAndBlock) {
  const std::string ones(6, kOne);
  const auto scaled = [&](const Shape& shape, const std::string& scale, const std::string& config = "null") {
    const Model model({{"a.weight", "F8_E4M3", {2, 3}, ones}, {"a.weight_scale", "F32", shape, scale}},
                      config);
    EXPECT_EQ(model.error(), "no error");
    EXPECT_EQ(model.tensors().size(), 1U);
    return model.values();
  };
  EXPECT_THAT(scaled({}, f32({3})), ElementsAre(3, 3, 3, 3, 3, 3));
  EXPECT_THAT(scaled({1}, f32({3})), ElementsAre(3, 3, 3, 3, 3, 3));
  EXPECT_THAT(scaled({2}, f32({3, 5})), ElementsAre(3, 3, 3, 5, 5, 5));
  EXPECT_THAT(scaled({2, 1}, f32({3, 5})), ElementsAre(3, 3, 3, 5, 5, 5));
  EXPECT_THAT(scaled({1, 3}, f32({3, 5, 7})), ElementsAre(3, 5, 7, 3, 5, 7));
  EXPECT_THAT(scaled({2, 2}, f32({3, 5, 7, 9}),
                     R"({"config_groups":{"g":{"weights":{"group_size":2,"num_bits":8}}}})"),
              ElementsAre(3, 3, 5, 7, 7, 9));
  EXPECT_THAT(
      scaled({1, 2}, f32({3, 5}), R"({"config_groups":{"g":{"weights":{"block_structure":[128,2]}}}})"),
      ElementsAre(3, 3, 5, 3, 3, 5));
}

// transformers' fp8: blocks at the end of a row and of a column may be cut short.
TEST(F8, BlockScalesOfDeepSeek) {
  const Model model({{"a.weight", "F8_E4M3", {3, 5}, std::string(15, kTwo)},
                     {"a.weight_scale_inv", "F32", {2, 3}, f32({1, 2, 3, 4, 5, 6})}},
                    R"({"quant_method":"fp8","weight_block_size":[2,2]})");
  ASSERT_EQ(model.error(), "no error");
  EXPECT_THAT(model.values(), ElementsAre(2, 2, 4, 4, 6, 2, 2, 4, 4, 6, 8, 8, 10, 10, 12));
  EXPECT_EQ(model.config().find("quantization_config"), nullptr);
  EXPECT_FALSE(model.config().document().contains("quantization_config"));
}

TEST(F8, ExpertsAndPowersOfTwo) {
  const Model model({{"e", "F8_E4M3", {2, 2, 2}, std::string(8, kOne)},
                     {"e_scale_inv", "F8_E8M0", {2, 1, 2}, std::string("\x7f\x80\x81\x7e", 4)}},
                    R"({"weight_block_size":[2,1]})");
  ASSERT_EQ(model.error(), "no error");
  EXPECT_THAT(model.values(), ElementsAre(1, 2, 1, 2, 4, 0.5F, 4, 0.5F));
}

TEST(F8, OtherScalesAreDroppedAndOtherTensorsKept) {
  const Model model({{"a.k_scale", "F32", {}, f32({1})},
                     {"a.weight", "F8_E5M2", {1}, "\x3c"},
                     {"a.weight.input_scale", "F32", {}, f32({1})},
                     {"a.weight_scale", "F32", {}, f32({2})},
                     {"b", "F32", {1}, f32({7})}});
  ASSERT_EQ(model.error(), "no error");
  ASSERT_EQ(model.tensors().size(), 2U);
  EXPECT_EQ(model.tensors()[1].rows, nullptr);
  EXPECT_THAT(model.values(), ElementsAre(2));
  EXPECT_THAT(model.notes, ElementsAre("m: 2 scales of activations are not used"));
}

TEST(F8, RefusesWhatDoesNotFit) {
  const std::string ones(6, kOne);
  const auto error = [&](const std::vector<Stored>& scales, const std::string& config = "null") {
    std::vector<Stored> tensors{{"w", "F8_E4M3", {2, 3}, ones}};
    tensors.insert(tensors.end(), scales.begin(), scales.end());
    return Model(tensors, config).error();
  };
  EXPECT_THAT(error({}), HasSubstr("tensor 'w' has type F8_E4M3, which cannot be merged without a scale"));
  EXPECT_THAT(error({{"w_scale", "F32", {}, f32({1})}, {"w_scale_inv", "F32", {}, f32({1})}}),
              HasSubstr("'w' has two scales, 'w_scale_inv' and 'w_scale'"));
  EXPECT_THAT(error({{"w_scale", "I32", {}, f32({1})}}),
              HasSubstr("'w_scale' has type I32, expected a floating"));
  EXPECT_THAT(error({{"w_scale", "F32", {3}, f32({1, 1, 1})}}),
              HasSubstr("'w_scale' is [3], which does not fit 'w' of [2, 3]"));
  EXPECT_THAT(error({{"w_scale", "F32", {0, 1}, ""}}), HasSubstr("'w_scale' is [0, 1] for blocks of [2, 3]"));
  EXPECT_THAT(error({{"w_scale_inv", "F32", {1, 2}, f32({1, 1})}}), HasSubstr("has no weight_block_size"));
  EXPECT_THAT(error({{"w_scale_inv", "F32", {1, 2}, f32({1, 1})}}, R"({"weight_block_size":[128,128]})"),
              HasSubstr("'w_scale_inv' is [1, 2], which does not fit 'w' of [2, 3] in blocks of [128, 128]"));
  EXPECT_THAT(error({{"w_scale_inv", "F32", {0, 0}, ""}},
                    R"({"weight_block_size":[18446744073709551615,18446744073709551615]})"),
              HasSubstr("does not fit"));
  for (const char* size : {"[128]", "[0,1]", "[-1,1]", "128", "[1.5,2]", R"(["a",2])"}) {
    EXPECT_THAT(error({}, fmt::format(R"({{"weight_block_size":{}}})", size)),
                HasSubstr("weight_block_size of quantization_config is"))
        << size;
  }
  EXPECT_THAT(
      error({}, R"({"config_groups":{"g":{"weights":{"group_size":2}},"h":{"weights":{"group_size":4}}}})"),
      HasSubstr("gives blocks of [1, 2] and of [1, 4]"));
}

TEST(RefuseQuantised, NamesTheMethodAndTheReason) {
  const auto error = [](const std::string& value) {
    const ModelConfig config(nlohmann::ordered_json::parse(
                                 fmt::format(R"({{"architectures":["A"],"quantization_config":{}}})", value)),
                             "c");
    return tests::message_of<InputError>([&] { refuse_quantised(config); });
  };
  EXPECT_THAT(
      error(R"({"quant_method":"gptq"})"),
      HasSubstr(
          "c: quantised checkpoint: quantization_config has quant_method 'gptq'; its weights are packed"));
  EXPECT_THAT(error(R"({"quant_method":"bitsandbytes"})"), HasSubstr("bitsandbytes alone"));
  EXPECT_THAT(error(R"({"quant_method":"hqq"})"), HasSubstr("only 8-bit floats with scales are read"));
  EXPECT_THAT(error(R"({"quant_method":3})"), HasSubstr("of unknown kind"));
  EXPECT_THAT(error("7"), HasSubstr("of unknown kind"));
  for (const char* read : {"fp8", "fbgemm_fp8", "compressed-tensors", "modelopt"}) {
    EXPECT_EQ(error(fmt::format(R"({{"quant_method":"{}"}})", read)), "no error");
  }
  EXPECT_EQ(error("null"), "no error");
}

// A whole folder, as Checkpoint opens it.
TEST(F8, AFolderReadsAsItsOriginal) {
  const tests::TemporaryFolder folder;
  const std::string config(tests::kTinyConfig.substr(0, tests::kTinyConfig.size() - 1));
  folder.write("m/config.json",
               config + R"(,"quantization_config":{"quant_method":"fp8","weight_block_size":[128,128]}})");
  folder.write("m/model.safetensors",
               file_of({{"lm_head.weight", "BF16", {4, 2}, std::string(16, '\1')},
                        {"model.embed_tokens.weight", "BF16", {4, 2}, std::string(16, '\2')},
                        {"model.layers.0.mlp.up_proj.weight", "F8_E4M3", {3, 2}, std::string(6, kOne)},
                        {"model.layers.0.mlp.up_proj.weight_scale_inv", "F32", {1, 1}, f32({0.25F})},
                        {"model.layers.1.mlp.up_proj.weight", "F8_E4M3", {3, 2}, std::string(6, kTwo)},
                        {"model.layers.1.mlp.up_proj.weight_scale_inv", "F32", {1, 1}, f32({0.5F})},
                        {"model.norm.weight", "BF16", {2}, std::string(4, '\3')}}));
  const auto model = Checkpoint::open(folder / "m");
  EXPECT_EQ(model->tensors().size(), 5U);
  EXPECT_EQ(model->config().find("quantization_config"), nullptr);
  const TensorView* tensor = model->find("model.layers.1.mlp.up_proj.weight");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->dtype, DType::BF16);
  std::vector<float> values(4);
  read_rows(*tensor, 1, 2, values);
  EXPECT_THAT(values, ElementsAre(1, 1, 1, 1));
}

}  // namespace
}  // namespace tsugi::merge
