// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Methods, filters and tests of templates, each a table with one row a name.
#pragma once

#include <span>
#include <string>

#include "eval/template/python_value.h"
#include "eval/template/syntax.h"

namespace tsugi::eval::syntax {

/// Throw Failure, with the names there are, unless there is one of that name.
void check_method(const std::string& name, Position position);
void check_filter(const std::string& name, Position position);
void check_test(const std::string& name, Position position);

/// Whether dict has a method of this name, which shadows a key of the same name after a dot.
bool is_dict_method(const std::string& name);

/// Throw Failure for arguments that Python's method or Jinja's filter refuses.
python::Json call_method(const std::string& name, const python::Json& object,
                         std::span<const python::Json> arguments, Position position);
python::Json apply_filter(const std::string& name, const python::Json& object,
                          std::span<const python::Json> arguments, const python::Json& named,
                          Position position, bool strict = true);
/// All tests but "defined" and "undefined", which ask about a name and not a value.
bool apply_test(const std::string& name, const python::Json& object, std::span<const python::Json> arguments,
                Position position);

/// Whether a test takes what stands behind its name: "is in list".
bool needs_argument(const std::string& test);

/// The filters of builtin_filters.cpp, which take arguments by name and other filters and tests.
struct NamedFilter {
  std::string_view name;
  std::string_view parameters;  ///< their names in order; "*" for any by place, and the others only by name
  /// `strict`: an attribute that an item lacks is an error, not false.
  python::Json (*call)(const python::Json& object, std::span<const python::Json> arguments,
                       const python::Json& named, Position position, bool strict);
};
std::span<const NamedFilter> named_filters();

/// Throws Failure unless each argument is one of the filter's and given once, by place or by name.
void check_arguments(const NamedFilter& filter, std::size_t given, const python::Json& named,
                     Position position);

}  // namespace tsugi::eval::syntax
