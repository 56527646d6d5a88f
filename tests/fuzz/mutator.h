// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Makes broken inputs of valid ones; the same seed makes the same ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::fuzz {

/// Inputs do not grow beyond this: some times the largest of a corpus, and short enough for thousands of
/// cases a second.
inline constexpr std::size_t kLongestInput = 16384;

class Mutator {
 public:
  /// `corpus` is not empty. `words` outlive the mutator.
  Mutator(std::vector<std::string> corpus, std::span<const std::string_view> words, std::uint64_t seed);

  /// An input of the corpus, or one kept, with some changes.
  std::string next();
  /// Keeps an input that was read in spite of its changes, so that later ones have more of them.
  void keep(std::string input);

 private:
  std::size_t below(std::size_t bound);  ///< 0 for a bound of 0
  const std::string& pick();
  void change(std::string& input);
  void put(std::string& input, std::string_view piece);
  void change_bytes(std::string& input);
  void move_block(std::string& input);
  void put_integer(std::string& input);
  void put_word(std::string& input);
  void change_decimal(std::string& input);
  void splice(std::string& input);

  std::vector<std::string> corpus_;
  std::vector<std::string> kept_;
  std::span<const std::string_view> words_;
  std::mt19937_64 random_;
};

}  // namespace tsugi::fuzz
