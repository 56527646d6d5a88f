// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/model_argument.h"

namespace tsugi::apps {

std::shared_ptr<const merge::Checkpoint> open_model(merge::CheckpointStore& store, const std::string& text,
                                                    const std::string& argument, const Console& console) {
  auto checkpoint = store.get({.text = text, .mark = {.file = argument}}, "");
  for (const std::string& note : checkpoint->notes()) console.note("note: " + note);
  return checkpoint;
}

}  // namespace tsugi::apps
