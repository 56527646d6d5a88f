// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Unigram: the most likely sequence of tokens (Kudo, Subword Regularization, 2018, equation 3), as tokenizers
// runs it (models/unigram/model.rs): scores in double, of equal paths the one found first.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <numeric>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

constexpr double kUnknownPenalty = 10;  // below the least likely token
constexpr TokenId kNoToken = -1;

class Unigram {
 public:
  explicit Unigram(const Field& field) : where_(field.where()) {
    for (const Field& entry : field.at("vocab").items()) {
      const std::vector<Field> pair = entry.items();
      if (pair.size() != 2 || !pair[1].json().is_number())
        entry.refuse("is no pair of a token and a score", "fetch the file again");
      tokens_.push_back(pair[0].text());
      scores_.push_back(pair[1].json().get<double>());
    }
    if (const std::optional<Field> unknown = field.find("unk_id")) {
      if (unknown->whole_number() >= tokens_.size())
        unknown->refuse("is beyond the vocabulary", "fetch the file again");
      unknown_ = static_cast<TokenId>(unknown->whole_number());
    }
    byte_fallback_ = field.boolean_or("byte_fallback", false);
    least_ = scores_.empty() ? 0 : *std::min_element(scores_.begin(), scores_.end());
    sort_tokens();
  }

  const std::vector<std::string>& tokens() const { return tokens_; }

  void tokenize(const Vocabulary& vocabulary, std::string_view piece, std::vector<TokenId>& ids) const {
    for (const std::string_view part : best_parts(piece)) {
      if (const std::optional<TokenId> id = vocabulary.id(part)) {
        ids.push_back(*id);
      } else if (!(byte_fallback_ && append_bytes(vocabulary, part, ids))) {
        ids.push_back(needed_unknown());
      }
    }
  }

 private:
  struct Node {
    double score = 0;
    std::size_t begin = kNone;
    TokenId id = 0;
  };
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  // Ids in the order of their tokens' bytes; a token that is there twice counts as the later one.
  void sort_tokens() {
    sorted_.resize(tokens_.size());
    std::iota(sorted_.begin(), sorted_.end(), 0);
    std::stable_sort(sorted_.begin(), sorted_.end(),
                     [&](TokenId a, TokenId b) { return token(a) < token(b); });
    first_byte_.fill({0, 0});
    for (std::size_t i = 0; i < sorted_.size(); ++i) {
      if (token(sorted_[i]).empty()) continue;
      auto& range = first_byte_[static_cast<unsigned char>(token(sorted_[i])[0])];
      if (range.first == range.second) range.first = i;
      range.second = i + 1;
    }
  }

  const std::string& token(TokenId id) const { return tokens_[static_cast<std::size_t>(id)]; }

  // Calls found(length, id) for every token that begins the text, the shortest first.
  template <class Found>
  void each_prefix(std::string_view text, Found found) const {
    auto [begin, end] = first_byte_[static_cast<unsigned char>(text[0])];
    for (std::size_t length = 1; begin < end; ++length) {
      std::size_t last = begin;
      while (last < end && token(sorted_[last]).size() == length) ++last;
      if (last > begin) found(length, sorted_[last - 1]);
      if (length == text.size()) return;
      // Those that go on with the next byte.
      const auto byte = static_cast<unsigned char>(text[length]);
      const auto at = [&](TokenId id) { return static_cast<unsigned char>(token(id)[length]); };
      const auto low = std::partition_point(sorted_.begin() + static_cast<std::ptrdiff_t>(last),
                                            sorted_.begin() + static_cast<std::ptrdiff_t>(end),
                                            [&](TokenId id) { return at(id) < byte; });
      const auto high = std::partition_point(low, sorted_.begin() + static_cast<std::ptrdiff_t>(end),
                                             [&](TokenId id) { return at(id) <= byte; });
      begin = static_cast<std::size_t>(low - sorted_.begin());
      end = static_cast<std::size_t>(high - sorted_.begin());
    }
  }

  std::vector<Node> best_ends(std::string_view piece) const {
    std::vector<Node> ends(piece.size() + 1);
    const auto offer = [&](std::size_t begin, std::size_t end, double score, TokenId id) {
      const double candidate = score + ends[begin].score;
      if (ends[end].begin == kNone || candidate > ends[end].score) ends[end] = {candidate, begin, id};
    };
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t width = unicode::code_point_at(piece, at).length;
      bool single = false;
      each_prefix(piece.substr(at), [&](std::size_t length, TokenId id) {
        offer(at, at + length, scores_[static_cast<std::size_t>(id)], id);
        single = single || length == width;
      });
      if (!single) offer(at, at + width, least_ - kUnknownPenalty, needed_unknown());
      at += width;
    }
    return ends;
  }

  // Neighbouring unknown parts are one.
  std::vector<std::string_view> best_parts(std::string_view piece) const {
    const std::vector<Node> ends = best_ends(piece);
    std::vector<std::string_view> parts;
    bool was_unknown = false;
    for (std::size_t end = piece.size(); end > 0; end = ends[end].begin) {
      const std::size_t begin = ends[end].begin;
      const bool unknown = ends[end].id == unknown_;
      if (unknown && was_unknown) {
        parts.back() = piece.substr(begin, static_cast<std::size_t>(parts.back().data() - piece.data()) +
                                               parts.back().size() - begin);
      } else {
        parts.push_back(piece.substr(begin, end - begin));
      }
      was_unknown = unknown;
    }
    std::reverse(parts.begin(), parts.end());
    return parts;
  }

  static bool append_bytes(const Vocabulary& vocabulary, std::string_view part, std::vector<TokenId>& ids) {
    std::vector<TokenId> bytes;
    for (const char c : part) {
      const std::optional<TokenId> id =
          vocabulary.id(fmt::format("<0x{:02X}>", static_cast<unsigned char>(c)));
      if (!id) return false;
      bytes.push_back(*id);
    }
    ids.insert(ids.end(), bytes.begin(), bytes.end());
    return true;
  }

  TokenId needed_unknown() const {
    if (unknown_ != kNoToken) return unknown_;
    throw InputError(where_, "a text has a character without a token, and there is no unk_id",
                     "fetch the file again");
  }

  std::string where_;
  std::vector<std::string> tokens_;
  std::vector<double> scores_;
  std::vector<TokenId> sorted_;
  std::array<std::pair<std::size_t, std::size_t>, 256> first_byte_{};
  TokenId unknown_ = kNoToken;
  double least_ = 0;
  bool byte_fallback_ = false;
};

}  // namespace

Model unigram_model(const Field& field) {
  const auto unigram = std::make_shared<const Unigram>(field);
  return {Vocabulary::of(unigram->tokens()),
          [unigram](const Vocabulary& known, std::string_view piece, std::vector<TokenId>& ids) {
            unigram->tokenize(known, piece, ids);
          }};
}

}  // namespace tsugi::eval::tokenization
