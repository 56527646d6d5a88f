// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi diff A B [--base C]
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>

#include "apps/commands.h"
#include "apps/model_argument.h"
#include "apps/text_table.h"
#include "merge/look/model_diff.h"
#include "merge/parallel.h"

namespace tsugi::apps {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string a;
  std::string b;
  std::string base;
  std::size_t limit = 20;
  bool overlap = false;
};

std::string number(const std::optional<double>& value) {
  if (!value) return "-";
  return *value != 0 && std::fabs(*value) < 1e-3 ? fmt::format("{:.2e}", *value)
                                                 : fmt::format("{:.4f}", *value);
}

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f} %", 100 * *value) : "-";
}

// The same columns for tensors, roles, layers and the whole.
class DiffTable {
 public:
  DiffTable(std::string first, bool tasks, bool overlap)
      : tasks_(tasks), overlap_(overlap), table_(head(std::move(first), tasks, overlap)) {}

  void add(const std::string& name, const merge::DiffSums& sums) {
    std::vector<std::string> cells{name, number(sums.pair.relative_l2()), number(sums.pair.cosine()),
                                   fmt::format("{:.3g}", sums.pair.largest),
                                   percent(sums.pair.changed_share())};
    if (tasks_) {
      const merge::TaskSums none;
      const merge::TaskSums& task = sums.task ? *sums.task : none;
      for (const auto& value : {task.relative_a(), task.relative_b(), task.cosine()})
        cells.push_back(number(value));
      cells.push_back(percent(task.conflict_share()));
    }
    if (overlap_) cells.push_back(percent(sums.overlap()));
    table_.add(std::move(cells));
  }
  std::string text() const { return table_.text(); }

 private:
  static std::vector<std::string> head(std::string first, bool tasks, bool overlap) {
    std::vector<std::string> cells{std::move(first), "rel. L2", "cosine", "max", "changed"};
    if (tasks) {
      for (const char* cell : {"|A-C|/|C|", "|B-C|/|C|", "task cosine", "conflict"}) cells.emplace_back(cell);
    }
    if (overlap) cells.emplace_back("top 20 %");
    return cells;
  }

  bool tasks_;
  bool overlap_;
  TextTable table_;
};

void put(Json& json, const char* key, const std::optional<double>& value) {
  json[key] = value ? Json(*value) : Json(nullptr);
}

Json sums_json(const merge::DiffSums& sums) {
  Json json = {{"elements", sums.pair.elements}, {"not_finite", sums.pair.bad}};
  put(json, "relative_l2", sums.pair.relative_l2());
  put(json, "cosine", sums.pair.cosine());
  json["max_abs"] = sums.pair.largest;
  json["changed"] = sums.pair.changed_share();
  json["norm_a"] = std::sqrt(sums.pair.aa);
  json["norm_b"] = std::sqrt(sums.pair.bb);
  json["norm_difference"] = std::sqrt(sums.pair.dd);
  if (sums.task) {
    Json task = {{"norm_base", std::sqrt(sums.task->cc)},
                 {"norm_a", std::sqrt(sums.task->aa)},
                 {"norm_b", std::sqrt(sums.task->bb)}};
    put(task, "relative_a", sums.task->relative_a());
    put(task, "relative_b", sums.task->relative_b());
    put(task, "cosine", sums.task->cosine());
    put(task, "sign_conflict", sums.task->conflict_share());
    if (sums.top_kept > 0) put(task, "top_20_percent_overlap", sums.overlap());
    json["task_vectors"] = task;
  }
  return json;
}

Json groups_json(const std::vector<merge::DiffGroup>& groups) {
  Json json = Json::array();
  for (const merge::DiffGroup& group : groups) {
    Json row = {{"name", group.name}, {"tensors", group.tensors}};
    row.update(sums_json(group.sums));
    json.push_back(row);
  }
  return json;
}

Json diff_json(const Options& options, const merge::ModelDiff& diff) {
  Json tensors = Json::array();
  for (const merge::TensorDiff& tensor : diff.tensors) {
    Json row = {{"name", tensor.name}, {"role", tensor.place.role}};
    row["layer"] = tensor.place.layer ? Json(*tensor.place.layer) : Json(nullptr);
    row["shape"] = tensor.shape;
    row["dtype_a"] = name(tensor.type_a);
    row["dtype_b"] = name(tensor.type_b);
    row.update(sums_json(tensor.sums));
    tensors.push_back(row);
  }
  Json json = {{"a", options.a}, {"b", options.b}};
  json["base"] = options.base.empty() ? Json(nullptr) : Json(options.base);
  json["total"] = sums_json(diff.total().sums);
  json["by_role"] = groups_json(diff.by_role());
  json["by_layer"] = groups_json(diff.by_layer());
  json["tensors"] = tensors;
  json["only_in_a"] = diff.only_a;
  json["only_in_b"] = diff.only_b;
  json["other_shape"] = diff.other_shape;
  json["not_in_base"] = diff.not_in_base;
  json["integer_tensors_that_differ"] = diff.whole_numbers;
  return json;
}

void list(const Console& console, const char* what, const std::vector<std::string>& names,
          std::size_t limit) {
  if (names.empty()) return;
  const std::size_t shown = limit == 0 ? names.size() : std::min(limit, names.size());
  console.print(
      fmt::format("{} ({}): {}{}", what, names.size(),
                  fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                  shown < names.size() ? ", …" : ""));
}

// Largest relative distance first; names decide between equal ones.
std::vector<const merge::TensorDiff*> farthest(const merge::ModelDiff& diff, std::size_t limit) {
  std::vector<const merge::TensorDiff*> order;
  for (const merge::TensorDiff& tensor : diff.tensors) {
    if (tensor.sums.pair.changed > 0 || tensor.sums.pair.bad > 0) order.push_back(&tensor);
  }
  const auto distance = [](const merge::TensorDiff* tensor) {
    return tensor->sums.pair.relative_l2().value_or(HUGE_VAL);  // from nothing to something
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const auto* a, const auto* b) { return distance(a) > distance(b); });
  if (limit > 0 && order.size() > limit) order.resize(limit);
  return order;
}

void warn(const Console& console, const merge::ModelDiff& diff) {
  for (const merge::TensorDiff& tensor : diff.tensors) {
    if (tensor.sums.pair.bad == 0) continue;
    console.note(
        fmt::format("note: tensor '{}': {} elements are infinite or NaN in a model and left out; tsugi "
                    "inspect MODEL --values says where",
                    tensor.name, tensor.sums.pair.bad));
  }
  const auto& task = diff.total().sums.task;
  if (!task) return;
  // Fine-tuning moves weights by some percent; unrelated models are 140 % apart.
  constexpr double kUnrelated = 0.5;
  if (task->relative_a().value_or(0) > kUnrelated || task->relative_b().value_or(0) > kUnrelated) {
    console.note(
        "note: a task vector is more than half as long as the base: this may not be the model it was tuned "
        "from");
  }
}

void print_tables(const Console& console, const Options& options, const merge::ModelDiff& diff) {
  const bool tasks = !options.base.empty();
  const merge::DiffGroup all = diff.total();
  DiffTable roles("role", tasks, options.overlap);
  for (const merge::DiffGroup& group : diff.by_role()) roles.add(group.name, group.sums);
  roles.add("all", all.sums);
  DiffTable layers("layer", tasks, options.overlap);
  for (const merge::DiffGroup& group : diff.by_layer()) layers.add(group.name, group.sums);
  const auto order = farthest(diff, options.limit);
  const auto equal = static_cast<std::size_t>(
      std::count_if(diff.tensors.begin(), diff.tensors.end(),
                    [](const auto& tensor) { return tensor.sums.pair.changed + tensor.sums.pair.bad == 0; }));
  console.print(fmt::format("{} tensors, {} values; {} tensors are equal\n", all.tensors,
                            short_count(all.sums.pair.elements), equal));
  console.print(fmt::format("{}\n{}", roles.text(), layers.text()));
  if (!order.empty()) {
    DiffTable tensors("tensor", tasks, options.overlap);
    for (const merge::TensorDiff* tensor : order) tensors.add(tensor->name, tensor->sums);
    console.print(fmt::format("\n{}", tensors.text()));
    const std::size_t rest = diff.tensors.size() - equal - order.size();
    if (rest > 0) console.print(fmt::format("  … and {} more; --limit 0 shows all", rest));
  }
  list(console, "only in A", diff.only_a, options.limit);
  list(console, "only in B", diff.only_b, options.limit);
  list(console, "of other shapes", diff.other_shape, options.limit);
  list(console, "not in the base", diff.not_in_base, options.limit);
  list(console, "integer tensors that differ", diff.whole_numbers, options.limit);
}

void run_diff(const Options& options, const CommonOptions& common) {
  const Console console(common);
  merge::ThreadPool pool(common.threads);
  merge::CheckpointStore store;
  const auto a = open_model(store, options.a, "A", console);
  const auto b = open_model(store, options.b, "B", console);
  const auto base = options.base.empty() ? nullptr : open_model(store, options.base, "--base", console);
  std::uint64_t elements = 0;
  for (const merge::TensorView& tensor : a->tensors()) elements += merge::elements(tensor.shape);
  merge::ModelDiff diff;
  {
    constexpr std::uint64_t kMillion = 1'000'000;
    Progress progress(console.progress_style(), "comparing", elements / kMillion, "M values");
    std::atomic<std::uint64_t> done = 0;
    merge::DiffOptions diff_options;
    diff_options.overlap = options.overlap && base != nullptr;
    diff_options.progress = [&](std::uint64_t count) {
      progress.reach(std::min(elements, done += count) / kMillion);
    };
    pool.run([&] { diff = merge::diff_models(*a, *b, base.get(), diff_options); });
  }
  warn(console, diff);
  print_tables(console, options, diff);
  console.print_json(diff_json(options, diff));
}

}  // namespace

Action add_diff(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("A", options->a, "A model folder")->required();
  app.add_option("B", options->b, "Another")->required();
  auto* base =
      app.add_option("--base", options->base, "The model that both were tuned from: compares task vectors");
  app.add_option("--limit", options->limit, "Tensors shown, the farthest apart first (default 20; 0: all)");
  app.add_flag(
         "--overlap", options->overlap,
         "Share of each task vector's 20 % largest changes that the other has too (reads three times more)")
      ->needs(base);
  app.footer(
      "rel. L2 is |B-A| / |A|; changed the share of elements that differ; conflict the share, of elements "
      "that "
      "both\n"
      "models changed, in which they went opposite ways. Models may be of any architecture; tensors are "
      "matched "
      "by name.\n\n"
      "Example: tsugi diff recipes/pocket/math recipes/pocket/ja --base recipes/pocket/base");
  return [options](const CommonOptions& common) { run_diff(*options, common); };
}

}  // namespace tsugi::apps
