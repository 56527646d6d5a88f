// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What two tensors have in common, as sums that can be added over tiles, tensors and layers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tsugi::merge {

/// Over pairs of values (a, b). Pairs with an infinity or NaN are counted and left out of everything else.
struct PairSums {
  std::uint64_t elements = 0;
  std::uint64_t bad = 0;
  std::uint64_t changed = 0;  ///< a != b
  double aa = 0;              ///< sum of a a, and so on
  double bb = 0;
  double ab = 0;
  double dd = 0;      ///< of (b - a)^2, taken from the differences themselves so that nothing cancels
  float largest = 0;  ///< max |b - a|

  void add(const PairSums& other);

  /// ||b - a|| / ||a||; nothing where a is all zeros.
  std::optional<double> relative_l2() const;
  /// <a, b> / (||a|| ||b||); nothing where one is all zeros.
  std::optional<double> cosine() const;
  double changed_share() const;
};

/// Over pairs of task vectors (a - c, b - c) with c the base.
struct TaskSums {
  double cc = 0;                ///< sum of c c
  double aa = 0;                ///< of (a - c)^2
  double bb = 0;                ///< of (b - c)^2
  double ab = 0;                ///< of (a - c)(b - c)
  std::uint64_t both = 0;       ///< elements in which both differ from the base
  std::uint64_t conflicts = 0;  ///< of those: in opposite directions

  void add(const TaskSums& other);

  /// ||a - c|| / ||c||, ||b - c|| / ||c||; nothing where c is all zeros.
  std::optional<double> relative_a() const;
  std::optional<double> relative_b() const;
  std::optional<double> cosine() const;
  /// Share of conflicts; nothing where no element differs in both.
  std::optional<double> conflict_share() const;
};

/// Adds the pairs of one tile. Pairs that are not finite are set to zero in place, in `c` too.
void add_pairs(std::span<float> a, std::span<float> b, std::span<float> c, PairSums& sums);

/// Adds the task vectors of one tile of finite values. On return `a` and `b` hold the differences to `c`.
void add_tasks(std::span<float> a, std::span<float> b, std::span<const float> c, TaskSums& sums);

}  // namespace tsugi::merge
