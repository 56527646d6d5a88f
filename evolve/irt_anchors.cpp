// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Anchors: k-means over items in (a, b).
#include <algorithm>
#include <limits>

#include "evolve/irt.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using Places = std::vector<std::vector<double>>;  // (a, b) of items or centres

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum;
}

// The first of those equally near.
std::size_t nearest(const Places& places, const std::vector<double>& to) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (distance(places[i], to) < distance(places[best], to)) best = i;
  }
  return best;
}

std::vector<double> mean_of_places(const Places& places, const std::vector<std::size_t>& which) {
  std::vector<double> mean(places.front().size());
  for (const std::size_t i : which) {
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += places[i][k];
  }
  for (double& value : mean) value /= static_cast<double>(which.size());
  return mean;
}

Places first_centres(const Places& places, std::size_t number) {
  std::vector<std::size_t> all(places.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  Places centres{places[nearest(places, mean_of_places(places, all))]};
  std::vector<double> away(places.size(), std::numeric_limits<double>::infinity());
  while (centres.size() < number) {
    for (std::size_t i = 0; i < places.size(); ++i)
      away[i] = std::min(away[i], distance(places[i], centres.back()));
    centres.push_back(
        places[static_cast<std::size_t>(std::max_element(away.begin(), away.end()) - away.begin())]);
  }
  return centres;
}

std::vector<std::vector<std::size_t>> clusters_of(const Places& places, const Places& centres) {
  std::vector<std::vector<std::size_t>> clusters(centres.size());
  for (std::size_t i = 0; i < places.size(); ++i) clusters[nearest(centres, places[i])].push_back(i);
  return clusters;
}

}  // namespace

Anchors choose_anchors(const IrtModel& model, std::span<const std::size_t> among, std::size_t number) {
  if (among.empty() || number == 0) throw Error("anchors of no items");
  Places places;
  for (const std::size_t item : among) {
    places.push_back(model.slopes[item]);
    places.back().push_back(model.difficulties[item]);
  }
  Places centres = first_centres(places, std::min(number, places.size()));
  std::vector<std::vector<std::size_t>> clusters;
  constexpr int kRounds = 100;  // Lloyd's rounds settle in a tenth of it; a bound for those that do not
  for (int round = 0; round < kRounds; ++round) {
    clusters = clusters_of(places, centres);
    Places next = centres;
    for (std::size_t k = 0; k < clusters.size(); ++k) {
      if (!clusters[k].empty()) next[k] = mean_of_places(places, clusters[k]);
    }
    if (next == centres) break;
    centres = std::move(next);
  }
  std::vector<std::pair<std::size_t, double>> chosen;
  for (std::size_t k = 0; k < clusters.size(); ++k) {
    if (clusters[k].empty()) continue;
    const std::size_t anchor = *std::min_element(clusters[k].begin(), clusters[k].end(), [&](auto i, auto j) {
      return distance(places[i], centres[k]) < distance(places[j], centres[k]);
    });
    chosen.emplace_back(among[anchor],
                        static_cast<double>(clusters[k].size()) / static_cast<double>(places.size()));
  }
  std::sort(chosen.begin(), chosen.end());
  Anchors anchors;
  for (const auto& [item, weight] : chosen) {
    anchors.items.push_back(item);
    anchors.weights.push_back(weight);
  }
  return anchors;
}

}  // namespace tsugi::evolve
