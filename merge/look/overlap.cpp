// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/overlap.h"

#include <array>
#include <cmath>
#include <vector>

#include "merge/look/walk.h"
#include "merge/rank_selection.h"

namespace tsugi::merge {
namespace {

constexpr std::uint64_t kShare = 5;  // one in five: what TIES keeps by its paper's choice (arXiv 2306.01708)

void read_magnitudes(const TensorView& model, std::size_t begin, std::span<const float> base,
                     std::span<float> out) {
  read_values(model, begin, out);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::fabs(out[i] - base[i]);
}

struct Marks {
  const RankThreshold& rank;
  std::uint64_t ties = 0;  // equal to the threshold in earlier steps

  Marks(const RankThreshold& given, std::size_t step) : rank(given) {
    if (!rank.ties_before.empty()) ties = rank.ties_before[step];
  }
  bool keeps(float key) {
    if (key != rank.threshold) return key > rank.threshold;
    return ties++ < rank.ties_kept;
  }
};

struct Both {
  std::uint64_t count = 0;
  void add(const Both& other) { count += other.count; }
};

}  // namespace

Overlap top_overlap(const TensorTriple& tensor) {
  const Walk walk = walk_of({tensor.a, tensor.b, tensor.base});
  Overlap overlap{.kept = walk.elements / kShare, .both = 0};
  if (overlap.kept == 0) return overlap;
  const std::array<const TensorView*, 2> models{tensor.a, tensor.b};
  const auto load = [&](std::size_t begin, std::size_t count, std::size_t model) {
    const std::span<float> base = walk_buffer(2, count);
    read_values(*tensor.base, begin, base);
    const std::span<float> keys = walk_buffer(model, count);
    read_magnitudes(*models.at(model), begin, base, keys);
    return keys;
  };
  const KeyPass pass = [&](const TileRange& tiles, std::span<const std::size_t> queries,
                           const KeyVisitor& visit) {
    tiles.for_each([&](std::size_t step) {
      const std::size_t begin = step * walk.step;
      const std::size_t count = std::min(walk.step, walk.elements - begin);
      for (const std::size_t query : queries) visit.written(query, step, load(begin, count, query));
    });
  };
  const std::array<std::uint64_t, 2> kept{overlap.kept, overlap.kept};
  const std::vector<RankThreshold> ranks = select_ranks(
      kept, {.elements = walk.elements, .tiles = walk.steps(), .tiles_per_group = walk.block / walk.step},
      Concurrency::parallel, pass);
  const std::vector<Both> counted =
      sum_over<Both>(std::span(&walk, 1), [&](std::size_t, std::size_t begin, std::size_t count, Both& both) {
        const std::span<const float> a = load(begin, count, 0);
        const std::span<const float> b = load(begin, count, 1);
        Marks of_a(ranks[0], begin / walk.step);
        Marks of_b(ranks[1], begin / walk.step);
        for (std::size_t i = 0; i < count; ++i) {
          const bool in_a = of_a.keeps(a[i]);
          const bool in_b = of_b.keeps(b[i]);
          both.count += in_a && in_b ? 1 : 0;
        }
      });
  overlap.both = counted.front().count;
  return overlap;
}

}  // namespace tsugi::merge
