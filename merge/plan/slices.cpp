// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/slices.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "merge/plan/modules.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using recipes::ModelReference;

class SliceResolver {
 public:
  SliceResolver(PlanContext& context, CheckpointStore& checkpoints)
      : context_(context), recipe_(*context.recipe), method_(*context.method), checkpoints_(checkpoints) {}

  void resolve() {
    if (recipe_.models.empty() == recipe_.slices.empty()) {
      throw InputError(context_.place({}), "a recipe needs either models or slices",
                       "give exactly one of the two");
    }
    if (recipe_.base_model) base_ = &open(*recipe_.base_model);
    recipe_.slices.empty() ? from_models() : from_slices();
    in_recipe_order();
    check_configs();
  }

 private:
  OpenModel& open(const ModelReference& reference) {
    auto checkpoint = checkpoints_.get(reference, recipe_.file);
    for (const auto& model : context_.models) {
      if (model->checkpoint == checkpoint) return *model;
    }
    context_.models.push_back(context_.module.empty()
                                  ? std::make_unique<OpenModel>(std::move(checkpoint))
                                  : std::make_unique<OpenModel>(std::move(checkpoint), context_.module));
    return *context_.models.back();
  }

  // models: one slice over all layers

  void from_models() {
    PlanSlice slice{
        .sources = {}, .base = {}, .parameters = nullptr, .mark = context_.place(recipe_.method_mark)};
    for (const recipes::ModelEntry& entry : recipe_.models) {
      const OpenModel& model = open(entry.model);
      refuse_repetition(slice, model, entry.model);
      slice.sources.push_back(whole(model, entry.model, &entry.parameters));
    }
    if (base_ != nullptr && !position_of(slice, *base_)) {
      slice.sources.push_back(whole(*base_, *recipe_.base_model, nullptr));
      if (method_.traits.base == Base::unused) {
        context_.notes.add(fmt::format("base_model '{}' is one more input of {}, which starts from no base",
                                       recipe_.base_model->text, method_.name));
      }
    }
    for (const PlanSource& source : slice.sources) {
      const PlanSource& first = slice.sources.front();
      if (source.length() == first.length()) continue;
      throw InputError(source.mark,
                       fmt::format("'{}' has {} layers and '{}' has {}", first.name, first.length(),
                                   source.name, source.length()),
                       "models must have the same number of layers; use slices to choose layers of each");
    }
    set_base(slice, recipe_.base_model ? &*recipe_.base_model : nullptr, base_, "");
    check_count(slice, "");
    context_.slices.push_back(std::move(slice));
  }

  PlanSource whole(const OpenModel& model, const ModelReference& reference,
                   const recipes::ParameterMap* parameters) {
    return {.model = &model,
            .name = reference.text,
            .mark = context_.place(reference.mark),
            .begin = 0,
            .end = model.layers,
            .parameters = parameters};
  }

  void refuse_repetition(const PlanSlice& slice, const OpenModel& model, const ModelReference& reference) {
    const auto before = position_of(slice, model);
    if (!before) return;
    throw InputError(
        context_.place(reference.mark),
        fmt::format("'{}' is the same model as '{}' before it", reference.text, slice.sources[*before].name),
        "list each model once; slices may use one model several times");
  }

  static std::optional<std::size_t> position_of(const PlanSlice& slice, const OpenModel& model) {
    for (std::size_t i = 0; i < slice.sources.size(); ++i) {
      if (slice.sources[i].model == &model) return i;
    }
    return std::nullopt;
  }

  // slices

  void from_slices() {
    bool any_layer = false;
    for (std::size_t i = 0; i < recipe_.slices.size(); ++i) {
      const std::string where = fmt::format("slice {}: ", i + 1);
      context_.slices.push_back(from_slice(recipe_.slices[i], where));
      any_layer |= context_.slices.back().length() > 0;
    }
    check_sides();
    if (any_layer) return;
    throw InputError(context_.slices.front().mark, "every slice is empty, so the output would have no layers",
                     "layer_range [a, b] takes layers a to b-1");
  }

  // Encoder and decoder both number their layers from 0.
  void check_sides() const {
    const Checkpoint& first = *context_.slices.front().sources.front().model->checkpoint;
    if (!is_encoder_decoder(first.config())) return;
    if (context_.module.empty()) {
      throw InputError(context_.slices.front().mark,
                       fmt::format("slices of {}, whose encoder and decoder have layers of their own",
                                   first.folder().string()),
                       "write modules: with encoder:, decoder: and shared:, each with its slices or models");
    }
    std::size_t layer = 0;
    for (const PlanSlice& slice : context_.slices) {
      for (const PlanSource& source : slice.sources) check_first_layer(slice, source, layer);
      layer += slice.length();
    }
  }

  // T5 keeps the position bias of all layers in the first.
  static void check_first_layer(const PlanSlice& slice, const PlanSource& source, std::size_t layer) {
    const auto& layers = source.model->names.layers;
    if (layers.size() < 2 || source.length() == 0 || (source.begin == 0) == (layer == 0)) return;
    const auto own = std::find_if(layers[0].begin(), layers[0].end(), [&](const NamedTensor& tensor) {
      return find(layers[1], tensor.key) == nullptr;
    });
    if (own == layers[0].end()) return;
    throw InputError(slice.mark,
                     fmt::format("layer {} of '{}' becomes layer {}, and '{}' is in layer 0 alone",
                                 source.begin, source.name, layer, own->view->name),
                     "begin with layer 0, and use it once");
  }

  PlanSlice from_slice(const recipes::Slice& given, const std::string& where) {
    PlanSlice slice{
        .sources = {}, .base = {}, .parameters = &given.parameters, .mark = context_.place(given.mark)};
    if (given.sources.empty()) throw InputError(slice.mark, where + "no sources", "give at least one source");
    for (const recipes::SliceSource& source : given.sources) slice.sources.push_back(part(source));
    for (std::size_t i = 1; i < slice.sources.size(); ++i) {
      const PlanSource& source = slice.sources[i];
      const PlanSource& first = slice.sources.front();
      if (source.length() == first.length()) continue;
      throw InputError(context_.place(given.sources[i].range_mark),
                       fmt::format("{}'{}' gives {} layers and '{}' gives {}", where, first.name,
                                   first.length(), source.name, source.length()),
                       "all sources of a slice need layer ranges of one length");
    }
    const ModelReference* base = given.base_model     ? &*given.base_model
                                 : recipe_.base_model ? &*recipe_.base_model
                                                      : nullptr;
    if (method_.traits.base == Base::unused) base = nullptr;  // then it only gives config and tokenizer
    const OpenModel* model = base != nullptr ? &open(*base) : nullptr;
    if (model != nullptr && !position_of(slice, *model)) add_base(slice, *base, *model, where);
    set_base(slice, base, model, where);
    check_count(slice, where);
    return slice;
  }

  PlanSource part(const recipes::SliceSource& source) {
    const OpenModel& model = open(source.model);
    const auto count = static_cast<long long>(model.layers);
    if (source.begin < 0 || source.end > count || source.begin > source.end) {
      throw InputError(context_.place(source.range_mark),
                       fmt::format("layer_range [{}, {}] of '{}', which has {} layers", source.begin,
                                   source.end, source.model.text, count),
                       fmt::format("give [a, b] with 0 <= a <= b <= {}; b itself is not included", count));
    }
    return {.model = &model,
            .name = source.model.text,
            .mark = context_.place(source.model.mark),
            .begin = static_cast<std::size_t>(source.begin),
            .end = static_cast<std::size_t>(source.end),
            .parameters = &source.parameters};
  }

  // A base that is no source joins with the range that all sources share, if they do.
  void add_base(PlanSlice& slice, const ModelReference& base, const OpenModel& model,
                const std::string& where) {
    const PlanSource& first = slice.sources.front();
    const bool one_range = std::all_of(
        slice.sources.begin(), slice.sources.end(),
        [&](const PlanSource& source) { return source.begin == first.begin && source.end == first.end; });
    if (!one_range || first.end > model.layers) {
      throw InputError(
          slice.mark, fmt::format("{}base '{}' not among sources", where, base.text),
          fmt::format("add it as a source with the layers that '{}' is to start from", method_.name));
    }
    context_.notes.add(
        fmt::format("{}base '{}' is not among the sources; its layers {} to {} are used as theirs are", where,
                    base.text, first.begin, first.end));
    PlanSource added = whole(model, base, nullptr);
    added.begin = first.begin;
    added.end = first.end;
    slice.sources.push_back(std::move(added));
  }

  // both

  void set_base(PlanSlice& slice, const ModelReference* reference, const OpenModel* model,
                const std::string& where) {
    if (method_.traits.base == Base::unused) return;
    if (reference != nullptr) slice.base = position_of(slice, *model);
    if (slice.base || method_.traits.base == Base::optional) return;
    throw InputError(slice.mark,
                     fmt::format("{}{} needs a base_model and the recipe names none", where, method_.name),
                     "add base_model: with one of the models");
  }

  void check_count(const PlanSlice& slice, const std::string& where) {
    const std::size_t count = slice.sources.size() - (slice.base ? 1 : 0);
    const auto [least, most] = std::pair(method_.traits.min_models, method_.traits.max_models);
    if (count >= least && count <= most) return;
    const std::string expected =
        least == most ? fmt::format("exactly {}", least) : fmt::format("at least {}", least);
    const char* beside = slice.base ? " beside the base" : "";
    const bool base_joined = !slice.base && slice.sources.back().parameters == nullptr;
    throw InputError(slice.mark,
                     fmt::format("{}{} takes {} model{}{}, not {}", where, method_.name, expected,
                                 (least == most ? most : least) == 1 ? "" : "s", beside, count),
                     base_joined ? "remove base_model: under models it joins as one more input of this method"
                                 : "change the list or the merge_method");
  }

  // The base was opened first; the order of models is that of the recipe, whatever an error or a hash would
  // prefer.
  void in_recipe_order() {
    std::vector<const OpenModel*> order;
    for (const PlanSlice& slice : context_.slices) {
      for (const PlanSource& source : slice.sources) order.push_back(source.model);
    }
    const auto rank = [&](const std::unique_ptr<OpenModel>& model) {
      return std::find(order.begin(), order.end(), model.get()) - order.begin();
    };
    std::stable_sort(context_.models.begin(), context_.models.end(),
                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    context_.donor = base_ != nullptr ? base_ : context_.models.front().get();
    if (base_ == nullptr && context_.models.size() > 1) {
      context_.notes.add(
          fmt::format("the recipe names no base_model: config and tokenizer come from its first model, {}",
                      context_.donor->checkpoint->folder().string()));
    }
  }

  void check_configs() {
    const ModelConfig& donor = context_.donor->checkpoint->config();
    for (const auto& model : context_.models) {
      if (model.get() == context_.donor) continue;
      const ModelConfig& own = model->checkpoint->config();
      std::vector<std::string> differences = semantic_differences(donor, own);
      if (!recipe_.slices.empty()) drop_lists_by_layer(donor, own, differences);
      if (!differences.empty()) {
        throw InputError(
            own.file(),
            fmt::format("not the same kind of model as {}: {}", donor.file(), fmt::join(differences, "; ")),
            "merge models that compute alike; equal shapes are not enough");
      }
      if (own.architecture() != donor.architecture()) {
        context_.notes.add(fmt::format("{} calls itself {} and {} {}; names and shapes decide", donor.file(),
                                       donor.architecture(), own.file(), own.architecture()));
      }
    }
  }

  // With slices a list with one entry a layer is put together anew from lists that may well differ.
  static void drop_lists_by_layer(const ModelConfig& donor, const ModelConfig& own,
                                  std::vector<std::string>& differences) {
    const auto put_together = [&](const std::string& line) {
      const std::string key = line.substr(0, line.find(':'));
      const auto* first = donor.find(key);
      const auto* second = own.find(key);
      return first != nullptr && second != nullptr && first->is_array() && second->is_array() &&
             first->size() == donor.layers() && second->size() == own.layers();
    };
    differences.erase(std::remove_if(differences.begin(), differences.end(), put_together),
                      differences.end());
  }

  PlanContext& context_;
  const recipes::Recipe& recipe_;
  const Method& method_;
  CheckpointStore& checkpoints_;
  const OpenModel* base_ = nullptr;  // the top-level one
};

}  // namespace

void resolve_slices(PlanContext& context, CheckpointStore& checkpoints) {
  SliceResolver(context, checkpoints).resolve();
}

}  // namespace tsugi::merge
