// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Stored types against the Python package gguf, recorded by tests/peers/record_gguf.py.
#include <gtest/gtest.h>

#include "merge/checkpoint/json.h"
#include "merge/gguf/dequantise.h"
#include "merge/gguf/store.h"
#include "tests/support/hex.h"

namespace tsugi::merge::gguf {
namespace {

const nlohmann::json& recorded() {
  static const nlohmann::json kRecorded = read_json(TSUGI_ROOT "/tests/golden/gguf/blocks.json");
  return kRecorded;
}

Storage storage_named(const std::string& name) {
  for (std::uint32_t number = 0; number < 64; ++number) {
    if (const auto type = storage_of(number); type && block_of(*type).name == name) return *type;
  }
  throw std::logic_error(name);
}

TEST(Dequantise, GivesThePeersValuesBitForBit) {
  ASSERT_EQ(recorded()["dequantised"].size(), 8U);
  for (const auto& [name, record] : recorded()["dequantised"].items()) {
    const auto expected = record["values"].get<std::vector<float>>();
    std::vector<float> seen(expected.size(), -1);
    dequantise(storage_named(name), tests::from_hex(record["bytes"]), seen);
    EXPECT_EQ(seen, expected) << name;
  }
}

TEST(Store, GivesThePeersBytes) {
  ASSERT_EQ(recorded()["quantised"].size(), 3U);
  for (const auto& [name, record] : recorded()["quantised"].items()) {
    const auto values = record["values"].get<std::vector<float>>();
    const std::vector<std::byte> expected = tests::from_hex(record["bytes"]);
    std::vector<std::byte> seen(expected.size());
    EXPECT_EQ(store(storage_named(name), values, seen), 0U);
    EXPECT_EQ(seen, expected) << name;
  }
}

// 2^16 is beyond F16; a scale of 2^16 is too.
TEST(Store, CountsValuesThatDoNotFit) {
  std::vector<float> values(32, 1);
  values[3] = 65536;
  std::vector<std::byte> bytes(64);
  EXPECT_EQ(store(Storage::F16, values, bytes), 1U);
  EXPECT_EQ(store(Storage::BF16, values, bytes), 0U);
  EXPECT_EQ(store(Storage::Q8_0, values, std::span(bytes).first(34)), 0U);
  values[3] = 127 * 65536.0F;
  EXPECT_EQ(store(Storage::Q8_0, values, std::span(bytes).first(34)), 32U);
}

}  // namespace
}  // namespace tsugi::merge::gguf
