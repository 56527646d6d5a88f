// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Against a sort of all keys, equal ones by index.
#include "merge/rank_selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "merge/parallel.h"
#include "merge/tiling.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kTile = 600;

KeyPass pass_over(const std::vector<std::vector<float>>& keys) {
  return [&keys](const TileRange& tiles, std::span<const std::size_t> queries, const KeyVisitor& visit) {
    const std::size_t size = keys.front().size();
    tiles.for_each([&](std::size_t tile) {
      const std::size_t begin = tile * kTile;
      for (const std::size_t query : queries) {
        visit.written(query, tile, std::span(keys[query]).subspan(begin, std::min(kTile, size - begin)));
      }
    });
  };
}

std::vector<bool> kept_by_sort(const std::vector<float>& keys, std::uint64_t count) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] > keys[b]; });
  std::vector<bool> kept(keys.size());
  for (std::size_t i = 0; i < count; ++i) kept[order[i]] = true;
  return kept;
}

std::vector<bool> kept_by_rank(const std::vector<float>& keys, const RankThreshold& rank) {
  std::vector<bool> kept(keys.size());
  std::uint64_t ties = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % kTile == 0 && rank.ties_kept > 0) ties = rank.ties_before.at(i / kTile);
    kept[i] = keys[i] > rank.threshold || (keys[i] == rank.threshold && ties++ < rank.ties_kept);
  }
  return kept;
}

std::vector<float> random_keys(std::size_t count, int distinct, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> keys(count);
  for (float& key : keys) key = static_cast<float>(random() % static_cast<std::uint32_t>(distinct)) * 0.37F;
  return keys;
}

void expect_exact(const std::vector<std::vector<float>>& keys, const std::vector<std::uint64_t>& kept,
                  Concurrency concurrency = Concurrency::serial) {
  const std::size_t size = keys.front().size();
  const KeyTiles tiles{.elements = size, .tiles = (size + kTile - 1) / kTile, .tiles_per_group = kGroupTiles};
  const auto ranks = select_ranks(kept, tiles, concurrency, pass_over(keys));
  ASSERT_EQ(ranks.size(), kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(kept_by_rank(keys[i], ranks[i]), kept_by_sort(keys[i], kept[i]))
        << "query " << i << " of " << kept[i];
  }
}

TEST(RankSelection, AgreesWithASortAtEveryRank) {
  const std::vector<std::vector<float>> keys{random_keys(250, 40, 1)};
  for (std::uint64_t kept = 0; kept <= 250; ++kept) expect_exact(keys, {kept});
}

TEST(RankSelection, TellsKeysApartByTheirLastBit) {
  // Neighbouring floats share their upper 16 bits: only the second pass separates them.
  std::vector<float> keys(300);
  float key = 1;
  for (float& value : keys) value = key = std::nextafter(key, 2.0F);
  std::shuffle(keys.begin(), keys.end(), std::mt19937(3));
  for (const std::uint64_t kept : {1, 150, 299}) expect_exact({keys}, {kept});
}

TEST(RankSelection, KeepsTheFirstOfManyEquals) {
  expect_exact({std::vector<float>(10 * kTile, 0.25F)}, {333});
  expect_exact({std::vector<float>(10 * kTile, 0.0F)}, {333});
}

TEST(RankSelection, AnswersSeveralQueriesOverManyGroups) {
  const std::size_t size = 3 * kGroupTiles * kTile + 17;
  const std::vector<std::vector<float>> keys{random_keys(size, 5, 4), random_keys(size, 1000, 5),
                                             random_keys(size, 1 << 30, 6), random_keys(size, 2, 7)};
  expect_exact(keys, {size / 3, 1, size / 2, size - 1});
  expect_exact(keys, {0, size / 7, size, 12});
  for (const std::size_t threads : {1, 2}) {
    ThreadPool pool(threads);
    pool.run([&] { expect_exact(keys, {size / 3, 1, size / 2, size - 1}, Concurrency::parallel); });
  }
}

// Past 64 K keys a sample of tiles says where to look: of 330 the 3rd and every 5th after it.
constexpr std::size_t kManyTiles = 330;
bool sampled(std::size_t key) {
  return key / kTile % 5 == 2;
}

TEST(RankSelection, AgreesWithASortOfManyKeys) {
  const std::size_t size = kManyTiles * kTile - 3;
  for (const int distinct : {1, 3, 200, 1 << 30}) {
    const auto keys = random_keys(size, distinct, 11);
    for (const std::uint64_t kept :
         {std::uint64_t{1}, std::uint64_t{size / 100}, std::uint64_t{size / 2}, std::uint64_t{size - 1}})
      expect_exact({keys}, {kept});
  }
}

TEST(RankSelection, AgreesWithASortWhereTilesDiffer) {
  auto keys = random_keys(kManyTiles * kTile, 1 << 30, 12);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] *= static_cast<float>(1 + i / kTile % 97);
  for (const std::uint64_t kept : {kManyTiles, kTile / 2 * kManyTiles, (kTile - 1) * kManyTiles})
    expect_exact({keys}, {kept});
}

TEST(RankSelection, IsExactWhereTheSampleMisleads) {
  auto keys = random_keys(kManyTiles * kTile, 1 << 30, 13);
  auto zeros = keys;   // the bracket lies below the rank
  auto narrow = keys;  // far more lies in the bracket than there is room for
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (sampled(i)) zeros[i] = 0;
    if (!sampled(i)) narrow[i] = 2e8F + narrow[i] / 100;
  }
  for (const std::uint64_t kept : {kManyTiles, kTile / 2 * kManyTiles, kTile * 9 / 10 * kManyTiles}) {
    expect_exact({zeros, narrow, keys}, {kept, kept, kept});
  }
}

TEST(RankSelection, InfiniteAndSubnormalKeysHaveTheirPlace) {
  std::vector<float> keys = random_keys(200, 10, 8);
  keys[13] = INFINITY;
  keys[77] = 1e-44F;
  for (const std::uint64_t kept : {1, 2, 180, 199}) expect_exact({keys}, {kept});
}

TEST(RankSelection, NoneAndAllReadNothing) {
  const KeyPass never = [](const TileRange&, std::span<const std::size_t>, const KeyVisitor&) { FAIL(); };
  const auto ranks = select_ranks(std::vector<std::uint64_t>{0, 10}, {.elements = 10, .tiles = 1},
                                  Concurrency::serial, never);
  EXPECT_EQ(ranks[0].threshold, INFINITY);
  EXPECT_LT(ranks[1].threshold, 0);
}

}  // namespace
}  // namespace tsugi::merge
