// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Statements of templates to text.
#pragma once

#include <string>

#include "eval/template/environment.h"

namespace tsugi::eval::syntax {

/// Throws Failure for whatever Jinja or Python would raise, and where a template takes more than a million
/// steps or makes more than 16 MiB.
std::string render(const Body& body, const python::Json& variables, const Environment& environment);

}  // namespace tsugi::eval::syntax
