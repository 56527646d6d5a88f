// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace tsugi::fuzz {
namespace {

constexpr std::size_t kMostKept = 256;  // enough to differ, few enough that each is used again
constexpr std::size_t kMostBlock = 64;  // bytes copied or removed at once: about a field, a line, a name

// Where arithmetic goes wrong: nothing, sign bits, one to each side of them, all ones.
constexpr std::array<std::uint64_t, 14> kIntegers{0,
                                                  1,
                                                  2,
                                                  0x7f,
                                                  0x80,
                                                  0xff,
                                                  0x7fff,
                                                  0xffff,
                                                  0x7fffffff,
                                                  0x80000000,
                                                  0xffffffff,
                                                  0x7fffffffffffffff,
                                                  0x8000000000000000,
                                                  0xffffffffffffffff};
constexpr std::array<std::string_view, 16> kDecimals{"0",
                                                     "1",
                                                     "-1",
                                                     "2147483647",
                                                     "2147483648",
                                                     "4294967296",
                                                     "9223372036854775807",
                                                     "9223372036854775808",
                                                     "18446744073709551615",
                                                     "18446744073709551616",
                                                     "1e999",
                                                     "-0",
                                                     "0.5",
                                                     "1e-400",
                                                     "4611686018427387904",
                                                     "00"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Mutator::Mutator(std::vector<std::string> corpus, std::span<const std::string_view> words, std::uint64_t seed)
    : corpus_(std::move(corpus)), words_(words), random_(seed) {}

std::string Mutator::next() {
  std::string input = pick();
  // One change half the time, two a quarter of it, and so on.
  do {
    change(input);
  } while (below(2) == 0);
  if (input.size() > kLongestInput) input.resize(kLongestInput);
  return input;
}

void Mutator::keep(std::string input) {
  if (kept_.size() < kMostKept) {
    kept_.push_back(std::move(input));
  } else {
    kept_[below(kMostKept)] = std::move(input);
  }
}

// Not std::uniform_int_distribution, whose results differ between standard libraries.
std::size_t Mutator::below(std::size_t bound) {
  return bound == 0 ? 0 : static_cast<std::size_t>(random_() % bound);
}

const std::string& Mutator::pick() {
  const bool changed = !kept_.empty() && below(2) == 0;
  const std::vector<std::string>& from = changed ? kept_ : corpus_;
  return from[below(from.size())];
}

void Mutator::change(std::string& input) {
  using Change = void (Mutator::*)(std::string&);
  static constexpr std::array<Change, 6> kChanges{&Mutator::change_bytes,   &Mutator::move_block,
                                                  &Mutator::put_integer,    &Mutator::put_word,
                                                  &Mutator::change_decimal, &Mutator::splice};
  (this->*kChanges[below(kChanges.size())])(input);
}

// Over what is there, or between.
void Mutator::put(std::string& input, std::string_view piece) {
  const std::size_t at = below(input.size() + 1);
  const std::size_t over = below(2) == 0 ? 0 : std::min(piece.size(), input.size() - at);
  input.replace(at, over, piece);
}

void Mutator::change_bytes(std::string& input) {
  if (input.empty()) return;
  char& byte = input[below(input.size())];
  switch (below(4)) {
    case 0:
      byte = static_cast<char>(byte ^ (1U << below(8)));
      return;
    case 1:
      byte = static_cast<char>(below(256));
      return;
    case 2:
      byte = static_cast<char>(byte + (below(2) == 0 ? 1 : -1));
      return;
    default:
      std::string piece(1 + below(8), '\0');
      for (char& c : piece) c = static_cast<char>(below(256));
      put(input, piece);
  }
}

void Mutator::move_block(std::string& input) {
  const std::size_t at = below(input.size());
  const std::size_t size = std::min(1 + below(kMostBlock), input.size() - at);
  switch (below(4)) {
    case 0:
      input.erase(at, size);
      return;
    case 1:
      input.resize(at);
      return;
    default:
      put(input, std::string(input, at, size));
  }
}

void Mutator::put_integer(std::string& input) {
  std::uint64_t value = kIntegers[below(kIntegers.size())];
  if (below(4) == 0) value = __builtin_bswap64(value);
  const std::size_t width = std::size_t{1} << below(4);
  std::array<char, sizeof(value)> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(value));
  put(input, {bytes.data(), width});
}

void Mutator::put_word(std::string& input) {
  if (!words_.empty()) put(input, words_[below(words_.size())]);
}

// A number of the text becomes another.
void Mutator::change_decimal(std::string& input) {
  const std::size_t from = below(input.size());
  const auto begin = std::find_if(input.begin() + static_cast<std::ptrdiff_t>(from), input.end(), is_digit);
  const auto end = std::find_if_not(begin, input.end(), is_digit);
  if (begin == end) return change_bytes(input);
  const std::string_view decimal = kDecimals[below(kDecimals.size())];
  input.replace(begin, end, decimal.begin(), decimal.end());
}

// The beginning of one input and the end of another.
void Mutator::splice(std::string& input) {
  const std::string& other = pick();
  input.resize(below(input.size() + 1));
  input.append(other, below(other.size() + 1));
}

}  // namespace tsugi::fuzz
