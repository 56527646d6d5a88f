// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace tsugi::merge {
namespace {

struct Split {
  NameKey key;
  std::size_t layer = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "a.b.12.c" -> ("a.b", "c"), 12. Without such a group the second part of the key is empty. A number with a
// leading zero could not be written back and does not count.
Split split(std::string_view name) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    std::size_t end = dot + 1;
    while (end < name.size() && is_digit(name[end])) ++end;
    const std::size_t digits = end - dot - 1;
    if (digits == 0 || end + 1 >= name.size() || name[end] != '.') continue;
    if (digits > 1 && name[dot + 1] == '0') continue;
    std::size_t layer = 0;
    if (std::from_chars(name.data() + dot + 1, name.data() + end, layer).ec != std::errc()) continue;
    return {{name.substr(0, dot), name.substr(end + 1)}, layer};
  }
  return {{name, {}}, 0};
}

bool stands_before(std::string_view name) {
  constexpr std::array<std::string_view, 3> kMarks{"embed", "wte", "wpe"};
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return name.find(mark) != std::string_view::npos; });
}

void sort(std::vector<NamedTensor>& tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const NamedTensor& a, const NamedTensor& b) { return a.key < b.key; });
}

/// Wanted tensors with their names taken apart, and how many layers are numbered behind each prefix.
struct Stacks {
  std::vector<std::pair<const TensorView*, Split>> tensors;
  std::map<std::string_view, std::size_t> depth;
};

Stacks stacks_of(std::span<const TensorView> tensors, const std::function<bool(std::string_view)>& keep) {
  Stacks stacks;
  stacks.tensors.reserve(tensors.size());
  for (const TensorView& tensor : tensors) {
    if (!keep(tensor.name)) continue;
    const Split& part = stacks.tensors.emplace_back(&tensor, split(tensor.name)).second;
    if (part.key.second.empty()) continue;
    std::size_t& deepest = stacks.depth[part.key.first];
    deepest = std::max(deepest, part.layer + 1);
  }
  return stacks;
}

}  // namespace

NameTable::NameTable(std::span<const TensorView> tensors, std::size_t layer_count, std::size_t extra)
    : NameTable(tensors, layer_count, extra, [](std::string_view) { return true; }) {}

NameTable::NameTable(std::span<const TensorView> tensors, std::size_t layer_count, std::size_t extra,
                     const std::function<bool(std::string_view)>& keep)
    : layers(layer_count) {
  const Stacks stacks = stacks_of(tensors, keep);
  for (const auto& [view, split] : stacks.tensors) {
    const auto& [key, layer] = split;
    const std::size_t deep = key.second.empty() ? 0 : stacks.depth.at(key.first);
    if (layer < layer_count && (deep == layer_count || deep == layer_count + extra)) {
      layers[layer].push_back({key, view});
    } else {
      (stands_before(view->name) ? before : after).push_back({{view->name, {}}, view});
    }
  }
  sort(before);
  sort(after);
  for (auto& layer : layers) sort(layer);
}

std::size_t deepest_stack(std::span<const TensorView> tensors,
                          const std::function<bool(std::string_view)>& keep) {
  std::size_t most = 0;
  for (const auto& [prefix, depth] : stacks_of(tensors, keep).depth) most = std::max(most, depth);
  return most;
}

const TensorView* find(std::span<const NamedTensor> tensors, const NameKey& key) {
  const auto found = std::lower_bound(tensors.begin(), tensors.end(), key,
                                      [](const NamedTensor& a, const NameKey& b) { return a.key < b; });
  return found != tensors.end() && found->key == key ? found->view : nullptr;
}

std::string full_name(const NameKey& key, std::size_t layer) {
  if (key.second.empty()) return std::string(key.first);
  return fmt::format("{}.{}.{}", key.first, layer, key.second);
}

}  // namespace tsugi::merge
