// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/lora/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "merge/lora/adapter_config.h"
#include "merge/lora/adapter_folder.h"
#include "merge/parallel.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

RowSource delta_of(const FactorTask& task) {
  return {.rows = task.tuned->shape[0],
          .columns = task.tuned->shape[1],
          .read = [&task](std::size_t begin, std::size_t count, std::span<float> out) {
            thread_local std::vector<float> base;
            base.resize(out.size());
            read_rows(*task.tuned, begin, count, out);
            read_rows(*task.base, begin, count, base);
            for (std::size_t i = 0; i < out.size(); ++i) out[i] -= base[i];
          }};
}

std::vector<float> transposed(std::span<const float> values, std::size_t rows, std::size_t columns) {
  std::vector<float> result(values.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) result[j * rows + i] = values[i * columns + j];
  }
  return result;
}

class Extraction {
 public:
  Extraction(const LoraSurvey& survey, AdapterFolder& folder, const ExtractOptions& options)
      : survey_(survey),
        folder_(folder),
        options_(options),
        slots_(2 * survey.factors.size() + survey.whole.size()),
        modules_(survey.factors.size()) {}

  void factors() {
    parallel_for(survey_.factors.size(), [&](std::size_t i) {
      factor(i);
      const std::lock_guard lock(mutex_);
      ++done_;
      if (options_.progress) options_.progress(done_, survey_.factors.size());
    });
  }

  void whole() {
    for (std::size_t i = 0; i < survey_.whole.size(); ++i) {
      const TensorView& tensor = *survey_.whole[i].tuned;
      const std::size_t slot = 2 * survey_.factors.size() + i;
      describe(slot, survey_.whole[i].key, tensor.shape, tensor.dtype);
      folder_.put(slot, slots_[slot].name, tensor);
    }
  }

  std::vector<TensorLayout> take_slots() { return std::move(slots_); }
  std::vector<ExtractedModule> take_modules() { return std::move(modules_); }

 private:
  void factor(std::size_t i) {
    const FactorTask& task = survey_.factors[i];
    const Shape& shape = task.tuned->shape;
    const LowRank found = factorise(delta_of(task), options_.rule, options_.svd);
    modules_[i] = {.module = task.module,
                   .kind = task.kind,
                   .shape = shape,
                   .rank = found.rank,
                   .delta_square = found.energy_all,
                   .energy_share = found.energy_share(),
                   .largest = found.rank > 0 ? found.singular_values.front() : 0,
                   .exact = found.exact};
    if (found.rank == 0) return;
    if (task.kind == FactorKind::linear) {
      put(2 * i, "lora_A.weight", task, {found.rank, shape[1]}, found.right);
      put(2 * i + 1, "lora_B.weight", task, {shape[0], found.rank}, found.left);
      return;
    }
    // W = (B A)^T: the factors change places, each turned.
    const bool embeds = task.kind == FactorKind::embedding;
    put(2 * i, embeds ? "lora_embedding_A" : "lora_A.weight", task, {found.rank, shape[0]},
        transposed(found.left, shape[0], found.rank));
    put(2 * i + 1, embeds ? "lora_embedding_B" : "lora_B.weight", task, {shape[1], found.rank},
        transposed(found.right, found.rank, shape[1]));
  }

  void put(std::size_t slot, std::string_view ending, const FactorTask& task, const Shape& shape,
           std::span<const float> values) {
    describe(slot, fmt::format("{}.{}", task.module, ending), shape, options_.dtype);
    folder_.put(slot, slots_[slot].name, shape, options_.dtype, values);
  }

  void describe(std::size_t slot, const std::string& key, const Shape& shape, DType dtype) {
    slots_[slot] = {.name = fmt::format("base_model.model.{}", key), .dtype = dtype, .shape = shape};
  }

  const LoraSurvey& survey_;
  AdapterFolder& folder_;
  const ExtractOptions& options_;
  std::vector<TensorLayout> slots_;
  std::vector<ExtractedModule> modules_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};

// Modules that got no rank are no targets, or PEFT would look for their factors.
void drop_unranked(LoraSurvey& survey, const std::vector<ExtractedModule>& modules) {
  std::vector<std::string> dropped;
  for (const ExtractedModule& module : modules) {
    if (module.rank == 0) dropped.push_back(module.module);
  }
  if (dropped.empty()) return;
  std::vector<std::string> targets;
  for (const ExtractedModule& module : modules) {
    if (module.rank > 0) targets.push_back(module.module);
  }
  survey.target_modules = targets;
  for (const std::string& module : dropped) {
    const std::string bias = fmt::format("{}.base_layer.bias", module);
    const auto lost = std::find_if(survey.whole.begin(), survey.whole.end(),
                                   [&](const WholeTensor& tensor) { return tensor.key == bias; });
    if (lost == survey.whole.end()) continue;
    survey.left_out.push_back({lost->tuned->name, "its module has no factors left"});
    survey.whole.erase(lost);
  }
  survey.notes.push_back(fmt::format(
      "{} changed modules, the first '{}', have no singular value above the threshold and are left out",
      dropped.size(), dropped.front()));
}

}  // namespace

double ExtractReport::energy_share() const {
  double all = 0;
  double held = 0;
  for (const ExtractedModule& module : modules) {
    all += module.delta_square;
    held += module.delta_square * module.energy_share;
  }
  return all > 0 ? held / all : 1;
}

ExtractReport extract_lora(const Checkpoint& tuned, const Checkpoint& base, const std::filesystem::path& out,
                           const ExtractOptions& options) {
  AdapterFolder folder(out, {tuned.folder(), base.folder()});
  LoraSurvey survey = survey_lora(tuned, base);
  Extraction extraction(survey, folder, options);
  extraction.factors();
  ExtractReport report;
  report.modules = extraction.take_modules();
  std::vector<ModuleRank> ranks;
  for (const ExtractedModule& module : report.modules) {
    if (module.rank > 0) ranks.emplace_back(module.module, module.rank);
  }
  if (ranks.empty()) {
    throw InputError("--threshold", fmt::format("no singular value is above {}", options.rule.threshold),
                     "give a smaller one");
  }
  drop_unranked(survey, report.modules);
  extraction.whole();
  report.bytes = folder.commit(extraction.take_slots(),
                               adapter_config(survey, ranks, tuned.config(), options.base_name));
  report.saved_modules = survey.saved_modules;
  report.left_out = survey.left_out;
  report.notes = survey.notes;
  return report;
}

}  // namespace tsugi::merge
