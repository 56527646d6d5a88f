// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Roles of tensors as mergekit's filters: a recipe knows tensors only by texts in their names, of which the
// first that fits decides.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/architecture.h"

namespace tsugi::evolve {

/// "attn.q", "expert.up"; "" for a tensor that the family has no row for.
std::string role_of(std::string_view tensor, const recipes::Architecture& family);

/// Whether a role is the one asked for or a kind of it: "attn.q" is "attn.q" and "attn".
bool is_role(std::string_view role, std::string_view asked);

/// A tensor that belongs to one of several sets.
struct SetMember {
  std::string tensor;
  std::size_t set = 0;
};

/// Tensors with `text` in their name belong to the set, unless a filter before it says otherwise.
struct SetFilter {
  std::string text;
  std::size_t set = 0;

  bool operator==(const SetFilter&) const = default;
};

/// The set of a tensor by filters: that of the first that fits, or `rest`.
std::size_t set_of(std::string_view tensor, std::span<const SetFilter> filters, std::size_t rest);

/// Filters by which every member is of its set; those of `rest` are told by none where that is possible. Few
/// and short ones: "self_attn" where no other tensor's name has it. Throws Error where one tensor's name is
/// all within another's and no filter tells them apart.
std::vector<SetFilter> set_filters(std::span<const SetMember> members, std::size_t sets, std::size_t rest);

}  // namespace tsugi::evolve
