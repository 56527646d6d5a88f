// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Activations as their definitions have them, in double.
#pragma once

#include <algorithm>
#include <cmath>

#include "eval/model/kernels/kernels.h"

namespace tsugi::eval::kernels {

inline double exact_nonlinear(Nonlinear f, double x) {
  switch (f) {
    case Nonlinear::silu:
      return x / (1 + std::exp(-x));
    case Nonlinear::gelu:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case Nonlinear::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    case Nonlinear::quick_gelu:
      return x / (1 + std::exp(-1.702 * x));
    case Nonlinear::relu:
      return std::max(x, 0.0);
  }
  return 0;
}

}  // namespace tsugi::eval::kernels
