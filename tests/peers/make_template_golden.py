#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""What Python's jinja2 gives for templates, in the environment of lm-evaluation-harness, and str methods on characters.
Run: make_template_golden.py tests/golden/template"""

import json
import sys
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined

DOC = {
    "question": "How many?",
    "text": "  two\twords \u00a0\u3000",
    "日本": "語",
    "zahl": 7,
    "minus": -3,
    "big": 9007199254740993,
    "half": 0.5,
    "whole": 1.0,
    "small": 1e-07,
    "large": 1e16,
    "less_large": 123456789012345.0,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "quotes": "it's",
    "both": "it's \"so\"",
    "control": "a\tb\nc\\d\x07\u200b\u3042\U0001f600",
    "list": ["a", "b", "c", "d"],
    "numbers": [1, 2.5, True, None],
    "nested": {"label": ["x", "y"], "text": {"deep": "z"}, "k k": 1, "items": 2},
    "greek": "ΌΣΟΣ ΣΑΣ",
    "german": "Straße ŉ İ ﬃ",
    "crlf": "a\r\nb",
}

TEMPLATES = [
    "plain", "", "plain\n", "a\r\nb\rc\n", "{{question}}", "Q: {{question}}\nA:", "{{ question }}{{question}}",
    "}} {{zahl}} %} #}", "{# gone #}x{# {{undefined}} #}", "a {{- question -}} b", "a \n {#- c -#} \n b", "{{+ zahl }}",
    "{{日本}}", "{{zahl}} {{minus}} {{big}} {{half}} {{whole}} {{small}} {{large}} {{less_large}}",
    "{{yes}} {{no}} {{nothing}}", "{{list}} {{numbers}} {{nested}}", "{{[quotes, both, control]}}",
    "{{ {'a': 1, \"b\": [none, true, False]} }}", "{{control}}", "{{crlf}}",
    "{{nested.label}} {{nested.label[1]}} {{nested['k k']}} {{nested.text.deep}} {{nested['items']}}",
    "{{list[0]}} {{list[-1]}} {{list.0}} {{list[zahl - 6]}} {{question[0]}} {{日本[0]}} {{nested.label.1}}",
    "{{list[1:3]}} {{list[:2]}} {{list[2:]}} {{list[::-1]}} {{list[-2:]}} {{list[::2]}} {{question[1:4]}} {{list[5:]}}",
    "{{list[3:0:-1]}} {{question[::-2]}} {{list[none:2]}} {{list[-9:9]}}",
    "[{{text.strip()}}] [{{text.lstrip()}}] [{{text.rstrip()}}] [{{text.strip(' ')}}] [{{question.strip('?H')}}]",
    "[{{text.strip(none)}}] [{{question.rstrip('?')}}] [{{question.lstrip('H')}}]",
    "{{question.upper()}} {{question.lower()}} {{german.upper()}} {{german.lower()}} {{greek.lower()}}",
    "{{text.split()}} {{question.split(' ')}} {{'a,b,,c'.split(',')}} {{'a,b,,c'.split(',', 1)}} {{' a  b c '.split(none, 1)}}",
    "{{''.split()}} {{''.split(',')}} {{'a b'.split(none, 0)}}",
    "{{question.replace('o', '0')}} {{question.replace('o', '0', 0)}} {{'aaaa'.replace('a', 'b', 2)}} {{'日本'.replace('', '-')}}",
    "{{'ab'.replace('', '-', 2)}} {{'ab'.replace('', '-', 3)}} {{'ab'.replace('', '-', 1)}}",
    "{{', '.join(list)}} {{''.join('日本')}} {{'-'.join(nested)}}",
    "{{list.index('c')}} {{question.index('m')}} {{'日本語'.find('語')}} {{question.find('zz')}}",
    "{{question.startswith('How')}} {{question.endswith('many?')}} {{question.endswith('x')}}",
    "{{question.count('m')}} {{list.count('a')}} {{'aaa'.count('aa')}} {{'日本'.count('')}}",
    "{{nested.get('label')}} {{nested.get('no')}} {{nested.get('no', 5)}}",
    "{{'a' + 'b' + question}} {{[1] + [2]}} {{1 + 2}} {{1 + 2.5}} {{yes + 1}} {{zahl - 10}} {{2 * 3.0}} {{7 / 2}} {{6 / 2}}",
    "{{7 // 2}} {{-7 // 2}} {{7 % 3}} {{-7 % 3}} {{7 % -3}} {{7.5 // 2}} {{-7.5 % 2}} {{7.5 % -2}} {{-1 // 1}} {{-0.0 % 3}}",
    "{{'a' ~ 1 ~ none ~ [1]}} {{1 ~ 2 * 3}} {{-zahl}} {{+zahl}} {{- half}} {{-yes}}",
    "{{1 < 2}} {{1 < 2 < 3}} {{1 < 3 < 2}} {{'a' < 'b'}} {{1 == 1.0}} {{yes == 1}} {{none == none}} {{'1' == 1}} {{1 != 2}}",
    "{{2 >= 2}} {{'日' > '本'}} {{[1, 2] < [1, 3]}} {{[1] == [1.0]}} {{nested == nested}} {{1 <= 1.5}} {{[] < [1]}}",
    "{{'a' in list}} {{'z' not in list}} {{'How' in question}} {{'label' in nested}} {{1 in [true]}}",
    "{{yes and no}} {{yes or no}} {{not yes}} {{empty or 'fallback'}} {{list and 1}} {{not not 0}} {{no and undefined_name}}",
    "{{yes or undefined_name}} {{1 if yes else 2}} {{1 if empty else 2}} {{'a' if no else 'b' if no else 'c'}}",
    "{{question is defined}} {{foo is defined}} {{foo is undefined}} {{nested.foo is defined}} {{list[9] is undefined}}",
    "{{nothing is none}} {{nothing is not none}} {{zahl is none}} {{zahl is number}} {{question is string}} {{list is string}}",
    "{{nested is mapping}} {{list is sequence}} {{yes is boolean}} {{zahl is integer}} {{half is float}} {{yes is true}} {{no is false}} {{1 is true}}",
    "{{list|length}} {{question|length}} {{日本|length}} {{nested|count}} {{zahl|string + '!'}} {{[1, 2]|join(', ')}} {{list|join}}",
    "{{text|trim}} {{question|upper|lower}} {{zahl|upper}} {{question|trim('?')}} {{list|first}} {{list|last}} {{'日本'|last}}",
    "{{'a1'|replace(1, 2)}} {{5|replace('5', '6')}} {{'aaa'|replace('a', 'b', 2)}} {{none|lower}}",
    "{{'a' 'b'}} {{'a\\nb'}} {{'\\x41\\u3042\\t\\101'}} {{'\\q'}} {{\"it's\"}} {{'\\''}}",
    "{{(1 + 2) * 3}} {{-1|string}} {{-question|length}} {{1.5e3}} {{1e5}} {{2.50}} {{1_0 if no else 0}}".replace("1_0", "10"),
    "{{ [a, b] if a is defined else [question, list[1]] }}", "{{[list[0].strip(), list[1].upper()]}}",
    "{{ '}}' }}", "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}.a.b }}", "{{'abc'[1]}} {{[1,2,][1]}} {{(zahl)}}",
    "{{ question\n.upper() }}", "{{'{{'}}", "{{ '%s' }}", "{{'tail'}}\n\n", "{{ list [ 0 ] }}", "{{ nested . label }}",
    # what Python refuses
    "{{foo}}", "{{foo.bar}}", "{{nested.foo}}", "{{list[9]}}", "{{foo + 1}}", "{{question + 1}}", "{{1 + 'a'}}",
    "{{question.index('zz')}}", "{{list.index('zz')}}", "{{question <", "{{question", "{{ 1 + }}", "{{ (1 }}", "{{ 'a }}",
    "{{1 < 'a'}}", "{{none < 1}}", "{{1 / 0}}", "{{1 // 0}}", "{{1 % 0}}", "{{1.5 % 0}}", "{{zahl.strip()}}", "{{zahl[0]}}",
    "{{'a' if no}}", "{{foo == 1}}", "{{not foo}}", "{{foo and 1}}", "{{1 + 2 ~ 3}}", "{{('a' if no) + 'b'}}", "{{-question}}", "{{1 in 'a'}}",
    "{{question['x']}}", "{{list['x']}}", "{{'a'.join([1])}}", "{{zahl|length}}", "{{question.split('')}}", "{{list[::0]}}",
    "{# open", "{{ }}", "{{ a b }}", "{{list[1.5]}}", "{{question.replace('a')}}", "{{1 is foo}}", "{{1|foo}}", "{{01}}",
]


def rendered(environment, template):
    try:
        return {"template": template, "text": environment.from_string(template).render(**DOC)}
    except Exception as error:  # noqa: BLE001: any of Python's errors is one of ours
        return {"template": template, "error": type(error).__name__}


def changed(method):
    """Characters that the method changes, and what it makes of each."""
    characters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    return {c: method(c) for c in characters if method(c) != c}


def main():
    folder = Path(sys.argv[1])
    environment = Environment(loader=BaseLoader, undefined=StrictUndefined, keep_trailing_newline=True)
    cases = [rendered(environment, template) for template in TEMPLATES]
    floats = [0.1, 1 / 3, 1e15, 1e16, 123456789.125, 5e-324, 1.7976931348623157e308, 0.0001, 0.00001, -2.5e-10, -0.0, 100.0]
    golden = {"document": DOC, "cases": cases, "floats": [[value, repr(value)] for value in floats]}
    (folder / "jinja.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    spaces = [code for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    text = {"spaces": spaces, "lower": changed(str.lower), "upper": changed(str.upper)}
    (folder / "characters.json").write_text(json.dumps(text, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
