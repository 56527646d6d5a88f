// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// JSON lines or JSON arrays as `datasets` reads them through Arrow: every column has one type.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tsugi::eval {

struct PortedFunction;

/// ".jsonl" of "items.jsonl" and of "items.jsonl.gz".
std::string data_extension(const std::filesystem::path& file);
/// Whether a file holds comma- or tab-separated values, by its extension.
bool is_table(const std::filesystem::path& file);

struct Documents {
  std::vector<nlohmann::ordered_json> rows;  ///< objects with all columns, in one order
  std::vector<std::string> places;           ///< [row]: "items.jsonl:17", "items.json: element 3"
  std::vector<std::string> columns;          ///< in order of first appearance
};

enum class Typing {
  datasets,    ///< types as `datasets` finds them in such a file
  as_written,  ///< those of the JSON: documents that were written out with the types they have
};

/// Reads the files, those in .gz unpacked, one after the other and settles types as `datasets` 5.2 does: a
/// column (also inside objects and lists) with whole and other numbers holds only other numbers, columns
/// missing in a row are null, and text columns of JSON that hold only dates become times ("2024-01-02
/// 00:00:00"). Where kinds or the keys of objects
/// differ otherwise, numbers and texts go through the JSON of pandas, see ujson.h. Throws InputError with the
/// line for what is no JSON object.
///
/// `process_docs`, a ported function, then sets columns of every row.
Documents read_documents(const std::vector<std::filesystem::path>& files,
                         const PortedFunction* process_docs = nullptr, Typing typing = Typing::datasets);

}  // namespace tsugi::eval
