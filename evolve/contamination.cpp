// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/contamination.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <fstream>

#include "eval/holdout/overlap.h"
#include "eval/tasks/documents.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::evolve {
namespace {

using eval::Overlap;
using eval::OverlapKind;
using eval::Side;

constexpr std::array<std::string_view, 3> kSides = {"search", "validation", "test"};

/// Texts, each with where it is.
struct TextSet {
  std::vector<std::string> texts;
  std::vector<std::string> places;
};

TextSet questions_of(const Exam& exam, Side side) {
  TextSet set;
  for (const std::size_t item : items_of(exam, side)) {
    set.texts.push_back(exam.items[item].content.question);
    set.places.push_back(exam.items[item].id);
  }
  return set;
}

void add_strings(const nlohmann::ordered_json& value, const std::string& place, TextSet& set) {
  if (value.is_string()) {
    set.texts.push_back(eval::unicode::replace_invalid_utf8(value.get<std::string>()));
    set.places.push_back(place);
  } else if (value.is_structured()) {
    for (const auto& member : value) add_strings(member, place, set);
  }
}

TextSet read_lines(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string(), "cannot be read", "check the path under contamination");
  TextSet set;
  int number = 0;
  for (std::string line; std::getline(in, line);)
    add_strings(line, Mark{file.string(), ++number, 0}.text(), set);
  return set;
}

TextSet read_texts(const recipes::ContaminationSpec& spec, const std::string& name,
                   const std::string& beside) {
  const auto file = recipes::find_beside(name, beside);
  if (!file) {
    throw InputError(spec.mark, fmt::format("there is no file {}", name),
                     "paths under contamination are tried from the working directory, then beside this file");
  }
  if (file->extension() == ".txt") return read_lines(*file);
  const eval::Documents documents = eval::read_documents({*file});
  TextSet set;
  for (std::size_t i = 0; i < documents.rows.size(); ++i)
    add_strings(documents.rows[i], documents.places[i], set);
  return set;
}

Contamination compare(const TextSet& items, std::string_view side, const TextSet& texts,
                      const std::string& against) {
  constexpr std::size_t kExamples = 3;  // enough to see what kind of overlap it is
  const eval::Overlaps overlaps = eval::find_overlaps(items.texts, texts.texts);
  Contamination check{.items = std::string(side),
                      .against = against,
                      .compared = items.texts.size(),
                      .exact = overlaps.count(OverlapKind::exact),
                      .near = overlaps.count(OverlapKind::near),
                      .passages = overlaps.count(OverlapKind::passage),
                      .examples = {}};
  for (const Overlap& one : overlaps.found) {
    if (check.examples.size() == kExamples) break;
    const char* sign = one.kind == OverlapKind::exact ? "=" : one.kind == OverlapKind::near ? "≈" : "in";
    std::string example = fmt::format("{} {} {}", items.places[one.item], sign, texts.places[one.text]);
    if (one.kind == OverlapKind::passage) example += fmt::format(" (\"{}\")", one.passage);
    check.examples.push_back(std::move(example));
  }
  return check;
}

void refuse_copied_search_set(const Contamination& check, const recipes::ContaminationSpec& spec) {
  if (spec.allow_leaderboard_search || 2 * (check.exact + check.near) <= check.compared) return;
  throw InputError(
      spec.mark,
      fmt::format("{} of {} search items are copies of what {} holds: the search would be fitted to it",
                  check.exact + check.near, check.compared, check.against),
      "search on other items, or set allow_leaderboard_search: true under contamination; the report will "
      "then say so");
}

}  // namespace

std::vector<Contamination> check_contamination(const Exam& exam, const recipes::SearchSpec& spec) {
  std::array<TextSet, 3> sides;
  for (std::size_t s = 0; s < sides.size(); ++s) sides[s] = questions_of(exam, static_cast<Side>(s));
  std::vector<Contamination> checks;
  for (std::size_t later = 1; later < sides.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier)
      checks.push_back(compare(sides[later], kSides[later], sides[earlier], std::string(kSides[earlier])));
  }
  for (const std::string& name : spec.contamination.against) {
    const TextSet texts = read_texts(spec.contamination, name, spec.file);
    for (std::size_t s = 0; s < sides.size(); ++s) {
      checks.push_back(compare(sides[s], kSides[s], texts, name));
      if (static_cast<Side>(s) == Side::search) refuse_copied_search_set(checks.back(), spec.contamination);
    }
  }
  return checks;
}

std::vector<std::string> describe(const std::vector<Contamination>& checks) {
  std::vector<std::string> sentences;
  for (const Contamination& check : checks) {
    if (check.found() == 0) continue;
    sentences.push_back(fmt::format(
        "contamination: of {} {} items, {} are also in {} ({} whole, {} nearly, {} a passage): {}",
        check.compared, check.items, check.found(), check.against, check.exact, check.near, check.passages,
        fmt::join(check.examples, "; ")));
  }
  if (sentences.empty()) {
    sentences.emplace_back(
        "contamination: no question is on two sides of the split, nor in a file under contamination");
  }
  return sentences;
}

nlohmann::ordered_json to_json(const Contamination& check) {
  return {{"items", check.items},      {"against", check.against}, {"compared", check.compared},
          {"exact", check.exact},      {"near", check.near},       {"passages", check.passages},
          {"examples", check.examples}};
}

Contamination contamination_from(const nlohmann::ordered_json& json) {
  return {.items = json.at("items").get<std::string>(),
          .against = json.at("against").get<std::string>(),
          .compared = json.at("compared").get<std::size_t>(),
          .exact = json.at("exact").get<std::size_t>(),
          .near = json.at("near").get<std::size_t>(),
          .passages = json.at("passages").get<std::size_t>(),
          .examples = json.at("examples").get<std::vector<std::string>>()};
}

}  // namespace tsugi::evolve
