// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "eval/tasks/columns.h"
#include "eval/tasks/csv.h"
#include "eval/tasks/gzip.h"
#include "eval/tasks/ports/port.h"
#include "eval/tasks/ujson.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad())
    throw InputError(file.string(), "the file cannot be read", "check its permissions");
  return text;
}

Json parsed(std::string_view text, const std::string& file, int line) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw InputError(Mark{file, line, static_cast<int>(error.byte)}, "this is no JSON",
                     "every line must be one JSON object such as {\"question\": \"…\", \"answer\": \"…\"}");
  } catch (const Json::exception&) {  // a number beyond all types
    throw InputError(Mark{file, line, 0}, "a number that is too large", "write it as text");
  }
}

void add(Documents& documents, Json row, std::string place) {
  if (!row.is_object()) {
    throw InputError(place, fmt::format("a {}, expected a JSON object", row.type_name()),
                     "every document is an object such as {\"question\": \"…\", \"answer\": \"…\"}");
  }
  documents.rows.push_back(std::move(row));
  documents.places.push_back(std::move(place));
}

void add_lines(Documents& documents, std::string_view text, const std::string& file) {
  constexpr std::string_view kBlank = " \t\r";
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.find_first_not_of(kBlank) == std::string_view::npos) continue;
    add(documents, parsed(content, file, line), Mark{file, line, 0}.text());
  }
}

void add_file(Documents& documents, const std::filesystem::path& path, Typing typing) {
  const std::string text = path.extension() == ".gz" ? read_gzip(path) : read_text(path);
  const std::string file = path.string();
  if (is_table(path)) {
    for (auto& [row, line] : read_csv(text, file, data_extension(path) == ".csv" ? ',' : '\t'))
      add(documents, std::move(row), Mark{file, line, 0}.text());
    return;
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || text[first] != '[') return add_lines(documents, text, file);
  Json array;
  try {
    array = Json::parse(text);
  } catch (const Json::exception& error) {
    throw InputError(file, fmt::format("broken JSON ({})", error.what()),
                     "write an array of objects, or one object a line");
  }
  std::size_t number = 0;
  if (typing == Typing::datasets) ujson_rewrite(array);
  // `datasets` makes a column `text` of what is no list of objects.
  const bool texts = !array.empty() && !array.front().is_object();
  for (Json& row : array) {
    if (texts) row = Json{{"text", std::move(row)}};
    add(documents, std::move(row), fmt::format("{}: element {}", file, ++number));
  }
}

// `by_pandas`: `datasets` reads the lines through its JSON.
void settle(Documents& documents, const Column& table, bool by_pandas) {
  for (Json& row : documents.rows) {
    if (by_pandas) ujson_rewrite(row);
    row = table.settled_row(row);
  }
}

Json with_columns(const Json& row, const std::vector<std::string>& columns) {
  Json members = Json::object();
  for (const std::string& name : columns) {
    const auto found = row.find(name);
    members[name] = found == row.end() ? Json(nullptr) : *found;
  }
  return members;
}

// Dataset.map: columns that are there keep their place, new ones follow.
void process(Documents& documents, const PortedFunction& function) {
  for (std::size_t i = 0; i < documents.rows.size(); ++i) {
    Json& row = documents.rows[i];
    const Json columns = function.columns(row, documents.places[i]);
    for (const auto& [name, value] : columns.items()) row[name] = value;
  }
  for (const auto& [name, value] : documents.rows.front().items()) {
    if (std::find(documents.columns.begin(), documents.columns.end(), name) == documents.columns.end())
      documents.columns.push_back(name);
  }
}

}  // namespace

std::string data_extension(const std::filesystem::path& file) {
  return (file.extension() == ".gz" ? file.stem() : file).extension().string();
}

bool is_table(const std::filesystem::path& file) {
  const std::string extension = data_extension(file);
  return extension == ".csv" || extension == ".tsv";
}

Documents read_documents(const std::vector<std::filesystem::path>& files, const PortedFunction* process_docs,
                         Typing typing) {
  Documents documents;
  for (const std::filesystem::path& file : files) add_file(documents, file, typing);
  if (documents.rows.empty()) {
    throw InputError(files.empty() ? "" : files[0].string(), "no documents", "write one JSON object a line");
  }
  const bool tables = is_table(files[0]);
  Column table(!tables);
  for (std::size_t i = 0; i < documents.rows.size(); ++i) {
    if (!table.observe(documents.rows[i])) {
      throw InputError(documents.places[i], "nested more than 64 deep", "flatten the document");
    }
  }
  documents.columns = table.names();
  if (typing == Typing::datasets) {
    settle(documents, table, !tables && table.is_mixed());
  } else {
    for (Json& row : documents.rows) row = with_columns(row, documents.columns);
  }
  if (process_docs != nullptr) process(documents, *process_docs);
  return documents;
}

}  // namespace tsugi::eval
