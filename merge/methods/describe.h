// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Typed inside, erased outside: describe<K>() turns the struct of a method file into a Method.
//
// K has   static constexpr name, title, formula, source (string_view), traits (Traits);
//         struct Params (global) and struct ModelParams (one for each model), members double, int or bool
//         with their defaults; either may be left out; static constexpr auto table(): a tuple that binds each
//         member to its row, by required() or standard(); and, of these two, one or both: static Blend
//         blend(const Typed<K>&), static void apply(const Typed<K>&, const Tile&, const Answers&,
//         std::span<float> out), which is called where the former says none;
// and may have cut, check, reads, needs, tally, ranks, keys, sums, solve, stored_sums and stored_apply, each
// as in Method with Typed<K> in place of TensorCase; keys may leave out the Answers; stored_keys has no
// Typed<K>.
#pragma once

#include <limits>
#include <tuple>
#include <type_traits>
#include <vector>

#include "merge/methods/method.h"
#include "merge/steps/blend.h"

namespace tsugi::merge {

/// Every finite number.
inline constexpr Range kAnyNumber{-std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::infinity(), true, true};
/// Every finite number from 0 on.
inline constexpr Range kNotNegative{0, std::numeric_limits<double>::infinity(), false, true};

/// The part of a row that the member's type and default do not already say.
struct Row {
  std::string_view name;
  Range accepted = kAnyNumber;
  Range searched{0, 1};
  Scale scale = Scale::linear;
  std::string_view doc;
};

/// A member of K::Params or K::ModelParams and its row.
template <class Owner, class Value>
struct Binding {
  Value Owner::*member;
  Parameter row;
};

namespace detail {

template <class Owner, class Value>
constexpr Binding<Owner, Value> bound(Value Owner::*member, const Row& row, std::optional<double> standard) {
  static_assert(std::is_same_v<Value, double> || std::is_same_v<Value, int> || std::is_same_v<Value, bool>);
  constexpr bool kFlag = std::is_same_v<Value, bool>;
  constexpr Kind kKind = kFlag ? Kind::boolean : std::is_same_v<Value, int> ? Kind::integer : Kind::number;
  constexpr Range kSwitch{0, 1};
  return {member,
          {.name = row.name,
           .kind = kKind,
           .standard = standard,
           .accepted = kFlag ? kSwitch : row.accepted,
           .searched = kFlag ? kSwitch : row.searched,
           .scale = row.scale,
           .doc = row.doc}};
}

struct Nothing {};

template <class K>
struct ParamsOf {
  using type = Nothing;
};
template <class K>
requires requires {
  typename K::Params;
}
struct ParamsOf<K> {
  using type = typename K::Params;
};

template <class K>
struct ModelParamsOf {
  using type = Nothing;
};
template <class K>
requires requires {
  typename K::ModelParams;
}
struct ModelParamsOf<K> {
  using type = typename K::ModelParams;
};

template <class K>
inline constexpr auto kTable = K::table();

}  // namespace detail

/// Binds a member that every recipe must set.
template <class Owner, class Value>
constexpr auto required(Value Owner::*member, const Row& row) {
  return detail::bound(member, row, std::nullopt);
}

/// Binds a member whose default is the one it is declared with.
template <class Owner, class Value>
constexpr auto standard(Value Owner::*member, const Row& row) {
  return detail::bound(member, row, static_cast<double>(Owner{}.*member));
}

/// A tensor with its numbers in the method's own types. Valid during one call of the method.
template <class K>
struct Typed {
  const TensorCase& tensor;
  typename detail::ParamsOf<K>::type params;
  std::span<const typename detail::ModelParamsOf<K>::type> models;  ///< recipe order, base left out
};

namespace detail {

// Called once a tile: a handful of stores, and no allocation once the thread has seen as many models before.
template <class K>
Typed<K> bind(const TensorCase& tensor) {
  using Params = typename ParamsOf<K>::type;
  using ModelParams = typename ModelParamsOf<K>::type;
  thread_local std::vector<ModelParams> models;
  models.assign(tensor.models, ModelParams{});
  Typed<K> typed{tensor, Params{}, models};
  std::size_t global = 0;
  std::size_t per_model = 0;
  const auto set = [&]<class Owner, class Value>(const Binding<Owner, Value>& binding) {
    if constexpr (std::is_same_v<Owner, Params>) {
      typed.params.*binding.member = static_cast<Value>(tensor.settings->global[global++]);
    } else {
      static_assert(std::is_same_v<Owner, ModelParams>);
      for (std::size_t i = 0; i < models.size(); ++i) {
        models[i].*binding.member = static_cast<Value>(tensor.settings->per_model[i][per_model]);
      }
      ++per_model;
    }
  };
  std::apply([&](const auto&... binding) { (set(binding), ...); }, kTable<K>);
  return typed;
}

template <class K>
std::vector<Parameter> rows() {
  std::vector<Parameter> rows;
  const auto add = [&]<class Owner, class Value>(const Binding<Owner, Value>& binding) {
    rows.push_back(binding.row);
    rows.back().scope =
        std::is_same_v<Owner, typename ModelParamsOf<K>::type> ? Scope::per_model : Scope::global;
  };
  std::apply([&](const auto&... binding) { (add(binding), ...); }, kTable<K>);
  return rows;
}

// What is asked without looking at a value.
template <class K>
void describe_questions(Method& method) {
  if constexpr (requires { &K::cut; }) {
    method.cut = [](const TensorCase& tensor) { return K::cut(bind<K>(tensor)); };
  }
  if constexpr (requires { &K::check; }) {
    method.check = [](const TensorCase& tensor, Remarks& remarks) { K::check(bind<K>(tensor), remarks); };
  }
  if constexpr (requires { &K::reads; }) {
    method.reads = [](const TensorCase& tensor, std::size_t model) {
      return K::reads(bind<K>(tensor), model);
    };
  }
  if constexpr (requires { &K::needs; }) {
    method.needs = [](const TensorCase& tensor) { return K::needs(bind<K>(tensor)); };
  }
}

// Passes over all values before the one that writes.
template <class K>
void describe_passes(Method& method) {
  if constexpr (requires { &K::tally; }) {
    method.tally = [](const TensorCase& tensor, const Tile& tile, std::span<double> tallies) {
      K::tally(bind<K>(tensor), tile, tallies);
    };
  }
  if constexpr (requires { &K::ranks; }) {
    method.ranks = [](const TensorCase& tensor, const Answers& answers, std::span<std::uint64_t> kept) {
      K::ranks(bind<K>(tensor), answers, kept);
    };
  }
  if constexpr (requires { &K::keys; }) {
    method.keys = [](const TensorCase& tensor, const Tile& tile, const Answers& answers, std::size_t query,
                     std::span<float> out) {
      if constexpr (requires { K::keys(bind<K>(tensor), tile, answers, query, out); }) {
        K::keys(bind<K>(tensor), tile, answers, query, out);
      } else {
        K::keys(bind<K>(tensor), tile, query, out);
      }
    };
  }
  if constexpr (requires { &K::sums; }) {
    method.sums = [](const TensorCase& tensor, const Tile& tile, const Answers& answers,
                     std::span<double> out) { K::sums(bind<K>(tensor), tile, answers, out); };
  }
}

template <class K>
void describe_stored(Method& method) {
  if constexpr (requires(const StoredTile& tile) { K::stored_keys(tile, 0); }) {
    method.stored_keys = &K::stored_keys;
  }
  if constexpr (requires { &K::write_stored_keys; }) {
    method.write_stored_keys = &K::write_stored_keys;
  }
  if constexpr (requires { &K::stored_tally; }) {
    method.stored_tally = [](const TensorCase& tensor, const StoredTile& tile, std::span<double> tallies) {
      return K::stored_tally(bind<K>(tensor), tile, tallies);
    };
  }
  if constexpr (requires { &K::stored_sums; }) {
    method.stored_sums = [](const TensorCase& tensor, const StoredTile& tile, const Answers& answers,
                            std::span<double> out) {
      return K::stored_sums(bind<K>(tensor), tile, answers, out);
    };
  }
  if constexpr (requires { &K::stored_apply; }) {
    method.stored_apply = [](const TensorCase& tensor, const StoredTile& tile, const Answers& answers,
                             std::span<std::byte> out) {
      return K::stored_apply(bind<K>(tensor), tile, answers, out);
    };
  }
}

template <class K>
void describe_result(Method& method) {
  if constexpr (requires { &K::solve; }) {
    method.solve = [](const TensorCase& tensor, Answers& answers) { K::solve(bind<K>(tensor), answers); };
  }
  if constexpr (requires { &K::blend; }) {
    method.blend = [](const TensorCase& tensor) { return K::blend(bind<K>(tensor)); };
  }
  method.apply = [](const TensorCase& tensor, const Tile& tile, const Answers& answers,
                    std::span<float> out) {
    if constexpr (requires { &K::blend; }) {
      const Blend form = K::blend(bind<K>(tensor));
      if (form != Blend::none) return steps::blend(form, tile, answers.factors, out);
    }
    if constexpr (requires { &K::apply; }) K::apply(bind<K>(tensor), tile, answers, out);
  };
}

}  // namespace detail

/// The Method that K describes.
template <class K>
Method describe() {
  Method method{.name = K::name,
                .title = K::title,
                .formula = K::formula,
                .source = K::source,
                .traits = K::traits,
                .parameters = detail::rows<K>()};
  detail::describe_questions<K>(method);
  detail::describe_passes<K>(method);
  detail::describe_stored<K>(method);
  detail::describe_result<K>(method);
  return method;
}

}  // namespace tsugi::merge
