// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// JSON of checkpoints, read strictly: UTF-8 without BOM unless allowed, one value, no key twice, at most 128
// levels.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tsugi::merge {

/// Files of JSON above this are refused: the limit of a safetensors header, and no other file comes near it.
inline constexpr std::size_t kMostJsonBytes = 100'000'000;

/// What a parse reports, in order of the text. Implementations throw to stop.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  /// `offset`: where the opening quote stands, in bytes from the start of the file.
  virtual void on_key(std::string& key, std::size_t offset) = 0;
  virtual void on_open(bool object) = 0;  ///< { or [
  virtual void on_close() = 0;
  virtual void on_value(nlohmann::json&& scalar) = 0;
};

/// Reports the events of `text`, which begins at byte `start` of `file`. Throws InputError with file and
/// byte. Does not look for keys given twice.
void read_json_events(std::string_view text, const std::string& file, std::size_t start, JsonEvents& events);

/// A document; a key given twice is an InputError with both places. A BOM is skipped and reported by
/// `had_bom`, or refused when that is null.
nlohmann::json parse_json(std::string_view text, const std::string& file, bool* had_bom = nullptr);
/// The same, keys in the order of the text.
nlohmann::ordered_json parse_ordered_json(std::string_view text, const std::string& file,
                                          bool* had_bom = nullptr);

/// Reads and parses a file.
nlohmann::json read_json(const std::filesystem::path& file);
nlohmann::ordered_json read_ordered_json(const std::filesystem::path& file, bool* had_bom = nullptr);

/// A name out of a file as it may stand in a one-line message: in quotes, control characters escaped, cut at
/// 100 bytes.
std::string cited(std::string_view name);

}  // namespace tsugi::merge
