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
    "{{7 // 2}} {{-7 // 2}} {{7 % 3}} {{-7 % 3}} {{7 % -3}} {{7.5 // 2}} {{-7.5 % 2}} {{7.5 % -2}} {{-1 // 1}} {{-0.0 % 3}} {{0 // -1.5}} {{-0.0 // 2}} {{1 // -2.5}} {{9007199254740993.0 // 0.5}}",
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


STATEMENTS = [
    "{% if yes %}a{% endif %}", "{% if no %}a{% elif zahl > 5 %}b{% else %}c{% endif %}", "{% if no %}a{% elif no %}b{% else %}c{% endif %}|",
    "{% for x in list %}{{ loop.index }}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", "{% for x in [] %}a{% else %}none{% endfor %}",
    "{% for x in list if x != 'b' %}{{ loop.index0 }}{{ x }}{{ loop.length }}{% endfor %}", "{% for k, v in nested.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in nested %}{{ k }} {% endfor %}", "{% for c in question %}{{ c }}.{% endfor %}", "{% for i in range(3) %}{{ i }}{% endfor %}{{ range(2, 9, 3) | list }}",
    "{{ range(5, 0, -2) | list }}{{ range(3, 3) | list }}{{ range(2, 5, -1) | list }}{{ range(1, 2, 9223372036854775807) | list }}",
    "{{ range(9223372036854775800, 9223372036854775807, 3) | list }}{{ range(-9223372036854775807, 9223372036854775807, 9223372036854775807) | list }}",
    "{{ range(9223372036854775807, -9223372036854775807, -9223372036854775807) | list }}",
    "{% for x in list %}{% if loop.first %}<{% endif %}{{ loop.revindex }}{{ loop.previtem is defined }}{{ loop.nextitem }}{% endfor %}",
    "{% for x in list %}{{ loop.nextitem is defined }}{{ loop.previtem if loop.index > 1 else '-' }}{% endfor %}",
    "{% for x in list %}{% for y in numbers %}{{ x }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
    "{% set a = 1 %}{{ a }}{% set a = a + 1 %}{{ a }}", "{% set a = 0 %}{% for x in list %}{% set a = a + 1 %}{% endfor %}{{ a }}",
    "{% set n = namespace(a=0, b='x') %}{% for x in list %}{% set n.a = n.a + 1 %}{% endfor %}{{ n.a }}{{ n.b }}",
    "{% set a, b = 1, 'z' %}{{ a }}{{ b }}", "{% set body %}x{{ zahl }}y{% endset %}[{{ body }}]", "{% if yes %}{% set q = 5 %}{% endif %}{{ q }}",
    "{% macro m(a, b='d', c=none) %}<{{ a }}{{ b }}{{ c }}>{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(1, c=3) }}{{ m(b=4, a=5) }}",
    "{% macro fac(n) %}{% if n <= 1 %}1{% else %}{{ n }}*{{ fac(n - 1) }}{% endif %}{% endmacro %}{{ fac(4) }}",
    "{% set g = 'global' %}{% macro m() %}{{ g }}{{ zahl }}{% endmacro %}{% for x in [1] %}{% set g = 'loop' %}{{ m() }}{% endfor %}",
    "{% for x in list %}{% if x == 'c' %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in list %}{% if x == 'b' %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% filter upper %}abc{{ zahl }}{% endfilter %}", "a\n{% if yes %}\nb\n{% endif %}\nc", "a\n  {%- if yes -%}  \nb\n  {%- endif -%}  \nc", "  {% if yes %} x {% endif %}  ",
    "{{ [1, 2, 3] | map('string') | join('-') }} {{ [{'a': 1}, {'a': 2}] | map(attribute='a') | list }}",
    "{{ [{'a': 1}, {'a': 2}, {'b': 3}] | selectattr('a', 'equalto', 2) | list }} {{ [{'a': 1}, {'b': 3}] | selectattr('a', 'defined') | list }}",
    "{{ [{'a': 1}, {'a': 0}] | rejectattr('a') | list }} {{ [1, 2, 3, 4] | select('odd') | list }} {{ [1, 2, 3] | reject('in', [2]) | list }}",
    "{{ foo | default('d') }} {{ empty | default('d') }} {{ empty | default('d', true) }} {{ zahl | default(1) }} {{ nested.foo | d(2) }}",
    "{{ nested | items | list | length }} {% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %} {{ ['b', 'A', 'c'] | sort }} {{ [3, 1, 2] | sort(reverse=true) }} {{ list | reverse | list }}",
    "{{ [1, 2, 1, 'a', 'a'] | unique | list }} {{ 'abc' | list }} {{ 'abc' | reverse }} {{ 'x' | indent }} {{ 'a\nb\n\nc' | indent(2) }} {{ 'a\nb' | indent(2, true) }}",
    "{{ '123' is lower }} {{ '' is upper }} {{ 'a1' is lower }} {{ true is lower }} {{ 3.0 is odd }} {{ 2.5 is even }} {{ 7 is divisibleby 3.5 }} {{ true is sameas true }} {{ none is sameas false }}",
    "{{ {'b': 1, 'a': 2} | dictsort(by='value') | map('first') | list }} {{ {'b': 1, 'A': 2, 'a': 3} | dictsort(true) | map('first') | list }} {{ {'b': 1, 'a': 2} | dictsort(reverse=true) | map('last') | list }}",
    "{{ ['a', 'A', 'b'] | unique | list }} {{ ['a', 'A'] | unique(true) | list }} {{ ['b', 'A', 'a'] | sort(reverse=true) }} {{ ['b', 'A', 'a'] | sort(case_sensitive=true) }} {{ [{'a': 2}, {'a': 1}] | sort(attribute='a') }}",
    "{{ \"it's\" | title }} {{ \"it's\".title() }} {{ 'mcDonald-like (tEst' | title }} {{ 'ΌΣΟΣ'.title() }} {{ 'ßa'.title() }} {{ '１２'.isdigit() }} {{ '²'.isdigit() }} {{ '½'.isdigit() }}",
    "{{ {'b': \"<i>'\", 'a': '日&'} | tojson }} {{ [1, {'a': 2}] | tojson(2) }} {{ [1] | tojson(indent=0) }} {{ 'x' | safe ~ 1 }} {{ 1 | safe is string }}",
    "{{ 'a\\r\\nb\\u2028c\\n' | indent('- ', true) }}|{{ 'a\\n\\nb' | indent(2, blank=true) }}|{{ '' | indent(2, true) }}",
    "{{ [[1, 2], [3, 4]] | map(attribute='1') | list }} {{ [[1, 2], [3, 4]] | map(attribute=1) | list if no else '' }} {{ [{'a': [5]}] | map(attribute='a.0') | list }}",
    "{{ '42.23' | int }} {{ ' 7 ' | int }} {{ '1_0' | int }} {{ '1__0' | int(8) }} {{ '1e3' | int }} {{ 'nan' | int(4) }} {{ '-inf' | int(4) }}",
    "{{ '+-3' | int(9) }} {{ '-+3' | int(9) }} {{ '+12' | int }} {{ '-5' | int }} {{ '000012' | int }} {{ '.5' | int(3) }} {{ '-5.' | int }} {{ '1_0.5' | int }}",
    "{{ '' | int(4) }} {{ '- 5' | int(4) }} {{ '_1' | int(4) }} {{ '1_' | int(4) }} {{ 'nan(1)' | int(4) }} {{ '1e999' | int(4) }} {{ '1e-999' | int(4) }}",
    "{{ -3.9 | int }} {{ 1e18 | int }} {{ nothing | int }} {{ [] | int(3) }} {{ yes | int }} {{ '123456789012345678' | int }} {{ '0x1A' | int(5) }}",
    "{{ 'a,b,,c'.split(',', -9223372036854775807) }} {{ 'a b c'.split(none, -5) }} {{ 'aaa'.replace('a', 'b', -7) }}",
    "{{ list[::9223372036854775807] }} {{ list[::-9223372036854775807] }} {{ 'abc'[-9223372036854775807:9223372036854775807] }}",
    "{{ '12' | int + 1 }} {{ '3x' | int }} {{ '3x' | int(7) }} {{ 2.9 | int }} {{ 'hello world' | title }} {{ 'hELLO' | capitalize }} {{ 'ab cd'.title() }} {{ 'aB'.capitalize() }}",
    "{{ 3 is odd }} {{ 3 is even }} {{ 6 is divisibleby 3 }} {{ 'a' is in list }} {{ 'a' is not in list }} {{ 1 is eq 1 }} {{ list is iterable }} {{ 5 is iterable }} {{ 'ab' is lower }}",
    "{{ 'ab' * 3 }} {{ 2 * 'x' }} {{ nested.keys() | list }} {{ nested.get('no', []) }} {{ 'a-b'.split('-') | last }} {{ '12'.isdigit() }} {{ 'x2'.isdigit() }}",
    "{% for x in list %}{{ x }}{% else %}never{% endfor %}{# c #}{% set x = 'after' %}{{ x }}", "{{ (1, 2)[0] }} {{ () | length }} {% for a, b in [(1, 2), (3, 4)] %}{{ a + b }}{% endfor %}",
    # what Jinja or Python refuses
    "{{ 1.5 < 'a' }}", "{{ 'a' is odd }}", "{{ [] is divisibleby 2 }}", "{{ [1] in nested }}", "{{ nested.get([]) }}", "{{ zahl | default(1, true, 2) }}", "{{ zahl | default(other=1) }}", "{{ zahl | indent }}",
    "{{ list | dictsort }}", "{{ zahl | items | list }}", "{{ [[1]] | unique | list }}", "{{ list | sort('a') }}", "{{ text | title(1) }}", "{{ [{'a': 1}, {}] | selectattr('a') | list }}", "{{ nested | dictsort(by='x') }}",
    "{% if yes %}", "{% endif %}", "{% for x in 5 %}{% endfor %}", "{% for x in %}{% endfor %}", "{% foo %}", "{% set %}", "{% for a, b in [1] %}{% endfor %}", "{{ foo() }}", "{{ raise_exception('x') }}",
    "{% set foo.bar = 1 %}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "{% for x in undefined_name %}{% endfor %}", "{{ 5 | selectattr('a') | list }}", "{% if undefined_name %}{% endif %}",
]

MESSAGES = [
    [{"role": "user", "content": "Hello"}],
    [{"role": "system", "content": " Be brief. "}, {"role": "user", "content": "What's <b>1+1</b>?\n"}, {"role": "assistant", "content": "2\n"}, {"role": "user", "content": "日本語 \"quoted\""}],
    [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
]
# Ours, in the manner of templates that models carry: every feature of the specification's count that a plain chat can reach.
CHAT_TEMPLATES = [
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "{%- if messages[0]['role'] == 'system' %}\n    {%- set system_message = messages[0]['content'] | trim %}\n    {%- set messages = messages[1:] %}\n{%- else %}\n    {%- set system_message = '' %}\n{%- endif %}\n"
    "{{- bos_token }}\n{%- for message in messages %}\n    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}\n        {{- raise_exception('roles must alternate') }}\n    {%- endif %}\n"
    "    {%- if message['role'] == 'user' and loop.first and system_message %}\n        {{- '[INST] ' + system_message + '\n\n' + message['content'] + ' [/INST]' }}\n    {%- elif message['role'] == 'user' %}\n"
    "        {{- '[INST] ' ~ message['content'] ~ ' [/INST]' }}\n    {%- elif message.role == 'assistant' %}\n        {{- ' ' + message.content | trim + eos_token }}\n    {%- endif %}\n{%- endfor %}\n",
    "{% set ns = namespace(seen=false, count=0) %}\n{% for message in messages %}\n  {% if message.role == 'system' and not ns.seen %}\n    {% set ns.seen = true %}\n<<{{ message.content }}>>\n  {% else %}\n"
    "    {% set ns.count = ns.count + 1 %}\n{{ ns.count }}: {{ message.content }}\n  {% endif %}\n{% endfor %}\n{% if not ns.seen %}no system{% endif %}\n{% if tools is not none %}tools{% endif %}\n",
    "{{ messages | tojson }}\n{{ messages[0] | tojson(indent=2) }}\n{{ {'b': [1, 2.5, true, none], 'a': 'é\"<'} | tojson }}",
    "{%- macro turn(role, text, last=false) -%}\n<{{ role }}>{{ text | trim }}{% if not last %}</{{ role }}>\n{% endif %}{%- endmacro -%}\n{%- for m in messages -%}\n{{ turn(m.role, m.content, last=loop.last) }}\n{%- endfor -%}",
    "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% if loop.nextitem is defined and loop.nextitem.role == 'assistant' %}→{% endif %}{% endfor %}{{ undefined_name }}{% if enable_thinking is defined and enable_thinking %}think{% endif %}",
    "{% for message in messages | selectattr('role', 'equalto', 'user') %}\n{{ message['content'].split('\\n') | first }} {{ message.name | default('nobody') }}\n{% endfor %}\n\n",
    "{%- set roles = messages | map(attribute='role') | list %}{{ roles | join(',') }} {{ 'system' in roles }} {{ messages[-1].role }} {{ messages | length > 2 }} {{ (messages | last)['content'] }}",
    "  {# indented #}\n  {%+ if true %}keep{% endif %}\n\t{% if true +%}\nline\n{%- endif +%}\nend",
    "{{ undefined_name.attribute }}", "{% for m in messages %}{{ loop.cycle }}{% endfor %}{{ missing + 'x' }}",
]


def chat_cases():
    """As transformers sets its environment up (utils/chat_template_utils.py); `tojson` is plain JSON."""
    from transformers.utils.chat_template_utils import _compile_jinja_template
    cases = []
    for template in CHAT_TEMPLATES:
        for messages in MESSAGES:
            case = {"template": template, "messages": messages}
            try:
                case["text"] = _compile_jinja_template(template).render(
                    messages=messages, tools=None, documents=None, add_generation_prompt=True, bos_token="<s>", eos_token="</s>")
            except Exception as error:  # noqa: BLE001
                case["error"] = type(error).__name__
            cases.append(case)
    return cases


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
    environment = Environment(loader=BaseLoader, undefined=StrictUndefined, keep_trailing_newline=True,
                              extensions=["jinja2.ext.loopcontrols"])
    cases = [rendered(environment, template) for template in TEMPLATES + STATEMENTS]
    floats = [0.1, 1 / 3, 1e15, 1e16, 123456789.125, 5e-324, 1.7976931348623157e308, 0.0001, 0.00001, -2.5e-10, -0.0, 100.0]
    golden = {"document": DOC, "cases": cases, "chat": chat_cases(), "floats": [[value, repr(value)] for value in floats]}
    (folder / "jinja.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    spaces = [code for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    text = {"spaces": spaces, "lower": changed(str.lower), "upper": changed(str.upper), "capitalize": changed(str.capitalize)}
    (folder / "characters.json").write_text(json.dumps(text, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
