// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a task may ask for as a language. detect_language and is_in_language are declared in metric.h.
//
// The rule. CLD2 decides where it calls its answer reliable and found at least 40 bytes of letters. Elsewhere
// the script does: a text is in a language when over half of its letters (general category L) are of the
// language's scripts; for Japanese those are kana and kanji, for Chinese Han characters with no kana in the
// text, for English and all languages not named in the table Latin. So a short kanji-only text counts as
// either Japanese or Chinese when asked for, and is called Japanese by detect_language; a short Latin text
// counts as any language written so, and detect_language gives "". A text without letters is in no language.
#pragma once

#include <string_view>

namespace tsugi::eval {

/// Whether is_in_language can be asked for this ISO code ("ja", "pt-BR", …): CLD2 knows it. A task with
/// another one is an error, since every answer to it would be wrong.
bool knows_language(std::string_view code);

}  // namespace tsugi::eval
