// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C (Castagnoli; RFC 3720, section 12.1 and appendix B.4), the checksum of TensorFlow's record files.
#pragma once

#include <cstdint>
#include <string_view>

namespace tsugi::evolve {

std::uint32_t crc32c(std::string_view bytes);

/// As records store it: rotated right by 15 bits plus 0xa282ead8, so that a checksum of data that hold
/// checksums stays meaningful (tensorflow/tsl/lib/hash/crc32c.h).
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace tsugi::evolve
