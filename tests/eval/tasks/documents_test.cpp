// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/tasks/gzip.h"
#include "recipes/error.h"
#include "tests/eval/tasks/golden.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;
using testing::EndsWith;
using testing::HasSubstr;

std::string error_of(const std::string& text) {
  const tests::TemporaryFolder folder;
  try {
    read_documents({folder.write("items.jsonl", text)});
    return "no error";
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(Documents, RowsAsDatasetsReadsThem) {
  const tests::TemporaryFolder folder;
  const Json golden = tests::task_golden();
  for (const Json& row : golden["documents"]) {
    std::string text;
    for (const Json& line : row["lines"]) text += line.get<std::string>() + "\n";
    EXPECT_EQ(Json(read_documents({folder.write("data.json", text)}).rows).dump(), row["rows"].dump());
  }
}

Json rows_of(const std::string& name, const std::string& text) {
  const tests::TemporaryFolder folder;
  return Json(read_documents({folder.write(name, text)}).rows);
}

// As datasets 5.2 gives them.
TEST(Documents, ArraysAndMixedLinesGoThroughPandas) {
  EXPECT_EQ(rows_of("a.jsonl", "{\"a\": 0.12345678901234}\n"), Json::parse(R"([{"a": 0.12345678901234}])"));
  EXPECT_EQ(rows_of("a.json", "[{\"a\": 0.12345678901234}]"), Json::parse(R"([{"a": 0.123456789}])"));
  EXPECT_EQ(rows_of("a.jsonl", "{\"a\": 0.12345678901234, \"b\": 1}\n{\"a\": 2.5, \"b\": \"1e2\"}\n"),
            Json::parse(R"([{"a": 0.123456789, "b": 1}, {"a": 2.5, "b": 100.0}])"));
  EXPECT_EQ(rows_of("a.json", R"([{"a": "12"}, {"a": {"b": 0.12345678901234}}, {"a": "-"}, {"a": "x"}])"),
            Json::parse(R"([{"a": 12}, {"a": {"b": 0.12345678900000001}}, {"a": 0}, {"a": "x"}])"));
}

TEST(Documents, MayKeepTheTypesTheyWereWrittenWith) {
  const tests::TemporaryFolder folder;
  const auto rows = [&](const std::string& name, const std::string& text) {
    return Json(read_documents({folder.write(name, text)}, nullptr, Typing::as_written).rows);
  };
  EXPECT_EQ(rows("a.jsonl",
                 "{\"a\": \"2020-01-02\", \"b\": 1}\n{\"b\": 0.12345678901234, \"a\": \"2020-01-03\"}\n{}\n")
                .dump(),
            R"([{"a":"2020-01-02","b":1},{"a":"2020-01-03","b":0.12345678901234},{"a":null,"b":null}])");
  EXPECT_EQ(rows("a.json", R"([{"a": "12"}, {"a": [-0.0]}])").dump(), R"([{"a":"12"},{"a":[-0.0]}])");
}

// datasets 5.2: load_dataset("json") of these files gives these rows.
TEST(Documents, OfAListAreItsTexts) {
  const tests::TemporaryFolder folder;
  const auto rows = [&](const std::string& text) {
    return Json(read_documents({folder.write("a.json", text)}).rows).dump();
  };
  EXPECT_EQ(rows(R"(["first", "2", "é", null])"),
            R"([{"text":"first"},{"text":"2"},{"text":"é"},{"text":null}])");
  EXPECT_EQ(rows("[1, 2.5]"), R"([{"text":1.0},{"text":2.5}])");
  EXPECT_EQ(rows(R"([["x"], ["y","z"]])"), R"([{"text":["x"]},{"text":["y","z"]}])");
  EXPECT_EQ(rows(R"(["2020-01-02"])"), R"([{"text":"2020-01-02 00:00:00"}])");
}

TEST(Documents, KnowTheirPlaces) {
  const tests::TemporaryFolder folder;
  const auto lines = folder.write("a.jsonl", "\n{\"x\": 1}\r\n \n{\"y\": 2}");
  const auto array = folder.write("b.json", "[{\"x\": 3}]");
  const Documents documents = read_documents({lines, array});
  ASSERT_EQ(documents.places.size(), 3U);
  EXPECT_THAT(documents.places[0], EndsWith("a.jsonl:2"));
  EXPECT_THAT(documents.places[1], EndsWith("a.jsonl:4"));
  EXPECT_THAT(documents.places[2], EndsWith("b.json: element 1"));
  EXPECT_EQ(documents.columns, (std::vector<std::string>{"x", "y"}));
}

TEST(Documents, BrokenLinesAreErrorsWithTheirPlace) {
  EXPECT_THAT(error_of("{\"x\": 1}\n{\"x\": \n"), HasSubstr("items.jsonl:2:"));
  EXPECT_THAT(error_of("{\"x\": 1}\n{\"x\": }\n"),
              HasSubstr("items.jsonl:2:7: this is no JSON; every line must be"));
  EXPECT_THAT(error_of("{\"x\": 1}\n5\n"), HasSubstr("items.jsonl:2: a number, expected a JSON object"));
  EXPECT_THAT(error_of("{\"x\": \"\xff\"}\n"), HasSubstr("items.jsonl:1:"));
  EXPECT_THAT(error_of("{\"x\": 1e999}\n"), HasSubstr("items.jsonl:1: a number that is too large"));
  EXPECT_THAT(error_of("[{\"x\": 1}, 2]"), HasSubstr("items.jsonl: element 2: a number"));
  EXPECT_THAT(error_of("[{\"x\": 1}"), HasSubstr("broken JSON"));
  EXPECT_THAT(error_of("\n \n"), HasSubstr("no documents"));
  EXPECT_THAT(error_of("{\"x\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
              HasSubstr("items.jsonl:1"));
}

// datasets 5.2: load_dataset("csv") of this file gives these rows.
TEST(Csv, IsReadAsPandasReadsIt) {
  const tests::TemporaryFolder folder;
  const auto file = folder.write(
      "a.csv",
      "q,n,f,b,e,m\n\"a, \"\"b\"\"\nc\",1,1.5,True,,1\nNA,2,2,False,x,\n\n 日本 ,3,-1e3,TRUE,nan,3\n");
  const Documents documents = read_documents({file});
  ASSERT_EQ(documents.rows.size(), 3U);
  EXPECT_EQ(documents.rows[0].dump(), R"({"q":"a, \"b\"\nc","n":1,"f":1.5,"b":true,"e":null,"m":1.0})");
  EXPECT_EQ(documents.rows[1].dump(), R"({"q":null,"n":2,"f":2.0,"b":false,"e":"x","m":null})");
  EXPECT_EQ(documents.rows[2].dump(), R"({"q":" 日本 ","n":3,"f":-1000.0,"b":true,"e":null,"m":3.0})");
  EXPECT_THAT(documents.places[1], testing::HasSubstr("a.csv:4"));
}

// As datasets 5.2 gives them.
TEST(Csv, TypesOfColumnsAreThoseOfPandas) {
  EXPECT_EQ(rows_of("a.csv", "a,b\n2020-01-02,1e400\n2021-12-31,inf\n").dump(),
            R"([{"a":"2020-01-02","b":null},{"a":"2021-12-31","b":null}])");  // infinite: no word of JSON
  EXPECT_EQ(rows_of("a.csv", "a\n\"\"\n\n \t\nNA\n\"\"\n"),
            Json::parse(R"([{"a": null}, {"a": null}, {"a": null}])"));
  EXPECT_EQ(rows_of("a.csv", "a,b\n18446744073709551615,1\n0,2\n"),
            Json::parse(R"([{"a": 18446744073709551615, "b": 1}, {"a": 0, "b": 2}])"));
  EXPECT_EQ(
      rows_of("a.csv", "a,b\n18446744073709551615,1\n-1,2\n,3\n"),
      Json::parse(R"([{"a": "18446744073709551615", "b": 1}, {"a": "-1", "b": 2}, {"a": "", "b": 3}])"));
  EXPECT_EQ(rows_of("a.csv", "a\n-0\nNA\n").dump(), R"([{"a":0.0},{"a":null}])");
}

TEST(Csv, BrokenFilesAreNamedByLine) {
  const tests::TemporaryFolder folder;
  const auto error_of_file = [&](const std::string& text) {
    try {
      read_documents({folder.write("b.csv", text)});
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_of_file("a,b\n1,2\n\"x,2\n"), testing::HasSubstr("b.csv:3: a quote without its end"));
  EXPECT_THAT(error_of_file("a,b\n1,2,3\n"), testing::HasSubstr("b.csv:2: 3 fields under 2 columns"));
  EXPECT_THAT(error_of_file(""), testing::HasSubstr("no documents"));
}

// Python's gzip.compress of {"a": 1} and of {"a": 2}, one behind the other, and of a table.
constexpr char kLines[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x52\x30\xac\xe5\x02"
    "\x00\xfa\xa1\x47\x5c\x09\x00\x00\x00\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab"
    "\x56\x4a\x54\xb2\x52\x30\xaa\xe5\x02\x00\xa3\x1f\x01\x5e\x09\x00\x00\x00";
constexpr char kTable[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xe4\xcc\xe3\x7a\x36\x7d\xe9\xb3\x39"
    "\x6b\x38\x8d\xb9\x00\x37\x6e\xfc\x51\x0d\x00\x00\x00";

template <std::size_t size>
std::string bytes(const char (&literal)[size]) {
  return {literal, size - 1};
}

TEST(Gzip, FilesAreReadUnpacked) {
  const tests::TemporaryFolder folder;
  const Documents lines = read_documents({folder.write("a.jsonl.gz", bytes(kLines))});
  EXPECT_EQ(Json(lines.rows).dump(), R"([{"a":1},{"a":2}])");
  EXPECT_THAT(lines.places[1], HasSubstr("a.jsonl.gz:2"));
  EXPECT_EQ(Json(read_documents({folder.write("a.tsv.gz", bytes(kTable))}).rows).dump(),
            R"([{"q":"日本","n":3}])");
}

TEST(Gzip, BrokenAndHugeFilesAreRefused) {
  const tests::TemporaryFolder folder;
  const auto error_of_bytes = [&](const std::string& content, std::size_t most) {
    try {
      read_gzip(folder.write("b.json.gz", content), most);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string whole = bytes(kLines);
  EXPECT_EQ(error_of_bytes(whole, 18), "no error");
  EXPECT_THAT(error_of_bytes(whole, 17),
              HasSubstr("b.json.gz: more than 17 bytes of text in a compressed file"));
  EXPECT_THAT(error_of_bytes("{\"a\": 1}", 100), HasSubstr("no gzip in the file"));
  std::string broken = whole;
  broken[14] = '!';
  EXPECT_THAT(error_of_bytes(broken, 100), HasSubstr("this is no gzip file, or a broken one"));
  for (std::size_t size = 1; size < whole.size() / 2; ++size)
    EXPECT_NE(error_of_bytes(whole.substr(0, size), 100), "no error") << size;
}

}  // namespace
}  // namespace tsugi::eval
