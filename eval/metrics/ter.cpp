// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ter: the translation edit rate (Snover et al. 2006) as Tercom and, after it, sacrebleu 2 count it: the
// edits that turn the answer into the reference, where moving a run of words that the reference has elsewhere
// is one edit, for each word of the reference. Words are what whitespace parts, in lower case. Moves are
// found greedily with Tercom's limits, which are part of the measure.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/reference_text.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

// Tercom's limits.
constexpr std::size_t kLongestMove = 10;   ///< words
constexpr std::size_t kFarthestMove = 50;  ///< words
constexpr std::size_t kMostMoves = 1000;   ///< tried, for one answer and reference
constexpr double kBeam = 25;               ///< cells on both sides of the diagonal that are filled

using Words = std::vector<int>;  ///< each word by its number

enum class Edit : std::uint8_t { none, keep, change, drop, add };

/// The way from an answer to a reference without moves.
struct Way {
  int edits = 0;
  std::vector<Edit> steps;
};

/// Levenshtein's distance within the beam. Of equal ways it takes to keep or change a word first, then to
/// drop one of the answer's, then to add one of the reference's.
Way way_between(const Words& answer, const Words& reference) {
  struct Cell {
    int edits = std::numeric_limits<int>::max() / 2;
    Edit last = Edit::none;
  };
  const std::size_t width = reference.size() + 1;
  std::vector<Cell> cells((answer.size() + 1) * width);
  for (std::size_t j = 0; j < width; ++j) cells[j] = {static_cast<int>(j), Edit::add};
  const double ratio =
      answer.empty() ? 1 : static_cast<double>(reference.size()) / static_cast<double>(answer.size());
  const auto beam = static_cast<std::ptrdiff_t>(kBeam < ratio / 2 ? std::ceil(ratio / 2 + kBeam) : kBeam);
  for (std::size_t i = 1; i <= answer.size(); ++i) {
    const auto diagonal = static_cast<std::ptrdiff_t>(std::floor(static_cast<double>(i) * ratio));
    const auto first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, diagonal - beam));
    const std::size_t end =
        i == answer.size() ? width : std::min(width, static_cast<std::size_t>(diagonal + beam));
    for (std::size_t j = first; j < end; ++j) {
      Cell& cell = cells[i * width + j];
      const Cell& above = cells[(i - 1) * width + j];
      if (j == 0) {
        cell = {above.edits + 1, Edit::drop};
        continue;
      }
      const bool same = answer[i - 1] == reference[j - 1];
      const std::array<Cell, 3> ways{
          {{cells[(i - 1) * width + j - 1].edits + (same ? 0 : 1), same ? Edit::keep : Edit::change},
           {above.edits + 1, Edit::drop},
           {cells[i * width + j - 1].edits + 1, Edit::add}}};
      for (const Cell& way : ways) {
        if (way.edits < cell.edits) cell = way;
      }
    }
  }
  Way way{.edits = cells.back().edits, .steps = {}};
  for (std::size_t i = answer.size(), j = reference.size(); i > 0 || j > 0;) {
    const Edit last = cells[i * width + j].last;
    way.steps.push_back(last);
    if (last != Edit::add) --i;
    if (last != Edit::drop) --j;
  }
  std::reverse(way.steps.begin(), way.steps.end());
  return way;
}

/// Which word of the answer a word of the reference stands for (-1: before the first), and which are wrong.
struct Alignment {
  std::vector<std::ptrdiff_t> place;  ///< [word of the reference]
  std::vector<bool> reference_wrong;
  std::vector<bool> answer_wrong;
};

Alignment alignment_of(const Way& way) {
  Alignment alignment;
  for (const Edit step : way.steps) {
    const bool wrong = step != Edit::keep;
    if (step != Edit::add) alignment.answer_wrong.push_back(wrong);
    if (step == Edit::drop) continue;
    alignment.place.push_back(static_cast<std::ptrdiff_t>(alignment.answer_wrong.size()) - 1);
    alignment.reference_wrong.push_back(wrong);
  }
  return alignment;
}

/// A run of words that answer and reference share.
struct Run {
  std::size_t from = 0;  ///< in the answer
  std::size_t to = 0;    ///< in the reference
  std::size_t length = 0;
};

Words moved(const Words& words, const Run& run, std::size_t target) {
  const auto at = [&](std::size_t i) { return words.begin() + static_cast<std::ptrdiff_t>(i); };
  Words rest(words.begin(), at(run.from));
  rest.insert(rest.end(), at(run.from + run.length), words.end());
  // Behind the run the target is counted without it; within, from the run's own start.
  const std::size_t place = target > run.from + run.length ? target - run.length : target;
  rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(std::min(place, rest.size())), at(run.from),
              at(run.from + run.length));
  return rest;
}

bool any(const std::vector<bool>& flags, std::size_t from, std::size_t length) {
  const auto begin = flags.begin() + static_cast<std::ptrdiff_t>(from);
  return std::find(begin, begin + static_cast<std::ptrdiff_t>(length), true) !=
         begin + static_cast<std::ptrdiff_t>(length);
}

/// The best single move of an answer towards a reference.
class MoveSearch {
 public:
  MoveSearch(const Words& answer, const Words& reference, std::size_t& tried)
      : answer_(answer),
        reference_(reference),
        before_(way_between(answer, reference)),
        alignment_(alignment_of(before_)),
        tried_(&tried) {}

  /// Edits saved, and the answer after the move; nothing when there is none to try.
  std::optional<std::pair<int, Words>> best() {
    for (std::size_t from = 0; from < answer_.size(); ++from) {
      for (std::size_t to = 0; to < reference_.size(); ++to) {
        if (!try_runs(from, to)) return found();
      }
    }
    return found();
  }

 private:
  /// Most edits saved, then the longest run, then the first one, then the first target.
  using Merit = std::tuple<int, std::size_t, std::ptrdiff_t, std::ptrdiff_t>;

  std::optional<std::pair<int, Words>> found() const {
    if (!merit_) return std::nullopt;
    return std::pair{std::get<0>(*merit_), best_};
  }

  /// False when no more moves may be tried.
  bool try_runs(std::size_t from, std::size_t to) {
    if ((from > to ? from - to : to - from) > kFarthestMove) return true;
    const std::size_t most = std::min({kLongestMove, answer_.size() - from, reference_.size() - to});
    for (std::size_t length = 1; length <= most && answer_[from + length - 1] == reference_[to + length - 1];
         ++length) {
      if (!try_run({from, to, length})) return false;
    }
    return true;
  }

  bool try_run(const Run& run) {
    const auto place = alignment_.place[run.to];
    const bool within = place >= static_cast<std::ptrdiff_t>(run.from) &&
                        place < static_cast<std::ptrdiff_t>(run.from + run.length);
    if (within || !any(alignment_.answer_wrong, run.from, run.length) ||
        !any(alignment_.reference_wrong, run.to, run.length))
      return true;
    std::optional<std::size_t> previous;
    for (std::size_t offset = 0; offset <= run.length && run.to + offset <= reference_.size(); ++offset) {
      const std::size_t word = run.to + offset;  // the target is behind the word in front of this one
      const std::size_t target = word == 0 ? 0 : static_cast<std::size_t>(alignment_.place[word - 1] + 1);
      if (target == previous) continue;
      previous = target;
      weigh(run, target);
    }
    return *tried_ < kMostMoves;
  }

  void weigh(const Run& run, std::size_t target) {
    Words after = moved(answer_, run, target);
    const Merit merit{before_.edits - way_between(after, reference_).edits, run.length,
                      -static_cast<std::ptrdiff_t>(run.from), -static_cast<std::ptrdiff_t>(target)};
    ++*tried_;
    if (merit_ && merit <= *merit_) return;
    merit_ = merit;
    best_ = std::move(after);
  }

  const Words& answer_;
  const Words& reference_;
  Way before_;
  Alignment alignment_;
  std::size_t* tried_;
  std::optional<Merit> merit_;
  Words best_;
};

int edits_between(Words answer, const Words& reference) {
  if (reference.empty()) return static_cast<int>(answer.size());
  int moves = 0;
  std::size_t tried = 0;
  while (true) {
    auto move = MoveSearch(answer, reference, tried).best();
    if (tried >= kMostMoves || !move || move->first <= 0) break;
    ++moves;
    answer = std::move(move->second);
  }
  return moves + way_between(answer, reference).edits;
}

using Counts = std::array<double, 2>;  ///< edits, words of the reference

Counts counts_of(const MetricSpec& spec, const Item& item, const Answer& answer) {
  std::map<std::string, int> numbers;
  const auto words = [&](const std::string& text) {
    Words list;
    for (std::string& word : python::split_words(python::lower(text)))
      list.push_back(numbers.emplace(std::move(word), static_cast<int>(numbers.size())).first->second);
    return list;
  };
  const Words answered = words(answer.filtered);
  const Words reference = words(reference_text(spec, item, answer));
  return {static_cast<double>(edits_between(answered, reference)), static_cast<double>(reference.size())};
}

double score(const Counts& counts) {
  const auto [edits, words] = counts;
  if (words > 0) return 100 * (edits / words);
  return edits > 0 ? 100 : 0;
}

double value(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return score(counts_of(spec, item, answer));
}

std::vector<double> parts(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  const Counts counts = counts_of(spec, item, answer);
  return {counts.begin(), counts.end()};
}

double corpus(const Measures& measures, std::span<const std::size_t> which) {
  return score(sum_of_parts<std::tuple_size_v<Counts>>(measures, which));
}

constexpr Aggregation kTer = {"ter", corpus, Aggregation::Error::few_bootstrap};

}  // namespace

Metric metric_ter() {
  return {"ter", OutputType::generate_until, value, nullptr, &kTer, false, parts};
}

}  // namespace tsugi::eval
