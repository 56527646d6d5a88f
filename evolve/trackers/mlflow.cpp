// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/mlflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "evolve/trackers/http.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::pair<std::string, std::string>>;

// The longest that one generation may wait for a server.
constexpr std::chrono::seconds kPatience{10};

// MLflow refuses longer values of parameters (6,000 since 2.8; older servers 500) and more at once than
// these.
constexpr std::size_t kLongestValue = 500;
constexpr std::size_t kMetricsAtOnce = 1000;

std::int64_t milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Json key_values(const Texts& texts) {
  Json list = Json::array();
  for (const auto& [key, value] : texts)
    list.push_back({{"key", metric_name(key)}, {"value", value.substr(0, kLongestValue)}});
  return list;
}

class Mlflow : public Tracker {
 public:
  Mlflow(const MlflowRun& run, std::function<void(const std::string&)> note)
      : server_(run.server), note_(std::move(note)), http_(kPatience) {
    if (server_.rfind("http://", 0) != 0 && server_.rfind("https://", 0) != 0)
      throw InputError("--mlflow", fmt::format("'{}' is no address of a server", server_),
                       "give one such as http://localhost:5000");
    while (server_.back() == '/') server_.pop_back();
    begin(run);
  }

  ~Mlflow() override { end("FAILED"); }
  Mlflow(const Mlflow&) = delete;
  Mlflow& operator=(const Mlflow&) = delete;

  void add(const std::vector<Metric>& metrics) override {
    const std::int64_t now = milliseconds();
    for (std::size_t begin = 0; begin < metrics.size(); begin += kMetricsAtOnce) {
      Json list = Json::array();
      for (std::size_t i = begin; i < std::min(begin + kMetricsAtOnce, metrics.size()); ++i)
        list.push_back({{"key", metrics[i].name},
                        {"value", metrics[i].value},
                        {"timestamp", now},
                        {"step", metrics[i].step}});
      call("runs/log-batch", {{"run_id", run_id_}, {"metrics", list}});
    }
  }

  void finish(const std::string& verdict) override {
    call("runs/set-tag", {{"run_id", run_id_}, {"key", "mlflow.note.content"}, {"value", verdict}});
    end("FINISHED");
  }

 private:
  std::string url(const std::string& method) const {
    return fmt::format("{}/api/2.0/mlflow/{}", server_, method);
  }

  // The first answer that is none ends the conversation.
  Json checked(const HttpAnswer& answer) {
    if (answer.good() && answer.json.is_object()) return answer.json;
    lost_ = true;
    std::string reason = answer.problem;
    if (reason.empty()) reason = fmt::format("status {}", answer.status);
    if (answer.json.is_object() && answer.json.contains("message") && answer.json["message"].is_string())
      reason += ": " + answer.json["message"].get<std::string>();
    if (note_) note_(fmt::format("MLflow at {}: {}; the search goes on without it", server_, reason));
    return {};
  }

  Json call(const std::string& method, const Json& body) {
    return lost_ ? Json() : checked(http_.post(url(method), body));
  }

  // A text below `outer`, or, if the server does not say it, the end of the conversation.
  std::string text_in(const Json& answer, const char* outer, const char* key) {
    if (lost_) return "";
    const Json& within = outer != nullptr && answer.contains(outer) ? answer[outer] : answer;
    if (within.is_object() && within.contains(key) && within[key].is_string())
      return within[key].get<std::string>();
    checked({.status = 200, .problem = "its answer is none of MLflow's", .json = {}});
    return "";
  }

  std::string experiment_id(const std::string& name) {
    constexpr long kNotFound = 404;
    const HttpAnswer found =
        http_.get(url("experiments/get-by-name?experiment_name=" + HttpClient::quoted(name)));
    if (found.status == kNotFound)
      return text_in(call("experiments/create", {{"name", name}}), nullptr, "experiment_id");
    return text_in(checked(found), "experiment", "experiment_id");
  }

  void begin(const MlflowRun& run) {
    const std::string experiment = experiment_id(run.experiment);
    Texts tags = run.tags;
    tags.emplace_back("mlflow.runName", run.name);
    const Json made = call("runs/create", {{"experiment_id", experiment},
                                           {"run_name", run.name},
                                           {"start_time", milliseconds()},
                                           {"tags", key_values(tags)}});
    if (lost_) return;
    run_id_ = text_in(made.contains("run") ? made["run"] : made, "info", "run_id");
    call("runs/log-batch", {{"run_id", run_id_}, {"params", key_values(run.parameters)}});
  }

  void end(const char* status) {
    if (ended_ || run_id_.empty()) return;
    ended_ = true;
    call("runs/update", {{"run_id", run_id_}, {"status", status}, {"end_time", milliseconds()}});
  }

  std::string server_;
  std::function<void(const std::string&)> note_;
  HttpClient http_;
  std::string run_id_;
  bool lost_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Tracker> track_by_mlflow(const MlflowRun& run, std::function<void(const std::string&)> note) {
  return std::make_unique<Mlflow>(run, std::move(note));
}

}  // namespace tsugi::evolve
