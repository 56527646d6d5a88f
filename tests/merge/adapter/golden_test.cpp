// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Against what PEFT merges (tests/peers/make_adapter_golden.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "merge/adapter/apply.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/safetensors.h"

namespace tsugi::merge {
namespace {

/// Read in blocks of `step` rows.
std::vector<float> values_of(const TensorView& tensor, std::size_t step) {
  const std::size_t length = row_length(tensor.shape);
  std::vector<float> values(elements(tensor.shape));
  const std::size_t rows = values.size() / length;
  for (std::size_t row = 0; row < rows; row += step) {
    const std::size_t count = std::min(step, rows - row);
    read_rows(tensor, row, count, std::span(values).subspan(row * length, count * length));
  }
  return values;
}

class AdapterGolden : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(AdapterGolden, EqualsPeft) {
  const auto [base_name, name] = GetParam();
  const std::filesystem::path folder = std::filesystem::path(TSUGI_ROOT "/tests/golden/adapter") / base_name;
  const auto base = Checkpoint::open(folder);
  const auto adapted = apply_adapter(base, folder / name);
  const MappedFile file(folder / fmt::format("{}.safetensors", name));
  const auto merged = parse_safetensors(file.bytes(), file.path().string());
  ASSERT_FALSE(merged.empty());
  for (const TensorView& expected : merged) {
    const TensorView* tensor = adapted->find(expected.name);
    ASSERT_NE(tensor, nullptr) << expected.name;
    EXPECT_EQ(tensor->shape, expected.shape);
    EXPECT_NE(tensor->variant, 0U);
    const std::vector<float> wanted = values_of(expected, 1);
    const std::vector<float> seen = values_of(*tensor, 1000);
    float largest = 0;
    for (const float value : wanted) largest = std::max(largest, std::fabs(value));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      // Both round a sum of up to five products; the order is BLAS's choice.
      EXPECT_NEAR(seen[i], wanted[i], 1e-6 * largest) << expected.name << " element " << i;
    }
    for (const std::size_t step : {1, 3, 4}) {
      const std::vector<float> again = values_of(*tensor, step);
      EXPECT_EQ(std::memcmp(again.data(), seen.data(), seen.size() * sizeof(float)), 0)
          << "in blocks of " << step;
    }
  }
  for (const TensorView& tensor : adapted->tensors()) {  // all others are the base's
    const bool is_merged =
        std::any_of(merged.begin(), merged.end(), [&](const auto& m) { return m.name == tensor.name; });
    EXPECT_TRUE(is_merged || same_values(tensor, *base->find(tensor.name))) << tensor.name;
  }
  EXPECT_EQ(adapted->files().size(), base->files().size() + 2);
}

INSTANTIATE_TEST_SUITE_P(Adapters, AdapterGolden,
                         testing::Values(std::pair("llama", "lora"), std::pair("llama", "rslora"),
                                         std::pair("llama", "dora"), std::pair("gpt2", "lora"),
                                         std::pair("gpt2", "dora"), std::pair("gpt2", "bias")),
                         [](const auto& adapter) {
                           return fmt::format("{}_{}", adapter.param.first, adapter.param.second);
                         });

}  // namespace
}  // namespace tsugi::merge
