// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/added_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

// Keeps matching linear: a pattern is at most this often walked from one position. Real ones are below 300
// bytes.
constexpr std::size_t kMaxPattern = 4096;

std::size_t skip_space_back(std::string_view text, std::size_t at) {
  while (at > 0) {
    const unicode::CodePoint before = unicode::code_point_before(text, at);
    if (!unicode::is_space(before.value)) break;
    at -= before.length;
  }
  return at;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const unicode::CodePoint here = unicode::code_point_at(text, at);
    if (!unicode::is_space(here.value)) break;
    at += here.length;
  }
  return at;
}

}  // namespace

AddedToken read_added_token(const Field& field, const AddedToken& defaults) {
  AddedToken token;
  token.content = field.at("content").text();
  token.single_word = field.boolean_or("single_word", defaults.single_word);
  token.lstrip = field.boolean_or("lstrip", defaults.lstrip);
  token.rstrip = field.boolean_or("rstrip", defaults.rstrip);
  token.special = field.boolean_or("special", defaults.special);
  token.normalized = field.boolean_or("normalized", !token.special);
  if (token.content.size() > kMaxPattern) {
    field.refuse(fmt::format("content has {} bytes", token.content.size()),
                 fmt::format("an added token has at most {} bytes", kMaxPattern));
  }
  return token;
}

std::uint32_t Matcher::child(std::uint32_t node, char byte) const {
  const auto& children = nodes_[node].children;
  const auto found = std::lower_bound(children.begin(), children.end(), std::pair(byte, 0U));
  return found != children.end() && found->first == byte ? found->second : 0;
}

void Matcher::add(std::string_view pattern, TokenId id) {
  if (pattern.empty()) return;
  std::uint32_t node = 0;
  for (const char byte : pattern) {
    std::uint32_t next = child(node, byte);
    if (next == 0) {
      next = static_cast<std::uint32_t>(nodes_.size());
      auto& children = nodes_[node].children;
      children.insert(std::lower_bound(children.begin(), children.end(), std::pair(byte, 0U)), {byte, next});
      nodes_.emplace_back();
    }
    node = next;
  }
  nodes_[node].id = id;
}

std::optional<Matcher::Match> Matcher::find(std::string_view text, std::size_t from) const {
  if (nodes_.size() == 1) return std::nullopt;
  for (std::size_t begin = from; begin < text.size(); ++begin) {
    std::optional<Match> longest;
    std::uint32_t node = 0;
    for (std::size_t at = begin; at < text.size(); ++at) {
      node = child(node, text[at]);
      if (node == 0) break;
      if (nodes_[node].id) longest = Match{begin, at + 1, *nodes_[node].id};
    }
    if (longest) return longest;
  }
  return std::nullopt;
}

void AddedTokens::add(std::span<const AddedToken> tokens, const Vocabulary& vocabulary,
                      const Normalizer& normalizer) {
  auto next = static_cast<std::int64_t>(vocabulary.size());
  next = std::max(next, static_cast<std::int64_t>(largest_) + 1);
  for (const AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    std::optional<TokenId> id = this->id(token.content);
    if (!id) id = vocabulary.id(token.content);
    if (!id) {
      if (next >= std::numeric_limits<TokenId>::max()) {
        throw InputError("added_tokens", "ids beyond 2^31 - 2", "fetch tokenizer.json again");
      }
      id = static_cast<TokenId>(next++);
    }
    ids_.insert_or_assign(token.content, *id);
    if (token.special) specials_.emplace(token.content, true);
    std::string normalized = token.normalized && normalizer ? normalizer(token.content) : token.content;
    entries_.insert_or_assign(*id, Entry{token, std::move(normalized)});
    largest_ = std::max(largest_, *id);
  }
  rebuild();
}

void AddedTokens::rebuild() {
  raw_ = {};
  normalized_ = {};
  for (const auto& [id, entry] : entries_) {
    (entry.token.normalized ? normalized_ : raw_).add(entry.normalized, id);
  }
}

std::optional<TokenId> AddedTokens::id(std::string_view content) const {
  const auto found = ids_.find(content);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const AddedToken* AddedTokens::token(TokenId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.token;
}

const std::string* AddedTokens::text_of(TokenId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.normalized;
}

bool AddedTokens::stands_alone(std::string_view text, const Matcher::Match& match) {
  return (match.begin == 0 || !unicode::is_word(unicode::code_point_before(text, match.begin).value)) &&
         (match.end == text.size() || !unicode::is_word(unicode::code_point_at(text, match.end).value));
}

std::vector<Segment> AddedTokens::cut(std::string_view text, const Matcher& matcher,
                                      bool split_special) const {
  std::vector<Segment> segments;
  std::size_t done = 0;
  std::size_t from = 0;
  while (const std::optional<Matcher::Match> match = matcher.find(text, from)) {
    from = match->end;  // a dropped match is passed over as a whole, and white space taken by rstrip is
                        // searched again
    const AddedToken& token = entries_.at(match->id).token;
    if (split_special && is_special(token.content)) continue;
    if (token.single_word && !stands_alone(text, *match)) continue;
    const std::size_t begin =
        token.lstrip ? std::max(skip_space_back(text, match->begin), done) : match->begin;
    const std::size_t end = token.rstrip ? skip_space(text, match->end) : match->end;
    if (done < begin)
      segments.push_back({std::nullopt, std::string(text.substr(done, begin - done)), done == 0});
    segments.push_back({match->id, {}, begin == 0});
    done = end;
  }
  if (done < text.size()) segments.push_back({std::nullopt, std::string(text.substr(done)), done == 0});
  return segments;
}

std::vector<Segment> AddedTokens::split(std::string_view text, const Normalizer& normalizer,
                                        bool split_special) const {
  std::vector<Segment> segments;
  for (Segment& segment : cut(text, raw_, split_special)) {
    if (segment.id) {
      segments.push_back(std::move(segment));
      continue;
    }
    const std::string normalized = normalizer ? normalizer(segment.text) : std::move(segment.text);
    for (Segment& inner : cut(normalized, normalized_, split_special)) {
      inner.first = inner.first && segment.first;
      segments.push_back(std::move(inner));
    }
  }
  return segments;
}

}  // namespace tsugi::eval::tokenization
