// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/plan/fingerprint.h"
#include "merge/plan/tensors.h"
#include "merge/plan/vocabulary.h"
#include "merge/vocabulary/aligned_rows.h"
#include "merge/vocabulary/cache.h"
#include "merge/vocabulary/tensors.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kExamples = 5;

std::size_t values_of_token(const TensorView& view) {
  return view.shape.size() == 1 ? 1 : row_length(view.shape);
}

// A tensor of one model, and the model's place in the plan.
struct Holder {
  const OpenModel* model;
  const TensorView* view;
  std::size_t index;
  std::string name;
};

class Aligner {
 public:
  Aligner(PlanContext& context, const PlanSlice& slice, std::string_view name)
      : context_(context), slice_(slice), name_(name), alignment_(context.vocabulary->alignment) {}

  void align(std::vector<PlanInput>& inputs) {
    for (const PlanInput& input : inputs) {
      const PlanSource& source = slice_.sources[input.source];
      hold(source.model, input.view, source.name);
    }
    if (!has_vocabulary()) return;
    add_base();
    check_widths();
    place_rules();
    find_fallback();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!stays(i)) inputs[i].view = made(i);
    }
  }

 private:
  std::size_t size_of(const Holder& holder) const { return alignment_->models[holder.index].size; }
  const std::vector<TokenId>& rows_of(const Holder& holder) const { return alignment_->rows[holder.index]; }
  std::size_t tokens() const { return alignment_->output.tokens.size(); }

  void hold(const OpenModel* model, const TensorView* view, std::string name) {
    const auto found = std::find_if(context_.models.begin(), context_.models.end(),
                                    [&](const auto& other) { return other.get() == model; });
    holders_.push_back(
        {model, view, static_cast<std::size_t>(found - context_.models.begin()), std::move(name)});
  }

  // A name alone may deceive; a tensor with fewer entries than tokens is none.
  bool has_vocabulary() const {
    const auto fits = [&](const Holder& holder) {
      const std::size_t rank = holder.view->shape.size();
      return (rank == 1 || rank == 2) && holder.view->shape[0] >= size_of(holder) &&
             holder.view->shape[0] > 0;
    };
    if (std::none_of(holders_.begin(), holders_.end(), fits)) return false;
    for (const Holder& holder : holders_) {
      if (fits(holder)) continue;
      throw InputError(context_.place(slice_.mark),
                       fmt::format("tensor '{}' is {} in '{}', whose vocabulary has {} rows", name_,
                                   text(holder.view->shape), holder.name, size_of(holder)),
                       "use models whose heads and embeddings have a row for every token");
    }
    return true;
  }

  // The base lends rows even where it is no source (specification, part C2).
  void add_base() {
    const OpenModel* base = slice_.base                   ? slice_.sources[*slice_.base].model
                            : context_.recipe->base_model ? context_.donor
                                                          : nullptr;
    if (base == nullptr) return;
    for (std::size_t i = 0; i < holders_.size(); ++i) {
      if (holders_[i].model == base) base_ = i;
    }
    if (base_) return;
    const TensorView* view = base->checkpoint->find(name_);
    if (view == nullptr && is_head(name_)) view = vocabulary_embedding(base->checkpoint->tensors());
    if (view == nullptr || view->shape.size() != holders_.front().view->shape.size()) return;
    base_ = holders_.size();
    hold(base, view, base->checkpoint->folder().string());
  }

  void check_widths() const {
    const Holder& first = holders_.front();
    for (const Holder& holder : holders_) {
      if (holder.view->shape.size() == first.view->shape.size() &&
          values_of_token(*holder.view) == values_of_token(*first.view))
        continue;
      throw InputError(context_.place(slice_.mark),
                       fmt::format("tensor '{}' is {} in '{}' and {} in '{}'", name_, text(first.view->shape),
                                   first.name, text(holder.view->shape), holder.name),
                       "rows can be aligned by token, but all must be equally wide: use models of one size");
    }
  }

  void place_rules() {
    for (const TokenRule& rule : alignment_->rules) {
      if (rule.row == recipes::TokenRow::zero) continue;
      const auto holds = [&](const Holder& holder) { return holder.index == rule.model; };
      if (std::any_of(holders_.begin(), holders_.end(), holds)) continue;
      throw InputError(context_.place(rule.mark),
                       fmt::format("token {} takes a row of '{}', which gives no '{}' to the output",
                                   cited(alignment_->output.tokens[static_cast<std::size_t>(rule.token)]),
                                   alignment_->models[rule.model].name, name_),
                       "name a source of the slice, or the base");
    }
  }

  // The rule for one token without an entry in `tokens:`.
  std::int16_t choose(std::size_t token) const {
    std::size_t count = 0;
    std::size_t only = 0;
    for (std::size_t i = 0; i < holders_.size(); ++i) {
      if (rows_of(holders_[i])[token] < 0) continue;
      ++count;
      only = i;
    }
    if (count == 0) return FallbackRows::kZero;
    if (count == 1) return static_cast<std::int16_t>(only);
    if (base_ && rows_of(holders_[*base_])[token] >= 0) return static_cast<std::int16_t>(*base_);
    return FallbackRows::kMean;
  }

  void find_fallback() {
    auto rows = std::make_shared<FallbackRows>();
    if (holders_.size() > std::numeric_limits<std::int16_t>::max()) {
      throw InputError(context_.place(slice_.mark), "too many models for one vocabulary", "merge in steps");
    }
    for (const Holder& holder : holders_) {
      rows->tensors.push_back(holder.view);
      rows->rows.emplace_back(rows_of(holder));
    }
    rows->keeps = alignment_;
    rows->from.resize(tokens());
    rows->row.assign(tokens(), -1);
    std::vector<char> ruled(tokens(), 0);
    for (const TokenRule& rule : alignment_->rules) apply(rule, *rows, ruled);
    std::vector<std::string> zeros;
    std::size_t zero_count = 0;
    for (std::size_t token = 0; token < tokens(); ++token) {
      if (ruled[token] != 0) continue;
      const std::int16_t from = choose(token);
      rows->from[token] = from;
      if (from >= 0) rows->row[token] = rows_of(holders_[static_cast<std::size_t>(from)])[token];
      if (from == FallbackRows::kZero && ++zero_count <= kExamples)
        zeros.push_back(cited(alignment_->output.tokens[token]));
    }
    if (zero_count > 0) {
      std::string list;
      for (const std::string& zero : zeros) list += fmt::format("{}{}", list.empty() ? "" : ", ", zero);
      context_.notes.add(fmt::format("tensor '{}': {} tokens are in no model and get rows of zeros: {}{}",
                                     name_, zero_count, list, zero_count > kExamples ? ", …" : ""));
    }
    fallback_ = std::move(rows);
  }

  void apply(const TokenRule& rule, FallbackRows& rows, std::vector<char>& ruled) const {
    const auto token = static_cast<std::size_t>(rule.token);
    ruled[token] = 1;
    rows.from[token] = FallbackRows::kZero;
    if (rule.row == recipes::TokenRow::zero) return;
    for (std::size_t i = 0; i < holders_.size(); ++i) {
      if (holders_[i].index == rule.model) rows.from[token] = static_cast<std::int16_t>(i);
    }
    rows.row[token] = rule.id;
  }

  bool borrows(std::size_t holder, std::size_t token) const {
    const std::vector<char>& forced = *alignment_->forced;
    return rows_of(holders_[holder])[token] < 0 || (!forced.empty() && forced[token] != 0);
  }

  // Whether the tensor already is what it is to be.
  bool stays(std::size_t holder) const {
    const Holder& own = holders_[holder];
    if (own.view->shape[0] != alignment_->output.rows || tokens() != alignment_->output.rows) return false;
    for (std::size_t token = 0; token < tokens(); ++token) {
      if (borrows(holder, token) || rows_of(own)[token] != static_cast<TokenId>(token)) return false;
    }
    return true;
  }

  const TensorView* made(std::size_t holder) {
    const Holder& own = holders_[holder];
    auto tensor = std::make_shared<MadeTensor>();
    tensor->model = own.name;
    TensorView& view = tensor->view;
    view.name = own.view->name;
    view.dtype = own.view->dtype;
    view.shape = own.view->shape;
    view.shape[0] = alignment_->output.rows;
    Fingerprint variant;
    variant.add(alignment_->fingerprints[own.index]).add(own.view->variant);
    bool borrowed = false;
    for (std::size_t token = 0; token < tokens(); ++token) {
      if (!borrows(holder, token)) continue;
      borrowed = true;
      variant.add(std::uint64_t{token})
          .add(static_cast<std::uint64_t>(fallback_->from[token]))
          .add(static_cast<std::uint64_t>(fallback_->row[token]));
    }
    if (borrowed) {
      for (const Holder& other : holders_) {
        view.dtype = wider(view.dtype, other.view->dtype);
        variant.add(other.model->identity).add(std::string_view(other.view->name)).add(other.view->variant);
        variant.add(alignment_->fingerprints[other.index]);  // whose rows a mean is of
      }
    }
    view.variant = variant.value();
    view.rows = std::make_shared<AlignedRows>(fallback_, holder, alignment_->forced, alignment_->output.rows);
    context_.made.push_back(tensor);
    return &tensor->view;
  }

  // Rows of other models may need a type that holds both, as mergekit's promotion does.
  static DType wider(DType a, DType b) {
    if (a == b || !is_float(a) || !is_float(b)) return a;
    return a == DType::F64 || b == DType::F64 ? DType::F64 : DType::F32;
  }

  PlanContext& context_;
  const PlanSlice& slice_;
  std::string_view name_;
  std::shared_ptr<const Alignment> alignment_;
  std::vector<Holder> holders_;  // the inputs in their order, then perhaps the base
  std::optional<std::size_t> base_;
  std::shared_ptr<const FallbackRows> fallback_;
};

// Without `tokenizer:`

void note_lost_tokens(PlanContext& context, const OpenModel& model, const std::string& name,
                      std::size_t rows) {
  if (context.vocabularies == nullptr) return;
  std::size_t lost = 0;
  std::string list;
  try {
    for (const TokenTable::Token& token : context.vocabularies->table(*model.checkpoint)->tokens()) {
      if (static_cast<std::size_t>(token.id) < rows) continue;
      if (lost++ < kExamples) list += fmt::format("{}{}", list.empty() ? "" : ", ", cited(token.text));
    }
  } catch (const InputError&) {
    return;  // which tokens the lost rows stood for, nobody can tell
  }
  if (lost == 0) return;
  context.notes.add(fmt::format("{} tokens of '{}' have lost their rows: {}{}", lost, name, list,
                                lost > kExamples ? ", …" : ""));
}

const TensorView* cut(PlanContext& context, const TensorView& view, const std::string& model,
                      std::size_t rows) {
  auto tensor = std::make_shared<MadeTensor>(MadeTensor{.view = view, .model = model});
  if (view.rows == nullptr) tensor->view.bytes = view.bytes.first(view.bytes.size() / view.shape[0] * rows);
  tensor->view.shape[0] = rows;
  tensor->view.variant = Fingerprint().add(view.variant).add(std::uint64_t{rows}).value();
  context.made.push_back(tensor);
  return &tensor->view;
}

void compare_rows(PlanContext& context, const PlanSlice& slice, std::string_view name,
                  std::vector<PlanInput>& inputs) {
  const auto by_rows = [](const PlanInput& a, const PlanInput& b) {
    return a.view->shape[0] < b.view->shape[0];
  };
  for (const PlanInput& input : inputs) {
    const std::size_t rank = input.view->shape.size();
    if ((rank != 1 && rank != 2) || input.view->shape[0] == 0) return;
  }
  const auto [least, most] = std::minmax_element(inputs.begin(), inputs.end(), by_rows);
  const std::size_t rows = least->view->shape[0];
  if (rows == most->view->shape[0]) return;
  const PlanSource& small = slice.sources[least->source];
  const PlanSource& large = slice.sources[most->source];
  if (!context.options.cut_rows) {
    throw InputError(large.mark,
                     fmt::format("tensor '{}' has {} rows in '{}' and {} in '{}'", name, rows, small.name,
                                 most->view->shape[0], large.name),
                     "add tokenizer: {source: base} to the recipe, so that rows meet by token; tsugi merge "
                     "--cut-rows drops the rows that not all have");
  }
  context.notes.add(fmt::format("tensor '{}' is cut to the {} rows of '{}'", name, rows, small.name));
  for (PlanInput& input : inputs) {
    if (input.view->shape[0] == rows) continue;
    const PlanSource& source = slice.sources[input.source];
    note_lost_tokens(context, *source.model, source.name, rows);
    input.view = cut(context, *input.view, source.name, rows);
  }
}

}  // namespace

void align_inputs(PlanContext& context, const PlanSlice& slice, std::string_view name,
                  std::vector<PlanInput>& inputs) {
  if (inputs.empty() || !names_vocabulary(name)) return;
  if (context.vocabulary == nullptr) return compare_rows(context, slice, name, inputs);
  Aligner(context, slice, name).align(inputs);
}

}  // namespace tsugi::merge
