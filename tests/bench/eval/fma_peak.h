// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What one core can multiply and add at most, measured: the limit that products are set beside.
#pragma once

namespace tsugi::bench {

/// CPU time of this thread, so that other work on the machine counts little.
double seconds();

/// f32 FLOP/s of fused multiply-adds between registers, with the instruction set of the active kernels. Best
/// of some.
double fma_peak();

}  // namespace tsugi::bench
