// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "evolve/genomes/genome.h"
#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {
namespace {

// In units of the drawing, which are CSS pixels at full size: a box holds a number of three digits.
constexpr int kColumn = 34;
constexpr int kLane = 34;
constexpr int kBox = 24;
constexpr int kNames = 110;
constexpr int kMargin = 22;

// Longer paths go on in a drawing of their own below, so that numbers stay readable on paper.
constexpr std::size_t kColumnsInARow = 28;

struct Hop {
  std::size_t model = 0;  ///< number of its lane
  int layer = 0;
};

/// Which layers make up one layer of the merge.
using Column = std::vector<Hop>;

struct Path {
  std::vector<std::string> models;
  std::vector<Column> columns;
};

Path path_of(const recipes::Recipe& recipe) {
  std::vector<recipes::ModelReference> models;
  Path path;
  for (const recipes::Slice& slice : recipe.slices) {
    if (slice.sources.empty()) continue;
    const std::size_t first = path.columns.size();
    path.columns.resize(first + static_cast<std::size_t>(slice.sources[0].end - slice.sources[0].begin));
    for (const recipes::SliceSource& source : slice.sources) {
      auto lane = std::find(models.begin(), models.end(), source.model);
      if (lane == models.end()) lane = models.insert(models.end(), source.model);
      for (std::size_t i = first; i < path.columns.size(); ++i)
        path.columns[i].push_back({.model = static_cast<std::size_t>(lane - models.begin()),
                                   .layer = source.begin + static_cast<int>(i - first)});
    }
  }
  path.models = short_names(models);
  return path;
}

// Every layer is made of the same layer of the same models: nothing to draw.
bool is_straight(const Path& path) {
  for (std::size_t i = 0; i < path.columns.size(); ++i) {
    std::set<std::size_t> models;
    for (const Hop& hop : path.columns[i]) {
      if (hop.layer != static_cast<int>(i)) return false;
      models.insert(hop.model);
    }
    if (models.size() != path.models.size()) return false;
  }
  return true;
}

int x_of(std::size_t column) {
  return kNames + static_cast<int>(column) * kColumn + kColumn / 2;
}

int y_of(std::size_t lane) {
  return kMargin + static_cast<int>(lane) * kLane + kLane / 2;
}

std::string lanes(const Path& path, std::size_t columns) {
  std::string out;
  for (std::size_t lane = 0; lane < path.models.size(); ++lane) {
    out += fmt::format("<line class=\"lane\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", kNames,
                       x_of(columns) - kColumn / 2, y_of(lane), y_of(lane));
    out += fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>\n", kNames - 10, y_of(lane) + 4,
                       html::escaped(html::clipped(html::visible(path.models[lane]), 14)));
  }
  return out;
}

// From hop to hop where a layer comes from one model; up and down where it is merged of several.
std::string links(const Path& path, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) {
    const Column& column = path.columns[i];
    const auto [low, high] = std::minmax_element(
        column.begin(), column.end(), [](const Hop& a, const Hop& b) { return a.model < b.model; });
    const int x = x_of(i - begin);
    if (column.size() > 1)
      out += fmt::format("<line class=\"merged\" x1=\"{0}\" x2=\"{0}\" y1=\"{1}\" y2=\"{2}\"/>", x,
                         y_of(low->model), y_of(high->model));
    if (i + 1 < end)
      out += fmt::format("<line class=\"hop\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>\n", x, x + kColumn,
                         y_of(column.front().model), y_of(path.columns[i + 1].front().model));
  }
  return out;
}

std::string boxes(const Path& path, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) {
    const int x = x_of(i - begin);
    out += fmt::format("<text class=\"number\" x=\"{}\" y=\"{}\">{}</text>\n", x, kMargin - 6, i);
    for (const Hop& hop : path.columns[i]) {
      const int y = y_of(hop.model);
      out += fmt::format(
          "<g><title>layer {}: layer {} of {}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
          "rx=\"6\"/>"
          "<text class=\"layer\" x=\"{}\" y=\"{}\">{}</text></g>\n",
          i, hop.layer, html::escaped(path.models[hop.model]), x - kBox / 2, y - kBox / 2, kBox, kBox, x,
          y + 4, hop.layer);
    }
  }
  return out;
}

std::string drawing(const Path& path, std::size_t begin, std::size_t end) {
  const int width = x_of(end - begin) - kColumn / 2 + 4;
  const int height = y_of(path.models.size());
  return fmt::format(
             "<svg class=\"path\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
             "aria-label=\"Layers {2} to {3} of the merge and where they come from\">\n",
             width, height, begin, end - 1) +
         lanes(path, end - begin) + links(path, begin, end) + boxes(path, begin, end) + "</svg>\n";
}

}  // namespace

std::string layer_path(const recipes::Recipe& recipe) {
  const Path path = path_of(recipe);
  if (path.columns.empty()) return "";
  if (is_straight(path)) {
    return fmt::format("<p id=\"layer-path\">Each of its {} layers is made of the same layer of {}.</p>\n",
                       path.columns.size(), html::escaped(fmt::format("{}", fmt::join(path.models, ", "))));
  }
  std::string out = "<figure id=\"layer-path\" class=\"scroll\" tabindex=\"0\">\n";
  for (std::size_t begin = 0; begin < path.columns.size(); begin += kColumnsInARow)
    out += drawing(path, begin, std::min(begin + kColumnsInARow, path.columns.size()));
  return out +
         "<figcaption>The path through the layers: above, the layer of the merge; in the boxes, the layer of "
         "the "
         "model that it comes from.</figcaption>\n</figure>\n";
}

}  // namespace tsugi::evolve
