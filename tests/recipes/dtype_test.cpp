// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/dtype.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tsugi {
namespace {

struct Expected {
  DType type;
  std::size_t bits;
  std::string_view safetensors;
  std::string_view recipe;
};

// Names, widths and order of the safetensors crate's `Dtype`; recipe names are PyTorch's.
constexpr std::array<Expected, 22> kExpected{{{DType::Bool, 8, "BOOL", ""},
                                              {DType::F4, 4, "F4", ""},
                                              {DType::F6_E2M3, 6, "F6_E2M3", ""},
                                              {DType::F6_E3M2, 6, "F6_E3M2", ""},
                                              {DType::U8, 8, "U8", ""},
                                              {DType::I8, 8, "I8", ""},
                                              {DType::F8_E5M2, 8, "F8_E5M2", ""},
                                              {DType::F8_E4M3, 8, "F8_E4M3", ""},
                                              {DType::F8_E8M0, 8, "F8_E8M0", ""},
                                              {DType::F8_E4M3FNUZ, 8, "F8_E4M3FNUZ", ""},
                                              {DType::F8_E5M2FNUZ, 8, "F8_E5M2FNUZ", ""},
                                              {DType::I16, 16, "I16", ""},
                                              {DType::U16, 16, "U16", ""},
                                              {DType::F16, 16, "F16", "float16"},
                                              {DType::BF16, 16, "BF16", "bfloat16"},
                                              {DType::I32, 32, "I32", ""},
                                              {DType::U32, 32, "U32", ""},
                                              {DType::F32, 32, "F32", "float32"},
                                              {DType::C64, 64, "C64", ""},
                                              {DType::F64, 64, "F64", "float64"},
                                              {DType::I64, 64, "I64", ""},
                                              {DType::U64, 64, "U64", ""}}};

TEST(DType, EveryRowOfTheTable) {
  for (const Expected& row : kExpected) {
    EXPECT_EQ(bits(row.type), row.bits) << row.safetensors;
    EXPECT_EQ(name(row.type), row.safetensors);
    EXPECT_EQ(dtype_from_safetensors(row.safetensors), row.type);
    EXPECT_EQ(recipe_name(row.type), row.recipe) << row.safetensors;
    EXPECT_EQ(is_float(row.type), !row.recipe.empty()) << row.safetensors;
    if (row.recipe.empty()) continue;
    EXPECT_EQ(dtype_from_recipe(row.recipe), row.type);
    EXPECT_EQ(dtype_from_recipe("torch." + std::string(row.recipe)), row.type);
  }
  EXPECT_EQ(bytes(DType::BF16), 2U);
}

TEST(DType, UnknownNamesAreNothing) {
  for (const std::string_view text :
       {"", "torch.", "bf16", "BF16", "float", "int64", "torch.int64", "Float32"}) {
    EXPECT_EQ(dtype_from_recipe(text), std::nullopt) << text;
  }
  for (const std::string_view text : {"", "bf16", "F128", "bfloat16"}) {
    EXPECT_EQ(dtype_from_safetensors(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tsugi
