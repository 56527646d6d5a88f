// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A strict look at the markup of a page that this project writes: every element closed, every attribute
// quoted.
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::tests {

struct Element {
  std::string name;
  std::string attributes;  ///< as written: id="x" class="y"
  std::string text;        ///< what stands inside, markup included; "" for one that cannot have content
  std::size_t begin = 0;   ///< of the content
};

/// What a walk over a page found. `problem` is "" for a page in which all is well.
struct Markup {
  std::vector<Element> elements;
  std::string problem;

  /// The first with this attribute, such as "id=\"run-data\""; one without a name when there is none.
  Element with(const std::string& attribute) const {
    for (const Element& element : elements) {
      if ((" " + element.attributes + " ").find(" " + attribute + " ") != std::string::npos) return element;
    }
    return {};
  }
  std::vector<Element> named(const std::string& name) const {
    std::vector<Element> found;
    for (const Element& element : elements) {
      if (element.name == name) found.push_back(element);
    }
    return found;
  }
};

/// Whether `text` is nothing or name="value" separated by blanks; `required` and the like do not occur.
inline bool are_attributes(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\n') {
      ++at;
      continue;
    }
    const std::size_t equals = text.find("=\"", at);
    if (equals == std::string_view::npos) return false;
    for (std::size_t i = at; i < equals; ++i) {
      if (std::isalnum(static_cast<unsigned char>(text[i])) == 0 && text[i] != '-') return false;
    }
    const std::size_t end = text.find('"', equals + 2);
    if (end == std::string_view::npos ||
        text.substr(equals, end - equals).find('<') != std::string_view::npos)
      return false;
    at = end + 1;
  }
  return true;
}

/// Walks over the whole page. In script and style everything up to the closing tag is text, as in a browser.
inline Markup read_markup(const std::string& page) {
  static const std::set<std::string> kVoid = {"meta", "input", "line", "rect", "br"};
  Markup markup;
  std::vector<std::size_t> open;
  const auto fail = [&](const std::string& what, std::size_t at) {
    markup.problem = what + " near: " + page.substr(at, 80);
    return markup;
  };
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return fail("a tag without end", at);
    std::string tag = page.substr(at + 1, end - at - 1);
    const std::size_t here = at;
    at = end + 1;
    if (tag == "!DOCTYPE html") continue;
    if (tag[0] == '/') {
      if (open.empty() || markup.elements[open.back()].name != tag.substr(1))
        return fail("closes what is not open", here);
      Element& element = markup.elements[open.back()];
      element.text = page.substr(element.begin, here - element.begin);
      open.pop_back();
      continue;
    }
    const bool closed = tag.back() == '/';
    if (closed) tag.pop_back();
    const std::size_t blank = tag.find_first_of(" \n");
    Element element{.name = tag.substr(0, blank),
                    .attributes = blank == std::string::npos ? "" : tag.substr(blank + 1),
                    .text = "",
                    .begin = at};
    if (!are_attributes(element.attributes)) return fail("attributes that are none", here);
    if (closed != (kVoid.count(element.name) > 0))
      return fail("content where none may be, or none closed", here);
    markup.elements.push_back(element);
    if (closed) continue;
    open.push_back(markup.elements.size() - 1);
    if (element.name == "script" || element.name == "style") at = page.find("</" + element.name, at);
    if (at == std::string::npos) return fail("raw text without end", here);
  }
  if (!open.empty()) markup.problem = "never closed: " + markup.elements[open.back()].name;
  return markup;
}

}  // namespace tsugi::tests
