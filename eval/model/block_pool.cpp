// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/block_pool.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace tsugi::eval {
namespace {

// Numbers below are kinds of beginnings.
constexpr BlockPool::Text kFirstText = BlockPool::Text{1} << 32U;

}  // namespace

BlockPool::BlockPool(std::size_t blocks) : states_(blocks), free_(blocks), texts_(kFirstText) {
  // The first blocks first: what is used again and again stays small.
  std::iota(free_.rbegin(), free_.rend(), 0U);
}

BlockPool::Key BlockPool::key_of(Text before, std::span<const TokenId> tokens) {
  assert(tokens.size() == kernels::kKvBlock);
  Key key;
  key.before = before;
  std::copy(tokens.begin(), tokens.end(), key.tokens.begin());
  return key;
}

std::optional<BlockPool::Block> BlockPool::find(Text before, std::span<const TokenId> tokens) const {
  const auto found = known_.find(key_of(before, tokens));
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void BlockPool::share(Block block) {
  if (states_[block].users++ == 0) --idle_;
}

BlockPool::Block BlockPool::take() {
  Block block = 0;
  if (free_.empty()) {
    block = forget_oldest();
  } else {
    block = free_.back();
    free_.pop_back();
  }
  states_[block] = {};
  states_[block].users = 1;
  return block;
}

BlockPool::Block BlockPool::forget_oldest() {
  assert(idle_ > 0);
  const auto age = [](const State& state) {
    return state.users == 0 && state.text != 0 ? state.given_back : std::numeric_limits<std::uint64_t>::max();
  };
  const auto oldest = std::min_element(states_.begin(), states_.end(),
                                       [&](const State& a, const State& b) { return age(a) < age(b); });
  known_.erase(oldest->place);
  --idle_;
  return static_cast<Block>(oldest - states_.begin());
}

void BlockPool::name(Block block, Text before, std::span<const TokenId> tokens) {
  const auto [place, fresh] = known_.emplace(key_of(before, tokens), block);
  assert(fresh);
  states_[block].text = texts_++;
  states_[block].place = place;
}

void BlockPool::give_back(Block block) {
  State& state = states_[block];
  assert(state.users > 0);
  if (--state.users > 0) return;
  if (state.text == 0) {
    free_.push_back(block);
    return;
  }
  state.given_back = ++clock_;
  ++idle_;
}

}  // namespace tsugi::eval
