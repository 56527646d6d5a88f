#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""What PyYAML, re, datasets and lm-evaluation-harness make of task files, documents, filters and metrics.
Run: make_task_golden.py tests/golden/tasks (needs lm_eval 0.4.13)"""

import json
import math
import os
import re
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import datasets
import numpy as np
import yaml
from lm_eval.api.metrics import exact_match_hf_evaluate
from lm_eval.api.registry import get_filter
from lm_eval.api.task import ConfigurableTask

SCALARS = """yes|Yes|YES|yEs|no|No|on|ON|oN|off|Off|true|True|TRUE|false|y|n|t|~|null|Null|NULL|nULL|
0|7|-3|+3|010|-010|08|0o10|0x1F|0X1F|0xfg|0b101|0b12|1_000|_1|1__0|0_7|190:20:30|1:5|1:65|-1:30|00|1e3|1.e3|
1.0|1.|.5|-.5|+.5|1.5e3|1.5e+3|1.5E-3|1.5e|1_0.2_5|-0.0|190:20:30.15|1:5.5|.inf|-.inf|+.Inf|.INF|.nan|.NaN|.|+|
9223372036854775807|1.0.0|1,000|text|"yes"|'1'|"\\n"|'\\n'|2024-1|!!str 1|!!int "3"|!!float 1|0.1e+400|1e400|12e03|
5_|0b|0_|+0x10|-0b11|+12|12:30:45|0:30|60:00|1:59.9|é|１|1.5e+_3|=x|...x|1 # c""".replace("\n", "").split("|")

PATTERNS = [
    (r"-?[0-9]+", "12 - 5 = -7, x 3.50 日本１２"), (r"-?[0-9]+", "none"), (r"#### (\-?[0-9\.\,]+)", "#### 1,234.\n#### -5"),
    (r"(a)|(b)", "ab"), (r"(a)?b", "abb"), (r"(?i)answer: (\w+)", "ANSWER: Öl answer: 日本"), (r"a*", "baac"), (r"", "日本"),
    (r"\b", "ab cd"), (r"x*?", "axx"), (r"^\w+", "one\ntwo"), (r"(?m)^\w+", "one\ntwo\r\nthree"), (r"\w+$", "a\nb\n"),
    (r"\w+\Z", "a\nb\n"), (r"(?s)a.b", "a\nb"), (r"a.b", "a\nb a\rb"), (r"\s+", "a\u001cb\u180ec\u3000d\u200be"),
    (r"[\s,]+", "a,\u001f b\u0085c"), (r"[^\s]+", "a\u001cb\u180ec"), (r"\S+", "a\u001cb\u180ec"), (r"[\S]+", "a\u001cb \u180e"),
    (r"\w+", "a_b٣²ｱé\u0301-日本語ー_"), (r"\W+", "a-b é\u0301!日"), (r"[\W]+", "a_- \u203fb"), (r"[\w-]+", "a-b c"),
    (r"\d+", "12٣４²"), (r"[\D]+", "a1b"), (r"(?<=\$)\d+", "$12 €3 $4"), (r"(?<!\$)\b\d+", "$12 €3"), (r"\d+(?=円)", "12円 3"),
    (r"(?P<n>\d)(?P=n)", "11 12 33"), (r"(\d)\1", "11 12 33"), (r"a{,2}", "aaa"), (r"a{2,}", "aaa a aa"), (r"a{1,2}", "aaa"),
    (r"{", "a{b"), (r"a{x}", "a{x}"), (r"[[:alpha:]]+", "a:]l[]]"), (r"[]a]+", "]a["), (r"[^]a]+", "]ab["), (r"\u65e5", "日本"),
    (r"[\u3040-\u30ff]+", "日ほんゴ"), (r"\x41\t", "A\t"), (r"\v", "a\u000bb\nc"), (r"(?:a|b)+", "abab c"), (r"(?#c)a", "a"),
    (r"(?u)é", "é"), (r"(?i:A)b", "ab aB"), (r"\.", "a.b"), (r"\\", "a\\b"), (r"\-\/\#\ ", "-/# "), (r"(a)(b)?(c)?", "a ab ac abc"),
    (r"(x?)", "ax"), (r"\(([A-D])\)", "(A) (E) (D)"), (r"(?x) a \s b # comment", "a b"), (r"\Aab", "abab"), (r"[\b]", "a\bb"),
    (r"\B", ""), (r"\b|\B", ""), (r"\B", "ab-"), (r"(?m)^", "a\n"), (r"(?m)^x*", "x\n\nx\n"), (r"(?i)i", "iIİı"), (r"(?i)[h-j]+", "aİıI"),
    (r"(?i)[^i]", "aİı"), (r"(?i)\u0130x|ı", "ix I"), (r"(?i:i)i", "İi ıI"), (r"(?i)(?-i:i)I", "iİ Iı"), (r"(?i)\u0390+[\ufb05]", "\u1fd3\ufb06"),
    (r"(?i)[α-ω]", "\u1fe3\u03f4"), (r"(?i)k\u212a", "\u212aK"), (r"\0", "a\0"), (r"\101\07", "A\a"), (r"(a)\1\060", "aa0"), (r"[\1\60]+", "\x010"),
    (r"a{,}b", "aab"), (r"a{}", "a{}"), (r"a{1", "a{1"), (r"(?x)a # (b\n c", "ac"), (r"(?x) a + [ ] b\ ", "aa b "), (r"(a)(?x: \1 0 )1", "aa01"), (r"(?x:a b) c", "ab c"),
    (r"(?x)\u3000a", "\u3000a"), (r"(?i)(?s)a.", "A\n"), (r"(?P<n>a)?(?(n)b|c)", "abc"), (r"(a)?(?(1)b|c)", "abc"), (r"(?#c)(?i)a", "A"), (r"a(?#c)*", "aaa"),
    (r"\é\_", "é_"), (r"(?u:é)", "é"), (r"x{2}+x", "xxx"), (r"(?=(a|b))[b]*", "abb"), (r"[&&|~~[]+", "&|~["), (r"(a*)*", "ba"), (r"(?:(a)|b)*", "abc"),
    (r"(\d+)(?=(\w))", "123"), (r"(?P<ß>s)(?P=ß)", "ss"), (r"[*--]+", "*+,-."), (r"[\s-]+", " -\x1c"), (r"(?m)$", "a\n\nb\n"), (r"$", "a\n"),
    (r"the answer is (.*?)\.", "the answer is 5. the answer is 日本."), (r"(\d+)|x", "x1"), (r"a++", "aaa"), (r"(?>a+)b", "aab"),
    (r"(?:(?=a)|b)*c", "abc"), (r"(|a)+", "aab"), (r"[a-]+", "a-b"), (r"\$", "$1"), (r"a|", "ba"),
]

BAD_PATTERNS = [r"(", r"[", r"a**", r"\p{L}", r"\h", r"(?P<1>a)", r"*a", r"a(?i)b", r"(?<n>a)", r"\K", r"(*ACCEPT)", r"\Q", "\\",
                r"\u12", r"(?<=a+)b", r"(?z)", r"\B*", r"a{2}{3}", r"(?x)a+ +", r"(a\1)", r"\1(a)", r"(?P=n)", r"(?P<n>a)(?P<n>b)", r"[a-\d]",
                r"[b-a]", r"\400", r"[\400]", r"[\8]", r"(?i-i:a)", r"(?-u:a)", r"(?", r"a)", r"(?#c", r"{2}a", r"a|*", r"^*", r"(?i", r"(?-:a)", r"[a-",
                r"\U00110000", r"(?(n)a)", r"a|(?i)b", r"(?P<n", r"(?i-)a", r"(a)\60"]

FILTERS = [
    ("regex", {"regex_pattern": "-?[0-9]+", "group_select": -1}), ("regex", {"regex_pattern": "-?[0-9]+"}), ("regex", {}),
    ("regex", {"regex_pattern": "(\\d+) or (\\w+)|(x)", "fallback": "none"}), ("regex", {"regex_pattern": "(z)?answer"}),
    ("regex", {"regex_pattern": "(z)?(y)?answer", "fallback": " none "}), ("remove_whitespace", {}), ("lowercase", {}), ("uppercase", {}),
    ("map", {"mapping_dict": {"A": "0", "B": "1"}, "default_value": "-1"}), ("majority_vote", {}), ("take_first_k", {"k": 1}),
]
# multi_choice_regex reads the document.
MULTI_CHOICE = [
    {}, {"ignore_case": True, "ignore_punctuation": True, "regex_pattern": "(\\([A-Z]\\))"},
    {"regex_pattern": "(?i)answer is (\\(?[A-D]\\)?)|(?:option) (\\w)", "group_select": -1, "fallback": "none"},
    {"regexes_to_ignore": ["\\bthe ", "[0-9]"], "ignore_case": True},
]
CHOICES = [["Guilty", "Guilty of Romance", "not", "The end."], ["12", "3.5", "りんご、", ""], ["a (b)", "a", "a", "\u3000x y "], ["..", "!"]]
CHOICE_RESPONSES = ["Guilty of Romance", "It is guilty!", "The answer is (C).", "answer: B", ":\n\u001c A", "the end", "りんご、です", "12 or 3.5", "",
                    "a (b) or a", "x y", "Option D, answer is A", "#### 7", "nothing at all", "(z)"]
SPANS = ["person: Ada Lovelace, none $$ places : London, Paris\nDate: 1843", "PER: x $ LOC: none $$$$", "Organization: ACME $$ company:B$C",
         "no entities", "time: 5, per: é, ÖRG: z", ""]
RESPONSES = ["12 - 5 = 7. The answer is -7.", "", "no number", "#### 1,234 and #### -5", " \u3000A\n", "A", "B", "3 or 4", "answer",
             "Straße ΣΑΣ İ", "x", "答えは12枚です。"]

EXACT_MATCH = [{}, {"ignore_case": True}, {"ignore_punctuation": True}, {"ignore_numbers": True},
               {"regexes_to_ignore": [",", "\\$", "(?s).*#### "]}, {"regexes_to_ignore": ["\\s+"], "ignore_case": True},
               {"ignore_case": True, "ignore_punctuation": True, "ignore_numbers": True, "regexes_to_ignore": None}]
PAIRS = [["12", "12"], ["12", "12 "], ["A", "a"], ["It's.", "its"], ["1,234", "1234"], ["$5", "5"], ["x #### 7", "7"], ["ÄÖ", "äö"],
         ["ΣΑΣ", "σας"], ["日本。", "日本"], ["a1b2", "ab"], ["", ""], ["１", "1"], ["Straße", "STRASSE"], ["İ", "i"], ["İ", "i̇"], ["aİ.", "ai"], ["a\0", "a"], ["a\0!", "a"],
         ["a\0,\0", "a"]]

DOCUMENTS = [
    ['{"a": 1, "n": {"x": 1}, "l": []}', '{"a": 2.5, "n": {"y": "s"}, "l": [1], "e": null}'],
    ['{"d": "2024-01-02", "t": "2024-01-02 03:04:05"}', '{"d": "2024-02-29", "t": "2024-01-02"}'],
    ['{"d": "2024-01-02"}', '{"d": "2024-13-02"}'], ['{"d": "2024-01-02"}', '{"d": null}'], ['{"d": "2024-01-02T03:04:05"}'],
    ['{"d": "2023-02-29"}'], ['{"a": [1, 2.5]}', '{"a": [3]}'], ['{"a": [{"x": 1}]}', '{"a": [{"y": 2.5}, {"x": 2}]}'],
    ['{"a":[{"x":1}]}', '{"a":[{"x":2.5}]}'], ['{"a":[{"n":{"p":1}},{"n":{"q":2}}],"z":1}'],
    ['{"a": null, "b": 1}', '{"c": true}'], ['[{"a": 1},', ' {"a": 2.5, "b": "x"}]'], ['{"a": 1}', "", '{"a": 2}'],
    ['{"a": 1}', '{"a": "x"}'], ['{"q": "日本\\n", "empty": {}}'],
]


def yaml_value(text):
    value = yaml.safe_load(f"k: {text}")["k"]
    if isinstance(value, float) and not math.isfinite(value):
        return {"yaml": text, "type": "float", "value": repr(value)}
    return {"yaml": text, "type": type(value).__name__, "value": value}


def columns(lines):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.json"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        rows = list(datasets.load_dataset("json", data_files=str(file), cache_dir=folder)["train"])
    return {"lines": lines, "rows": json.loads(json.dumps(rows, default=str))}


def multi_choice(arguments, response, choices):
    try:
        return list(get_filter("multi_choice_regex")(**arguments).apply([[response]], [{"choices": choices}]))[0][0]
    except IndexError:
        return None


def choice_scores(likelihoods, choices, gold, greedy):
    metrics = ["acc", "acc_norm", "acc_bytes", "exact_match"]
    task = SimpleNamespace(
        OUTPUT_TYPE="multiple_choice", config=SimpleNamespace(process_results=None), multiple_input=0, multiple_target=0,
        _metric_fn_list=dict.fromkeys(metrics), doc_to_choice=lambda doc: choices, doc_to_target=lambda doc: gold)
    with np.errstate(all="ignore"):
        values = ConfigurableTask.process_results(task, {}, list(zip(likelihoods, greedy)))
    likelihoods = [repr(value) for value in likelihoods]
    return {"likelihoods": likelihoods, "choices": choices, "gold": gold, "greedy": greedy, "values": values}


def main():
    os.environ["HF_HUB_OFFLINE"] = "1"
    datasets.disable_progress_bars()
    nan, inf = float("nan"), float("inf")
    golden = {
        "scalars": [yaml_value(text) for text in SCALARS],
        "patterns": [{"pattern": p, "text": t, "found": re.findall(p, t), "removed": re.sub(p, "", t)} for p, t in PATTERNS],
        "bad_patterns": BAD_PATTERNS,
        "filters": [{"function": name, "arguments": arguments, "response": response,
                     "filtered": list(get_filter(name)(**arguments).apply([[response]], [{}]))[0][0]}
                    for name, arguments in FILTERS for response in RESPONSES] + [
                    {"function": "multi_choice_regex", "arguments": arguments, "response": response, "doc": {"choices": choices},
                     "filtered": multi_choice(arguments, response, choices)}
                    for arguments in MULTI_CHOICE for choices in CHOICES for response in CHOICE_RESPONSES] + [
                    {"function": "format_span", "arguments": {}, "response": response,
                     "filtered": get_filter("format_span")().apply([[response]], [{}])[0][0]} for response in SPANS + RESPONSES],
        "exact_match": [{"arguments": arguments, "prediction": p, "reference": r,
                         "value": float(exact_match_hf_evaluate([p], [r], **arguments)["exact_match"])}
                        for arguments in EXACT_MATCH for p, r in PAIRS],
        "choices": [choice_scores(*case) for case in [
            ([-1.5, -1.0, -3.0], ["a", "bb", "cccccc"], 1, [False, True, False]),
            ([-6.0, -5.0, -6.0], ["日本語", "abcd", "ab"], 0, [False, False, False]),
            ([-2.0, -2.0], ["x", "y"], 0, [True, True]), ([-2.0, -2.0], ["x", "y"], 1, [False, True]),
            ([-1.0, nan, -0.5], ["x", "y", "z"], 1, [False, False, True]), ([-1.0, -2.0], ["", "b"], 1, [True, False]),
            ([-inf, -inf], ["x", "y"], 0, [False, False]), ([-1.0, -2.0], ["x", "y"], 5, [True, False]),
        ]],
        "documents": [columns(lines) for lines in DOCUMENTS],
    }
    for pattern in BAD_PATTERNS:
        try:
            re.compile(pattern)
        except re.error:
            continue
        raise SystemExit(f"Python takes {pattern}")
    file = Path(sys.argv[1]) / "harness.json"
    file.write_text(json.dumps(golden, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
