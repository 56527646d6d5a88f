// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Rotary position embedding (Su et al. 2021, equation 34) in the variants of transformers'
// modeling_rope_utils.py: default, linear, dynamic, llama3, yarn (arXiv 2309.00071), longrope (2402.13753).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "merge/checkpoint/config.h"
#include "recipes/architecture.h"

namespace tsugi::eval {

/// What turns the heads of one kind of layers. Frequencies are rounded to f32 where the reference rounds
/// them.
struct Rope {
  std::string layer_type;          ///< "full_attention", …; "" for all
  std::size_t rotary = 0;          ///< elements of a head that turn, the first ones; even
  std::vector<float> frequencies;  ///< [rotary / 2], radians a position
  std::vector<float> far;          ///< longrope: those of sequences longer than `near`; else empty
  std::size_t near = 0;
  float factor = 1;  ///< of sine and cosine

  bool operator==(const Rope&) const = default;
  /// Whether a sequence of `positions` turns by `far`.
  bool is_far(std::size_t positions) const { return !far.empty() && positions > near; }
};

/// The default: pair i of a head turns by position / theta^(2 i / rotary).
Rope plain_rope(std::size_t rotary, double theta);

/// One for all layers, or one for each layer type. `head` is the size of a head. Throws InputError for a
/// variant that is not known, or lacks a number.
std::vector<Rope> read_ropes(const recipes::DecoderTraits& traits, const merge::ModelConfig& config,
                             std::size_t head, std::size_t positions);

}  // namespace tsugi::eval
