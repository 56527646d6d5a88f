// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which Python functions have a port. CMake writes port_list.inc, one row TSUGI_PORT(NAME) for each file
// ports/NAME.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "eval/tasks/ports/port.h"
#include "eval/tasks/task_parts.h"
#include "merge/sha256.h"

namespace tsugi::eval {

#define TSUGI_PORT(NAME) Port port_##NAME();
#include "port_list.inc"
#undef TSUGI_PORT

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExport =
    "write out the documents as Python makes them (JSON lines) and use columns or templates here "
    "(docs/tasks.md)";

[[noreturn]] void refuse(const TypedYaml& value, const std::string& key, std::string_view why,
                         std::string_view cure) {
  throw InputError(value.mark,
                   fmt::format("'{}: !function {}' is Python code, which tsugi does not run, and {}", key,
                               value.function, why),
                   cure);
}

/// "a.b.f" of dir/task.yaml is the function f of dir/a/b.py.
fs::path module_of(const TypedYaml& value) {
  std::string module = value.function.substr(0, value.function.rfind('.'));
  std::replace(module.begin(), module.end(), '.', '/');
  return fs::path(value.mark.file).parent_path() / (module + ".py");
}

const Port& port_of(const TypedYaml& value, const std::string& key) {
  constexpr std::size_t kMost = std::size_t{1} << 20;  // no module of tasks has a tenth of a megabyte
  const fs::path file = module_of(value);
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    refuse(value, key, fmt::format("there is no {} to know it by", file.string()),
           "put the module of lm-evaluation-harness beside the task file if it is one of its own");
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(kMost, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const std::string digest = merge::sha256_hex(text);
  std::vector<std::string_view> known;
  for (const Port& port : ports()) {
    if (std::find(port.sha256.begin(), port.sha256.end(), digest) != port.sha256.end()) return port;
    known.push_back(port.module);
  }
  refuse(value, key,
         fmt::format("the content of {} is none of those that it has in C++ ({} of lm-evaluation-harness)",
                     file.string(), fmt::join(known, ", ")),
         kExport);
}

bool is_for(const PortedFunction& function, FunctionKind kind) {
  switch (kind) {
    case FunctionKind::of_doc:
      return function.of_doc != nullptr;
    case FunctionKind::columns:
      return function.columns != nullptr;
    case FunctionKind::metrics:
      break;
  }
  return !function.metrics.empty();
}

void check_below(const TypedYaml& value, const std::string& path, bool allowed) {
  if (!value.function.empty() && !allowed) refuse(value, path, "it has no port for this place", kExport);
  for (const TypedYaml& item : value.items) check_below(item, path, false);
  for (const TypedYaml::Member& member : value.members)
    check_below(member.value, fmt::format("{}.{}", path, member.key), false);
}

}  // namespace

const std::vector<Port>& ports() {
#define TSUGI_PORT(NAME) port_##NAME(),
  static const std::vector<Port> kPorts{
#include "port_list.inc"
  };
#undef TSUGI_PORT
  return kPorts;
}

const PortedFunction* read_function(const TypedYaml& mapping, const std::string& key, FunctionKind kind) {
  const TypedYaml* value = find_set(mapping, key);
  if (value == nullptr) return nullptr;
  if (value->function.empty()) {
    if (kind == FunctionKind::of_doc) return nullptr;
    refuse_value(*value, key, "a !function of lm-evaluation-harness", "remove the key");
  }
  const Port& port = port_of(*value, key);
  const std::string name = value->function.substr(value->function.rfind('.') + 1);
  std::vector<std::string_view> ported;
  for (const PortedFunction& function : port.functions) {
    if (!is_for(function, kind)) continue;
    if (function.name == name) return &function;
    ported.push_back(function.name);
  }
  const std::string others = ported.empty() ? "none" : fmt::format("only {}", fmt::join(ported, ", "));
  refuse(*value, key, fmt::format("of {} it has {} in C++ for this key", port.module, others), kExport);
}

void check_functions(const TypedYaml& task) {
  constexpr std::array<std::string_view, 5> kKeys{"doc_to_text", "doc_to_target", "doc_to_choice",
                                                  "process_docs", "process_results"};
  const auto reads = [&](const std::string& key) {
    return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
  };
  for (const TypedYaml::Member& member : task.members) {
    if (member.key != "fewshot_config") {
      check_below(member.value, member.key, reads(member.key));
      continue;
    }
    for (const TypedYaml::Member& inner : member.value.members)
      check_below(inner.value, "fewshot_config." + inner.key, reads(inner.key));
  }
}

const std::string& text_column(const python::Json& doc, const std::string& name, const std::string& place) {
  const auto found = doc.find(name);
  if (found == doc.end() || !found->is_string()) {
    throw InputError(place, fmt::format("no text in the column '{}'", name),
                     "export the documents of the data set with all their columns (docs/tasks.md)");
  }
  return found->get_ref<const std::string&>();
}

}  // namespace tsugi::eval
