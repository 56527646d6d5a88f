// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Models with one fault each, opened as a recipe's models are.
#pragma once

#include <map>
#include <ostream>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include "merge/checkpoint/checkpoint.h"
#include "tests/support/input_error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::tests {

/// The contents of files by their names.
using Files = std::map<std::string, std::string>;

inline Files with(Files files, const std::string& name, std::string_view text) {
  files[name] = text;
  return files;
}
inline Files without(Files files, const std::string& name) {
  files.erase(name);
  return files;
}

/// A whole model in the folder m.
inline Files whole_model() {
  return {{"m/config.json", std::string(kTinyConfig)}, {"m/model.safetensors", raw_model(tiny_tensors())}};
}

struct MalformedModel {
  const char* rule;
  Files files;
  std::string message;      ///< `@` stands for the folder of the files and a slash
  std::string model = "m";  ///< what the recipe says, from that folder; behind a '+' an adapter
};

inline std::ostream& operator<<(std::ostream& out, const MalformedModel& row) {
  return out << row.rule;
}

/// What the user is told; "no error" for a model that opens.
inline std::string told(const MalformedModel& row) {
  const TemporaryFolder folder;
  for (const auto& [name, text] : row.files) folder.write(name, text);
  const std::string root = folder.path().string() + "/";
  const std::string model = root + std::regex_replace(row.model, std::regex("\\+"), "+" + root);
  merge::CheckpointStore store;
  const std::string message = message_of([&] { store.get({model, {}}, ""); });
  return std::regex_replace(message, std::regex(root), "@");
}

}  // namespace tsugi::tests
