// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The one place that calls libcurl: JSON to a server and back.
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace tsugi::evolve {

/// What a server answered.
struct HttpAnswer {
  long status = 0;      ///< of HTTP, or 0 where there was no answer
  std::string problem;  ///< why there was none, in the library's words
  nlohmann::json json;  ///< discarded where the body is no JSON

  bool good() const { return status >= 200 && status < 300; }
};

/// Keeps one connection open between calls. http and https only; one thread at a time; never throws for what
/// a server does.
class HttpClient {
 public:
  /// A call ends after `patience` whatever the server does.
  explicit HttpClient(std::chrono::milliseconds patience);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpAnswer get(const std::string& url);
  HttpAnswer post(const std::string& url, const nlohmann::json& body);

  /// Text as it may stand in a query.
  static std::string quoted(const std::string& text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsugi::evolve
