// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/bf16_kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "tests/eval/model/exact_nonlinear.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval::kernels {
namespace {

class Bf16KernelsTest : public testing::TestWithParam<const Bf16Kernels*> {};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Bf16KernelsTest);
INSTANTIATE_TEST_SUITE_P(Available, Bf16KernelsTest,
                         testing::ValuesIn(available_bf16().begin(), available_bf16().end()),
                         [](const auto& parameter) {
                           std::string name = parameter.param->name;
                           std::erase_if(name, [](char c) { return c == '-' || c == ' '; });
                           return name;
                         });

TEST_P(Bf16KernelsTest, Activate) {
  eval::tests::Random random(2);
  for (const Nonlinear f :
       {Nonlinear::silu, Nonlinear::gelu, Nonlinear::gelu_tanh, Nonlinear::quick_gelu, Nonlinear::relu}) {
    for (const float size : {0.01F, 20.0F, 200.0F}) {
      for (const std::size_t n : {1U, 16U, 37U, 384U}) {
        const std::vector<float> gate = random.values(n, size);
        const std::vector<float> up = random.values(n, 3);
        std::vector<std::uint16_t> gated(n + 1, 7);
        std::vector<std::uint16_t> plain(n + 1, 7);
        GetParam()->activate(f, gate.data(), up.data(), n, gated.data());
        GetParam()->activate(f, gate.data(), nullptr, n, plain.data());
        EXPECT_EQ(gated[n], 7) << "wrote behind the row";
        EXPECT_EQ(plain[n], 7);
        for (std::size_t i = 0; i < n; ++i) {
          const auto near = [&](std::uint16_t bits, double factor) {
            const auto result =
                static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U));
            const auto x = static_cast<double>(gate[i]);
            const double expected = exact_nonlinear(f, x) * factor;
            // Half a unit of the last of eight bits, and what bf16_kernels.h says of the value before.
            const double tolerance = std::abs(expected) * 0x1p-8 + 4e-6 * std::abs(x * factor);
            EXPECT_NEAR(result, expected, tolerance) << static_cast<int>(f) << " of " << x;
          };
          near(gated[i], static_cast<double>(up[i]));
          near(plain[i], 1);
        }
      }
    }
  }
}

TEST_P(Bf16KernelsTest, ActivatingNoNumberGivesNone) {
  const std::vector<float> gate(16, std::numeric_limits<float>::quiet_NaN());
  std::vector<std::uint16_t> out(16);
  for (const Nonlinear f : {Nonlinear::silu, Nonlinear::gelu, Nonlinear::gelu_tanh, Nonlinear::quick_gelu}) {
    GetParam()->activate(f, gate.data(), nullptr, 16, out.data());
    for (const std::uint16_t bits : out) EXPECT_GT(bits & 0x7FFFU, 0x7F80U) << static_cast<int>(f);
  }
}

}  // namespace
}  // namespace tsugi::eval::kernels
