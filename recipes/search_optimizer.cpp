// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_optimizer.h"

#include <limits>

namespace tsugi::recipes {
namespace {

OptimizerSpec read_finish(const YamlMapping::Entry& entry);

void read_optimizer_key(const YamlMapping::Entry& entry, OptimizerSpec& optimizer) {
  if (entry.value.is_null()) return;
  if (entry.key == "finish") {
    optimizer.finish = {read_finish(entry)};
    return;
  }
  const std::string text = entry.value.text(entry.key);
  if (entry.key == "name") {
    optimizer.name = text;
    optimizer.mark = entry.value.mark();
  } else {
    optimizer.settings.push_back({.key = entry.key,
                                  .key_mark = entry.mark,
                                  .text = text,
                                  .number = number_in(text),
                                  .mark = entry.value.mark()});
  }
}

OptimizerSpec read_finish(const YamlMapping::Entry& entry) {
  const YamlMapping mapping(entry.value, "finish");
  mapping.need("name", "name: bobyqa");
  OptimizerSpec finish;
  finish.evaluations = static_cast<int>(mapping.need("evaluations", "evaluations: 40")
                                            .integer("evaluations", 1, std::numeric_limits<int>::max()));
  for (const YamlMapping::Entry& setting : mapping.entries()) {
    if (setting.key == "finish")
      throw InputError(setting.mark, "finish within finish", "name one optimizer that finishes the search");
    if (setting.key != "evaluations") read_optimizer_key(setting, finish);
  }
  return finish;
}

}  // namespace

OptimizerSpec read_optimizer(const YamlMapping& parent) {
  OptimizerSpec optimizer;
  const YamlMapping::Entry* entry = parent.find("optimizer");
  if (entry == nullptr) return optimizer;
  optimizer.mark = entry->mark;
  const YamlMapping mapping(entry->value, "optimizer");
  for (const YamlMapping::Entry& setting : mapping.entries()) read_optimizer_key(setting, optimizer);
  return optimizer;
}

}  // namespace tsugi::recipes
