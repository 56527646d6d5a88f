// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How far apart two rows are when read as logits.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// sum p log(p/q) with p = softmax(x) + floor, q = softmax(base) + floor, in f64; not below 0, which only
/// rounding or the floor makes. exp and log are polynomials of this file: the same bits on every machine.
/// `floor` > 0.
double softmax_divergence(std::span<const float> x, std::span<const float> base, double floor);

}  // namespace tsugi::merge::steps
