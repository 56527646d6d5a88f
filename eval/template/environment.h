// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a template runs: what Jinja's Environment settings and globals decide.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "eval/template/lexer.h"
#include "eval/template/python_value.h"
#include "eval/template/syntax.h"

namespace tsugi::eval::syntax {

/// Arguments by position, then by name (an object).
using Function = std::function<python::Json(std::span<const python::Json>, const python::Json&, Position)>;

struct Environment {
  Whitespace whitespace;
  bool strict = true;  ///< StrictUndefined; otherwise what is undefined prints as nothing and is false
  std::map<std::string, Function> functions;
};

/// lm-evaluation-harness's for task files: StrictUndefined, white space as it stands; range() and
/// namespace().
const Environment& task_environment();

/// transformers' for chat templates: undefined names are empty, trim_blocks and lstrip_blocks,
/// raise_exception() and strftime_now() besides.
const Environment& chat_environment();

}  // namespace tsugi::eval::syntax
