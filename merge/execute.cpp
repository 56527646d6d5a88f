// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "merge/dot_products.h"
#include "merge/kernels/kernels.h"
#include "merge/memory.h"
#include "merge/rank_selection.h"
#include "merge/steps/blend.h"
#include "merge/steps/random_mask.h"
#include "merge/stored_inputs.h"
#include "merge/stream_store.h"
#include "merge/tensor_case.h"
#include "merge/tile_loader.h"
#include "merge/tiling.h"
#include "recipes/error.h"

namespace tsugi::merge {

namespace {

// Tensors are gathered and run side by side, this many values at a time, before done() is called for them:
// enough tasks for any machine, and little waits for its done(). Large ones among them are cut into tasks of
// their own; a thread that one of them has nothing to do for, between its passes, works on the next.
constexpr std::size_t kRunElements = std::size_t{1} << 26;

class Progress {
 public:
  explicit Progress(const std::function<void(std::uint64_t)>& report) : report_(report) {}

  void add(std::uint64_t bytes) {
    bytes_ += bytes;
    if (!report_) return;
    // A thread that finds another one reporting goes on working; the last report of a run comes from flush().
    if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) report_(bytes_);
  }

  void flush() {
    if (report_) report_(bytes_);
  }

 private:
  const std::function<void(std::uint64_t)>& report_;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::mutex mutex_;
};

// Adds rows of `width` values pairwise by index, level by level: a tree that depends on their number alone.
std::vector<double> add_pairwise(std::vector<double> rows, std::size_t width) {
  for (std::size_t count = rows.size() / width; count > 1; count = (count + 1) / 2) {
    for (std::size_t i = 0; i < count; i += 2) {
      for (std::size_t j = 0; j < width; ++j) {
        const double second = i + 1 < count ? rows[(i + 1) * width + j] : 0.0;
        rows[i / 2 * width + j] = rows[i * width + j] + second;
      }
    }
  }
  rows.resize(width);
  return rows;
}

class TensorRun {
 public:
  TensorRun(const MergePlan& plan, const PlannedTensor& planned, Sink& sink, const ExecuteOptions& options,
            Progress& progress)
      : plan_(plan),
        planned_(planned),
        sink_(sink),
        options_(options),
        progress_(progress),
        case_(case_of(planned, plan.seed)),
        tiling_(tiling_of(planned, case_)) {
    if (planned.method == nullptr || !planned.method->traits.uses_seed) return;
    for (std::size_t i = 0; i < case_.models; ++i)
      mask_keys_.push_back(steps::mask_key(plan.seed, i, case_.name));
    case_.mask_keys = mask_keys_;
  }

  bool small() const { return tiling_.groups <= 1; }
  std::size_t size() const { return case_.elements; }
  /// Bytes that it keeps beside those of the threads that work on it.
  std::uint64_t kept() const { return memory_of(planned_, plan_.seed).beside_threads(); }

  void run(Concurrency concurrency) {
    concurrency_ = concurrency;
    if (planned_.method == nullptr) {
      const TensorView& only = *planned_.models.front();
      sink_.write_bytes(planned_.output, only.bytes);
      progress_.add(only.bytes.size());
      return;
    }
    reads_.assign(planned_.models.size(), 1);
    if (planned_.method->reads != nullptr) {
      for (std::size_t i = 0; i < reads_.size(); ++i) reads_[i] = planned_.method->reads(case_, i) ? 1 : 0;
    }
    stored_ = StoredInputs::of(planned_, reads_);
    straight_ = stored_ && planned_.method->stored_apply != nullptr && stored_->make(planned_.output.dtype);
    if (planned_.method->needs != nullptr) reduce(planned_.method->needs(case_));
    if (planned_.method->solve != nullptr) planned_.method->solve(case_, answers_);
    find_stored_blend();
    apply();
  }

  // From the calling thread, after run().
  void finish() {
    if (const std::size_t count = not_finite_; count > 0) {
      throw Error(fmt::format(
          "tensor '{}': {} of {} merged values are infinite or NaN as {}; use smaller weights or, "
          "for float16, out_dtype: bfloat16",
          planned_.output.name, count, case_.elements, name(planned_.output.dtype)));
    }
    sink_.done(planned_.output);
  }

 private:
  template <class Body>
  void for_groups(const Body& body) {
    for_each(concurrency_, tiling_.groups, [&](std::size_t group) {
      TileLoader loader(plan_, planned_, tiling_, reads_, !checked_);
      body(group, loader);
    });
    checked_ = true;
  }

  void reduce(Needs needs) {
    if (needs.tallies > 0) tally(needs.tallies);
    if (planned_.method->ranks != nullptr) planned_.method->ranks(case_, answers_, needs.ranks);
    if (!needs.ranks.empty()) rank(needs);
    if (needs.sums == 0) return;
    ReductionCache* const cache = needs.sums_depend_on_settings ? nullptr : options_.cache;
    if (cache != nullptr && cache->find(planned_.inputs_fingerprint, answers_.sums)) return;
    if (needs.products == Products::none) {
      sum(needs);
    } else {
      multiply(needs);
    }
    if (cache != nullptr) cache->keep(planned_.inputs_fingerprint, answers_.sums);
  }

  // Neighbouring groups add to the tallies of one run, in order; runs are then added pairwise. Their number
  // follows from the shape and the width: all runs together have kTallyRoom, or one alone what it needs.
  void tally(std::size_t width) {
    const std::size_t groups = tiling_.groups;
    const TallyRuns cut(groups, width);
    const std::size_t length = cut.length;
    std::vector<double> of_runs(cut.runs * width);
    for_each(concurrency_, cut.runs, [&](std::size_t run) {
      TileLoader loader(plan_, planned_, tiling_, reads_, !checked_);
      const std::span<double> own(of_runs.data() + run * width, width);
      for (std::size_t group = run * length; group < std::min(groups, (run + 1) * length); ++group) {
        tiles_of(group).for_each([&](std::size_t index) {
          if (!stored_tally(index, own)) planned_.method->tally(case_, loader.load(index), own);
        });
      }
    });
    checked_ = true;
    answers_.tallies = add_pairwise(std::move(of_runs), width);
  }

  void rank(const Needs& needs) {
    const KeyPass pass = [&](const TileRange& tiles, std::span<const std::size_t> queries,
                             const KeyVisitor& visit) {
      TileLoader loader(plan_, planned_, tiling_, reads_, !checked_);
      tiles.for_each([&](std::size_t index) {
        KeyedTile tile{.index = index};
        if (straight_) tile.stored = stored_->tile(tiling_, index);
        for (std::size_t begin = 0; begin < queries.size();) {
          const std::size_t of_keys = queries[begin] / needs.queries_per_key;
          std::size_t end = begin + 1;
          while (end < queries.size() && queries[end] / needs.queries_per_key == of_keys) ++end;
          visit_keys(tile, queries.subspan(begin, end - begin), visit, loader);
          begin = end;
        }
      });
    };
    answers_.ranks = select_ranks(
        needs.ranks,
        {.elements = case_.elements, .tiles = tiling_.tiles, .tiles_per_group = tiling_.tiles_per_group()},
        concurrency_, pass);
    checked_ |= std::any_of(needs.ranks.begin(), needs.ranks.end(),
                            [&](std::uint64_t kept) { return kept > 0 && kept < case_.elements; });
  }

  // A tile whose keys are ranked, in f32 once that is wanted.
  struct KeyedTile {
    std::size_t index;
    StoredTile stored = {};
    const Tile* loaded = nullptr;
  };

  // Of queries that rank the same keys.
  void visit_keys(KeyedTile& tile, std::span<const std::size_t> queries, const KeyVisitor& visit,
                  TileLoader& loader) {
    const std::span<float> written = loader.result(tiling_.size_of(tile.index));
    bool done = false;
    if (straight_ && planned_.method->stored_keys != nullptr) {
      const StoredKeys keys = planned_.method->stored_keys(tile.stored, queries[0]);
      if (visit.stored && visit.stored(queries, keys)) return;
      done = kernels::active(keys.type)->write_keys(keys, written);
    } else if (straight_ && planned_.method->write_stored_keys != nullptr) {
      done = planned_.method->write_stored_keys(tile.stored, queries[0], written);
    }
    if (!done) {
      if (tile.loaded == nullptr) tile.loaded = &loader.load(tile.index);
      planned_.method->keys(case_, *tile.loaded, answers_, queries[0], written);
    }
    for (const std::size_t query : queries) visit.written(query, tile.index, written);
  }

  bool stored_tally(std::size_t index, std::span<double> tallies) {
    return straight_ && planned_.method->stored_tally != nullptr &&
           planned_.method->stored_tally(case_, stored_->tile(tiling_, index), tallies);
  }

  bool stored_sums(std::size_t index, std::span<double> sums) {
    if (!straight_ || planned_.method->stored_sums == nullptr) return false;
    StoredTile tile = stored_->tile(tiling_, index);
    tile.marks = marks_.room(index);
    const bool done = planned_.method->stored_sums(case_, tile, answers_, sums);
    if (done) marks_.know(index);
    return done;
  }

  bool stored_apply(std::size_t index, std::span<std::byte> out) {
    if (!straight_ && !blends_tiles_) return false;
    StoredTile tile = stored_->tile(tiling_, index);
    if (blends_tiles_) return steps::blend_stored(*stored_blend(tile), 0, out);
    tile.marks = marks_.known(index);
    return planned_.method->stored_apply(case_, tile, answers_, out);
  }

  void sum(const Needs& needs) {
    const std::size_t width = needs.sums;
    if (straight_) marks_ = KeptMarks(tiling_, needs.marks);
    std::vector<double> of_tiles(std::max<std::size_t>(1, tiling_.tiles) * width);
    for_groups([&](std::size_t group, TileLoader& loader) {
      tiles_of(group).for_each([&](std::size_t index) {
        const std::span<double> own(of_tiles.data() + index * width, width);
        if (!stored_sums(index, own)) planned_.method->sums(case_, loader.load(index), answers_, own);
      });
    });
    answers_.sums = add_pairwise(std::move(of_tiles), width);
  }

  void multiply(const Needs& needs) {
    const bool straight = stored_ && may_go_straight(needs.products, planned_.models.size());
    std::vector<double> of_tiles(std::max<std::size_t>(1, tiling_.tiles) * needs.sums);
    for_groups([&](std::size_t group, TileLoader& loader) {
      tiles_of(group).for_each([&](std::size_t index) {
        const std::span<double> own(of_tiles.data() + index * needs.sums, needs.sums);
        if (straight && dot_products(needs.products, stored_->tile(tiling_, index), own)) return;
        dot_products(needs.products, loader.load(index), own);
      });
    });
    answers_.sums = add_pairwise(std::move(of_tiles), needs.sums);
  }

  void apply() {
    for_groups([&](std::size_t group, TileLoader& loader) {
      const std::size_t begin = group * tiling_.blocks_per_group;
      const std::size_t end = std::min(tiling_.blocks, begin + tiling_.blocks_per_group);
      std::size_t written = 0;
      for (std::size_t block = begin; block < end; ++block) written += apply(block, loader);
      progress_.add(written);
    });
  }

  // Makes a block where the sink keeps it, or hands it over. Returns its bytes.
  std::size_t apply(std::size_t block, TileLoader& loader) {
    const OutputTensor& output = planned_.output;
    const std::size_t rows = tiling_.rows_in(block);
    const std::span<std::byte> place = sink_.place(output, tiling_.row_of(block), rows);
    std::span<std::byte> stored = place;
    const bool streams = !place.empty() && plan_.bytes_out >= kStreamedFrom;
    if (place.empty() || streams)
      stored = TileLoader::stored(rows * tiling_.row_length * bytes(output.dtype));
    std::size_t bad = 0;
    const bool blended =
        whole_blend_ && steps::blend_stored(*whole_blend_, block * tiling_.block_elements(), stored);
    // A value that is not finite has a reason: tile by tile it is found.
    if (!blended) bad = apply_tiles(block, loader, stored);
    if (streams) store_past_caches(stored, place.data());
    if (place.empty()) bad += sink_.write(output, tiling_.row_of(block), stored);
    if (bad > 0) not_finite_ += bad;
    return stored.size();
  }

  std::size_t apply_tiles(std::size_t block, TileLoader& loader, std::span<std::byte> stored) {
    const DType type = planned_.output.dtype;
    std::size_t bad = 0;
    for (std::size_t at = 0, index = block * tiling_.tiles_per_block; at < stored.size(); ++index) {
      const std::span<std::byte> out = stored.subspan(at, tiling_.size_of(index) * bytes(type));
      at += out.size();
      if (stored_apply(index, out)) continue;
      const Tile& tile = loader.load(index);
      const std::span<float> result = loader.result(tile.size);
      planned_.method->apply(case_, tile, answers_, result);
      bad += from_f32(type, result, out);
    }
    return bad;
  }

  // Blends of 16 bits into the same, which most models are, need no f32 in between.
  void find_stored_blend() {
    if (planned_.method->blend != nullptr) form_ = planned_.method->blend(case_);
    if (form_ == Blend::none || !stored_ || planned_.output.dtype != stored_->type()) return;
    whole_blend_ = stored_blend(stored_->whole());
    if (whole_blend_ || tiling_.tiles == 0 || !stored_->make(planned_.output.dtype)) return;
    blends_tiles_ = stored_blend(stored_->tile(tiling_, 0)).has_value();
  }

  std::optional<steps::StoredBlend> stored_blend(const StoredTile& tile) const {
    return steps::stored_blend(form_, tile, answers_.factors);
  }

  TileRange tiles_of(std::size_t group) const {
    return merge::tiles_of(group, tiling_.tiles_per_group(), tiling_.tiles);
  }

  const MergePlan& plan_;
  const PlannedTensor& planned_;
  Sink& sink_;
  const ExecuteOptions& options_;
  Progress& progress_;
  std::vector<std::uint64_t> mask_keys_;
  TensorCase case_;
  Tiling tiling_;
  Concurrency concurrency_ = Concurrency::serial;
  std::vector<char> reads_;
  std::optional<StoredInputs> stored_;
  KeptMarks marks_;
  bool straight_ = false;  // by the method's own ways from what is stored
  Blend form_ = Blend::none;
  std::optional<steps::StoredBlend> whole_blend_;  // of inputs that all lie in files
  bool blends_tiles_ = false;                      // as some inputs are converted
  bool checked_ = false;                           // a pass over all inputs has ended and found them finite
  Answers answers_;
  std::atomic<std::size_t> not_finite_ = 0;
};

using Runs = std::vector<std::unique_ptr<TensorRun>>;

// The sink's own work is one task more: a thread that is through with it joins the others.
void run_side_by_side(Runs& runs, Sink& sink, Concurrency concurrency) {
  if (runs.empty()) return;
  const auto run = [&](std::size_t i) {
    if (i == runs.size()) return sink.beside();
    runs[i]->run(runs[i]->small() ? Concurrency::serial : concurrency);
  };
  if (concurrency == Concurrency::parallel) {
    parallel_for_nested(runs.size() + 1, run);
  } else {
    for_each(concurrency, runs.size() + 1, run);
  }
  for (const auto& each : runs) each->finish();
  runs.clear();
}

}  // namespace

void execute(const MergePlan& plan, Sink& sink, const ExecuteOptions& options) {
  Progress progress(options.progress);
  Runs waiting;
  std::size_t waiting_elements = 0;
  std::uint64_t waiting_bytes = 0;
  const auto run_waiting = [&] {
    run_side_by_side(waiting, sink, options.concurrency);
    waiting_elements = 0;
    waiting_bytes = 0;
  };
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    const PlannedTensor& planned = plan.tensors[options.order.empty() ? i : options.order.at(i)];
    if (!sink.wants(planned.output)) continue;
    auto run = std::make_unique<TensorRun>(plan, planned, sink, options, progress);
    const std::uint64_t kept = run->kept();
    if (waiting_bytes + kept > options.kept_at_once) run_waiting();
    waiting_elements += run->size();
    waiting_bytes += kept;
    waiting.push_back(std::move(run));
    if (waiting_elements >= kRunElements) run_waiting();
  }
  run_waiting();
  progress.flush();
}

}  // namespace tsugi::merge
