// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/console.h"

#include <gtest/gtest.h>

#include "apps/commands.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

TEST(Progress, SaysRateAndRemainingTime) {
  EXPECT_EQ(Progress::describe("merging", 30, 90, "MB", 10), "merging 30/90 MB, 3.0 MB/s, 0:20 left");
  EXPECT_EQ(Progress::describe("items", 7200, 14400, "items", 3600),
            "items 7200/14400 items, 2.0 items/s, 1:00:00 left");
  EXPECT_EQ(Progress::describe("merging", 90, 90, "MB", 9), "merging 90/90 MB, 10 MB/s, 0:09 in all");
  EXPECT_EQ(Progress::describe("merging", 0, 90, "MB", 9), "merging 0/90 MB");
}

TEST(ParseBytes, UnitsAreDecimalUnlessBinary) {
  EXPECT_EQ(parse_bytes("2G", "--max-memory"), 2'000'000'000u);
  EXPECT_EQ(parse_bytes("1.5GiB", "--max-memory"), 1'610'612'736u);
  EXPECT_EQ(parse_bytes("500mb", "--max-memory"), 500'000'000u);
  EXPECT_EQ(parse_bytes("1000", "--max-memory"), 1000u);
}

TEST(ParseBytes, RefusesWhatIsNoAmount) {
  for (const char* text : {"", "G", "-1G", "0", "2X", "2iX", "nan", "inf", "1e30", "2 G"}) {
    EXPECT_THROW(parse_bytes(text, "--max-memory"), InputError) << text;
  }
}

}  // namespace
}  // namespace tsugi::apps
