// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/models/huggingface.py (tok_encode) and lm_eval/api/model.py (_encode_pair, loglikelihood) of
// version 0.4.13.
#include "eval/scorers/pair_encoder.h"

#include <algorithm>

#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

using Ids = std::vector<TokenId>;

Ids part(const Ids& ids, std::size_t begin, std::size_t end) {
  return {ids.begin() + static_cast<std::ptrdiff_t>(begin), ids.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace

std::string text_of(const Tokenizer& tokenizer, std::optional<TokenId> id) {
  return id ? tokenizer.decode(std::span(&*id, 1), false) : std::string();
}

Ids encode(const Tokenizer& tokenizer, const std::string& text, const std::string& first) {
  const bool has_first = !first.empty() && text.compare(0, first.size(), first) == 0;
  return tokenizer.encode(text, has_first ? Specials::omit : Specials::add);
}

PairEncoder::PairEncoder(const Tokenizer& tokenizer)
    : tokenizer_(tokenizer),
      prefix_(tokenizer.bos() ? tokenizer.bos() : tokenizer.eos()),
      prefix_text_(text_of(tokenizer, prefix_)) {}

std::vector<TokenPair> PairEncoder::encode_all(std::span<const ContinuationText> requests) {
  std::vector<TokenPair> pairs;
  for (const ContinuationText& request : requests) {
    if (request.context.empty()) {
      pairs.push_back(without_context(request.continuation));
      continue;
    }
    const std::string context(python::rstrip(request.context));
    if (pairs.empty() || context != last_) {
      last_ = context;
      last_ids_ = encode(tokenizer_, context, prefix_text_);
    }
    const std::string moved = request.context.substr(context.size());
    const Ids whole = encode(tokenizer_, context + moved + request.continuation, prefix_text_);
    const std::size_t start = std::min(last_ids_.size(), whole.size());
    pairs.push_back({last_ids_, part(whole, start, whole.size())});
  }
  return pairs;
}

std::vector<TokenPair> PairEncoder::encode_windows(const std::string& text, std::size_t max_length) const {
  const Ids ids = encode(tokenizer_, text, prefix_text_);
  std::vector<TokenPair> windows;
  for (std::size_t done = 0; done < ids.size();) {
    const std::size_t end = std::min(ids.size(), done + max_length);
    const Ids predicted = part(ids, done, end);
    if (done == 0) {
      windows.push_back({prefix_ ? Ids{*prefix_} : Ids{}, predicted});
    } else {
      // The last window is moved back so that its input has full length; what it has seen already is context.
      windows.push_back({part(ids, end - max_length - 1, done), predicted});
    }
    done = end;
  }
  return windows;
}

TokenPair PairEncoder::without_context(const std::string& continuation) const {
  Ids ids = tokenizer_.encode(continuation, Specials::omit);
  if (!prefix_) return {{}, std::move(ids)};
  if (!ids.empty() && ids.front() == *prefix_) ids.erase(ids.begin());
  return {{*prefix_}, std::move(ids)};
}

}  // namespace tsugi::eval
