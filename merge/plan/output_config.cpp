// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/output_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "merge/plan/modules.h"
#include "merge/plan/vocabulary.h"
#include "merge/vocabulary/tensors.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

// Lists that may be as long as a model is deep by chance.
constexpr std::array<std::string_view, 5> kNotByLayer{"architectures", "bos_token_id", "eos_token_id",
                                                      "pad_token_id", "suppress_tokens"};

// Where layer settings stand: at the top and, in multimodal models, one level down.
std::vector<const Json*> levels(const Json& document) {
  std::vector<const Json*> found{&document};
  if (const auto text = document.find("text_config"); text != document.end() && text->is_object()) {
    found.push_back(&*text);
  }
  return found;
}

std::vector<std::string> lists_by_layer(const ModelConfig& config, std::size_t layers) {
  std::vector<std::string> keys;
  for (const Json* level : levels(config.document())) {
    for (const auto& [key, value] : level->items()) {
      const bool other = std::find(kNotByLayer.begin(), kNotByLayer.end(), key) != kNotByLayer.end();
      if (!other && value.is_array() && value.size() == layers) keys.push_back(key);
    }
  }
  return keys;
}

const Json& list_of(const PlanContext& context, const PlanSource& source, const std::string& key) {
  const ModelConfig& config = source.model->checkpoint->config();
  const Json* own = config.find(key);
  if (own != nullptr && own->is_array() && own->size() == source.model->layers) return *own;
  throw InputError(config.file(),
                   fmt::format("no list '{}' with {} entries, one a layer, as {} has", key,
                               source.model->layers, context.donor->checkpoint->config().file()),
                   "merge layers of models whose configurations list the same things");
}

// The entries of each slice's first source; the others merge with it layer by layer and must say the same.
Json concatenated(const PlanContext& context, const std::string& key) {
  Json list = Json::array();
  for (const PlanSlice& slice : context.slices) {
    const PlanSource& first = slice.sources.front();
    const Json& own = list_of(context, first, key);
    for (const PlanSource& other : slice.sources) {
      const Json& others = list_of(context, other, key);
      for (std::size_t i = 0; i < slice.length(); ++i) {
        if (own[first.begin + i] == others[other.begin + i]) continue;
        throw InputError(slice.mark,
                         fmt::format("'{}' is {} for layer {} of '{}' and {} for layer {} of '{}'", key,
                                     own[first.begin + i].dump(), first.begin + i, first.name,
                                     others[other.begin + i].dump(), other.begin + i, other.name),
                         "merge layers of one kind");
      }
    }
    for (std::size_t layer = first.begin; layer < first.end; ++layer) list.push_back(own[layer]);
  }
  return list;
}

// A count of first layers that are of another kind still has to be true of the new sequence.
void check_count(const PlanContext& context, const std::string& key, const std::string& only_if) {
  const ModelConfig& donor = context.donor->checkpoint->config();
  const auto count = donor.number(key);
  if (!count) return;
  if (!only_if.empty()) {
    const Json* active = donor.find(only_if);
    if (active == nullptr || *active != true) return;
  }
  std::size_t layer = 0;
  for (const PlanSlice& slice : context.slices) {
    const PlanSource& source = slice.sources.front();
    const double own = source.model->checkpoint->config().number(key).value_or(*count);
    for (std::size_t from = source.begin; from < source.end; ++from, ++layer) {
      if ((static_cast<double>(from) < own) == (static_cast<double>(layer) < *count)) continue;
      throw InputError(
          slice.mark,
          fmt::format("layer {} of '{}' becomes layer {}, but '{}' of {} makes the first {:.0f} layers "
                      "of another kind",
                      from, source.name, layer, key, donor.file(), *count),
          "keep layers of each kind on their side of that number");
    }
  }
}

// The type of most of the stored values; loaders convert the rest to it.
std::optional<DType> main_type(const std::vector<PlannedTensor>& tensors) {
  std::map<DType, std::size_t> values;
  for (const PlannedTensor& tensor : tensors) {
    if (is_float(tensor.output.dtype)) values[tensor.output.dtype] += elements(tensor.output.shape);
  }
  std::optional<DType> most;
  for (const auto& [type, count] : values) {
    if (!most || count > values[*most]) most = type;
  }
  return most;
}

// A checkpoint's own flag tells what its tensors are; the output's follows from those that are written.
void set_tie(const PlanContext& context, bool writes_head, ModelConfig& config) {
  const auto& tensors = context.donor->checkpoint->tensors();
  const bool donor_has_head = std::any_of(tensors.begin(), tensors.end(),
                                          [](const TensorView& tensor) { return is_head(tensor.name); });
  if (writes_head && config.tied() == true) config.set_tied(false);
  if (!writes_head && donor_has_head) config.set_tied(true);
}

// vocab_size is what loaders make room for: the rows that are written. Ids of special tokens follow their
// tokens.
void set_vocabulary(const PlanContext& context, const PlannedTensors& planned, ModelConfig& config) {
  std::vector<TensorView> written;
  for (const PlannedTensor& tensor : planned.tensors) {
    if (names_vocabulary(tensor.output.name))
      written.push_back({.name = tensor.output.name, .shape = tensor.output.shape});
  }
  const std::size_t rows = vocabulary_rows(written);
  const auto stated = config.number("vocab_size");
  if (rows > 0 && stated && *stated != static_cast<double>(rows)) config.set("vocab_size", rows);
  if (context.vocabulary == nullptr) return;
  for (const ChangedSetting& setting : context.vocabulary->settings) config.set(setting.key, setting.value);
}

}  // namespace

ModelConfig output_config(const PlanContext& context, const PlannedTensors& planned) {
  ModelConfig config = context.donor->checkpoint->config();
  if (const auto type = main_type(planned.tensors)) config.set_dtype(*type);
  set_tie(context, planned.writes_head, config);
  set_vocabulary(context, planned, config);
  if (context.recipe->slices.empty()) return config;
  // plan_modules() says how many layers another module has.
  if (!context.module.empty() && !is_language_model(context.module)) return config;

  std::size_t layers = 0;
  for (const PlanSlice& slice : context.slices) layers += slice.length();
  for (const std::string& key : lists_by_layer(config, context.donor->layers)) {
    config.set(key, concatenated(context, key));
  }
  check_count(context, "first_k_dense_replace", "");
  check_count(context, "max_window_layers", "use_sliding_window");
  config.set_layers(layers);
  return config;
}

}  // namespace tsugi::merge
