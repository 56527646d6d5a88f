// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// docs/methods.md says what the methods' tables say. TSUGI_WRITE_DOCS=1 writes it anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "merge/methods/method.h"

namespace tsugi::merge {
namespace {

constexpr const char* kFile = TSUGI_ROOT "/docs/methods.md";

std::string number(double value, Kind kind) {
  if (kind == Kind::boolean) return value != 0 ? "true" : "false";
  return fmt::format("{}", value);
}

std::string models_text(const Traits& traits) {
  std::string text = traits.min_models == traits.max_models ? fmt::format("{}", traits.min_models)
                     : traits.max_models == SIZE_MAX
                         ? fmt::format("{} or more", traits.min_models)
                         : fmt::format("{} to {}", traits.min_models, traits.max_models);
  switch (traits.base) {
    case Base::required:
      return text + " beside the base, which is required";
    case Base::optional:
      return text + ", with or without a base";
    case Base::unused:
      break;
  }
  return text + "; no base";
}

std::string row_text(const Parameter& row) {
  const bool any = std::isinf(row.accepted.low) && std::isinf(row.accepted.high);
  const std::string accepted = row.kind == Kind::boolean ? "true, false" : any ? "any" : row.accepted.text();
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name,
                     row.scope == Scope::per_model ? "model" : "merge",
                     row.standard ? number(*row.standard, row.kind) : "required", accepted, row.doc);
}

std::string section(const Method& method) {
  std::string text =
      fmt::format("\n## {}\n\n{}. Models: {}.{}\n\n    {}\n\nSource: {}.\n", method.name, method.title,
                  models_text(method.traits), method.traits.uses_seed ? " Draws from the recipe's seed." : "",
                  method.formula, method.source);
  if (method.parameters.empty()) return text + "\nNo parameters.\n";
  text += "\n| parameter | of | default | accepted | |\n|---|---|---|---|---|\n";
  for (const Parameter& row : method.parameters) text += row_text(row);
  return text;
}

std::string document() {
  std::string text =
      "# Merge methods\n\n"
      "Written from the tables that the program itself reads (`TSUGI_WRITE_DOCS=1`, `tests/merge/methods`). "
      "`b` is the\n"
      "base, `x_i` are the other models in the recipe's order, `d_i = x_i - b` their task vectors, `w_i` "
      "their weights.\n"
      "A parameter of a *model* stands beside the model or above it; one of the *merge* stands at the top or "
      "in a slice.\n"
      "Either may be a number, a gradient over the layers or a list of filters.\n";
  for (const Method& method : methods()) text += section(method);
  return text;
}

TEST(Documentation, SaysWhatTheTablesSay) {
  const std::string wanted = document();
  if (std::getenv("TSUGI_WRITE_DOCS") != nullptr) std::ofstream(kFile) << wanted;
  std::ifstream file(kFile);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), wanted) << "write it anew: TSUGI_WRITE_DOCS=1 build/release/tests/test_merge_methods "
                                   "--gtest_filter='Documentation.*'";
}

}  // namespace
}  // namespace tsugi::merge
