// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "evolve/hdf5.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

constexpr std::array<std::string_view, 5> kOrigins = {"parent", "baseline", "start", "optimizer", "mean"};
constexpr std::array<std::string_view, 3> kSides = {"search", "validation", "test"};
constexpr std::int64_t kVersion = 1;

template <class Range, class Member>
std::vector<std::string> texts_of(const Range& range, Member member) {
  std::vector<std::string> out;
  for (const auto& element : range) out.emplace_back(member(element));
  return out;
}

template <class Range, class Member>
std::vector<std::int64_t> integers_of(const Range& range, Member member) {
  std::vector<std::int64_t> out;
  for (const auto& element : range) out.push_back(static_cast<std::int64_t>(member(element)));
  return out;
}

template <class Range, class Member>
std::vector<double> doubles_of(const Range& range, Member member) {
  std::vector<double> out;
  for (const auto& element : range) out.push_back(member(element));
  return out;
}

void write_genes(Hdf5Writer& file, const std::vector<Gene>& genes) {
  file.group("/genes", "What the columns of /candidates/genes are");
  file.texts("/genes/name", texts_of(genes, [](const Gene& g) { return g.name; }),
             "layers or place, model, parameter");
  file.doubles("/genes/low", {genes.size()}, doubles_of(genes, [](const Gene& g) { return g.low; }),
               "lowest value of the search");
  file.doubles("/genes/high", {genes.size()}, doubles_of(genes, [](const Gene& g) { return g.high; }),
               "highest value of the search");
  file.doubles("/genes/start", {genes.size()}, doubles_of(genes, [](const Gene& g) { return g.start; }),
               "where the search started");
  file.integers(
      "/genes/logarithmic",
      integers_of(genes, [](const Gene& g) { return g.scale == merge::Scale::logarithmic ? 1 : 0; }),
      "1: searched on a logarithmic scale");
}

void write_items(Hdf5Writer& file, const std::vector<ArchiveItem>& items) {
  file.group("/items", "What the columns of /candidates/scores are");
  file.texts("/items/id", texts_of(items, [](const ArchiveItem& i) { return i.id; }),
             "TASK/ID of the document");
  file.texts("/items/task", texts_of(items, [](const ArchiveItem& i) { return i.task; }), "name of the task");
  file.texts("/items/side",
             texts_of(items, [](const ArchiveItem& i) { return kSides[static_cast<std::size_t>(i.side)]; }),
             "search: selects; validation: compares the finalists; test: opened once, for the winner");
  file.integers("/items/cluster", integers_of(items, [](const ArchiveItem& i) { return i.cluster; }),
                "items of one cluster have one source or nearly the same text and are on one side");
}

// Rows of equal length one after another; a shorter row is filled up with kMissing.
std::vector<double> matrix(const std::vector<Record>& records, std::vector<double> Record::*row,
                           std::size_t columns) {
  std::vector<double> out(records.size() * columns, kMissing);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::vector<double>& values = records[i].*row;
    std::copy(values.begin(), values.end(), out.begin() + static_cast<std::ptrdiff_t>(i * columns));
  }
  return out;
}

std::size_t search_answers(const Archive& archive, const Record& record) {
  std::size_t answers = 0;
  for (std::size_t i = 0; i < record.scores.size(); ++i) {
    if (archive.items[i].side == eval::Side::search && !std::isnan(record.scores[i])) ++answers;
  }
  return answers;
}

void write_candidates(Hdf5Writer& file, const Archive& archive) {
  const std::vector<Record>& records = archive.records;
  file.group("/candidates",
             "One row for each candidate, in the order of evaluation; its number is its row, from 0");
  file.integers("/candidates/generation", integers_of(records, [](const Record& r) { return r.generation; }),
                "0: parents, baselines and the start of the search");
  file.texts("/candidates/origin", texts_of(records, [](const Record& r) { return name(r.origin); }),
             "parent, baseline, start, optimizer, or mean (the centre of the final search distribution)");
  file.texts("/candidates/name", texts_of(records, [](const Record& r) { return r.name; }),
             "of parents and baselines");
  file.doubles(
      "/candidates/genes", {records.size(), archive.genes.size()},
      matrix(records, &Record::genes, archive.genes.size()),
      "the genome, in the units of the recipe; NaN for parents, for merges outside the space, and for the "
      "genes of another stage");
  file.texts("/candidates/recipe", texts_of(records, [](const Record& r) { return r.recipe; }),
             "merge recipe in mergekit's YAML");
  file.integers(
      "/candidates/same_as",
      integers_of(records,
                  [](const Record& r) { return r.same_as ? static_cast<std::int64_t>(*r.same_as) : -1; }),
      "an earlier candidate with the same recipe, whose scores were taken over; -1: none");
  file.texts("/candidates/failure", texts_of(records, [](const Record& r) { return r.failure; }),
             "why a candidate has no fitness; empty if it has one");
  file.doubles("/candidates/fitness", {records.size()},
               doubles_of(records, [](const Record& r) { return r.fitness.value_or(kMissing); }),
               "sum over tasks of weight times mean score, on the search side; the log-likelihood where the "
               "search goes by it; an estimate of those that dropped out of a race; NaN: failed");
  file.integers("/candidates/asked",
                integers_of(records, [&](const Record& r) { return search_answers(archive, r); }),
                "items of the search side that the candidate has answered by the tasks' metric");
  file.doubles(
      "/candidates/log_likelihood", {records.size()},
      doubles_of(records, [](const Record& r) { return r.likelihood.value_or(kMissing); }),
      "of the reference answers a token, as fitness adds tasks up, on the search side; NaN: not asked");
  file.doubles("/candidates/scores", {records.size(), archive.items.size()},
               matrix(records, &Record::scores, archive.items.size()),
               "the task's metric for each item; NaN: not asked");
}

std::int64_t number_of(std::optional<std::size_t> id) {
  return id ? static_cast<std::int64_t>(*id) : -1;
}

template <std::size_t N>
std::size_t place_in(const std::array<std::string_view, N>& words, const std::string& word,
                     const std::filesystem::path& file) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return i;
  }
  throw InputError(file.string(), fmt::format("unknown word '{}'", word),
                   "read it with the program that wrote it");
}

void read_candidates(const Hdf5Reader& file, const std::filesystem::path& path, Archive& archive) {
  const auto generation = file.integers("/candidates/generation");
  const auto origin = file.texts("/candidates/origin");
  const auto names = file.texts("/candidates/name");
  const auto genes = file.doubles("/candidates/genes");
  const auto recipe = file.texts("/candidates/recipe");
  const auto same_as = file.integers("/candidates/same_as");
  const auto failure = file.texts("/candidates/failure");
  const auto fitness = file.doubles("/candidates/fitness");
  const auto likelihood = file.doubles("/candidates/log_likelihood");
  const auto scores = file.doubles("/candidates/scores");
  const std::size_t count = generation.size();
  const bool fits = origin.size() == count && names.size() == count && recipe.size() == count &&
                    same_as.size() == count && failure.size() == count && fitness.size() == count &&
                    likelihood.size() == count && genes.size() == count * archive.genes.size() &&
                    scores.size() == count * archive.items.size();
  if (!fits)
    throw InputError(path.string(), "tables of different lengths", "the file is damaged; take a copy of it");
  const auto row = [](const std::vector<double>& all, std::size_t i, std::size_t columns) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * columns);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(columns));
  };
  for (std::size_t i = 0; i < count; ++i) {
    Record record;
    record.generation = static_cast<std::size_t>(generation[i]);
    record.origin = static_cast<Origin>(place_in(kOrigins, origin[i], path));
    record.name = names[i];
    // Parents and merges outside the search's space have none.
    std::vector<double> own = row(genes, i, archive.genes.size());
    if (std::any_of(own.begin(), own.end(), [](double gene) { return !std::isnan(gene); }))
      record.genes = std::move(own);
    record.recipe = recipe[i];
    if (same_as[i] >= 0) record.same_as = static_cast<std::size_t>(same_as[i]);
    record.failure = failure[i];
    if (!std::isnan(fitness[i])) record.fitness = fitness[i];
    if (!std::isnan(likelihood[i])) record.likelihood = likelihood[i];
    record.scores = row(scores, i, archive.items.size());
    archive.records.push_back(std::move(record));
  }
}

void read_columns(const Hdf5Reader& file, const std::filesystem::path& path, Archive& archive) {
  const auto names = file.texts("/genes/name");
  const auto low = file.doubles("/genes/low");
  const auto high = file.doubles("/genes/high");
  const auto start = file.doubles("/genes/start");
  const auto logarithmic = file.integers("/genes/logarithmic");
  const auto ids = file.texts("/items/id");
  const auto tasks = file.texts("/items/task");
  const auto sides = file.texts("/items/side");
  const auto clusters = file.integers("/items/cluster");
  const bool fits = low.size() == names.size() && high.size() == names.size() &&
                    start.size() == names.size() && logarithmic.size() == names.size() &&
                    tasks.size() == ids.size() && sides.size() == ids.size() && clusters.size() == ids.size();
  if (!fits)
    throw InputError(path.string(), "tables of different lengths", "the file is damaged; take a copy of it");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto scale = logarithmic[i] != 0 ? merge::Scale::logarithmic : merge::Scale::linear;
    archive.genes.push_back(
        {.name = names[i], .low = low[i], .high = high[i], .start = start[i], .scale = scale});
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    archive.items.push_back({.id = ids[i],
                             .task = tasks[i],
                             .side = static_cast<eval::Side>(place_in(kSides, sides[i], path)),
                             .cluster = static_cast<std::size_t>(clusters[i])});
  }
}

}  // namespace

std::string_view name(Origin origin) {
  return kOrigins[static_cast<std::size_t>(origin)];
}

std::vector<double> values_of_items(const Record& record, std::span<const std::size_t> items) {
  std::vector<double> values;
  for (const std::size_t item : items) {
    if (!record.fitness || item >= record.scores.size() || std::isnan(record.scores[item])) return {};
    values.push_back(record.scores[item]);
  }
  return values;
}

void write_archive(const Archive& archive, const std::filesystem::path& path) {
  Hdf5Writer file(path);
  file.attribute("/", "description",
                 std::string("Archive of a search by tsugi: every candidate and its scores"));
  file.attribute("/", "version", kVersion);
  file.attribute("/", "optimizer", archive.optimizer);
  file.attribute("/", "merge_method", archive.merge_method);
  file.attribute("/", "seed", static_cast<std::int64_t>(archive.seed));
  file.attribute("/", "evaluations", static_cast<std::int64_t>(archive.evaluations));
  file.attribute("/", "winner", number_of(archive.winner));
  file.attribute("/", "test_openings", static_cast<std::int64_t>(archive.test_openings));
  file.texts("/search", std::vector<std::string>{archive.search}, "the search file as it was read");
  file.integers(
      "/finalists", std::vector<std::int64_t>(archive.finalists.begin(), archive.finalists.end()),
      "candidates that were compared on validation, named before it was looked at; the first wins unless "
      "another beats it by one paired standard error");
  write_genes(file, archive.genes);
  write_items(file, archive.items);
  write_candidates(file, archive);
  file.commit();
}

void write_timings(const Archive& archive, const std::filesystem::path& path) {
  Hdf5Writer file(path);
  const std::size_t count = archive.records.size();
  file.attribute("/", "description",
                 std::string("Wall-clock seconds of a search; rows are those of archive.h5"));
  file.doubles("/merge_seconds", {count},
               doubles_of(archive.records, [](const Record& r) { return r.merge_seconds; }),
               "planning and merging into resident weights, for the search side");
  file.doubles("/score_seconds", {count},
               doubles_of(archive.records, [](const Record& r) { return r.score_seconds; }),
               "scoring the items of the search side");
  file.doubles("/bookkeeping_seconds", {archive.bookkeeping_seconds.size()}, archive.bookkeeping_seconds,
               "one row for each generation: what it took outside of merging and scoring");
  file.commit();
}

Archive read_archive(const std::filesystem::path& path) {
  const Hdf5Reader file(path);
  const std::int64_t version = file.integer_attribute("/", "version");
  if (version != kVersion) {
    throw InputError(path.string(), fmt::format("version {} of the archive, expected {}", version, kVersion),
                     "read it with the program that wrote it");
  }
  Archive archive;
  archive.optimizer = file.text_attribute("/", "optimizer");
  archive.merge_method = file.text_attribute("/", "merge_method");
  archive.seed = static_cast<std::uint64_t>(file.integer_attribute("/", "seed"));
  archive.evaluations = static_cast<std::size_t>(file.integer_attribute("/", "evaluations"));
  const std::int64_t winner = file.integer_attribute("/", "winner");
  if (winner >= 0) archive.winner = static_cast<std::size_t>(winner);
  archive.test_openings = static_cast<std::size_t>(file.integer_attribute("/", "test_openings"));
  archive.search = file.texts("/search").at(0);
  for (const std::int64_t id : file.integers("/finalists"))
    archive.finalists.push_back(static_cast<std::size_t>(id));
  read_columns(file, path, archive);
  read_candidates(file, path, archive);
  return archive;
}

}  // namespace tsugi::evolve
