// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/fold_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace tsugi::evolve {
namespace {

using Roles = std::initializer_list<std::string_view>;

bool has(const recipes::Architecture& architecture, std::string_view role) {
  return std::any_of(architecture.each_layer.begin(), architecture.each_layer.end(),
                     [&](const recipes::ArchitectureRow& row) { return row.role == role; });
}

// "self_attn.o_proj.weight" of "model.layers.{i}.self_attn.o_proj.weight"; behind an expert's number too.
std::string name_in_layer(const recipes::ArchitectureRow& row) {
  return row.name.substr(row.name.rfind('}') + 2);
}

// The weight and its bias.
std::string with_bias(std::string name) {
  constexpr std::string_view kWeight = ".weight";
  if (name.ends_with(kWeight)) name.resize(name.size() - kWeight.size());
  return name;
}

// A filter within another says the same: "down_proj" for "mlp.shared_expert.down_proj" too. Each that stays
// matches a tensor then.
void add(std::vector<std::string>& filters, const std::string& filter) {
  const auto within = [](const std::string& a, const std::string& b) {
    return b.find(a) != std::string::npos;
  };
  for (const std::string& other : filters) {
    if (within(other, filter)) return;
  }
  std::erase_if(filters, [&](const std::string& other) { return within(filter, other); });
  filters.push_back(filter);
}

void add_roles(const recipes::Architecture& architecture, const Roles& roles, bool biases,
               std::vector<std::string>& filters) {
  for (const recipes::ArchitectureRow& row : architecture.each_layer) {
    if (std::find(roles.begin(), roles.end(), row.role) == roles.end()) continue;
    add(filters, biases ? with_bias(name_in_layer(row)) : name_in_layer(row));
  }
}

}  // namespace

FoldRule fold_rule(const recipes::Architecture& architecture) {
  FoldRule rule;
  const bool attention_post = has(architecture, "norm.attn.post");
  const bool mlp_post = has(architecture, "norm.mlp.post");
  if ((attention_post || mlp_post) && architecture.decoder.norm == "rms_plus_one") {
    rule.impossible =
        fmt::format("{} norms what a branch adds by gains that are stored as 1 + w, which no factor divides",
                    architecture.family);
    return rule;
  }
  const auto divide = [&](const Roles& roles) { add_roles(architecture, roles, true, rule.divided); };
  attention_post ? divide({"norm.attn.post"}) : divide({"attn.o"});
  mlp_post ? divide({"norm.mlp.post"}) : divide({"mlp.down", "expert.down", "shared.down"});
  const auto multiply = [&](const Roles& roles) { add_roles(architecture, roles, false, rule.multiplied); };
  if (!has(architecture, "norm.attn")) multiply({"attn.q", "attn.k", "attn.v", "attn.qkv"});
  const bool mlp_norm = has(architecture, "norm.mlp") || !architecture.decoder.parallel.empty();
  if (!mlp_norm)
    multiply({"mlp.gate", "mlp.up", "mlp.gate_up", "mlp.router", "expert.gate", "expert.up", "shared.gate",
              "shared.up", "shared.router"});
  return rule;
}

}  // namespace tsugi::evolve
