// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

// An answer of MLflow is a few kilobytes; a server that sends without end is cut off here.
constexpr std::size_t kMostBytes = 1U << 20U;

std::size_t receive(char* bytes, std::size_t size, std::size_t count, void* body) {
  auto* text = static_cast<std::string*>(body);
  if (text->size() + size * count > kMostBytes) return 0;  // ends the transfer
  text->append(bytes, size * count);
  return size * count;
}

struct HeadersDelete {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

struct HttpClient::State {
  CURL* curl = nullptr;
  std::unique_ptr<curl_slist, HeadersDelete> headers;
  std::string body;

  HttpAnswer perform(const std::string& url) {
    body.clear();
    HttpAnswer answer;
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
      answer.problem = curl_easy_strerror(code);
      return answer;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    answer.json = nlohmann::json::parse(body, nullptr, false);
    return answer;
  }
};

HttpClient::HttpClient(std::chrono::milliseconds patience) : state_(std::make_unique<State>()) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  state_->curl = curl_easy_init();
  state_->headers.reset(curl_slist_append(nullptr, "Content-Type: application/json"));
  CURL* const curl = state_->curl;
  if (curl == nullptr) throw Error("libcurl cannot be started");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // time-outs without signals: the program has threads
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience.count()));
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, state_->headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &state_->body);
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(state_->curl);
}

HttpAnswer HttpClient::get(const std::string& url) {
  curl_easy_setopt(state_->curl, CURLOPT_HTTPGET, 1L);
  return state_->perform(url);
}

HttpAnswer HttpClient::post(const std::string& url, const nlohmann::json& body) {
  const std::string text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  curl_easy_setopt(state_->curl, CURLOPT_POST, 1L);
  curl_easy_setopt(state_->curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(text.size()));
  curl_easy_setopt(state_->curl, CURLOPT_COPYPOSTFIELDS, text.c_str());
  return state_->perform(url);
}

std::string HttpClient::quoted(const std::string& text) {
  const std::unique_ptr<char, void (*)(void*)> escaped(
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), curl_free);
  return escaped ? std::string(escaped.get()) : std::string();
}

}  // namespace tsugi::evolve
