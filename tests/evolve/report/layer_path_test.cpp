// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evolve/report/sections/sections.h"
#include "tests/support/markup.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;

std::string path_of(const std::string& slices) {
  return layer_path(recipes::parse_recipe("merge_method: passthrough\nslices:\n" + slices, "test.yaml"));
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Layers 0 and 1 of a, then 1 and 2 of b, then 0 of a again.
TEST(LayerPath, DrawsEveryHop) {
  const std::string drawing = path_of(
      "  - sources: [{model: x/a, layer_range: [0, 2]}]\n"
      "  - sources: [{model: x/b, layer_range: [1, 3]}]\n"
      "  - sources: [{model: x/a, layer_range: [0, 1]}]\n");
  EXPECT_EQ(tests::read_markup(drawing).problem, "");
  EXPECT_THAT(drawing, HasSubstr("<title>layer 2: layer 1 of b</title>"));
  EXPECT_THAT(drawing, HasSubstr("<title>layer 4: layer 0 of a</title>"));
  EXPECT_EQ(occurrences(drawing, "<rect"), 5U);
  EXPECT_EQ(occurrences(drawing, "class=\"hop\""), 4U);
  EXPECT_EQ(occurrences(drawing, "class=\"lane\""), 2U);
  EXPECT_EQ(occurrences(drawing, "class=\"merged\""), 0U);
}

TEST(LayerPath, MergedLayersAreLinked) {
  const std::string drawing = path_of(
      "  - sources: [{model: a, layer_range: [0, 2]}]\n"
      "  - sources: [{model: a, layer_range: [0, 1]}, {model: b, layer_range: [2, 3]}]\n");
  EXPECT_EQ(occurrences(drawing, "class=\"merged\""), 1U);
  EXPECT_EQ(occurrences(drawing, "<rect"), 4U);
}

TEST(LayerPath, LongPathsGoOnBelow) {
  const std::string drawing = path_of("  - sources: [{model: a, layer_range: [1, 61]}]\n");
  EXPECT_EQ(occurrences(drawing, "<svg"), 3U);  // 28 + 28 + 4
  EXPECT_EQ(occurrences(drawing, "<rect"), 60U);
}

TEST(LayerPath, TheSameLayersEverywhereAreASentence) {
  EXPECT_THAT(path_of("  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]\n"),
              HasSubstr("Each of its 2 layers is made of the same layer of a, b."));
  EXPECT_EQ(layer_path(recipes::parse_recipe("merge_method: linear\nmodels: [{model: a}]\n", "test.yaml")),
            "");
}

}  // namespace
}  // namespace tsugi::evolve
