// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/hub_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "models--";
constexpr std::string_view kSlash = "--";  // in place of '/' in a folder's name

bool legal(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

bool is_part(std::string_view part) {
  return !part.empty() && part.front() != '.' && part.front() != '-' &&
         std::all_of(part.begin(), part.end(), legal);
}

// Branches may have slashes ("refs/pr/1"); no part may lead out of the folder.
bool is_revision(std::string_view text) {
  while (true) {
    const std::size_t slash = text.find('/');
    if (!is_part(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_commit(std::string_view text) {
  constexpr std::size_t kDigits = 40;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::optional<fs::path> from_environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return fs::path(value);
}

// The commit that a branch or tag had when it was downloaded.
std::optional<std::string> read_ref(const fs::path& file) {
  std::ifstream in(file);
  std::string commit;
  if (!in || !(in >> commit)) return std::nullopt;
  if (!is_commit(commit)) {
    throw InputError(file.string(), fmt::format("holds {}, expected a commit", cited(commit)),
                     "download the model again");
  }
  return commit;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::string HubName::download() const {
  return fmt::format("hf download {}{}", id, revision.empty() ? "" : " --revision " + revision);
}

std::optional<HubName> hub_name(std::string_view text) {
  HubName name;
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    name.revision = text.substr(at + 1);
    if (!is_revision(name.revision)) return std::nullopt;
    text = text.substr(0, at);
  }
  const std::size_t slash = text.find('/');
  const bool two = slash != std::string_view::npos;
  if (!is_part(text.substr(0, slash)) || (two && !is_part(text.substr(slash + 1)))) return std::nullopt;
  if (text.find(kSlash) != std::string_view::npos) return std::nullopt;  // the hub's rule; it means '/'
  name.id = text;
  return name;
}

fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const auto folder = from_environment(name)) return *folder;
  }
  if (const auto folder = from_environment("HF_HOME")) return *folder / "hub";
  if (const auto folder = from_environment("XDG_CACHE_HOME")) return *folder / "huggingface" / "hub";
  return from_environment("HOME").value_or("") / ".cache" / "huggingface" / "hub";
}

std::optional<fs::path> find_in_hub_cache(const HubName& name) {
  const fs::path model = hub_cache() / fmt::format("{}{}", kPrefix, replaced(name.id, "/", kSlash));
  const std::string revision = name.revision.empty() ? "main" : name.revision;
  const std::string commit = read_ref(model / "refs" / revision).value_or(revision);
  if (!is_commit(commit)) return std::nullopt;
  const fs::path snapshot = model / "snapshots" / commit;
  std::error_code ignored;
  return fs::is_directory(snapshot, ignored) ? std::optional(snapshot) : std::nullopt;
}

std::string hub_id_of(const fs::path& folder) {
  std::error_code ignored;
  fs::path place = fs::canonical(folder, ignored);
  if (ignored || !is_commit(place.filename().string())) return "";
  place = place.parent_path();
  const std::string model = place.parent_path().filename().string();
  if (place.filename() != "snapshots" || model.rfind(kPrefix, 0) != 0) return "";
  return replaced(model.substr(kPrefix.size()), kSlash, "/");
}

}  // namespace tsugi::merge
