// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The value of an expression under StrictUndefined.
#pragma once

#include "eval/template/python_value.h"
#include "eval/template/syntax.h"

namespace tsugi::eval::syntax {

/// Throws Failure for an undefined name and for whatever Python would raise. `variables` is an object.
python::Json evaluate(const Expression& expression, const python::Json& variables);

}  // namespace tsugi::eval::syntax
