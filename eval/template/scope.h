// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Names while a template runs: the variables it was given, then one frame for each loop and macro it is
// inside.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eval/template/environment.h"

namespace tsugi::eval::syntax {

class Scope {
 public:
  using MacroCall = std::function<python::Json(const Macro&, std::vector<python::Json>,
                                               const python::Json& named, Position)>;

  /// All must outlive it. `call` runs a macro; it may be empty where there are none.
  Scope(const python::Json& variables, const Environment& environment, MacroCall call = {})
      : variables_(variables),
        environment_(environment),
        call_(std::move(call)),
        frames_(1, python::Json::object()) {}

  const Environment& environment() const { return environment_; }
  const python::Json& variables() const { return variables_; }

  /// Innermost first; null when there is none.
  const python::Json* find(const std::string& name) const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      const auto found = frame->find(name);
      if (found != frame->end()) return &*found;
      if (frame->contains(kBarrier))
        frame = frames_.rend() - 2;  // a macro sees itself and the outermost frame
    }
    const auto found = variables_.find(name);
    return found == variables_.end() ? nullptr : &*found;
  }

  void set(const std::string& name, python::Json value) { frames_.back()[name] = std::move(value); }

  /// Of a namespace, wherever it is. False when there is none of that name.
  bool set_attribute(const std::string& name, const std::string& attribute, python::Json value) {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      const auto found = frame->find(name);
      if (found == frame->end()) continue;
      if (!found->is_object()) return false;
      (*found)[attribute] = std::move(value);
      return true;
    }
    return false;
  }

  void define(const Macro& macro) { macros_[macro.name] = &macro; }
  const Macro* macro(const std::string& name) const {
    const auto found = macros_.find(name);
    return found == macros_.end() ? nullptr : found->second;
  }
  const MacroCall& call() const { return call_; }

  /// A frame while it lives.
  class Frame {
   public:
    enum class Kind { loop, macro };
    Frame(Scope& scope, Kind kind) : scope_(scope) {
      scope_.frames_.push_back(python::Json::object());
      if (kind == Kind::macro) scope_.frames_.back()[kBarrier] = true;
    }
    ~Frame() { scope_.frames_.pop_back(); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

   private:
    Scope& scope_;
  };

 private:
  static constexpr const char* kBarrier = " macro";  // no name of a template has a blank

  const python::Json& variables_;
  const Environment& environment_;
  MacroCall call_;
  std::deque<python::Json> frames_;  // values stay where they are while others are pushed
  std::map<std::string, const Macro*> macros_;
};

}  // namespace tsugi::eval::syntax
