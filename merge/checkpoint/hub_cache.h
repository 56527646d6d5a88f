// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Models by the names they have on the Hugging Face hub, found where its tools have put them:
// CACHE/models--ORG--NAME/snapshots/COMMIT, with the commit of a branch or tag in refs/. Nothing is
// downloaded.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tsugi::merge {

/// "org/name" or "name", with "@revision" (a branch, a tag or a whole commit) or without.
struct HubName {
  std::string id;
  std::string revision;  ///< "" when none is given: main

  /// What to type to get it.
  std::string download() const;
};

/// Nothing for a text that the hub would not take as a name.
std::optional<HubName> hub_name(std::string_view text);

/// HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub,
/// ~/.cache/huggingface/hub.
std::filesystem::path hub_cache();

/// The snapshot's folder; nothing when the cache has none of that name and revision. Throws InputError for a
/// ref that is no commit.
std::optional<std::filesystem::path> find_in_hub_cache(const HubName& name);

/// "org/name" for a folder that is a snapshot in a hub cache, wherever that is; "" for others.
std::string hub_id_of(const std::filesystem::path& folder);

}  // namespace tsugi::merge
