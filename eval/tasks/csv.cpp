// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tasks/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <type_traits>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::vector<std::string> fields;
  int line = 1;
  bool blank = true;  // nothing but blanks on the line, not even quotes
};

// RFC 4180, with blank lines passed over as pandas does.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file, char separator)
      : text_(text), file_(file), separator_(separator) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kMark)) text_.remove_prefix(kMark.size());
  }

  std::vector<Row> read() {
    std::vector<Row> rows;
    while (at_ < text_.size()) {
      Row row = read_row();
      if (!row.blank) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  Row read_row() {
    Row row;
    row.line = line_;
    std::size_t next = at_;
    while (next < text_.size() && text_[next] != separator_ && (text_[next] == ' ' || text_[next] == '\t'))
      ++next;
    row.blank = next == text_.size() || text_[next] == '\n' || text_[next] == '\r';
    for (;;) {
      row.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
      if (at_ >= text_.size()) return row;
      if (text_[at_] == separator_) {
        ++at_;
        continue;
      }
      at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
      ++line_;
      return row;
    }
  }

  std::string plain() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    const int first = line_;
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') {
        if (text_[at_] == '\n') ++line_;
        field += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += text_[++at_];
      } else {
        ++at_;
        return field + plain();
      }
    }
    throw InputError(Mark{file_, first, 0}, "a quote without its end",
                     "close it, or double quotes inside a field");
  }

  std::string_view text_;
  const std::string& file_;
  char separator_;
  std::size_t at_ = 0;
  int line_ = 1;
};

// pandas' STR_NA_VALUES.
constexpr std::array<std::string_view, 19> kNothing{
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

bool is_nothing(const std::string& field) {
  return std::find(kNothing.begin(), kNothing.end(), field) != kNothing.end();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text.starts_with('+') ? text.substr(1) : text;
}

template <class Number>
std::optional<Number> number(const std::string& field) {
  const std::string_view text = trimmed(field);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>) {
    // Infinite, or 0.
    if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);
  }
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

// Whole numbers of any size, which std::from_chars() also reads as f64.
bool is_whole(const std::string& field) {
  std::string_view text = trimmed(field);
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<bool> boolean(const std::string& field) {
  if (field == "True" || field == "TRUE" || field == "true") return true;
  if (field == "False" || field == "FALSE" || field == "false") return false;
  return std::nullopt;
}

// The fields of a column that say something.
class Fields {
 public:
  Fields(const std::vector<Row>& rows, std::size_t column) : rows_(rows), column_(column) {}

  template <class Predicate>
  bool all(Predicate predicate) const {
    return std::all_of(rows_.begin() + 1, rows_.end(), [&](const Row& row) {
      return is_nothing(row.fields[column_]) || predicate(row.fields[column_]);
    });
  }
  template <class Convert>
  bool all_convert(Convert convert) const {
    return all([&](const std::string& field) { return convert(field).has_value(); });
  }
  /// Whether they are all.
  bool full() const {
    return std::none_of(rows_.begin() + 1, rows_.end(),
                        [&](const Row& row) { return is_nothing(row.fields[column_]); });
  }

 private:
  const std::vector<Row>& rows_;
  std::size_t column_;
};

using Converter = Json (*)(const std::string&);

// Of whole numbers that are not all of 64 bits with a sign: pandas takes 64 bits without one if that will do,
// or leaves them texts, those that say nothing too.
Converter converter_of_large(const Fields& fields) {
  if (fields.full() && fields.all_convert(number<std::uint64_t>))
    return [](const std::string& field) { return Json(*number<std::uint64_t>(field)); };
  return [](const std::string& field) { return Json(field); };
}

// What the fields of a column become.
Converter converter(const Fields& fields) {
  if (fields.full() && fields.all_convert(number<std::int64_t>))
    return [](const std::string& field) { return Json(*number<std::int64_t>(field)); };
  if (fields.all(is_whole)) {
    if (!fields.all_convert(number<std::int64_t>)) return converter_of_large(fields);
    return [](const std::string& field) {  // whole numbers have no -0
      return is_nothing(field) ? Json() : Json(static_cast<double>(*number<std::int64_t>(field)));
    };
  }
  if (fields.all_convert(number<double>))
    return [](const std::string& field) { return is_nothing(field) ? Json() : Json(*number<double>(field)); };
  if (fields.all_convert(boolean))
    return [](const std::string& field) { return is_nothing(field) ? Json() : Json(*boolean(field)); };
  return [](const std::string& field) { return is_nothing(field) ? Json() : Json(field); };
}

}  // namespace

std::vector<std::pair<Json, int>> read_csv(std::string_view text, const std::string& file, char separator) {
  std::vector<Row> rows = Reader(text, file, separator).read();
  if (rows.empty()) return {};
  const std::vector<std::string> columns = rows.front().fields;
  for (Row& row : rows) {
    if (row.fields.size() > columns.size()) {
      throw InputError(Mark{file, row.line, 0},
                       fmt::format("{} fields under {} columns", row.fields.size(), columns.size()),
                       "put fields with a separator in them in quotes");
    }
    row.fields.resize(columns.size());
  }
  std::vector<std::pair<Json, int>> documents(rows.size() - 1, {Json::object(), 0});
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Converter convert = converter(Fields(rows, c));
    for (std::size_t r = 1; r < rows.size(); ++r)
      documents[r - 1].first[columns[c]] = convert(rows[r].fields[c]);
  }
  for (std::size_t r = 1; r < rows.size(); ++r) documents[r - 1].second = rows[r].line;
  return documents;
}

}  // namespace tsugi::eval
