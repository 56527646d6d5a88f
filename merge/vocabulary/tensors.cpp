// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/tensors.h"

#include <algorithm>
#include <array>

namespace tsugi::merge {
namespace {

// The last parts of names, as the families write them. Of the embeddings the rows tell a model's size.
constexpr std::array<std::string_view, 9> kEmbeddings{
    "embed_tokens.weight",   "wte.weight",    "embed_in.weight", "word_embeddings.weight",
    "tok_embeddings.weight", "shared.weight", "embed.weight",    "embeddings.weight",
    "embedding.weight"};
constexpr std::array<std::string_view, 12> kHeads{"lm_head.weight",
                                                  "lm_head.bias",
                                                  "embed_out.weight",
                                                  "embed_out.bias",
                                                  "lm_head.decoder.weight",
                                                  "lm_head.decoder.bias",
                                                  "predictions.decoder.weight",
                                                  "predictions.decoder.bias",
                                                  "predictions.bias",
                                                  "vocab_projector.weight",
                                                  "vocab_projector.bias",
                                                  "shared_head.head.weight"};
constexpr std::string_view kWholeHead = "output.weight";  // of Llama's own layout; other modules end alike

bool ends_with_part(std::string_view name, std::string_view end) {
  if (name == end) return true;
  return name.size() > end.size() && name[name.size() - end.size() - 1] == '.' &&
         name.substr(name.size() - end.size()) == end;
}

template <std::size_t N>
bool ends_with_one(std::string_view name, const std::array<std::string_view, N>& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return ends_with_part(name, end); });
}

}  // namespace

bool names_vocabulary(std::string_view name) {
  return name == kWholeHead || ends_with_one(name, kEmbeddings) || ends_with_one(name, kHeads);
}

const TensorView* vocabulary_embedding(std::span<const TensorView> tensors) {
  const TensorView* most = nullptr;
  for (const TensorView& tensor : tensors) {
    if (tensor.shape.size() != 2 || !ends_with_one(tensor.name, kEmbeddings)) continue;
    if (most == nullptr || tensor.shape[0] > most->shape[0]) most = &tensor;
  }
  return most;
}

std::size_t vocabulary_rows(std::span<const TensorView> tensors) {
  const TensorView* embedding = vocabulary_embedding(tensors);
  return embedding == nullptr ? 0 : embedding->shape[0];
}

std::size_t used_rows(const ModelConfig& config, std::span<const TensorView> tensors) {
  const std::size_t rows = vocabulary_rows(tensors);
  const double stated = config.number("vocab_size").value_or(0);
  if (stated < 1) return rows;
  return rows == 0 ? static_cast<std::size_t>(stated) : std::min(rows, static_cast<std::size_t>(stated));
}

}  // namespace tsugi::merge
