// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/json_text.h"

#include <gtest/gtest.h>

namespace tsugi::merge {
namespace {

constexpr const char* kLines = R"({
  "version": "1.0",
  "limit": 1000000000000000019884624838656,
  "list": [
    {
      "id": 0
    },
    {
      "id": 1
    }
  ],
  "empty": [],
  "model": {
    "score": -1.50e+2,
    "vocab": {
      "a\"]}": 0,
      "\u0062": 1,
      "c": 2
    }
  }
}
)";

TEST(JsonText, UntouchedPartsStayByteForByte) {
  JsonText json(kLines);
  json.set({"version"}, "2.0");
  std::string expected = kLines;
  expected.replace(expected.find("1.0"), 3, "2.0");
  EXPECT_EQ(json.text(), expected) << "numbers that no double holds among them";
  EXPECT_TRUE(json.contains({"model", "vocab", "b"})) << "keys are compared decoded";
  EXPECT_FALSE(json.contains({"model", "vocab", "d"}));
  EXPECT_FALSE(json.contains({"version", "x"}));
}

TEST(JsonText, AppendedElementsLookLikeTheirNeighbours) {
  JsonText json(kLines);
  json.append({"list"}, {{{"id", 2}}, {{"id", 3}}});
  std::string expected = kLines;
  const std::string one = "\n    {\n      \"id\": 1\n    }";
  expected.insert(expected.find(one) + one.size(),
                  ",\n    {\n      \"id\": 2\n    },\n    {\n      \"id\": 3\n    }");
  EXPECT_EQ(json.text(), expected);

  json.append({"empty"}, {1, 2});
  expected.replace(expected.find("[]"), 2, "[\n    1,\n    2\n  ]");
  EXPECT_EQ(json.text(), expected);

  JsonText tight(R"({"a":[1,2],"b":[]})");
  tight.append({"a"}, {3});
  tight.append({"b"}, {4, 5});
  tight.set({"c"}, "x");
  EXPECT_EQ(tight.text(), R"({"a":[1,2,3],"b":[4,5],"c":"x"})");
}

TEST(JsonText, MembersAreAddedAndRemoved) {
  JsonText json("{\n  \"a\": 1,\n  \"b\": [ 1, 2 ],\n  \"c\": null\n}");
  json.set({"d"}, {{"x", 1}});
  EXPECT_EQ(json.text(),
            "{\n  \"a\": 1,\n  \"b\": [ 1, 2 ],\n  \"c\": null,\n  \"d\": {\n    \"x\": 1\n  }\n}");
  json.erase({"a"});
  json.erase({"d"});
  json.erase({"nothing"});
  EXPECT_EQ(json.text(), "{\n  \"b\": [ 1, 2 ],\n  \"c\": null\n}");
  json.erase({"b"});
  json.erase({"c"});
  EXPECT_EQ(json.text(), "{}");
}

TEST(JsonText, FilterSeesDecodedKeysAndRawValues) {
  JsonText json(kLines);
  std::string seen;
  json.filter({"model", "vocab"}, [&](const std::string& key, std::string_view value) {
    seen += key + "=" + std::string(value) + " ";
    return key != "b";
  });
  EXPECT_EQ(seen, "a\"]}=0 b=1 c=2 ");
  std::string expected = kLines;
  const std::string gone = "\n      \"\\u0062\": 1,";
  expected.erase(expected.find(gone), gone.size());
  EXPECT_EQ(json.text(), expected);

  JsonText list(R"({"l": ["a b", "c d", "e f"]})");
  list.filter({"l"}, [](const std::string&, std::string_view value) { return value != R"("a b")"; });
  list.filter({"none"}, [](const std::string&, std::string_view) { return false; });
  EXPECT_EQ(list.text(), R"({"l": ["c d", "e f"]})");
  list.filter({"l"}, [](const std::string&, std::string_view) { return false; });
  EXPECT_EQ(list.text(), R"({"l": []})");
}

}  // namespace
}  // namespace tsugi::merge
