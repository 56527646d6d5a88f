// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/path.h"

#include <gtest/gtest.h>

namespace tsugi::eval {
namespace {

TEST(Path, PlainPathVisitsEveryLayerOnce) {
  const Path path = plain_path(3);
  ASSERT_EQ(path.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(path[i].source, 0U);
    EXPECT_EQ(path[i].layer, i);
    EXPECT_EQ(path[i].slot, i);
    EXPECT_EQ(path[i].input_scale, 1.0F);
  }
  EXPECT_TRUE(plain_path(0).empty());
}

}  // namespace
}  // namespace tsugi::eval
