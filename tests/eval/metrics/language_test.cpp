// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: what the texts are in, known to anyone who reads them.
#include "eval/metrics/language.h"

#include <gtest/gtest.h>

#include <string>

#include "eval/metrics/metric.h"
#include "eval/metrics/script.h"

namespace tsugi::tests {
namespace {

using eval::detect_language;
using eval::is_in_language;

struct Sample {
  const char* code;
  const char* text;
};

// The first article of the Universal Declaration of Human Rights, which is in the public domain.
constexpr Sample kLong[] = {
    {"en",
     "All human beings are born free and equal in dignity and rights. They are endowed with reason and "
     "conscience "
     "and should act towards one another in a spirit of brotherhood."},
    {"fr",
     "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et "
     "de "
     "conscience et doivent agir les uns envers les autres dans un esprit de fraternité."},
    {"de",
     "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen "
     "begabt "
     "und sollen einander im Geist der Brüderlichkeit begegnen."},
    {"es",
     "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y "
     "conciencia, deben comportarse fraternalmente los unos con los otros."},
    {"ru",
     "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью "
     "и "
     "должны поступать в отношении друг друга в духе братства."},
    {"ja",
     "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心"
     "とを"
     "授けられており、互いに同胞の精神をもって行動しなければならない。"},
    {"zh", "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。"},
    {"ko",
     "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 "
     "부여받았으며 "
     "서로 형제애의 정신으로 행동하여야 한다."},
    {"he",
     "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם "
     "לנהוג איש "
     "ברעהו ברוח של אחוה."},
    {"th",
     "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม "
     "และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ"},
};

TEST(Language, LongTextsAreToldApart) {
  for (const Sample& sample : kLong) {
    EXPECT_EQ(detect_language(sample.text), sample.code);
    for (const Sample& asked : kLong) {
      EXPECT_EQ(is_in_language(sample.text, asked.code), std::string(sample.code) == asked.code)
          << sample.code << " asked for as " << asked.code;
    }
  }
}

TEST(Language, ShortAnswersGoByScript) {
  for (const char* text : {" 45 - 32 = 13。答えは13枚です。", "はい", "カード", "ｶｰﾄﾞ 12", "東京",
                           "ソラは Ken に会う", "13枚。"}) {
    EXPECT_EQ(detect_language(text), "ja") << text;
    EXPECT_TRUE(is_in_language(text, "ja")) << text;
    EXPECT_FALSE(is_in_language(text, "en")) << text;
  }
  for (const char* text : {" 45 - 32 = 13. The answer is 13.", "yes", "Ken は"}) {
    EXPECT_EQ(detect_language(text), "") << text;
    EXPECT_FALSE(is_in_language(text, "ja")) << text;
    EXPECT_TRUE(is_in_language(text, "en")) << text;
  }
}

TEST(Language, ALongEnglishAnswerIsNotJapanese) {
  const char* const text =
      " Sora has 45 cards and sells 32 of them, so 45 - 32 = 13. The answer is 13 cards.";
  EXPECT_EQ(detect_language(text), "en");
  EXPECT_FALSE(is_in_language(text, "ja"));
}

TEST(Language, ALongJapaneseAnswerWithCalculationsIsJapanese) {
  const char* const text =
      " 59 + 29 = 88。88 + 10 = 98。ですから、コインは全部で98枚になります。答えは98枚です。";
  EXPECT_EQ(detect_language(text), "ja");
  EXPECT_TRUE(is_in_language(text, "ja"));
}

TEST(Language, ExactlyHalfIsNotOver) {
  EXPECT_EQ(detect_language("あいab"), "");
  EXPECT_EQ(detect_language("あいうab"), "ja");
  EXPECT_FALSE(is_in_language("あいab", "ja"));
  EXPECT_FALSE(is_in_language("あいab", "en"));
}

TEST(Language, NoLettersNoLanguage) {
  for (const char* text : {"", " ", "13", "45 - 32 = 13", "。、！？", "½ ²", "😀"}) {
    EXPECT_EQ(detect_language(text), "") << text;
    EXPECT_FALSE(is_in_language(text, "ja")) << text;
    EXPECT_FALSE(is_in_language(text, "en")) << text;
  }
}

TEST(Language, ShortTextsInOtherScripts) {
  EXPECT_TRUE(is_in_language("네", "ko"));
  EXPECT_TRUE(is_in_language("да", "ru"));
  EXPECT_TRUE(is_in_language("да", "sr"));
  EXPECT_TRUE(is_in_language("da", "sr"));
  EXPECT_FALSE(is_in_language("da", "ru"));
  EXPECT_TRUE(is_in_language("ναι", "el"));
  EXPECT_TRUE(is_in_language("ใช่", "th"));
  EXPECT_TRUE(is_in_language("答案", "zh"));
  EXPECT_FALSE(is_in_language("答えは", "zh"));  // kana are not Chinese
  EXPECT_FALSE(is_in_language("yes", "bo"));     // Tibetan, whose script is not counted
}

TEST(Language, BytesThatAreNotUtf8DoNoHarm) {
  EXPECT_EQ(detect_language("\xFF\xE3\x81答えは\xE3"), "ja");
  EXPECT_EQ(detect_language(std::string("\0\x01\xF4\x90", 4)), "");
  EXPECT_EQ(detect_language(std::string(kLong[5].text) + "\xFF"), "ja");
}

TEST(Language, CodesMayCarryARegionOrAnOldName) {
  EXPECT_TRUE(is_in_language(kLong[0].text, "en-GB"));
  EXPECT_TRUE(is_in_language(kLong[5].text, "JA"));
  EXPECT_TRUE(is_in_language(kLong[6].text, "zh-TW"));
  EXPECT_TRUE(is_in_language(kLong[8].text, "iw"));
}

TEST(Language, KnownCodes) {
  for (const char* code : {"ja", "en", "zh", "ko", "he", "iw", "pt-BR", "nb", "th"})
    EXPECT_TRUE(eval::knows_language(code));
  for (const char* code : {"", "xx", "japanese", "un", "qq", "-"})
    EXPECT_FALSE(eval::knows_language(code)) << code;
  EXPECT_FALSE(is_in_language("yes", "qq"));
}

TEST(Script, LettersAreCountedByScript) {
  const eval::LetterCounts letters = eval::count_letters("Aé ｂ, 1 ア々漢 ー ж ひ한");
  EXPECT_EQ(letters.all, 10U);
  EXPECT_EQ(letters[eval::Script::latin], 3U);
  EXPECT_EQ(letters[eval::Script::kana], 3U);
  EXPECT_EQ(letters[eval::Script::han], 2U);
  EXPECT_EQ(letters[eval::Script::cyrillic], 1U);
  EXPECT_EQ(letters[eval::Script::hangul], 1U);
}

}  // namespace
}  // namespace tsugi::tests
