// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/dtype.h"

#include <array>

namespace tsugi {
namespace {

struct Row {
  std::string_view name;
  std::size_t bits;
  std::string_view recipe_name;
};

// Indexed by DType.
constexpr std::array<Row, 22> kTypes{
    {{"BOOL", 8, ""},    {"F4", 4, ""},          {"F6_E2M3", 6, ""},       {"F6_E3M2", 6, ""},
     {"U8", 8, ""},      {"I8", 8, ""},          {"F8_E5M2", 8, ""},       {"F8_E4M3", 8, ""},
     {"F8_E8M0", 8, ""}, {"F8_E4M3FNUZ", 8, ""}, {"F8_E5M2FNUZ", 8, ""},   {"I16", 16, ""},
     {"U16", 16, ""},    {"F16", 16, "float16"}, {"BF16", 16, "bfloat16"}, {"I32", 32, ""},
     {"U32", 32, ""},    {"F32", 32, "float32"}, {"C64", 64, ""},          {"F64", 64, "float64"},
     {"I64", 64, ""},    {"U64", 64, ""}}};

const Row& row(DType type) {
  return kTypes[static_cast<std::size_t>(type)];
}

}  // namespace

std::size_t bits(DType type) {
  return row(type).bits;
}
std::string_view name(DType type) {
  return row(type).name;
}
std::string_view recipe_name(DType type) {
  return row(type).recipe_name;
}
bool is_float(DType type) {
  return !row(type).recipe_name.empty();
}

std::optional<DType> dtype_from_safetensors(std::string_view name) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

std::optional<DType> dtype_from_recipe(std::string_view name) {
  constexpr std::string_view kPrefix = "torch.";
  if (name.substr(0, kPrefix.size()) == kPrefix) name.remove_prefix(kPrefix.size());
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (!name.empty() && kTypes[i].recipe_name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

}  // namespace tsugi
