// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kv_cache.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tsugi::eval {
namespace {

using Tokens = std::vector<TokenId>;

ModelShape shape() {
  ModelShape shape;
  shape.kv_heads = 1;
  shape.head = 16;
  return shape;
}

Tokens counting(std::size_t count, TokenId from = 0) {
  Tokens tokens(count);
  std::iota(tokens.begin(), tokens.end(), from);
  return tokens;
}

struct Cache {
  explicit Cache(std::size_t blocks, std::size_t sequences = 4)
      : cache(shape(), 1, DType::F32, {sequences, blocks, 320}, memory) {}
  const std::uint32_t* table(std::size_t sequence) const {
    kernels::Attention work;
    cache.locate(0, sequence, work);
    return work.table;
  }
  AlignedBuffer<std::byte> memory;
  KvCache cache;
};

TEST(KvCache, GivesBlocksBack) {
  Cache c(4);
  const Tokens text = counting(20);
  EXPECT_EQ(c.cache.reserve(0, text, 96, 0), 0U);
  EXPECT_FALSE(c.cache.reserve(1, text, 33, 0));
  EXPECT_EQ(c.cache.reserve(1, text, 32, 0), 0U);
  EXPECT_FALSE(c.cache.reserve(2, text, 20, 0));
  c.cache.release(0);
  EXPECT_EQ(c.cache.reserve(2, text, 70, 0), 0U);
  EXPECT_EQ(KvCache::block_bytes(shape(), 5, DType::F32), 5U * 32 * (16 + 16) * 4);
}

TEST(KvCache, EqualBeginningsAreShared) {
  Cache c(20);
  const Tokens first = counting(100);
  Tokens second = first;
  second[70] = 7777;
  EXPECT_EQ(c.cache.reserve(0, first, 110, 0), 0U);
  EXPECT_EQ(c.cache.reserve(1, second, 100, 0), 64U);
  EXPECT_TRUE(std::equal(c.table(0), c.table(0) + 2, c.table(1)));
  EXPECT_NE(c.table(0)[2], c.table(1)[2]);
  // The other's positions count once they have gone through the layers.
  EXPECT_FALSE(c.cache.waits(0));
  EXPECT_TRUE(c.cache.waits(1));
  c.cache.advance(0, 63);
  EXPECT_TRUE(c.cache.waits(1));
  c.cache.advance(0, 64);
  EXPECT_FALSE(c.cache.waits(1));
}

TEST(KvCache, ThePromptsLastTokenIsAlwaysFed) {
  Cache c(20);
  const Tokens text = counting(64);
  EXPECT_EQ(c.cache.reserve(0, text, 64, 0), 0U);
  EXPECT_EQ(c.cache.reserve(1, text, 64, 0), 32U);
  EXPECT_EQ(c.cache.reserve(2, Tokens(text.begin(), text.begin() + 32), 32, 0), 0U);
}

TEST(KvCache, OnlyWhatBeginsAlikeInTheSameWayIsShared) {
  Cache c(20);
  const Tokens text = counting(100);
  EXPECT_EQ(c.cache.reserve(0, text, 100, 0), 0U);
  EXPECT_EQ(c.cache.reserve(1, text, 100, 1), 0U);  // another RoPE
  // The same tokens at another place are something else.
  EXPECT_EQ(c.cache.reserve(2, Tokens(text.begin() + 32, text.end()), 68, 0), 0U);
}

TEST(KvCache, TextsStayKnownUntilTheRoomIsNeeded) {
  Cache c(6);
  const Tokens text = counting(70);
  EXPECT_EQ(c.cache.reserve(0, text, 70, 0), 0U);
  c.cache.advance(0, 70);
  c.cache.release(0);
  EXPECT_EQ(c.cache.reserve(1, text, 70, 0), 64U);
  EXPECT_FALSE(c.cache.waits(1));
  c.cache.release(1);
  // Six blocks of something else: both known blocks go.
  EXPECT_EQ(c.cache.reserve(0, counting(180, 1000), 190, 0), 0U);
  c.cache.release(0);
  EXPECT_EQ(c.cache.reserve(1, text, 70, 0), 0U);
}

TEST(KvCache, WhatDoesNotFitChangesNothing) {
  Cache c(5);
  const Tokens text = counting(70);
  EXPECT_EQ(c.cache.reserve(0, text, 70, 0), 0U);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(c.cache.reserve(1, text, 70 + 3 * 32, 0));
  EXPECT_EQ(c.cache.reserve(1, text, 70 + 2 * 32 - 6, 0), 64U);
}

}  // namespace
}  // namespace tsugi::eval
