# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Generated templates through our engine and through Python's jinja2 as lm-evaluation-harness sets it up (environment eval): where both
give a text, the same one. What one of the two refuses alone is counted, ours by message.

    compare_templates.py [--templates 100000] [--seed 1] [--refused]

Needs build/release/tests/bench/render (-DTSUGI_BENCH=ON).
"""

import shared  # isort: skip
import argparse
import collections
import copy
import json
import random
import re
import subprocess
import tempfile
import warnings
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined
from make_template_golden import DOC

RENDER = shared.ROOT / "build" / "release" / "tests" / "bench" / "render"
VARIABLES = DOC | {"wide": "１２", "mixed": "It's a McDonald-like tEst, 3rd", "records": [{"a": 1, "b": "x"}, {"a": 0, "b": "Y"}, {"a": 2}], "float_list": [1.5, 2.0, -0.5],
                   "words": ["b", "A", "c", "a", "B"], "deep": {"x": {"y": [1, {"z": "end"}]}}, "one": 1, "space": " \t", "accents": "ÉCOLE straße Ǆungla"}
NAMES = sorted(VARIABLES) + ["missing"]
TEXTS = ["'a'", "'ab c'", "' x '", "''", "'12'", "'3.7'", "'日本語'", "'A-b_c'", "'x,y,,z'", "'\\n'", "'%s'", "\"it's\"", "'１'", "'ß'"]
NUMBERS = ["0", "1", "2", "3", "7", "-1", "10", "0.5", "2.0", "1.5", "100", "true", "false", "none"]
FILTERS = ["length", "count", "string", "trim", "upper", "lower", "replace", "join", "first", "last", "tojson", "select", "reject", "selectattr", "rejectattr", "map", "indent",
           "list", "items", "dictsort", "unique", "reverse", "sort", "int", "safe", "capitalize", "title", "default", "d"]
LAZY = {"select", "reject", "selectattr", "rejectattr", "map", "items", "unique", "reverse"}  # generators, which print as such and are true
TESTS = ["callable", "iterable", "odd", "even", "lower", "upper", "defined", "undefined", "none", "string", "number", "boolean", "integer", "float", "mapping", "sequence", "true",
         "false"]
RELATIONS = ["equalto", "eq", "ne", "in", "sameas", "lt", "gt", "le", "ge", "lessthan", "greaterthan", "divisibleby"]
METHODS = ["strip", "lstrip", "rstrip", "upper", "lower", "split", "replace", "join", "index", "find", "startswith", "endswith", "count", "get", "keys", "values", "items",
           "capitalize", "title", "isdigit"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]


class Writer:
    """Random templates of the language that the specification counts in task files and chat templates."""

    def __init__(self, seed):
        self.pick = random.Random(seed)

    def atom(self):
        kind = self.pick.random()
        if kind < 0.55:
            return self.pick.choice(NAMES)
        return self.pick.choice(TEXTS if kind < 0.8 else NUMBERS)

    def arguments(self, depth, most=2):
        return ", ".join(self.expression(depth - 1) for _ in range(self.pick.randint(0, most)))

    def expression(self, depth=3):
        if depth <= 0 or self.pick.random() < 0.15:
            return self.atom()
        inner = self.expression(depth - 1)
        match self.pick.randint(0, 11):
            case 0 | 1:
                return f"({inner} {self.pick.choice(OPERATORS)} {self.expression(depth - 1)})"
            case 2 | 3:
                name = self.pick.choice(FILTERS)
                arguments = self.pick.choice(["", "", "", f"({self.arguments(depth)})", "('a')", "(attribute='a')", "(2)", "(reverse=true)", "(case_sensitive=true)", "('a', 'lt', 2)"])
                return f"{inner}|{name}{arguments}" + ("|list" if name in LAZY else "")
            case 4 | 5:
                return f"{inner}.{self.pick.choice(METHODS)}({self.arguments(depth)})"
            case 6:
                return f"({inner} is {self.pick.choice(['', 'not '])}{self.pick.choice(TESTS)})"
            case 7:
                return f"({inner} is {self.pick.choice(RELATIONS)}({self.expression(depth - 1)}))"
            case 8:
                return f"{inner}[{self.pick.choice([self.atom(), '0', '-1', '1:', ':2', '::-1', '::2', '-2:'])}]"
            case 9:
                return f"[{inner}, {self.expression(depth - 1)}]"
            case 10:
                return f"({inner} if {self.expression(depth - 1)} else {self.expression(depth - 1)})"
            case _:
                return self.pick.choice([f"(not {inner})", f"(-{inner})", f"{inner}.a", f"{{'k': {inner}}}"])

    def body(self, depth):
        kind = self.pick.random()
        if depth <= 0 or kind < 0.6:
            return "{{ " + self.expression() + " }}"
        if kind < 0.75:
            return f"{{% for x in {self.expression(2)} %}}{{{{ loop.index }}}}{self.body(depth - 1)}{{{{ x }}}}{{% endfor %}}"
        if kind < 0.9:
            return f"{{% if {self.expression(2)} %}}{self.body(depth - 1)}{{% else %}}n{{% endif %}}"
        return f"{{% set x = {self.expression(2)} %}}{{{{ x }}}}"


def python(environment, template):
    try:
        return {"text": environment.from_string(template).render(**copy.deepcopy(VARIABLES))}
    except Exception as error:  # noqa: BLE001: any of Python's errors is one of ours
        return {"error": f"{type(error).__name__}: {error}"}


# An object's address or Python's own name of a type in the text: no task means to print it.
NO_TEXT = re.compile(r" at 0x|Markup\(|<(built-in|bound|generator|function|class)|dict_(keys|values|items)\(|Undefined|\(\(|\('|, \(|\[\(")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--templates", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="examples of each difference")
    parser.add_argument("--refused", action="store_true", help="count what we refuse and Python renders")
    given = parser.parse_args()
    environment = Environment(loader=BaseLoader, undefined=StrictUndefined, keep_trailing_newline=True, extensions=["jinja2.ext.loopcontrols"])
    warnings.simplefilter("ignore", SyntaxWarning)  # of the Python that Jinja makes of 1[0]
    writer = Writer(given.seed)
    templates = [writer.body(2) for _ in range(given.templates)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "variables.json"
        file.write_text(json.dumps(VARIABLES), encoding="utf-8")
        lines = subprocess.run([RENDER, file], input="\n".join(map(json.dumps, templates)) + "\n", capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    counts = collections.Counter()
    refused = collections.Counter()
    for template, line in zip(templates, lines, strict=True):
        ours, theirs = json.loads(line), python(environment, template)
        if "text" in theirs and NO_TEXT.search(theirs["text"]):
            counts["of no text"] += 1
        elif ours.get("text") == theirs.get("text"):
            counts["equal" if "text" in ours else "refused by both"] += 1
        elif "error" in ours:
            counts["refused by us alone"] += 1
            refused[re.sub(r".*template\): |; .*", "", ours["error"])] += 1
        else:
            kind = "different" if "text" in theirs else "refused by Python alone"
            counts[kind] += 1
            if counts[kind] <= given.show:
                print(f"{template}\n    ours   {ours}\n    Python {theirs}")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    if given.refused:
        for message, count in refused.most_common(40):
            print(f"{count:8} {message}")
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
