# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Generated pipelines of filters, patterns and answers, and exact_match behind them, through our code and through lm-evaluation-harness's own
(environment eval): where both give a text or a value, the same one. What one of the two refuses alone is counted, by message.

    compare_filters.py [--pipelines 4000] [--seed 1] [--show 10] [--refused]

Needs build/release/tests/bench/filter (-DTSUGI_BENCH=ON).
"""

import shared  # isort: skip
import argparse
import collections
import json
import logging
import random
import re
import signal
import subprocess
import types
import warnings

FILTER = shared.ROOT / "build" / "release" / "tests" / "bench" / "filter"
ANSWERS = 5  # a pipeline
SECONDS = 1  # that one answer may take in Python, which has no limit of its own

LETTERS = ["a", "b", "c", "A", "B", "D", "i", "I", "k", "s", "x", "1", "2", "7", "0", "_", " ", " ", "-", ",", ":", "\n", "e", "n", "."]
# Characters whose case, class or white space the two engines might see differently.
ODD = ["é", "É", "ß", "ẞ", "İ", "ı", "ſ", "K", "ǆ", "ǅ", "Σ", "ς", "日", "あ", "½", "²", "١", "Ⅷ", "\u0301", "\u0345", "ι", "ΐ", "ﬅ", "ﬆ", "\u00a0", "\u1680", "\u180e", "\u200b",
       "\u2028", "\u3000", "\x1c", "\x1f", "\x85", "\t", "\r", "\v", "\f", "‿", "・", "＿", "，", "\U00010400", "\U0001f600", "\0", "(", ")", "[", "]", "{", "}", "$", "#", "*", "+", "?",
       "/", "\\", "^", "|", "'", '"', "&", "~", "%", "K", "Å", "å", "θ", "ϴ", "µ", "μ"]
SNIPPETS = ["(A)", "(B)", "A", "#### 42", "#### -1,234.5", "The answer is (C).", "The answer is 12.", "Answer: B", "answer: 7", "yes", "No", "", "\n", "  ", "1.5", "-3", "$5.00",
            "\\boxed{12}", "x = 3", "答えは3です。", "正解は(b)", "A. Paris", ": C", "[[7]]", "**4**", "a\nb\n", "1/2", "１２", "So\n\n", "person: Ada Lovelace", "loc: Rome, Kenya $$ date: none",
            "ORG : ACME\nTime: 3 pm", "$$", "country: İstanbul$"]
# As task files of the harness have them.
FIELD = [r"#### (\-?[0-9\.\,]+)", r"(-?[$0-9.,]{2,})|(-?[0-9]+)", r"(?i)(?:answer is )\(?([A-Z])\)?", r"((?<=The answer is )(.*)(?=.)|(?<=the answer is )(.*)(?=.))", r"\(([A-Z])\)",
         r"(?<=答えは)\d+", r"\\boxed\{(.+?)\}", r"^\s*([A-D])\b", r"(?s)\n\n.*", r"([^\.]*)", r"\b(yes|no)\b", r"(?m)^Answer: (.*)$", r"[-+]?\d+(?:\.\d+)?", r"[^\n]+", r"(?<=\[\[)\w+(?=\]\])",
         r"\*\*([^*]+)\*\*", r"The answer is (\-?[0-9\.\,]+)", r"(\w+)\W*$", r"^(.*?)(?=\n|$)", r"\$|,", r"(?s).*#### ", r"\.$", r"答(え|案)[は：:]\s*(\S+)", r".*", r"", r"[ABCD]"]
FLAGS = ["(?i)", "(?s)", "(?m)", "(?x)", "(?is)", "(?im)", "(?u)", "(?ix)"] * 3 + ["(?a)", "(?i)(?s)"]
CLASSES = [r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"]
OF_CLASS = {r"\d": "7", r"\w": "a", r"\s": " ", r"\D": "-", r"\W": "-", r"\S": "B"}
ANCHORS = ["^", "$", r"\b", r"\B", r"\A", r"\Z"]
ESCAPES = [(r"\n", "\n"), (r"\t", "\t"), (r"\x41", "A"), (r"\u00e9", "é"), (r"\U0001f600", "\U0001f600"), (r"\.", "."), (r"\-", "-"), (r"\#", "#"), (r"\ ", " "), (r"\0", "\0"), (r"\101", "A"),
           (r"\v", "\v"), (r"\f", "\f"), (r"\r", "\r"), (r"\a", "\a"), (r"\é", "é"), (r"\/", "/"), (r"\07", "\a"), (r"\u0131", "ı"), (r"\x1c", "\x1c"), (r"\_", "_")]
RANGES = ["a-z", "A-Z", "0-9", "A-D", "a-c", "あ-ん", "一-龥", "\\x00-\\x1f", "!-/", "h-j", "À-ÿ", "α-ω", "Ａ-Ｚ", "\\n-\\r", "i-\\u0150", "a-\\U0001ffff", "*--"]


class Writer:
    """Random patterns, each with a text that it may match, and pipelines of filters with answers."""

    def __init__(self, seed):
        self.pick = random.Random(seed)

    def character(self):
        return self.pick.choice(LETTERS if self.pick.random() < 0.85 else ODD)

    def words(self, most=12):
        return "".join(self.character() for _ in range(self.pick.randint(0, most)))

    def literal(self):
        c = self.character()
        return (re.escape(c) if c in r"()[]{}?*+-|^$\.&~#" or self.pick.random() < 0.05 else c), c

    def set(self):
        parts, samples = [], []
        for _ in range(self.pick.randint(1, 4)):
            kind = self.pick.random()
            if kind < 0.45:
                c = self.character()
                parts.append("\\" + c if c in "]\\^-[" else c)
                samples.append(c)
            elif kind < 0.6:
                name = self.pick.choice(CLASSES)
                parts.append(name)
                samples.append(OF_CLASS[name])
            elif kind < 0.8:
                span = self.pick.choice(RANGES)
                parts.append(span)
                samples.append(span[0])
            else:
                escape, c = self.pick.choice(ESCAPES)
                parts.append(escape)
                samples.append(c)
        body = "".join(parts)
        negated = self.pick.random() < 0.25
        odd = self.pick.choice(["", "", "", "]", "-", "[", "&&", "||", "~~", "[:alpha:"])
        body = odd + body if self.pick.random() < 0.5 else body + (odd if odd != "]" else "")
        return f"[{'^' if negated else ''}{body}]", self.character() if negated else self.pick.choice(samples)

    def atom(self):
        kind = self.pick.random()
        if kind < 0.5:
            return self.literal()
        if kind < 0.62:
            return self.set()
        if kind < 0.74:
            name = self.pick.choice(CLASSES)
            return name, OF_CLASS[name]
        if kind < 0.8:
            return ".", self.character()
        if kind < 0.9:
            return self.pick.choice(ANCHORS), ""
        return self.pick.choice(ESCAPES)

    def group(self, depth):
        kind = self.pick.randint(0, 17)
        if kind < 6:
            pattern, text = self.choice(depth - 1)
            self.opened += 1
            return f"({pattern})", text
        if kind < 8:
            pattern, text = self.choice(depth - 1)
            self.opened += 1
            name = f"n{self.opened}"
            self.names.append(name)
            return f"(?P<{name}>{pattern})", text
        if kind < 10:
            pattern, text = self.choice(depth - 1)
            return f"(?:{pattern})", text
        if kind < 12:
            return f"({self.pick.choice(['?=', '?!'])}{self.choice(depth - 1)[0]})", ""
        if kind == 12:
            return f"({self.pick.choice(['?<=', '?<!'])}{''.join(self.atom()[0] for _ in range(self.pick.randint(1, 2)))})", ""
        if kind == 13:
            pattern, text = self.choice(depth - 1)
            return f"({self.pick.choice(['?i', '?s', '?m', '?x', '?-i', '?i-s', '?ms', '?>', '?u'])}:{pattern})".replace("?>:", "?>"), text
        if kind == 14 and self.names:
            name = self.pick.choice(self.names)
            return self.pick.choice([f"(?P={name})", f"(?({name}){self.atom()[0]}|{self.atom()[0]})"]), self.character()
        if kind == 15:
            return "(?#c)", ""
        if self.opened:
            number = self.pick.randint(1, self.opened + (self.pick.random() < 0.1))
            return self.pick.choice([f"\\{number}", f"(?({number}){self.atom()[0]}|{self.atom()[0]})"]), self.character()
        return self.atom()

    def piece(self, depth):
        pattern, text = self.group(depth) if depth > 0 and self.pick.random() < 0.4 else self.atom()
        if self.pick.random() < (0.02 if pattern in ANCHORS else 0.3):
            quantifier = self.pick.choice(["*", "+", "?", "{2}", "{1,3}", "{,2}", "{2,}", "{,}", "*", "+", "?", "{0}"] + ["{}", "{a}"] * (self.pick.random() < 0.2)) + self.pick.choice(["", "", "", "?", "+"])
            return pattern + quantifier, text * self.pick.randint(0, 3)
        return pattern, text

    def sequence(self, depth):
        pieces = [self.piece(depth) for _ in range(self.pick.choice([0, 1, 1, 2, 2, 3, 4]))]
        return "".join(p for p, _ in pieces), "".join(t for _, t in pieces)

    def choice(self, depth):
        branches = [self.sequence(depth) for _ in range(self.pick.choice([1, 1, 1, 2, 3]))]
        return "|".join(p for p, _ in branches), self.pick.choice(branches)[1]

    def pattern(self):
        """A pattern; texts that may match it are kept for answers()."""
        self.opened, self.names = 0, []
        if self.pick.random() < 0.1:
            pattern = self.pick.choice(FIELD)
        else:
            pattern, text = self.choice(self.pick.randint(0, 3))
            self.samples.append(text)
        if self.pick.random() < 0.2:
            pattern = self.pick.choice(FLAGS) + re.sub(r"^\(\?[a-z]+\)", "", pattern)
        if self.pick.random() < 0.05 and pattern:  # one letter less, more or twice: seldom a pattern, and then an odd one
            at = self.pick.randrange(len(pattern))
            pattern = pattern[:at] + self.pick.choice(["", pattern[at] * 2, self.character() + pattern[at]]) + pattern[at + 1:]
        return pattern

    def text(self):
        parts = []
        for _ in range(self.pick.randint(0, 4)):
            kind = self.pick.random()
            if kind < 0.5 and self.samples:
                sample = list(self.pick.choice(self.samples))
                if sample and self.pick.random() < 0.3:
                    at = self.pick.randrange(len(sample))
                    sample[at] = self.pick.choice([sample[at].upper(), sample[at].lower(), self.character(), ""])
                parts += sample
            elif kind < 0.7:
                parts.append(self.pick.choice(SNIPPETS))
            else:
                parts.append(self.words(6))
        return "".join(parts)[:60]

    def some(self, arguments, share=0.4):
        return {name: make() for name, make in arguments.items() if self.pick.random() < share}

    def extraction(self):
        pattern = {"regex_pattern": self.pattern()} if self.pick.random() < 0.95 else {}
        return pattern | self.some({"group_select": lambda: self.pick.choice([0, -1, 0, -1, 1, -2]), "fallback": lambda: self.pick.choice(["", " none ", "[invalid]", "A"])})

    def step(self):
        kind = self.pick.random()
        flag = lambda: self.pick.random() < 0.8  # noqa: E731
        if kind < 0.6:
            return {"function": "regex"} | self.extraction()
        if kind < 0.65:
            return {"function": "multi_choice_regex"} | self.extraction() | self.some(
                {"ignore_case": flag, "ignore_punctuation": flag, "regexes_to_ignore": lambda: [self.pattern() for _ in range(self.pick.randint(0, 2))]})
        if kind < 0.7:
            keys = self.pick.sample(["A", "B", "(A)", "yes", "", "42", "b"], self.pick.randint(0, 4))
            numbers = self.pick.random() < 0.1
            value = lambda: self.pick.choice([0, 1, -1] if numbers else ["A", "x", "", "0"])  # noqa: E731
            return {"function": "map", "mapping_dict": {key: value() for key in keys}, "default_value": value()}
        if kind < 0.73:
            return {"function": "take_first_k", "k": self.pick.choice([1, 1, 1, 2])}
        return {"function": self.pick.choice(["remove_whitespace", "lowercase", "uppercase", "majority_vote", "format_span"])}

    def pipeline(self):
        self.samples = []
        filters = [self.step() for _ in range(self.pick.choice([0, 1, 1, 1, 1, 2, 3]))]
        if self.pick.random() < 0.8:
            filters.append({"function": "take_first"})
        flag = lambda: self.pick.random() < 0.9  # noqa: E731
        metric = self.some({"ignore_case": flag, "ignore_punctuation": flag, "ignore_numbers": flag}) | self.some(
            {"regexes_to_ignore": lambda: [self.pattern() for _ in range(self.pick.choice([0] + [1, 2] * 20))]}, 0.5)
        cases = []
        for _ in range(ANSWERS):
            response = self.text()
            cases.append({"response": response, "doc": {"choices": [self.text()[:12] for _ in range(self.pick.randint(1, 4))]}})
        return {"filters": filters, "metric": metric, "cases": cases}

    def target(self, text):
        """One or several answers that are right or nearly so."""
        if self.pick.random() < 0.1:
            return self.pick.choice([7, 0, 2.5, True, [7, 42], [7, "42"], [42]])
        def near():
            kind = self.pick.random()
            if kind < 0.3:
                return self.pick.choice([text, text.upper(), text.lower()])
            if kind < 0.6 and text:
                at = self.pick.randrange(len(text))
                return text[:at] + self.pick.choice([",", ".", "1", self.character(), ""]) + text[at + self.pick.randint(0, 1):]
            return self.text()
        return near() if self.pick.random() < 0.7 else [near() for _ in range(self.pick.randint(1, 3))]


class TooLong(Exception):
    pass


def too_long(*_):
    raise TooLong(f"over {SECONDS} seconds")


def limited(function, *arguments):
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001: any of Python's errors is one of ours
        return error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Harness:
    """The harness's own pipelines, and what its tasks make of an answer."""

    def __init__(self):
        from lm_eval.api.instance import Instance
        from lm_eval.api.metrics import exact_match_fn
        from lm_eval.api.task import ConfigurableTask
        from lm_eval.filters import build_filter_ensemble
        self.instance, self.exact_match, self.task, self.build = Instance, exact_match_fn, ConfigurableTask, build_filter_ensemble

    def filtered(self, filters, cases):
        steps = [(step["function"], {name: value for name, value in step.items() if name != "function"}) for step in filters]
        instances = [self.instance("generate_until", case["doc"], (), i, resps=[case["response"]]) for i, case in enumerate(cases)]
        self.build("p", steps).apply(instances)
        return [instance.filtered_resps["p"] for instance in instances]

    def value(self, metric, filtered, target):
        task = types.SimpleNamespace(OUTPUT_TYPE="generate_until", config=types.SimpleNamespace(doc_to_choice=None, process_results=None), multiple_target=isinstance(target, list),
                                     doc_to_target=lambda _: target, _metric_fn_list={"exact_match": self.exact_match},
                                     _metric_fn_kwargs={"exact_match": metric}, _aggregation_list={}, _higher_is_better={})
        return self.task.process_results(task, {}, [filtered])["exact_match"]


def text_of(filtered):
    return text_of(filtered[0]) if isinstance(filtered, list) and len(filtered) == 1 else str(filtered)


def theirs(harness, line, writer):
    """A text or an error for each case; fills the target, which follows the text."""
    together = limited(harness.filtered, line["filters"], line["cases"])
    rows = []
    for i, case in enumerate(line["cases"]):
        filtered = limited(harness.filtered, line["filters"], [case]) if isinstance(together, Exception) else [together[i]]
        if isinstance(filtered, Exception):
            case["doc"]["target"] = writer.target(case["response"])
            rows.append({"error": filtered})
            continue
        case["doc"]["target"] = writer.target(text_of(filtered[0]))
        value = limited(harness.value, line["metric"], filtered[0], case["doc"]["target"])
        rows.append({"text": text_of(filtered[0])} | ({"error": value} if isinstance(value, Exception) else {"value": float(value)}))
    return rows


def ours(lines):
    run = subprocess.run([FILTER], input="".join(json.dumps(line) + "\n" for line in lines), capture_output=True, text=True, timeout=60 + len(lines))
    rows = run.stdout.split("\n")[:-1]  # not splitlines(): answers hold U+0085
    if run.returncode != 0:
        raise SystemExit(f"filter ended with {run.returncode} {run.stderr} at {json.dumps(lines[len(rows)], ensure_ascii=False)}")
    for line, row in zip(lines, map(json.loads, rows), strict=True):
        yield row.get("answers") or [row] * len(line["cases"])


def verdict(a, b):
    """Of our row and the harness's."""
    if "error" in a:
        return "refused by both" if "error" in b else "refused by us alone"
    if "text" in b and a["text"] != b["text"]:
        return "different"
    if "value" in b and a["value"] != b["value"]:
        return "different"
    return "refused by the harness alone" if "error" in b else "equal"


def reason(error):
    """A message without what it quotes."""
    if isinstance(error, Exception):
        return f"{type(error).__name__}: " + re.sub(r" at position.*|'[^']*'|\d+|\n.*", "", str(error))[:80]
    return re.sub(r"^\S+ |the pattern '.*'(?= (has|gave))|'\\\\?.'", "", error)[:150].replace("\n", " ")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pipelines", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=10, help="examples of differences")
    parser.add_argument("--refused", action="store_true", help="count what one of the two refuses, by message")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")  # nested sets of a later Python
    signal.signal(signal.SIGALRM, too_long)
    harness, writer = Harness(), Writer(given.seed)
    counts, refused, examples = collections.Counter(), collections.Counter(), []
    for begin in range(0, given.pipelines, 500):
        lines = [writer.pipeline() for _ in range(min(500, given.pipelines - begin))]
        expected = [theirs(harness, line, writer) for line in lines]
        for line, found, rows in zip(lines, ours(lines), expected, strict=True):
            shown = False
            for case, a, b in zip(line["cases"], found, rows, strict=True):
                kind = verdict(a, b)
                counts[kind] += 1
                if kind.startswith("refused"):
                    refused[f"{kind}: {reason(a.get('error') or b['error'])}"] += 1
                elif kind == "different" and not shown and len(examples) < given.show:
                    shown = True
                    examples.append(f"{json.dumps(line['filters'], ensure_ascii=False)} {json.dumps(line['metric'], ensure_ascii=False)}\n    of {case}\n    ours    {a}\n    harness {b}")
                    print(examples[-1], flush=True)
    print(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    if given.refused:
        for message, count in refused.most_common(60):
            print(f"{count:8} {message}")
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
