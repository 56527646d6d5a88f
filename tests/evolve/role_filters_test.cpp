// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/role_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;
using Tensors = std::vector<std::pair<std::string, std::string>>;  // name, role

// The tensors of a family's models with twelve layers and as many experts, dense layers and sparse ones; only
// the first two and the last, so that there are numbers of one and of two digits.
Tensors tensors_of(const recipes::Architecture& family) {
  std::map<std::string, std::string> tensors;
  for (const auto* rows : {&family.before, &family.each_layer, &family.after}) {
    for (const recipes::ArchitectureRow& row : *rows) {
      for (const char* layer : {"0", "1", "11"}) {
        for (const char* expert : {"0", "1", "11"}) {
          const std::string name = std::regex_replace(row.name, std::regex(R"(\{i\})"), layer);
          tensors.emplace(std::regex_replace(name, std::regex(R"(\{e\})"), expert), row.role);
        }
      }
    }
  }
  return {tensors.begin(), tensors.end()};
}

// What mergekit does with a filter (mergekit/config.py, evaluate_setting): the first that is in the name.
std::size_t mergekit_set(const std::string& name, const std::vector<SetFilter>& filters, std::size_t rest) {
  for (const SetFilter& filter : filters) {
    if (name.find(filter.text) != std::string::npos) return filter.set;
  }
  return rest;
}

void expect_exact(const Tensors& tensors, const std::vector<std::string>& roles) {
  std::vector<SetMember> members;
  for (const auto& [name, role] : tensors) {
    std::size_t set = 0;
    while (set < roles.size() && role != roles[set] && role.rfind(roles[set] + ".", 0) != 0) ++set;
    members.push_back({name, set});
  }
  const std::vector<SetFilter> filters = set_filters(members, roles.size() + 1, roles.size());
  for (const SetMember& member : members)
    EXPECT_EQ(mergekit_set(member.tensor, filters, roles.size()), member.set) << member.tensor;
}

TEST(RoleFilters, MatchExactlyTheRolesTensorsInEveryFamily) {
  for (const recipes::Architecture& family : recipes::architectures()) {
    SCOPED_TRACE(family.family);
    const Tensors tensors = tensors_of(family);
    std::set<std::string> roles;
    for (const auto& [name, role] : tensors) {
      roles.insert(role);
      roles.insert(role.substr(0, role.find('.')));
      EXPECT_EQ(role_of(name, family), role) << name;
    }
    for (const std::string& role : roles) expect_exact(tensors, {role});
    expect_exact(tensors, {"attn", "mlp", "norm"});
    expect_exact(tensors, {"expert.gate", "mlp.gate", "shared", "norm.mlp"});
    expect_exact(tensors, {"attn.q", "attn.k", "attn.v", "attn.o", "mlp.gate", "mlp.up", "mlp.down"});
  }
}

std::vector<SetFilter> filters_of(const std::string& class_name, const std::vector<std::string>& roles) {
  std::vector<SetMember> members;
  for (const auto& [name, role] : tensors_of(*recipes::find_architecture(class_name))) {
    std::size_t set = 0;
    while (set < roles.size() && !is_role(role, roles[set])) ++set;
    members.push_back({name, set});
  }
  return set_filters(members, roles.size() + 1, roles.size());
}

TEST(RoleFilters, AreWhatAPersonWouldWrite) {
  EXPECT_THAT(filters_of("LlamaForCausalLM", {"attn", "mlp"}),
              ElementsAre(SetFilter{"self_attn", 0}, SetFilter{"mlp", 1}));
  EXPECT_THAT(filters_of("LlamaForCausalLM", {"attn.q"}), ElementsAre(SetFilter{"q_proj", 0}));
  EXPECT_THAT(filters_of("MixtralForCausalLM", {"expert"}), ElementsAre(SetFilter{"experts", 0}));
}

TEST(RoleFilters, ANameWithinAnotherIsDecidedByTheLongerOne) {
  // "gate_proj.weight" stands in the names of dense layers and of the shared expert too.
  const auto filters = filters_of("Qwen2MoeForCausalLM", {"expert.gate"});
  EXPECT_EQ(filters.back().set, 0U);
  EXPECT_EQ(set_of("model.layers.3.mlp.experts.7.gate_proj.weight", filters, 1), 0U);
  EXPECT_EQ(set_of("model.layers.3.mlp.shared_expert.gate_proj.weight", filters, 1), 1U);
  EXPECT_EQ(set_of("model.layers.3.mlp.gate_proj.weight", filters, 1), 1U);
}

TEST(RoleFilters, SayWhereNoneTellsTensorsApart) {
  const std::vector<SetMember> members = {{"h.0.w", 0}, {"h.0.1.w", 1}};
  EXPECT_THROW(set_filters(members, 3, 2), Error);
}

TEST(RoleFilters, KindsOfARole) {
  EXPECT_TRUE(is_role("attn.q.bias", "attn.q"));
  EXPECT_TRUE(is_role("attn.q", "attn"));
  EXPECT_TRUE(is_role("embed", "embed"));
  EXPECT_FALSE(is_role("attn.qkv", "attn.q"));
  EXPECT_FALSE(is_role("attn", "attn.q"));
}

}  // namespace
}  // namespace tsugi::evolve
