// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/crc32c.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tsugi::evolve {
namespace {

std::string ascending() {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(i);
  return bytes;
}

// RFC 3720, appendix B.4.
TEST(Crc32c, GivesThePublishedChecksums) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  std::string bytes = ascending();
  EXPECT_EQ(crc32c(bytes), 0x46DD794EU);
  std::reverse(bytes.begin(), bytes.end());
  EXPECT_EQ(crc32c(bytes), 0x113FDB5CU);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);  // the check value of the catalogue of CRC algorithms
  EXPECT_EQ(crc32c(""), 0U);
}

// The eight bytes of length 24 open every file of TensorFlow that begins with the version record.
TEST(Crc32c, IsMaskedAsRecordsStoreIt) {
  const std::uint32_t plain = crc32c("foo");
  EXPECT_EQ(masked_crc32c("foo"), ((plain >> 15U) | (plain << 17U)) + 0xA282EAD8U);
}

}  // namespace
}  // namespace tsugi::evolve
