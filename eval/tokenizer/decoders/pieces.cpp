// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Decoders of pieces of words: WordPiece, BPEDecoder, Metaspace, Strip, Fuse, ByteFallback, CTC, Sequence.
#include <array>
#include <charconv>
#include <utility>

#include "eval/tokenizer/components.h"
#include "eval/tokenizer/metaspace.h"
#include "eval/tokenizer/replace_all.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

using Tokens = std::vector<std::string>;

// decoders/wordpiece.rs: its replacements in its order.
void clean_up(std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kReplacements{
      {{" .", "."},
       {" ?", "?"},
       {" !", "!"},
       {" ,", ","},
       {" ' ", "'"},
       {" n't", "n't"},
       {" 'm", "'m"},
       {" do not", " don't"},
       {" 's", "'s"},
       {" 've", "'ve"},
       {" 're", "'re"}}};
  for (const auto& [from, to] : kReplacements) replace_all(text, from, to);
}

// The byte of "<0x41>".
std::optional<char> byte_of(const std::string& token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, value, 16);
  if (error != std::errc() || end != token.data() + 5) return std::nullopt;
  return static_cast<char>(static_cast<unsigned char>(value));
}

// Bytes that are no UTF-8 become one U+FFFD each.
void flush(std::string& bytes, Tokens& out) {
  if (bytes.empty()) return;
  if (unicode::first_invalid_utf8(bytes)) {
    for (std::size_t i = 0; i < bytes.size(); ++i) out.emplace_back("\xEF\xBF\xBD");
  } else {
    out.push_back(bytes);
  }
  bytes.clear();
}

Tokens fall_back(const Tokens& tokens) {
  Tokens out;
  std::string bytes;
  for (const std::string& token : tokens) {
    if (const std::optional<char> byte = byte_of(token)) {
      bytes += *byte;
      continue;
    }
    flush(bytes, out);
    out.push_back(token);
  }
  flush(bytes, out);
  return out;
}

// At most `start` of the character at the beginning, and `stop` at the end.
std::string stripped(const std::string& token, const std::string& content, std::uint64_t start,
                     std::uint64_t stop) {
  std::string_view rest = token;
  for (std::uint64_t i = 0; i < start && rest.starts_with(content); ++i) rest.remove_prefix(content.size());
  for (std::uint64_t i = 0; i < stop && rest.ends_with(content); ++i) rest.remove_suffix(content.size());
  return std::string(rest);
}

}  // namespace

Decoder word_piece_decoder(const Field& field) {
  const std::string prefix = field.at("prefix").text();
  const bool cleanup = field.boolean_or("cleanup", true);
  return [=](Tokens tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0)
        tokens[i] = tokens[i].starts_with(prefix) ? tokens[i].substr(prefix.size()) : " " + tokens[i];
      if (cleanup) clean_up(tokens[i]);
    }
    return tokens;
  };
}

Decoder bpe_decoder(const Field& field) {
  const std::string suffix = field.at("suffix").text();
  return [=](Tokens tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
    return tokens;
  };
}

Decoder metaspace_decoder(const Field& field) {
  const Metaspace settings = read_metaspace(field);
  return [settings](Tokens tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool dropped = i == 0 && settings.prepend != Metaspace::Prepend::never;
      replace_all(tokens[i], settings.mark, dropped ? "" : " ");
    }
    return tokens;
  };
}

Decoder strip_decoder(const Field& field) {
  const std::string content = field.at("content").text();
  if (content.empty()) field.at("content").refuse("is empty", "give one character");
  const std::uint64_t start = field.at("start").whole_number();
  const std::uint64_t stop = field.at("stop").whole_number();
  return [=](Tokens tokens) {
    for (std::string& token : tokens) token = stripped(token, content, start, stop);
    return tokens;
  };
}

Decoder fuse_decoder(const Field&) {
  return [](const Tokens& tokens) {
    std::string all;
    for (const std::string& token : tokens) all += token;
    return Tokens{all};
  };
}

Decoder byte_fallback_decoder(const Field&) {
  return fall_back;
}

Decoder ctc_decoder(const Field& field) {
  const std::string pad = field.at("pad_token").text();
  const std::string blank = field.at("word_delimiter_token").text();
  const bool cleanup = field.boolean_or("cleanup", true);
  return [=](const Tokens& tokens) {
    Tokens out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0 && tokens[i] == tokens[i - 1]) continue;
      std::string token = tokens[i];
      replace_all(token, pad, "");
      if (cleanup) {
        clean_up(token);
        replace_all(token, blank, " ");
      }
      if (!token.empty()) out.push_back(std::move(token));
    }
    return out;
  };
}

Decoder sequence_decoder(const Field& field) {
  std::vector<Decoder> steps;
  for (const Field& step : field.at("decoders").items()) steps.push_back(make_decoder(step));
  return [steps = std::move(steps)](Tokens tokens) {
    for (const Decoder& step : steps) tokens = step(std::move(tokens));
    return tokens;
  };
}

}  // namespace tsugi::eval::tokenization
