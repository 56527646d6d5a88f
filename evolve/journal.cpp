// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/journal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "evolve/run_folder.h"
#include "merge/sha256.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using eval::Side;
using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::array<std::pair<Side, const char*>, 3> kSides{
    {{Side::search, "search"}, {Side::validation, "validation"}, {Side::test, "test"}}};

const char* text_of(Side side) {
  for (const auto& [value, text] : kSides) {
    if (value == side) return text;
  }
  throw Error("a side without a name");
}

Side side_of(const std::string& text) {
  for (const auto& [value, known] : kSides) {
    if (known == text) return value;
  }
  throw Error(fmt::format("unknown side '{}'", text));
}

// Reasons for failures may quote bytes of files, which need not be UTF-8.
std::string text_of(const Json& record) {
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> digests_of(const std::vector<std::string>& recipes) {
  std::vector<std::string> digests;
  for (const std::string& recipe : recipes) digests.push_back(merge::sha256_hex(recipe));
  return digests;
}

}  // namespace

void Journal::create(const std::filesystem::path& file, const RunIdentity& identity, int evaluations) {
  const Json header = {
      {"header", {{"version", kVersion}, {"identity", to_json(identity)}, {"evaluations", evaluations}}}};
  write_whole(file, record_line(text_of(header)));
}

Journal::Journal(std::filesystem::path file) : file_(std::move(file)) {
  const Records records = read_records(file_);
  bytes_ = records.bytes;
  if (records.payloads.empty()) {
    throw InputError(file_.string(), "is no journal of a run", "give the folder of a run");
  }
  for (std::size_t i = 0; i < records.payloads.size(); ++i) {
    try {
      const Json record = Json::parse(records.payloads[i]);
      if (!record.is_object() || record.size() != 1) throw Error("one member was expected");
      if ((i == 0) != record.contains("header")) throw Error("a header belongs at the beginning");
      apply(record);
    } catch (const InputError&) {
      throw;
    } catch (const std::exception& error) {
      throw InputError(file_.string(), fmt::format("record {} is not understood: {}", i + 1, error.what()),
                       "go on with the program that wrote it");
    }
  }
}

void Journal::apply(const Json& record) {
  const std::string& kind = record.begin().key();
  const Json& value = record.begin().value();
  if (kind == "header") {
    if (const int version = value.at("version").get<int>(); version != kVersion) {
      throw InputError(file_.string(),
                       fmt::format("version {} of the journal, expected {}", version, kVersion),
                       "go on with the program that wrote it");
    }
    identity_ = run_identity_from(value.at("identity"));
    evaluations_ = value.at("evaluations").get<int>();
  } else if (kind == "process") {
    process_ = value.get<int>();
  } else if (kind == "evaluation") {
    apply_evaluation(value);
  } else if (kind == "finalists") {
    finalists_[evaluations_] = value.get<std::vector<std::string>>();
  } else if (kind == "opening") {
    openings_[evaluations_] = value.get<std::size_t>();
  } else if (kind == "extension") {
    evaluations_ = value.get<int>();
  } else {
    throw Error(fmt::format("unknown record '{}'", kind));
  }
}

void Journal::apply_evaluation(const Json& record) {
  Score score;
  if (const auto failure = record.find("failure"); failure != record.end()) {
    score.failure = failure->get<std::string>();
  } else {
    score.values = record.at("values").get<std::vector<double>>();
  }
  score.merge_seconds = record.at("seconds").at(0).get<double>();
  score.score_seconds = record.at("seconds").at(1).get<double>();
  const Measure measure = record.contains("measure") ? Measure::likelihood : Measure::metric;
  scores_.emplace(
      std::tuple(record.at("recipe").get<std::string>(), side_of(record.at("side").get<std::string>()),
                 measure, record.value("items", std::vector<std::size_t>())),
      std::move(score));
}

// What is in memory is what was written, to the letter: a run that goes on later sees the same.
void Journal::append(const Json& record, Sync sync) {
  const std::string text = text_of(record);
  const std::lock_guard lock(mutex_);
  if (!out_) throw Error(fmt::format("{}: is not open for writing", file_.string()));
  out_->append(text);
  // Some milliseconds, more than a small model's evaluation takes: a second apart they cost next to nothing.
  constexpr std::chrono::seconds kBetweenSyncs{1};
  const auto now = std::chrono::steady_clock::now();
  if (sync == Sync::now || now - synced_ >= kBetweenSyncs) {
    out_->sync();
    synced_ = now;
  }
  apply(Json::parse(text));
}

void Journal::sync() {
  const std::lock_guard lock(mutex_);
  if (out_) out_->sync();
}

void Journal::begin() {
  out_.emplace(file_, bytes_);
  append({{"process", ::getpid()}});
}

void Journal::extend(int evaluations) {
  append({{"extension", evaluations}});
}

const Score* Journal::find(const std::string& recipe, Side side, Measure measure,
                           const std::vector<std::size_t>& items) const {
  const auto found = scores_.find({merge::sha256_hex(recipe), side, measure, items});
  return found == scores_.end() ? nullptr : &found->second;
}

void Journal::record(const Evaluation& evaluation) {
  const Score& score = evaluation.score;
  Json record = {{"candidate", evaluation.candidate},
                 {"recipe", merge::sha256_hex(evaluation.recipe)},
                 {"side", text_of(evaluation.side)},
                 {"seconds", {score.merge_seconds, score.score_seconds}}};
  if (evaluation.measure == Measure::likelihood) record["measure"] = "likelihood";
  if (!evaluation.items.empty()) record["items"] = evaluation.items;
  if (score.failure.empty()) {
    record["values"] = score.values;
  } else {
    record["failure"] = score.failure;
  }
  append({{"evaluation", std::move(record)}}, Sync::soon);
}

void Journal::name_finalists(const std::vector<std::string>& recipes) {
  const std::vector<std::string> digests = digests_of(recipes);
  const auto named = finalists_.find(evaluations_);
  if (named == finalists_.end()) return append({{"finalists", digests}});
  if (named->second == digests) return;
  throw Error(
      fmt::format("{}: names other finalists than the search that was done again; the machine or "
                  "the program is not what it was",
                  file_.string()));
}

std::size_t Journal::open_test() {
  const auto opened = openings_.find(evaluations_);
  if (opened != openings_.end()) return opened->second;
  append({{"opening", openings_.size() + 1}});
  return openings_.size();
}

}  // namespace tsugi::evolve
