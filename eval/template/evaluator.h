// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expressions to values.
#pragma once

#include "eval/template/python_value.h"
#include "eval/template/scope.h"

namespace tsugi::eval::syntax {

/// As printed: undefined is "" where the environment is not strict. Throws Failure for an undefined name in a
/// strict one, and for whatever Python would raise.
python::Json evaluate(const Expression& expression, const Scope& scope);

/// Its truth.
bool holds(const Expression& expression, const Scope& scope);

}  // namespace tsugi::eval::syntax
