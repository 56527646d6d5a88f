// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/genetic/paths.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tsugi::evolve {
namespace {

using Change = void (*)(GenePath&, const PathPlace&, double, DrawStream&);

std::ptrdiff_t offset(std::size_t i) {
  return static_cast<std::ptrdiff_t>(i);
}

/// Up to half of the path: whole halves of models are repeated by hand too.
struct Stretch {
  std::size_t begin = 0;
  std::size_t length = 1;
};

Stretch any_stretch(const GenePath& path, DrawStream& draws) {
  const std::size_t length = 1 + draws.below(std::max<std::size_t>(1, path.size() / 2));
  return {draws.below(path.size() - length + 1), length};
}

void insert(GenePath& path, const PathPlace& place, double standard, DrawStream& draws) {
  const std::size_t at = draws.below(path.size() + 1);
  const PathHopGene hop{.choice = 1 + draws.below(place.choices), .number = standard};
  if (path.size() < place.most) path.insert(path.begin() + offset(at), hop);
}

void remove(GenePath& path, const PathPlace&, double, DrawStream& draws) {
  const std::size_t at = draws.below(path.size());
  if (path.size() > 1) path.erase(path.begin() + offset(at));
}

void replace(GenePath& path, const PathPlace& place, double, DrawStream& draws) {
  path[draws.below(path.size())].choice = 1 + draws.below(place.choices);
}

void swap(GenePath& path, const PathPlace&, double, DrawStream& draws) {
  const std::size_t a = draws.below(path.size());
  const std::size_t b = draws.below(path.size());
  std::swap(path[a], path[b]);
}

void repeat(GenePath& path, const PathPlace& place, double, DrawStream& draws) {
  const Stretch stretch = any_stretch(path, draws);
  if (path.size() + stretch.length > place.most) return;
  const GenePath copy(path.begin() + offset(stretch.begin),
                      path.begin() + offset(stretch.begin + stretch.length));
  path.insert(path.begin() + offset(stretch.begin + stretch.length), copy.begin(), copy.end());
}

void move(GenePath& path, const PathPlace&, double, DrawStream& draws) {
  const Stretch stretch = any_stretch(path, draws);
  const auto begin = path.begin() + offset(stretch.begin);
  const GenePath moved(begin, begin + offset(stretch.length));
  path.erase(begin, begin + offset(stretch.length));
  path.insert(path.begin() + offset(draws.below(path.size() + 1)), moved.begin(), moved.end());
}

constexpr std::array<Change, 6> kChanges = {insert, remove, replace, swap, repeat, move};

}  // namespace

PathPlace PathPlace::find(std::span<const std::size_t> levels) {
  PathPlace place;
  const auto few = [](std::size_t count) { return count > 2; };  // none and at least two choices
  const auto begin = std::find_if(levels.begin(), levels.end(), few);
  const auto end = std::find_if_not(begin, levels.end(), [&](std::size_t count) { return count == *begin; });
  place.begin = static_cast<std::size_t>(begin - levels.begin());
  place.most = static_cast<std::size_t>(end - begin);
  if (place.most == 0) return place;
  place.choices = *begin - 1;
  const auto after = std::find_if(end, levels.end(), few);
  place.numbered = static_cast<std::size_t>(after - end) >= place.most;
  return place;
}

GenePath PathPlace::read(const Point& point) const {
  GenePath path;
  for (std::size_t i = begin; i < begin + most; ++i) {
    const auto choice = static_cast<std::size_t>(std::lround(point[i] * static_cast<double>(choices)));
    if (choice > 0) path.push_back({.choice = choice, .number = numbered ? point[i + most] : 0});
  }
  return path;
}

void PathPlace::write(const GenePath& path, const Point& standard, Point& point) const {
  for (std::size_t i = 0; i < most; ++i) {
    const bool there = i < path.size();
    point[begin + i] = there ? static_cast<double>(path[i].choice) / static_cast<double>(choices) : 0;
    if (numbered) point[begin + most + i] = there ? path[i].number : standard[begin + most + i];
  }
}

std::vector<std::size_t> PathPlace::others(std::size_t dimension) const {
  const std::size_t end = begin + most * (numbered ? 2 : 1);
  std::vector<std::size_t> genes;
  for (std::size_t i = 0; i < dimension; ++i) {
    if (most == 0 || i < begin || i >= end) genes.push_back(i);
  }
  return genes;
}

void change_path(GenePath& path, const PathPlace& place, double standard, DrawStream& draws) {
  kChanges[draws.below(kChanges.size())](path, place, standard, draws);
}

double jittered(double x, double deviation, DrawStream& draws) {
  const double moved = std::fmod(std::abs(x + deviation * draws.normal()), 2.0);
  return moved > 1 ? 2 - moved : moved;
}

}  // namespace tsugi::evolve
