// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A 64-bit name for values: FNV-1a, the same on every machine.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace tsugi::merge {

class Fingerprint {
 public:
  Fingerprint& add(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }
  Fingerprint& add(double value) { return add(std::bit_cast<std::uint64_t>(value)); }
  /// With its length, so that "ab", "c" and "a", "bc" differ.
  Fingerprint& add(std::string_view text) {
    add(std::uint64_t{text.size()});
    for (const char c : text) byte(static_cast<std::uint8_t>(c));
    return *this;
  }

  std::uint64_t value() const { return state_; }

 private:
  void byte(std::uint8_t value) { state_ = (state_ ^ value) * 0x100000001b3ULL; }  // FNV's 64-bit prime

  std::uint64_t state_ = 0xcbf29ce484222325ULL;  // and its offset basis
};

}  // namespace tsugi::merge
