// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/random.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace tsugi::evolve {
namespace {

// SplitMix64: an odd increment near 2^64 / golden ratio, then Stafford's mix 13.
std::uint64_t split_mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

std::uint64_t keyed_bits(const Draw& draw, std::uint64_t word) {
  std::uint64_t state = split_mix(draw.seed);
  for (const std::uint64_t part : {std::uint64_t{draw.generation}, std::uint64_t{draw.candidate},
                                   std::uint64_t{draw.coordinate}, word}) {
    state = split_mix(state ^ part);
  }
  return state;
}

// 53 bits fill a double's significand; the half keeps both ends out, so that a logarithm is always finite.
double to_open_unit(std::uint64_t bits) {
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
}

}  // namespace

std::uint64_t random_bits(const Draw& draw) {
  return keyed_bits(draw, 0);
}

double uniform(const Draw& draw) {
  return to_open_unit(keyed_bits(draw, 0));
}

double normal(const Draw& draw) {
  const double radius = std::sqrt(-2.0 * std::log(to_open_unit(keyed_bits(draw, 0))));
  return radius * std::cos(2.0 * std::numbers::pi * to_open_unit(keyed_bits(draw, 1)));
}

double DrawStream::uniform() {
  const double value = evolve::uniform(next_);
  ++next_.coordinate;
  return value;
}

double DrawStream::normal() {
  const double value = evolve::normal(next_);
  ++next_.coordinate;
  return value;
}

std::size_t DrawStream::below(std::size_t count) {
  return std::min(count - 1, static_cast<std::size_t>(uniform() * static_cast<double>(count)));
}

}  // namespace tsugi::evolve
