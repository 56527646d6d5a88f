// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/samples.h"

#include <fmt/format.h>

#include <fstream>

#include "evolve/run_folder.h"
#include "merge/export/output_file.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWinner = "evolved";

// Letters beyond ASCII stay as they are; no name begins with a dot.
std::string folder_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool fine = byte >= 0x80 || (byte > 0x20 && byte < 0x7F && c != '/' && c != '\\');
    out += fine && !(out.empty() && c == '.') ? c : '_';
  }
  return out;
}

// The parent or baseline whose scores these are, or the candidate itself.
std::size_t answerer(const Archive& archive, std::size_t candidate) {
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    if (!record.name.empty() && record.recipe == archive.records.at(candidate).recipe) return id;
  }
  return candidate;
}

}  // namespace

std::string samples_folder(const Archive& archive, std::size_t candidate) {
  const std::size_t id = answerer(archive, candidate);
  const std::string& name = archive.records.at(id).name;
  if (name.empty()) {
    return archive.winner == candidate ? fmt::format("samples/{}", kWinner)
                                       : fmt::format("samples/candidate-{}", candidate);
  }
  const std::string folder = folder_name(name);
  bool taken = folder == kWinner;
  for (std::size_t other = 0; other < id; ++other) {
    const std::string& earlier = archive.records[other].name;
    taken |= !earlier.empty() && folder_name(earlier) == folder;
  }
  return taken ? fmt::format("samples/{}-{}", folder, id) : fmt::format("samples/{}", folder);
}

bool has_samples(const fs::path& run, const Archive& archive, std::size_t candidate) {
  std::ifstream in(run / samples_folder(archive, candidate) / "recipe.yaml", std::ios::binary);
  const std::string recipe{std::istreambuf_iterator<char>(in), {}};
  return in && recipe == archive.records.at(candidate).recipe;
}

void write_samples(const fs::path& run, const Archive& archive, std::size_t candidate,
                   eval::ModelResult result) {
  const fs::path folder = run / samples_folder(archive, candidate);
  const std::string& name = archive.records.at(candidate).name;
  result.model = name.empty() ? std::string(kWinner) : name;
  std::error_code error;
  fs::remove_all(folder, error);  // another winner's, of a run that is gone on with
  fs::create_directories(folder, error);
  if (error) merge::write_failed(folder, "cannot be created", error.value());
  for (const auto& [file, text] : eval::results_files(result, "results.json", true))
    write_whole(folder / file, text);
  write_whole(folder / "recipe.yaml", archive.records.at(candidate).recipe);  // last: now it is whole
}

}  // namespace tsugi::evolve
