// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/mlflow.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Request {
  std::string line;  ///< "POST /api/… HTTP/1.1"
  json body;
};

/// Answers every request on one port of this machine, one connection at a time, by what `reply` says.
class Server {
 public:
  using Reply = std::function<std::pair<int, std::string>(const Request&)>;

  explicit Server(Reply reply) : reply_(std::move(reply)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);  // NOLINT
    EXPECT_EQ(listen(listener_, 4), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);  // NOLINT
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::vector<Request>& requests() const { return requests_; }  // after the client is gone

 private:
  void serve() {
    for (int peer = accept(listener_, nullptr, nullptr); peer >= 0;
         peer = accept(listener_, nullptr, nullptr)) {
      std::string text;
      while (serve_one(peer, text)) {
      }
      close(peer);
    }
  }

  // Reads on until `text` begins with a whole request, answers it, and takes it off.
  bool serve_one(int peer, std::string& text) {
    std::size_t head = std::string::npos;
    std::size_t length = 0;
    while (head == std::string::npos || text.size() < head + 4 + length) {
      char bytes[4096];
      const ssize_t got = read(peer, bytes, sizeof(bytes));
      if (got <= 0) return false;
      text.append(bytes, static_cast<std::size_t>(got));
      head = text.find("\r\n\r\n");
      const std::size_t field = text.find("Content-Length: ");
      if (field < head) length = std::stoul(text.substr(field + 16));
    }
    const Request request{text.substr(0, text.find("\r\n")),
                          json::parse(text.substr(head + 4, length), nullptr, false)};
    requests_.push_back(request);
    text.erase(0, head + 4 + length);
    const auto [status, body] = reply_(request);
    const std::string answer = "HTTP/1.1 " + std::to_string(status) +
                               " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    return write(peer, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
  }

  Reply reply_;
  int listener_ = -1;
  int port_ = 0;
  std::vector<Request> requests_;
  std::thread thread_;
};

// What an MLflow 3 server says to a new experiment and run.
std::pair<int, std::string> friendly(const Request& request) {
  if (request.line.find("get-by-name") != std::string::npos)
    return {404, R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Could not find experiment"})"};
  if (request.line.find("experiments/create") != std::string::npos) return {200, R"({"experiment_id": "7"})"};
  if (request.line.find("runs/create") != std::string::npos)
    return {200, R"({"run": {"info": {"run_id": "abc", "status": "RUNNING"}, "data": {}}})"};
  return {200, "{}"};
}

const std::vector<Metric> kMetrics = {{"search/best", 0.5, 3}, {"search/mean", 0.25, 3}};

TEST(Mlflow, MakesAnExperimentAndARunAndFinishesIt) {
  Server server(friendly);
  std::vector<std::string> notes;
  {
    const auto tracker = track_by_mlflow({.server = server.address() + "/",
                                          .experiment = "my tests",
                                          .name = "first",
                                          .parameters = {{"seed", "1"}},
                                          .tags = {{"who", "me"}}},
                                         [&](const std::string& note) { notes.push_back(note); });
    tracker->add(kMetrics);
    tracker->finish("better");
  }
  EXPECT_THAT(notes, testing::IsEmpty());
  const auto& requests = server.requests();
  ASSERT_EQ(requests.size(), 7U);
  EXPECT_EQ(requests[0].line,
            "GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=my%20tests HTTP/1.1");
  EXPECT_EQ(requests[1].body, json({{"name", "my tests"}}));
  EXPECT_EQ(requests[2].body["experiment_id"], "7");
  EXPECT_EQ(requests[2].body["run_name"], "first");
  EXPECT_EQ(requests[2].body["tags"][0], json({{"key", "who"}, {"value", "me"}}));
  EXPECT_EQ(requests[3].body["params"], json::array({{{"key", "seed"}, {"value", "1"}}}));
  EXPECT_EQ(requests[4].line, "POST /api/2.0/mlflow/runs/log-batch HTTP/1.1");
  EXPECT_EQ(requests[4].body["run_id"], "abc");
  EXPECT_EQ(requests[4].body["metrics"][1]["key"], "search/mean");
  EXPECT_EQ(requests[4].body["metrics"][1]["value"], 0.25);
  EXPECT_EQ(requests[4].body["metrics"][1]["step"], 3);
  EXPECT_EQ(requests[5].body["value"], "better");
  EXPECT_EQ(requests[6].body["status"], "FINISHED");
}

TEST(Mlflow, ARunThatIsNotFinishedHasFailed) {
  Server server(friendly);
  track_by_mlflow({.server = server.address(), .name = "x"}, nullptr);
  ASSERT_FALSE(server.requests().empty());
  EXPECT_EQ(server.requests().back().body["status"], "FAILED");
}

TEST(Mlflow, AServerThatRefusesIsToldOfOnceAndNotAskedAgain) {
  std::atomic<bool> refuse = false;
  Server server([&](const Request& request) {
    return refuse ? std::pair<int, std::string>{400, R"({"message": "no such run"})"} : friendly(request);
  });
  std::vector<std::string> notes;
  {
    const auto tracker = track_by_mlflow({.server = server.address(), .name = "x"},
                                         [&](const std::string& note) { notes.push_back(note); });
    refuse = true;
    for (int i = 0; i < 3; ++i) tracker->add(kMetrics);
    tracker->finish("better");
  }
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("status 400: no such run; the search goes on without it"));
  EXPECT_EQ(server.requests().size(), 5U);  // four to begin, the one that was refused
}

TEST(Mlflow, ForeignAnswersAreNone) {
  for (const char* answer :
       {"", "[]", "{}", R"({"experiment": 3})", R"({"experiment": {"experiment_id": 3}})"}) {
    Server server([&](const Request&) { return std::pair<int, std::string>{200, answer}; });
    std::vector<std::string> notes;
    track_by_mlflow({.server = server.address(), .name = "x"}, [&](const std::string& note) {
      notes.push_back(note);
    })->add(kMetrics);
    EXPECT_EQ(notes.size(), 1U) << answer;
    EXPECT_EQ(server.requests().size(), 1U) << answer;
  }
}

TEST(Mlflow, NobodyThereIsANote) {
  std::string address;
  {
    const Server server(friendly);
    address = server.address();
  }
  std::vector<std::string> notes;
  const auto tracker = track_by_mlflow({.server = address, .name = "x"},
                                       [&](const std::string& note) { notes.push_back(note); });
  tracker->add(kMetrics);
  tracker->finish("better");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("the search goes on without it"));
}

TEST(Mlflow, RefusesWhatIsNoAddress) {
  for (const char* address : {"", "localhost:5000", "file:///etc/passwd"})
    EXPECT_THROW(track_by_mlflow({.server = address, .name = "x"}, nullptr), InputError) << address;
}

}  // namespace
}  // namespace tsugi::evolve
