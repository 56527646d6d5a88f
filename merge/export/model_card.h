// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// README.md of a merged model: front matter that the Hugging Face hub reads, and what was merged how.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tsugi::merge {

struct ModelCard {
  std::string name;                           ///< of the output
  std::string method;                         ///< title; "" when nothing was merged
  std::string source;                         ///< paper or page of the method
  std::vector<std::filesystem::path> models;  ///< input folders, in recipe order
  std::string recipe;                         ///< source text; "" for none
  std::string licence = {};                   ///< what all inputs declare; "" for none
  std::string version = {};                   ///< of the program; "" leaves the line away
  std::uint64_t seed = 0;
};

/// The hub id of a folder in a hub cache (…/models--ORG--NAME/…), else "": a local path says nothing about
/// the hub.
std::string hub_id(const std::filesystem::path& folder);

/// How a model is called in public: its hub id, else the last component of its folder.
std::string display_name(const std::filesystem::path& folder);

/// The text of README.md. Local paths appear by their last component only, but for what the recipe itself
/// says.
std::string model_card_text(const ModelCard& card);

}  // namespace tsugi::merge
