// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/template/renderer.h"

#include <fmt/format.h>

#include "eval/template/builtins.h"
#include "eval/template/evaluator.h"
#include "eval/template/python_text.h"

namespace tsugi::eval::syntax {
namespace {

using python::Json;

constexpr std::size_t kMostSteps = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{16} << 20U;
constexpr int kMostCalls = 100;  // of macros inside macros

enum class Flow { on, leave, next };

class Renderer {
 public:
  Renderer(const Json& variables, const Environment& environment)
      : scope_(variables, environment,
               [this](const Macro& macro, std::vector<Json> positional, const Json& named,
                      Position position) { return call(macro, std::move(positional), named, position); }) {}

  Flow run(const Body& body, std::string& out) {
    for (const Statement& statement : body) {
      if (++steps_ > kMostSteps)
        throw Failure{statement.position, "a template of more than a million steps", "simplify it"};
      const Flow flow =
          std::visit([&](const auto& node) { return of(node, statement.position, out); }, statement.node);
      if (out.size() > kMostBytes)
        throw Failure{statement.position, "a text of more than 16 MiB", "simplify the template"};
      if (flow != Flow::on) return flow;
    }
    return Flow::on;
  }

 private:
  Json value(const Expression& expression) { return evaluate(expression, scope_); }

  Flow of(const std::string& text, Position, std::string& out) {
    out += text;
    return Flow::on;
  }

  Flow of(const Output& node, Position, std::string& out) {
    out += python::str(value(*node.value));
    return Flow::on;
  }

  Flow of(const If& node, Position, std::string& out) {
    for (const auto& [condition, body] : node.branches) {
      if (holds(*condition, scope_)) return run(body, out);
    }
    return run(node.otherwise, out);
  }

  std::vector<Json> items_of(const For& node, Position position) {
    const Json items = value(*node.items);
    std::vector<Json> list;
    if (items.is_string()) {
      for (const char32_t c : python::code_points(items.get_ref<const std::string&>()))
        list.emplace_back(python::utf8(std::u32string(1, c)));
    } else if (items.is_object()) {
      for (const auto& [key, item] : items.items()) list.emplace_back(key);
    } else if (items.is_array()) {
      list.assign(items.begin(), items.end());
    } else {
      throw Failure{position, fmt::format("a loop over a value of type {}", python::type_name(items)),
                    "loop over a list"};
    }
    if (node.condition == nullptr) return list;
    std::vector<Json> chosen;
    for (Json& item : list) {
      const Scope::Frame frame(scope_, Scope::Frame::Kind::loop);
      assign(node.targets, item, position);
      if (holds(*node.condition, scope_)) chosen.push_back(std::move(item));
    }
    return chosen;
  }

  Flow of(const For& node, Position position, std::string& out) {
    const std::vector<Json> items = items_of(node, position);
    if (items.empty()) return run(node.otherwise, out);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Scope::Frame frame(scope_, Scope::Frame::Kind::loop);
      assign(node.targets, items[i], position);
      Json loop = {{"index", i + 1},
                   {"index0", i},
                   {"revindex", items.size() - i},
                   {"revindex0", items.size() - i - 1},
                   {"first", i == 0},
                   {"last", i + 1 == items.size()},
                   {"length", items.size()}};
      if (i > 0) loop["previtem"] = items[i - 1];
      if (i + 1 < items.size()) loop["nextitem"] = items[i + 1];
      scope_.set("loop", std::move(loop));
      if (run(node.body, out) == Flow::leave) break;
    }
    return Flow::on;
  }

  void assign(const std::vector<std::string>& targets, const Json& item, Position position) {
    if (targets.size() == 1) return scope_.set(targets.front(), item);
    if (!item.is_array() || item.size() != targets.size())
      throw Failure{position,
                    fmt::format("{} names for a value of type {}", targets.size(), python::type_name(item)),
                    "take as many names as the value has parts"};
    for (std::size_t i = 0; i < targets.size(); ++i) scope_.set(targets[i], item[i]);
  }

  Flow of(const Set& node, Position position, std::string&) {
    Json result;
    if (node.value != nullptr) {
      result = value(*node.value);
    } else {
      std::string text;
      run(node.body, text);
      result = std::move(text);
    }
    if (node.attribute.empty()) {
      assign(node.targets, result, position);
    } else if (!scope_.set_attribute(node.targets.front(), node.attribute, std::move(result))) {
      throw Failure{position, fmt::format("'{}' is no namespace", node.targets.front()),
                    fmt::format("write {{% set {} = namespace() %}} before", node.targets.front())};
    }
    return Flow::on;
  }

  Flow of(const Macro& node, Position, std::string&) {
    scope_.define(node);
    return Flow::on;
  }

  Flow of(const FilterBlock& node, Position position, std::string& out) {
    std::string text;
    const Flow flow = run(node.body, text);
    std::vector<Json> positional;
    for (const ExpressionPtr& argument : node.arguments.positional) positional.push_back(value(*argument));
    Json named = Json::object();
    for (const auto& [name, argument] : node.arguments.named) named[name] = value(*argument);
    out +=
        python::str(apply_filter(node.name, text, positional, named, position, scope_.environment().strict));
    return flow;
  }

  Flow of(const Group& node, Position, std::string& out) { return run(node.body, out); }
  Flow of(const Break&, Position, std::string&) { return Flow::leave; }
  Flow of(const Continue&, Position, std::string&) { return Flow::next; }

  Json call(const Macro& macro, std::vector<Json> positional, const Json& named, Position position) {
    if (positional.size() > macro.parameters.size())
      throw Failure{position, fmt::format("the macro '{}' with {} arguments", macro.name, positional.size()),
                    "it has fewer parameters"};
    if (++calls_ > kMostCalls) throw Failure{position, "macros nested too deeply", "end the recursion"};
    const Scope::Frame frame(scope_, Scope::Frame::Kind::macro);
    for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
      const auto& [name, otherwise] = macro.parameters[i];
      if (i < positional.size()) {
        scope_.set(name, std::move(positional[i]));
      } else if (named.contains(name)) {
        scope_.set(name, named[name]);
      } else if (otherwise != nullptr) {
        scope_.set(name, value(*otherwise));
      }
    }
    std::string text;
    run(macro.body, text);
    --calls_;
    return text;
  }

  Scope scope_;
  std::size_t steps_ = 0;
  int calls_ = 0;
};

}  // namespace

std::string render(const Body& body, const Json& variables, const Environment& environment) {
  std::string out;
  Renderer(variables, environment).run(body, out);
  return out;
}

}  // namespace tsugi::eval::syntax
