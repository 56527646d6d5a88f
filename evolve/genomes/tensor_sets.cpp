// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/tensor_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tsugi::evolve {
namespace {

using recipes::MarkedText;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Roles as a file may name them: "attn.q" and "attn".
std::vector<std::string> known_roles(const ModelFamily& family) {
  std::set<std::string> roles;
  for (const RoleTensor& tensor : family.tensors) {
    for (std::size_t end = tensor.role.find('.'); end != std::string::npos;
         end = tensor.role.find('.', end + 1))
      roles.insert(tensor.role.substr(0, end));
    if (!tensor.role.empty()) roles.insert(tensor.role);
  }
  return {roles.begin(), roles.end()};
}

// The first entry that fits a tensor.
const MarkedText* asked_for(const std::vector<MarkedText>& roles, const RoleTensor& tensor) {
  const auto found = std::find_if(roles.begin(), roles.end(),
                                  [&](const MarkedText& asked) { return is_role(tensor.role, asked.text); });
  return found == roles.end() ? nullptr : &*found;
}

void require_tensors(const std::vector<MarkedText>& roles, const ModelFamily& family) {
  for (const MarkedText& asked : roles) {
    const auto is_asked = [&](const RoleTensor& tensor) { return is_role(tensor.role, asked.text); };
    if (std::none_of(family.tensors.begin(), family.tensors.end(), is_asked)) {
      throw InputError(asked.mark, fmt::format("no tensor of these models has the role '{}'", asked.text),
                       suggestion(asked.text, known_roles(family)));
    }
    const auto is_left = [&](const RoleTensor& tensor) { return asked_for(roles, tensor) == &asked; };
    if (std::none_of(family.tensors.begin(), family.tensors.end(), is_left)) {
      throw InputError(asked.mark, fmt::format("roles before '{}' have all its tensors", asked.text),
                       "name it before them, or leave it out");
    }
  }
}

OutsideSet outside_set(std::string label, const std::vector<std::string>& tensors,
                       const ModelFamily& family) {
  OutsideSet set{.label = std::move(label), .before = {}, .after = {}};
  for (const std::string& name : family.before) {
    if (contains(tensors, name)) set.before.push_back(name);
  }
  for (const std::string& name : family.after) {
    if (contains(tensors, name)) set.after.push_back(name);
  }
  return set;
}

// Tensors that the sets of the groups are made of.
std::vector<RoleTensor> inside(const TensorSets& sets, const ModelFamily& family) {
  std::vector<RoleTensor> tensors;
  for (const RoleTensor& tensor : family.tensors) {
    const bool outside = std::any_of(sets.outside.begin(), sets.outside.end(), [&](const OutsideSet& set) {
      return contains(set.before, tensor.name) || contains(set.after, tensor.name);
    });
    if (!outside) tensors.push_back(tensor);
  }
  return tensors;
}

// Roles whose tensors are all outside the layers have genes there, and so has the rest if it is asked for.
void add_outside(TensorSets& sets, const recipes::GenomeSpec& spec, const ModelFamily& family,
                 std::vector<MarkedText>& layer_roles) {
  std::vector<std::string> rest = family.before;
  rest.insert(rest.end(), family.after.begin(), family.after.end());
  for (const MarkedText& asked : spec.roles) {
    std::vector<std::string> tensors;
    bool in_layers = false;
    for (const RoleTensor& tensor : family.tensors) {
      if (asked_for(spec.roles, tensor) != &asked) continue;
      in_layers = in_layers || tensor.layer.has_value();
      tensors.push_back(tensor.name);
    }
    if (in_layers) {
      layer_roles.push_back(asked);
      continue;
    }
    std::erase_if(rest, [&](const std::string& name) { return contains(tensors, name); });
    sets.outside.push_back(outside_set(asked.text, tensors, family));
  }
  if (spec.outside_layers && !rest.empty()) sets.outside.push_back(outside_set("", rest, family));
}

// Where a tensor's numbers stand: what is in front of the layers belongs to the first group, what is behind
// them to the last (mergekit).
std::size_t group_of(const RoleTensor& tensor, const ModelFamily& family,
                     const std::vector<LayerGroup>& groups) {
  if (!tensor.layer) return contains(family.after, tensor.name) ? groups.size() - 1 : 0;
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const LayerGroup& group) { return *tensor.layer < group.end; });
  return std::min(static_cast<std::size_t>(found - groups.begin()), groups.size() - 1);
}

void divide_by_roles(TensorSets& sets, const recipes::GenomeSpec& spec, const ModelFamily& family,
                     const std::vector<LayerGroup>& groups, const std::vector<MarkedText>& layer_roles) {
  const std::size_t rest = layer_roles.size();
  sets.present.assign(groups.size(), std::vector<bool>(rest + 1, false));
  std::vector<SetMember> members;
  for (const RoleTensor& tensor : inside(sets, family)) {
    const MarkedText* asked = asked_for(layer_roles, tensor);
    const std::size_t set = asked == nullptr ? rest : static_cast<std::size_t>(asked - layer_roles.data());
    members.push_back({tensor.name, set});
    for (std::size_t group = 0; group < groups.size(); ++group) {
      // The points of a gradient go over all layers.
      if (spec.smooth || group == group_of(tensor, family, groups)) sets.present[group][set] = true;
    }
  }
  try {
    sets.filters = set_filters(members, rest + 1, rest);
  } catch (const Error& error) {
    throw InputError(spec.roles.front().mark, error.what(), "use filters");
  }
}

}  // namespace

TensorSets tensor_sets(const recipes::GenomeSpec& spec, const ModelFamily& family,
                       const std::vector<LayerGroup>& groups) {
  require_tensors(spec.roles, family);
  TensorSets sets;
  std::vector<MarkedText> layer_roles;
  add_outside(sets, spec, family, layer_roles);
  if (!spec.roles.empty()) {
    divide_by_roles(sets, spec, family, groups, layer_roles);
    for (const MarkedText& asked : layer_roles) sets.labels.push_back(asked.text);
  } else {
    for (std::size_t i = 0; i < spec.filters.size(); ++i) sets.filters.push_back({spec.filters[i], i});
    sets.labels = spec.filters;
    sets.present.assign(groups.size(), std::vector<bool>(spec.filters.size() + 1, true));
  }
  sets.labels.emplace_back();
  return sets;
}

}  // namespace tsugi::evolve
