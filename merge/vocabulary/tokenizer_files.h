// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The tokenizer's files of a merge with another vocabulary than its donor's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "merge/checkpoint/companions.h"
#include "merge/vocabulary/output_vocabulary.h"

namespace tsugi::merge {

/// Whether a companion belongs to the tokenizer, its chat templates included.
bool is_tokenizer_file(std::string_view name);

/// The tokenizer files of a model, rewritten for `output` where that is not their vocabulary (specification
/// of checkpoints, section 4): tokenizer.json with vocab, merges and added_tokens, everything else byte for
/// byte; added_tokens_decoder; named special tokens that are gone. Without tokenizer.json, vocab.json,
/// merges.txt and added_tokens.json are rewritten. Files that would tell an older story are left out, with a
/// sentence in `notes`. `place` is the model's folder, for errors.
std::vector<Companion> tokenizer_files(std::span<const Companion> companions, const OutputVocabulary& output,
                                       const std::string& place, std::vector<std::string>& notes);

}  // namespace tsugi::merge
