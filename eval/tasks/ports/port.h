// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python functions of lm-evaluation-harness's own task files, written here in C++. Each file in this folder
// is the port of one Python module; CMake finds it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eval/metrics/metric.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {

struct TypedYaml;

/// Exactly one of `of_doc`, `columns` and `metrics` is set: what the function is for. Functions of a document
/// throw InputError at `place` where Python would raise. From any thread.
struct PortedFunction {
  std::string_view name;  ///< in the module
  /// doc_to_text, doc_to_target, doc_to_choice.
  python::Json (*of_doc)(const python::Json& doc, const std::string& place) = nullptr;
  /// process_docs: the columns that it sets, an object.
  python::Json (*columns)(const python::Json& doc, const std::string& place) = nullptr;
  /// process_results: what it returns, one row a key. Values are of the unfiltered responses.
  std::vector<Metric> metrics = {};
};

/// One module, known by its content.
struct Port {
  std::string_view module;  ///< below lm_eval/tasks: "hellaswag/utils.py"
  /// SHA-256 of the module in the releases that the port is equal to. Any other content could do anything.
  std::vector<std::string_view> sha256;
  std::vector<PortedFunction> functions;
};

/// All there are.
const std::vector<Port>& ports();

enum class FunctionKind { of_doc, columns, metrics };

/// The port of the `!function` under a key; null when the key is absent or no function stands there. Throws
/// InputError by file, key and name where there is none: the module beside the task file is missing, unknown,
/// or has no port of this function for this key; for columns and metrics also where another value stands.
const PortedFunction* read_function(const TypedYaml& mapping, const std::string& key, FunctionKind kind);

/// Throws InputError for a `!function` anywhere in a task but where read_function() is asked.
void check_functions(const TypedYaml& task);

/// The column of a document. Throws InputError when it is missing or holds no text.
const std::string& text_column(const python::Json& doc, const std::string& name, const std::string& place);

}  // namespace tsugi::eval
