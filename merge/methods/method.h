// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a merge method is. One file in this folder defines one; CMake lists the folder, so that nothing else
// changes.
//
// A method sees a tensor first for what it must know of all of it (tallies, ranks of magnitudes, sums, in
// this order), then tile by tile to write the result. It is pure: spans in, span out; no files, threads,
// logging or state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/dtype.h"

namespace tsugi::merge {

enum class Scope { global, per_model };
enum class Kind { number, integer, boolean };
enum class Scale { linear, logarithmic };

/// A closed or half-open interval; infinite ends mean no limit.
struct Range {
  double low;
  double high;
  bool low_open = false;
  bool high_open = false;

  bool contains(double value) const;
  std::string text() const;  ///< "[0, 1]", "(-inf, inf)"
};

/// One row of a method's table. Recipe checking, genome bounds, --help and documentation read it.
struct Parameter {
  std::string_view name;
  Scope scope = Scope::global;
  Kind kind = Kind::number;
  std::optional<double> standard;  ///< default; none: required
  Range accepted;                  ///< outside: InputError
  Range searched;                  ///< where a search moves it unless told otherwise
  Scale scale = Scale::linear;
  std::string_view doc;  ///< one sentence
};

enum class Base { unused, optional, required };

/// Where a method lets its tensor be cut into tiles.
enum class Cut {
  anywhere,
  rows,      ///< tiles are whole rows, along the last axis
  matrices,  ///< tiles are whole entries of the first axis of three axes or more, else whole rows
};

/// Results that are a sum of the inputs, each with one factor for the whole tensor. The factors are
/// Answers::factors, as solve() leaves them.
enum class Blend {
  none,
  sum,        ///< sum_i factors[i] x_i; with one factor more than models, the base comes first
  onto_base,  ///< b + sum_i factors[i] (x_i - b)
};

/// What the planner checks once, for all methods.
struct Traits {
  Base base = Base::unused;
  std::size_t min_models = 1;  ///< without the base
  std::size_t max_models = SIZE_MAX;
  bool symmetric = false;  ///< equal parameters: the order of models only moves rounding
  bool identity = false;   ///< equal inputs with default or unit parameters give that input back
  bool uses_seed = false;
  bool copies_lone = false;  ///< of a tensor that one input alone has, that input is the result, base or not
};

/// Resolved numbers for one tensor, in the order of Method::parameters; booleans are 0 and 1.
struct Settings {
  std::vector<double> global = {};                  ///< one for each global parameter
  std::vector<std::vector<double>> per_model = {};  ///< [model][per-model parameter]
};

/// What a method knows of the tensor it works on.
struct TensorCase {
  std::string_view name = {};  ///< of the output
  std::span<const std::size_t> shape = {};
  std::size_t elements = 0;
  std::size_t models = 0;  ///< without the base
  bool has_base = false;
  const Settings* settings = nullptr;
  std::uint64_t seed = 0;
  /// steps::mask_key() of each model, where the executor has worked them out; else empty.
  std::span<const std::uint64_t> mask_keys = {};
};

/// Neighbouring elements of all inputs, in f32.
struct Tile {
  std::size_t index = 0;                                ///< in the tensor
  std::size_t begin = 0;                                ///< flat place of the first element in the tensor
  std::size_t size = 0;                                 ///< elements
  std::size_t row_length = 0;                           ///< of the tensor
  std::span<const float> base = {};                     ///< [size], or empty
  std::span<const std::span<const float>> models = {};  ///< [size] each, recipe order, base left out

  // For methods whose tiles are whole rows.
  std::size_t row_begin() const { return begin / row_length; }
  std::size_t rows() const { return size / row_length; }
};

/// A tile whose inputs have 16 bits, as they lie in their files.
struct StoredTile {
  DType type = DType::BF16;  ///< of all
  std::size_t index = 0;
  std::size_t begin = 0;
  std::size_t size = 0;
  const std::byte* base = nullptr;                ///< its first element, or null
  std::span<const std::byte* const> models = {};  ///< first elements, recipe order
  /// Bits that stored_sums() leaves for stored_apply(), Needs::marks of 16 for each 16 elements; empty if
  /// there is no room for them, or nothing was left.
  std::span<std::uint16_t> marks = {};
};

/// Keys of a tile that follow from two inputs of 16 bits without being written down: |x - base|, or what
/// steps::smallness() makes of it.
struct StoredKeys {
  DType type = DType::BF16;
  const std::byte* x = nullptr;
  const std::byte* base = nullptr;
  std::size_t size = 0;
  bool smallness = false;
};

/// The k largest of a tensor's keys, told exactly: keep every key above `threshold`, and of those equal to it
/// the first `ties_kept` in flat order.
struct RankThreshold {
  float threshold = 0;
  std::uint64_t ties_kept = 0;
  /// [tile]: keys equal to the threshold in earlier tiles; empty if none are kept.
  std::vector<std::uint64_t> ties_before = {};
};

/// Vectors of whose dot products the sums are to be made, by the executor: all pairs, as steps::Gram reads
/// them.
enum class Products {
  none,             ///< the sums are the method's own
  models,           ///< x_i, whether there is a base or not
  deltas,           ///< x_i - b
  base_and_models,  ///< b, then x_i
};

/// What a method must know before it can write.
struct Needs {
  /// For query q: how many of the largest keys(q) to keep; 0 and all are answered too.
  std::vector<std::uint64_t> ranks = {};
  std::size_t sums = 0;                  ///< how many f64 sums over the tensor
  Products products = Products::none;    ///< sums() is called for none alone
  bool sums_depend_on_settings = false;  ///< false: kept for all candidates of a search
  std::size_t queries_per_key = 1;       ///< so many neighbours rank the same keys: those of the first
  std::size_t marks = 0;                 ///< bits for each element that StoredTile::marks has room for
  std::size_t tallies = 0;               ///< how many f64 that tiles add to, such as one for each column
};

struct Answers {
  std::vector<RankThreshold> ranks;  ///< one for each query
  std::vector<double> sums;  ///< tile results combined pairwise by tile index: the same for any thread count
  std::vector<double> tallies = {};  ///< the same for any thread count too
  std::vector<float> factors = {};   ///< what solve() leaves for apply()
};

/// What a method has to say about the numbers it is given, before any tensor is read.
struct Remarks {
  std::string error;  ///< "" or what is wrong; `cure` says what to do
  std::string cure;
  std::vector<std::string> notes;  ///< what a user should know, each a sentence
};

/// A method as data. Made by describe<K>() in methods/describe.h. Null members mean: nothing to do or to say.
struct Method {
  std::string_view name;     ///< as in recipes
  std::string_view title;    ///< for people
  std::string_view formula;  ///< one line
  std::string_view source;   ///< paper or page
  Traits traits;
  std::vector<Parameter> parameters;
  /// Null: anywhere.
  Cut (*cut)(const TensorCase&) = nullptr;
  void (*check)(const TensorCase&, Remarks&) = nullptr;
  /// False: this model cannot change the result (weight 0); it is not read and its span in a tile is empty.
  bool (*reads)(const TensorCase&, std::size_t model) = nullptr;
  Needs (*needs)(const TensorCase&) = nullptr;
  /// Adds the tile's share to each of the tensor's tallies.
  void (*tally)(const TensorCase&, const Tile&, std::span<double> tallies) = nullptr;
  /// Where it takes the tallies to say how many keys to keep: called once a tensor when they are known, sets
  /// what needs() left in Needs::ranks.
  void (*ranks)(const TensorCase&, const Answers&, std::span<std::uint64_t> kept) = nullptr;
  /// Non-negative keys of query q for each element of the tile. Called after the tallies are known.
  void (*keys)(const TensorCase&, const Tile&, const Answers&, std::size_t query,
               std::span<float> out) = nullptr;
  /// Adds nothing: writes the tile's own sums. Called after the ranks are known.
  void (*sums)(const TensorCase&, const Tile&, const Answers&, std::span<double> out) = nullptr;
  /// Once a tensor, with all else answered: turns the answers into factors. Throws InputError where the
  /// inputs have no result.
  void (*solve)(const TensorCase&, Answers&) = nullptr;
  /// Null: none.
  Blend (*blend)(const TensorCase&) = nullptr;
  /// The result of a tile; does what blend() says, where it says something.
  void (*apply)(const TensorCase&, const Tile&, const Answers&, std::span<float> out) = nullptr;

  // The same as tally(), keys(), sums() and apply() straight from BF16 or F16, and into it. Called where
  // inputs and output are that, and only where there are kernels::active(type). False, and what was written
  // is of no use, or nothing was added: the tile is not of the usual kind or holds a value that is not
  // finite, and goes through f32.
  bool (*stored_tally)(const TensorCase&, const StoredTile&, std::span<double> tallies) = nullptr;
  StoredKeys (*stored_keys)(const StoredTile&, std::size_t query) = nullptr;
  /// For keys of another kind.
  bool (*write_stored_keys)(const StoredTile&, std::size_t query, std::span<float> out) = nullptr;
  bool (*stored_sums)(const TensorCase&, const StoredTile&, const Answers&, std::span<double> out) = nullptr;
  bool (*stored_apply)(const TensorCase&, const StoredTile&, const Answers&,
                       std::span<std::byte> out) = nullptr;

  const Parameter* find(std::string_view parameter) const;
};

/// All methods, sorted by name.
std::span<const Method> methods();

/// Null when there is none of that name.
const Method* find_method(std::string_view name);

}  // namespace tsugi::merge
