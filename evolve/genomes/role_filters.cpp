// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/role_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool is_number(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A name with its numbers, or a row's places for them, left out: "model.layers.#.mlp.experts.#.w1.weight".
std::string without_numbers(std::string_view name) {
  std::string text;
  for (const std::string_view part : parts_of(name)) {
    if (!text.empty()) text += '.';
    text += is_number(part) || part == "{i}" || part == "{e}" ? "#" : part;
  }
  return text;
}

bool has(std::string_view name, std::string_view text) {
  return name.find(text) != std::string_view::npos;
}

// Texts that may tell a name from others: what stands between its numbers, or some whole parts of that. From
// long to short, so that of equally good ones the last is the simplest.
std::vector<std::string> texts_of(std::string_view name) {
  const std::vector<std::string_view> parts = parts_of(name);
  std::vector<std::string> texts;
  for (std::size_t first = 0; first < parts.size(); ++first) {
    std::string text;
    for (std::size_t last = first; last < parts.size() && parts[last] != "#"; ++last) {
      if (last > first) text += '.';
      text += parts[last];
      const std::string_view before = first > 0 ? "." : "";
      texts.push_back(text);
      if (first > 0) texts.push_back(fmt::format(".{}", text));
      if (last + 1 < parts.size()) texts.push_back(fmt::format("{}{}.", before, text));
    }
  }
  std::stable_sort(texts.begin(), texts.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return texts;
}

/// Names without numbers, each once, and their sets.
class Cover {
 public:
  explicit Cover(std::span<const SetMember> members) {
    for (const SetMember& member : members) sets_.emplace(without_numbers(member.tensor), member.set);
  }

  // Filters that no name outside the set has; names without such are left.
  std::vector<SetFilter> own_filters(std::size_t set) {
    std::vector<SetFilter> filters;
    for (const auto& [name, its_set] : sets_) {
      if (its_set != set || covered_.contains(name)) continue;
      if (const auto text = best_of(name, set)) filters.push_back({*text, set});
    }
    return filters;
  }

  // Of each name that is left a text that no other such name has, or its longest, the longest first: where
  // one holds another it decides.
  std::vector<SetFilter> left_filters(std::size_t rest) const {
    std::vector<SetFilter> filters;
    for (const auto& [name, set] : sets_) {
      if (set == rest || covered_.contains(name)) continue;
      const std::vector<std::string> texts = texts_of(name);
      std::string best = texts.front();
      for (const std::string& text : texts) {
        if (tells_left(text, set)) best = text;
      }
      filters.push_back({best, set});
    }
    std::stable_sort(filters.begin(), filters.end(),
                     [](const SetFilter& a, const SetFilter& b) { return a.text.size() > b.text.size(); });
    return filters;
  }

 private:
  // The text that covers most of the set's names, the shortest of such.
  std::optional<std::string> best_of(const std::string& name, std::size_t set) {
    std::optional<std::string> best;
    std::size_t most = 1;
    for (const std::string& text : texts_of(name)) {
      const std::size_t count = covers(text, set);
      if (count < most) continue;
      most = count;
      best = text;
    }
    if (!best) return best;
    for (const auto& [other, its_set] : sets_) {
      if (has(other, *best)) covered_.insert(other);
    }
    return best;
  }

  bool tells_left(const std::string& text, std::size_t set) const {
    return std::none_of(sets_.begin(), sets_.end(), [&](const auto& entry) {
      return entry.second != set && !covered_.contains(entry.first) && has(entry.first, text);
    });
  }

  // How many names of the set have it; none if one outside has it too.
  std::size_t covers(const std::string& text, std::size_t set) const {
    std::size_t count = 0;
    for (const auto& [name, its_set] : sets_) {
      if (!has(name, text)) continue;
      if (its_set != set) return 0;
      ++count;
    }
    return count;
  }

  std::map<std::string, std::size_t> sets_;
  std::set<std::string> covered_;
};

}  // namespace

std::string role_of(std::string_view tensor, const recipes::Architecture& family) {
  const std::string name = without_numbers(tensor);
  for (const auto* rows : {&family.before, &family.each_layer, &family.after}) {
    for (const recipes::ArchitectureRow& row : *rows) {
      const std::string known = without_numbers(row.name);
      const bool same = known == name || (!family.prefix.empty() && known == family.prefix + name);
      if (same) return row.role;
    }
  }
  return "";
}

bool is_role(std::string_view role, std::string_view asked) {
  return role.starts_with(asked) && (role.size() == asked.size() || role[asked.size()] == '.');
}

std::size_t set_of(std::string_view tensor, std::span<const SetFilter> filters, std::size_t rest) {
  const auto found =
      std::find_if(filters.begin(), filters.end(), [&](const SetFilter& f) { return has(tensor, f.text); });
  return found == filters.end() ? rest : found->set;
}

std::vector<SetFilter> set_filters(std::span<const SetMember> members, std::size_t sets, std::size_t rest) {
  Cover cover(members);
  std::vector<SetFilter> filters;
  const auto add = [&](const std::vector<SetFilter>& more) {
    filters.insert(filters.end(), more.begin(), more.end());
  };
  for (std::size_t set = 0; set < sets; ++set) {
    if (set != rest) add(cover.own_filters(set));
  }
  if (!cover.left_filters(rest).empty()) add(cover.own_filters(rest));
  add(cover.left_filters(rest));
  for (const SetMember& member : members) {
    if (set_of(member.tensor, filters, rest) != member.set)
      throw Error(fmt::format("no filter of a recipe tells '{}' from other tensors", member.tensor));
  }
  return filters;
}

}  // namespace tsugi::evolve
