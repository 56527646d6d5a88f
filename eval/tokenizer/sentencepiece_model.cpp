// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tokenizer/sentencepiece_model.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include <memory>

#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

using Processor = sentencepiece::SentencePieceProcessor;

// Tokens between which the library may join: what is none of its pieces, an added token, is text of its own.
std::vector<std::string> decode(const Processor& processor, const std::vector<std::string>& tokens) {
  std::vector<std::string> texts;
  std::vector<std::string> run;
  const auto flush = [&] {
    if (run.empty()) return;
    texts.emplace_back();
    if (!processor.Decode(run, &texts.back()).ok()) texts.pop_back();
    run.clear();
  };
  for (const std::string& token : tokens) {
    const int id = processor.PieceToId(token);
    const bool piece =
        !processor.IsControl(id) && (!processor.IsUnknown(id) || token == processor.IdToPiece(id));
    if (piece) {
      run.push_back(token);
    } else {
      flush();
      texts.push_back(token);
    }
  }
  flush();
  return texts;
}

}  // namespace

SentencePieceStages read_sentencepiece(const std::string& bytes, const std::string& file) {
  const auto processor = std::make_shared<Processor>();
  const auto status = processor->LoadFromSerializedProto(bytes);
  if (!status.ok()) {
    throw InputError(file, fmt::format("is no SentencePiece model ({})", status.ToString()),
                     "fetch the file again");
  }
  SentencePieceStages stages;
  std::vector<std::string> pieces;
  for (int id = 0; id < processor->GetPieceSize(); ++id) {
    pieces.push_back(processor->IdToPiece(id));
    if (!processor->IsControl(id)) continue;
    AddedToken token;
    token.content = pieces.back();
    token.special = true;
    stages.added.push_back(std::move(token));
  }
  stages.model = {Vocabulary::of(pieces),
                  [processor](const Vocabulary&, std::string_view text, std::vector<TokenId>& ids) {
                    const std::vector<int> found = processor->EncodeAsIds({text.data(), text.size()});
                    ids.insert(ids.end(), found.begin(), found.end());
                  }};
  stages.decoder = [processor](const std::vector<std::string>& tokens) { return decode(*processor, tokens); };
  return stages;
}

}  // namespace tsugi::eval::tokenization
