// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A real browser without a window, steered through its DevTools protocol: Chromium reads commands as JSON
// from file descriptor 3 and writes answers and events to 4, each ended by a zero byte
// (--remote-debugging-pipe).
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

/// One browser with one page. Throws std::runtime_error when the browser ends or is silent for a minute.
class Browser {
 public:
  using Json = nlohmann::json;

  static bool is_there() { return std::filesystem::exists("/usr/bin/chromium"); }

  Browser() {
    std::array<int, 2> commands{};
    std::array<int, 2> answers{};
    if (pipe2(commands.data(), O_CLOEXEC) != 0 || pipe2(answers.data(), O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) become_browser(commands[0], answers[1]);
    close(commands[0]);
    close(answers[1]);
    to_ = commands[1];
    from_ = answers[0];
    const Json target = call("Target.createTarget", {{"url", "about:blank"}});
    session_ =
        call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
    for (const char* domain : {"Page", "Runtime", "Log", "Network"}) call(std::string(domain) + ".enable");
    call("Network.emulateNetworkConditions",
         {{"offline", true}, {"latency", 0}, {"downloadThroughput", 0}, {"uploadThroughput", 0}});
  }
  ~Browser() {
    close(to_);  // the browser ends when nobody steers it
    for (int i = 0; i < 100 && waitpid(child_, nullptr, WNOHANG) == 0; ++i) {
      if (i == 50) kill(child_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    close(from_);
  }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void resize(int width, int height) {
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
  }

  /// Loads a file of the disk and waits until its scripts have run. `behind` is what follows the path:
  /// "#answers".
  void open(const std::filesystem::path& file, const std::string& behind = "") {
    std::string address = "file://";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char c : file.string()) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || c == '/' || c == '.' || c == '-' || c == '_') {
        address += c;
      } else {
        address += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
      }
    }
    file_ = address;
    load("about:blank");  // from the same file another fragment would not be a new page
    load(address + behind);
  }

  /// The value of an expression as JSON; an exception is a complaint.
  Json evaluate(const std::string& expression) {
    const Json answer = call("Runtime.evaluate",
                             {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
    if (answer.contains("exceptionDetails")) complaints_.push_back(answer["exceptionDetails"].dump());
    return answer["result"].value("value", Json());
  }

  /// Brings an element into view and clicks on its middle, as a hand would.
  void click(const std::string& selector) {
    const Json at = evaluate("(() => { const e = document.querySelector(" + Json(selector).dump() +
                             "); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                             " return [r.left + r.width / 2, r.top + r.height / 2]; })()");
    for (const char* type : {"mousePressed", "mouseReleased"})
      call("Input.dispatchMouseEvent",
           {{"type", type}, {"x", at[0]}, {"y", at[1]}, {"button", "left"}, {"clickCount", 1}});
    settle();
  }

  /// A key such as "Enter" or "Tab", with the code that pages know it by and the text it makes.
  void press(const std::string& key, int code, const std::string& text = "") {
    call("Input.dispatchKeyEvent",
         {{"type", "keyDown"}, {"key", key}, {"windowsVirtualKeyCode", code}, {"text", text}});
    call("Input.dispatchKeyEvent", {{"type", "keyUp"}, {"key", key}, {"windowsVirtualKeyCode", code}});
    settle();
  }

  void type(const std::string& text) {
    call("Input.insertText", {{"text", text}});
    settle();
  }

  /// "light" or "dark", "screen" or "print".
  void prefer(const std::string& scheme, const std::string& media = "screen") {
    call("Emulation.setEmulatedMedia",
         {{"media", media}, {"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
    settle();
  }

  /// Errors and warnings of the console, exceptions, dialogs, and requests for anything but the opened file.
  const std::vector<std::string>& complaints() const { return complaints_; }

  Json call(const std::string& method, const Json& parameters = Json::object()) {
    Json message = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
    if (!session_.empty()) message["sessionId"] = session_;
    const std::string text = message.dump() + '\0';
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t wrote = write(to_, text.data() + done, text.size() - done);
      if (wrote <= 0) throw std::runtime_error("the browser takes no commands");
      done += static_cast<std::size_t>(wrote);
    }
    while (true) {
      const Json answer = read_one();
      if (answer.value("id", 0) != last_id_) continue;
      if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
      return answer["result"];
    }
  }

 private:
  [[noreturn]] void become_browser(int commands, int answers) const {
    // Copies first: the pipes themselves may be 3 or 4.
    const int in = fcntl(commands, F_DUPFD, 10);
    const int out = fcntl(answers, F_DUPFD, 10);
    const int nowhere = ::open("/dev/null", O_RDWR);
    if (dup2(in, 3) < 0 || dup2(out, 4) < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0) _exit(126);
    const std::string profile = "--user-data-dir=" + profile_.path().string();
    std::vector<const char*> words = {"chromium",
                                      "--headless",
                                      "--remote-debugging-pipe",
                                      "--disable-gpu",
                                      "--no-first-run",
                                      "--disable-dev-shm-usage",
                                      "--hide-scrollbars",
                                      "--host-resolver-rules=MAP * ~NOTFOUND",
                                      profile.c_str()};
    if (geteuid() == 0) words.push_back("--no-sandbox");  // Chromium refuses its sandbox to root
    words.push_back(nullptr);
    execv("/usr/bin/chromium", const_cast<char**>(words.data()));
    _exit(127);
  }

  void load(const std::string& address) {
    loaded_ = false;
    call("Page.navigate", {{"url", address}});
    while (!loaded_) read_one();
  }

  // Two frames: what a command set off has been laid out and painted.
  void settle() {
    evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))");
  }

  Json read_one() {
    constexpr int kPatience = 60'000;  // milliseconds; a busy machine starts Chromium in some seconds
    std::size_t end = buffer_.find('\0');
    while (end == std::string::npos) {
      pollfd ready{.fd = from_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, kPatience) <= 0) throw std::runtime_error("the browser says nothing");
      std::array<char, 65536> bytes{};
      const ssize_t got = read(from_, bytes.data(), bytes.size());
      if (got <= 0) throw std::runtime_error("the browser has ended");
      buffer_.append(bytes.data(), static_cast<std::size_t>(got));
      end = buffer_.find('\0');
    }
    const Json message = Json::parse(buffer_.substr(0, end));
    buffer_.erase(0, end + 1);
    if (message.contains("method")) hear(message["method"], message["params"]);
    return message;
  }

  void hear(const std::string& event, const Json& what) {
    if (event == "Page.loadEventFired") loaded_ = true;
    if (event == "Runtime.exceptionThrown" || event == "Page.javascriptDialogOpening" ||
        event == "Log.entryAdded")
      complaints_.push_back(event + " " + what.dump());
    if (event == "Runtime.consoleAPICalled" && (what["type"] == "error" || what["type"] == "warning"))
      complaints_.push_back(what.dump());
    if (event != "Network.requestWillBeSent") return;
    const std::string address = what["request"]["url"];
    if (address != "about:blank" && address.substr(0, address.find('#')) != file_)
      complaints_.push_back("asks for " + address);
  }

  TemporaryFolder profile_;
  pid_t child_ = -1;
  int to_ = -1;
  int from_ = -1;
  int last_id_ = 0;
  std::string session_;
  std::string buffer_;
  std::string file_;
  bool loaded_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace tsugi::tests
