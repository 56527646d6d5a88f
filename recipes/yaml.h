// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// YAML in, guarded: whatever the text, loading ends soon with either a finite tree or an InputError at a
// place.
//
// For recipes/ and for eval/'s task files alike (recipes/CMakeLists.txt hands yaml-cpp on for that). Include
// it from .cpp files only: no header of a part shows YAML nodes to its users.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/error.h"

namespace tsugi::recipes {

/// Loads the one document of `text`; `file` is for messages. An empty text is a null node.
///
/// Throws InputError for broken syntax, text that is not UTF-8 or holds control characters, a second
/// document, a tag other than YAML's own scalar and collection types, a mapping key that is no text or stands
/// twice, and beyond the limits: 16 MiB, depth 100, 200,000 values, 400,000 brackets and commas, 100,000
/// values more through aliases. `<<` merge keys are already carried out, so that callers see plain mappings
/// (own keys win, then earlier merged mappings).
///
/// Plain values may carry the tag `scalar_tag` ("!function"), where one is given: it is left on their nodes.
///
/// Nodes are not for several threads at once, not even for reading.
YAML::Node load_yaml(std::string_view text, const std::string& file, std::string_view scalar_tag = {});

/// The documents of a stream `a --- b`, in order, with the same promises and limits over all of them. A
/// document without content is a null node; a text without any is an empty list.
std::vector<YAML::Node> load_yaml_documents(std::string_view text, const std::string& file);

/// Where a node stands, for messages. A node reached through an alias stands where its anchor is. Columns
/// count bytes.
Mark mark_of(const YAML::Node& node, const std::string& file);

/// The bytes of a YAML file. Throws InputError when it is missing, a folder, unreadable or larger than 16
/// MiB.
std::string read_yaml_text(const std::filesystem::path& file);

}  // namespace tsugi::recipes
