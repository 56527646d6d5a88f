// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/html.h"

#include <gtest/gtest.h>

#include "eval/tokenizer/unicode.h"

namespace tsugi::evolve::html {
namespace {

TEST(Html, ForeignTextIsTextOfThePage) {
  EXPECT_EQ(escaped("</script><b a='1' c=\"2\">&amp;"),
            "&lt;/script&gt;&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
  EXPECT_EQ(escaped("接ぎ\n\ttab"), "接ぎ\n\ttab");
}

TEST(Html, ControlCharactersAndBrokenBytesBecomeVisible) {
  EXPECT_EQ(visible(std::string("a\0b\x1b[0m\x7f\r", 9)), "a␀b␛[0m␡␍");
  EXPECT_EQ(visible("\xC2\x85"), "�");        // NEXT LINE, of C1
  EXPECT_EQ(visible("a\xFF\xC3("), "a��(");   // a lone byte, half a character
  EXPECT_EQ(visible("\xED\xA0\x80"), "���");  // a surrogate has no UTF-8
}

TEST(Html, TextIsCutBetweenCodePoints) {
  EXPECT_EQ(clipped("接ぎ木", 3), "接ぎ木");
  EXPECT_EQ(clipped("接ぎ木", 2), "接ぎ…");
  EXPECT_EQ(clipped("接ぎ木", 2, Keep::end), "…ぎ木");
  EXPECT_EQ(clipped("", 0), "");
  EXPECT_EQ(clipped("ab", 0), "…");
}

TEST(Html, JsonInAScriptCannotEndIt) {
  const nlohmann::ordered_json value = {{"</script>", "<!-- & \u2028"}, {"bytes", "\xFF"}};
  const std::string text = script_json(value);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  EXPECT_FALSE(eval::unicode::first_invalid_utf8(text));
  const auto back = nlohmann::ordered_json::parse(text);
  EXPECT_EQ(back["</script>"], "<!-- & \u2028");
  EXPECT_EQ(back["bytes"], "�");
}

// The example of the Content Security Policy specification (Level 3, section 2.3.1), and the empty script,
// whose digest is that of FIPS 180-4's empty message.
TEST(Html, ScriptsAreNamedByTheirDigest) {
  EXPECT_EQ(script_hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
  EXPECT_EQ(script_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(Html, ATableHasHeadersBothWays) {
  EXPECT_EQ(markup({.caption = "a < b", .head = {"x", "y"}, .rows = {{"1", "<b>2</b>"}}, .css_class = "c"}),
            "<div class=\"scroll\" tabindex=\"0\"><table class=\"c\">\n<caption>a &lt; b</caption>\n"
            "<thead><tr><th scope=\"col\">x</th><th scope=\"col\">y</th></tr></thead>\n<tbody>\n"
            "<tr><th scope=\"row\">1</th><td><b>2</b></td></tr>\n</tbody></table></div>\n");
}

}  // namespace
}  // namespace tsugi::evolve::html
