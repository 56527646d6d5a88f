// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/stream_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace tsugi::merge {
namespace {

TEST(StorePastCaches, CopiesEveryLengthToEveryPlace) {
  std::vector<std::byte> from(300);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::byte>(i * 7 + 1);
  for (std::size_t place = 0; place < 70; ++place) {
    for (const std::size_t size : {0, 1, 15, 63, 64, 65, 128, 200}) {
      std::vector<std::byte> to(400);
      std::vector<std::byte> expected(400);
      std::copy_n(from.begin() + 3, size, expected.begin() + static_cast<std::ptrdiff_t>(place));
      store_past_caches(std::span(from).subspan(3, size), to.data() + place);
      EXPECT_EQ(to, expected) << place << " " << size;
    }
  }
}

}  // namespace
}  // namespace tsugi::merge
