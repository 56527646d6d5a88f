# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Random task files with documents and answers, for compare_metrics.py."""

import random

RESAMPLES = 12
WORDS = ["the", "a", "cat", "Cat", "sat", "on", "mat", "dog", "not", "yes", "No", "1", "2.5", "1,000", "3-4", "-7", "10%", "$5.00", "U.S.", "e.g.", "it's", "\"so\"", "(A)", "B", "x=3",
         "well-known", "co-\nop", "&quot;", "&amp;amp;", "&lt;b&gt;", "<skipped>", "!", "?", "...", ",", "a,b", "4.", ".5", "5-", "--", "[x]", "{y}", "`z`", "~", "#", "@", "/", "\\", "_"]
ODD = ["日本語", "東京は", "。", "、", "「猫」", "ｶﾅ", "１２", "Ａ", "é", "e\u0301", "ß", "ẞ", "İ", "ı", "ǆ", "Σας", "ﬁ", "\U0001f600", "\U0001f468\u200d\U0001f469", "\u200b", "½", "٣", "—", "…", "’", "«", "“", "\u0301", "\u0e01\u0e33"]
SPACES = [" ", " ", " ", " ", " ", "", "\n", "  ", "\t", "\r", "\r\n", "\u3000", "\u00a0", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\u2028", "\u2003", "-\n"]
CHOICES = ["yes", "no", "A", "B", "C", "D", "maybe", "答え", "はい", "é", "e\u0301", "\U0001f600", "a longer choice", "x", "yes", "  ", "A."]
PATTERNS = [",", r"\$", r"\.$", r"\s", "(?s).*#### ", "[a-c]", r"\d+", "(?i)the ", "", r"[^\w\s]"]
AGGREGATIONS = {"bleu": "bleu", "chrf": "chrf", "chrf++": "chrf++", "ter": "ter", "f1": "f1", "mcc": "matthews_corrcoef", "brier_score": "brier_score", "perplexity": "perplexity", "word_perplexity": "weighted_perplexity",
                "byte_perplexity": "weighted_perplexity", "bits_per_byte": "bits_per_byte"}
LOWER = ["ter", "brier_score", "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte"]


class Writer:
    """Random task files with documents and answers. A task with `hard` at 0 is one that nobody refuses."""

    def __init__(self, seed):
        self.pick = random.Random(seed)
        self.hard = False

    def chance(self, share):
        return self.pick.random() < share

    def odd(self, share):
        return self.hard and self.pick.random() < share

    def some(self, things, least=1):
        return self.pick.sample(things, self.pick.randint(least, len(things)))

    def text(self, most=8):
        if self.chance(0.06):
            return ""
        if self.chance(0.03):
            return self.pick.choice(SPACES)
        words = [self.pick.choice(ODD if self.chance(0.15) else WORDS) for _ in range(self.pick.randint(1, most))]
        text = "".join(word + (self.pick.choice(SPACES) if self.chance(0.3) else " ") for word in words)
        return text + ("\0" if self.odd(0.02) else "") if self.chance(0.3) else text.rstrip(" ")

    def passage(self):
        """A text with few words, for moves, beams and repeated n-grams."""
        few = self.pick.sample(WORDS, self.pick.randint(2, 9))
        return " ".join(self.pick.choice(few) for _ in range(self.pick.randint(5, self.pick.choice([12, 30, 80]))))

    def near(self, text):
        """An answer that is right or nearly so."""
        kind = self.pick.random()
        if kind < 0.25:
            return text
        if kind < 0.35:
            return self.pick.choice([text.upper(), text.lower(), text + ".", " " + text, text.replace(" ", "\u3000"), text + "\n"])
        if kind < 0.85 and text:
            words = text.split(" ")
            for _ in range(self.pick.randint(1, 3)):
                at = self.pick.randrange(len(words))
                change = self.pick.randint(0, 3)
                if change == 0:
                    words[at] = self.pick.choice(WORDS)
                elif change == 1 and len(words) > 1:
                    del words[at]
                elif change == 2:
                    words.insert(at, self.pick.choice(WORDS))
                else:
                    end = self.pick.randint(at, min(len(words), at + 4))
                    run = words[at:end]
                    del words[at:end]
                    to = self.pick.randint(0, len(words))
                    words[to:to] = run
                words = words or [""]
            return " ".join(words)
        return self.text()

    def scalar(self):
        return self.pick.choice([7, 0, -1, 42, 2.5, 1e20, 1.0, True, False, None, 10**12, "7", "True", "None"])

    def metrics(self, names, arguments=lambda name: {}):
        metrics = []
        for name in names:
            metric = {"metric": name} | arguments(name)
            if self.chance(0.5):
                metric["aggregation"] = AGGREGATIONS.get(name, "mean")
            if self.chance(0.5):
                metric["higher_is_better"] = name not in LOWER
            metrics.append(metric)
        return metrics

    def exact_match_arguments(self, name):
        if name != "exact_match":
            return {}
        flags = {flag: self.chance(0.85) for flag in ("ignore_case", "ignore_punctuation", "ignore_numbers") if self.chance(0.35)}
        return flags | ({"regexes_to_ignore": [self.pick.choice(PATTERNS) for _ in range(self.pick.choice([1, 1, 2]))]} if self.chance(0.25) else {})

    def filters(self, texts):
        lists = [[{"function": "take_first"}]] * 3
        if texts:
            lists += [[{"function": "lowercase"}, {"function": "take_first"}], [{"function": "remove_whitespace"}, {"function": "take_first"}], [], [{"function": "remove_whitespace"}],
                      [{"function": "take_first_k", "k": 1}], [{"function": "majority_vote"}, {"function": "take_first"}], [{"function": "majority_vote"}]]
        elif self.odd(0.2):
            lists = [[]]
        return [{"name": f"f{i}", "filter": self.pick.choice(lists)} for i in range(self.pick.choice([1, 1, 2]))]

    def task(self):
        self.hard = self.chance(0.5)
        kind = self.pick.choice(["generate_until"] * 4 + ["multiple_choice"] * 4 + ["loglikelihood", "loglikelihood_rolling"])
        task, documents, answers = getattr(self, kind)(self.pick.choice([1, 2, 3, 5, 8]))
        task |= {"task": "t", "dataset_path": "json", "test_split": "test", "output_type": kind}
        if self.chance(0.4):
            task["filter_list"] = self.filters(kind == "generate_until")
            if self.chance(0.3):
                task["repeats"] = self.pick.choice([1, 2, 3])
        if self.chance(0.2):
            task["target_delimiter"] = self.pick.choice(["", "\n", " "])
        return {"task": task, "documents": documents, "answers": answers, "resamples": self.pick.choice([RESAMPLES, RESAMPLES, 2, 3])}

    # Texts

    def reference(self):
        return self.passage() if self.chance(0.3) else self.text()

    def target(self, kind):
        if kind == "scalar" or self.odd(0.05):
            return self.scalar()
        if kind == "list":
            if self.odd(0.1):
                return [self.scalar() for _ in range(self.pick.randint(0, 3))]
            return [self.scalar() if self.odd(0.1) else self.reference() for _ in range(self.pick.randint(0 if self.hard else 1, 4))]
        return self.reference()

    def generate_until(self, count):
        shape = self.pick.choice(["column"] * 3 + ["template", "literal", "fixed", "choice"])
        kind = self.pick.choice(["text"] * 4 + ["list", "list", "scalar"])
        names = self.some(["exact_match", "bleu", "chrf", "chrf++", "ter"]) if kind == "text" or self.odd(0.3) else ["exact_match"]
        task = {"doc_to_text": "q", "doc_to_target": "target", "metric_list": self.metrics(names, self.exact_match_arguments)}
        if self.chance(0.1):
            del task["metric_list"]
        documents = [{"q": "x", "target": self.target(self.pick.choice([kind, "text", "list", "scalar"]) if self.odd(0.1) else kind)} for _ in range(count)]
        if shape == "template":
            task["doc_to_target"] = self.pick.choice(["{{target}}", " {{ target }}", "{{target|string}}", "{{target|tojson}}"])
        elif shape == "literal":
            task["doc_to_target"] = "{{literal}}"
            for document in documents:
                document["literal"] = repr(document["target"])
        elif shape == "fixed":
            task["doc_to_target"] = self.pick.choice([3, ["yes", "no"], [1, "a"], "{{'yes'}}"])
        elif shape == "choice":
            task |= self.choices_key(documents)
            for document in documents:
                document["target"] = self.pick.choice([0, 1, 0, 1, -1, True] + ([2, 5, -3, "0", "yes", None, 1.0, [0]] if self.hard else []))
        answers = []
        for document in documents:
            right = document["target"]
            if shape == "choice" and isinstance(right, int) and -2 <= right < 2:
                right = document.get("choices", CHOICES)[right]
            if isinstance(right, list) and right:
                right = self.pick.choice(right)
            answers.append(self.near(right if isinstance(right, str) else str(right)))
        return task, documents, answers

    # Choices

    def choices(self, count):
        found = self.pick.sample(CHOICES, count)
        if self.odd(0.1):
            found[self.pick.randrange(count)] = ""
        return found

    def choices_key(self, documents):
        count = self.pick.choice([2, 2, 3, 4, 5])
        same, equal = self.choices(count), self.chance(0.7)
        for document in documents:
            document["choices"] = same if self.chance(0.7) else self.choices(count if equal else self.pick.randint(2, 5))
        kind = self.pick.randint(0, 4)
        if kind == 0:
            return {"doc_to_choice": same}
        if kind == 1:
            return {"doc_to_choice": {str(i): choice for i, choice in enumerate(same)}}
        if kind == 2:
            return {"doc_to_choice": "{{choices}}"}
        return {"doc_to_choice": "choices"}

    def gold(self, choices):
        if self.odd(0.15):
            return self.pick.choice([-1, -100, 9, None, True, False, 1.0, 0.5, "nowhere", "", -2, len(choices)])
        return self.pick.randrange(len(choices))

    def number(self):
        kind = self.pick.random()
        if kind < 0.5:
            return round(-self.pick.expovariate(0.1), self.pick.choice([0, 1, 12]))
        if kind < 0.9:
            return self.pick.choice([-1.0, -2.0, -3.0, -10.0, 0.0, -0.5])
        return self.pick.choice(["nan", "-inf", "inf", -800.0, -1e6, 3.0]) if self.hard else -7.25

    def weights(self, count):
        equal = self.number() if self.chance(0.1) else None
        return [[self.number() if equal is None else equal, self.chance(0.4)] for _ in range(count)]

    def multiple_choice(self, count):
        documents = [{"q": "x"} for _ in range(count)]
        task = {"doc_to_text": "q", "doc_to_target": "target"} | self.choices_key(documents)
        fixed = task["doc_to_choice"]  # or a column or a template
        kind = self.pick.choice(["index"] * 4 + ["text", "template", "list", "list", "inputs"])
        counts = {len(fixed) if isinstance(fixed, (list, dict)) else len(document["choices"]) for document in documents}
        names = ["acc", "acc_norm", "acc_bytes", "exact_match"]
        if kind != "list" or self.odd(0.3):
            names += ["acc_mutual_info", "mcc"]
            names += ["brier_score"] if len(counts) == 1 or self.odd(0.1) else []
            names += ["f1"] if counts == {2} or self.odd(0.1) else []
        task["metric_list"] = self.metrics(self.some(names))
        if self.chance(0.1):
            del task["metric_list"]
        classless = self.pick.choice([None, None, None, 0, 1])
        for document in documents:
            choices = list(fixed.values()) if isinstance(fixed, dict) else fixed if isinstance(fixed, list) else document["choices"]
            gold = self.gold(choices) if classless is None else classless
            if kind == "text":
                gold = choices[gold] if isinstance(gold, int) and 0 <= gold < len(choices) else self.pick.choice(["elsewhere", gold])
            elif kind == "list":
                gold = [self.gold(choices) for _ in range(self.pick.choice([1, 1, 2, 3] + [0] * self.hard))]
                if self.odd(0.1):
                    gold = self.pick.choice([self.gold(choices), [choices[0]], None])
            elif kind == "inputs":
                document["q"] = gold
                gold = self.target(self.pick.choice(["text"] * 3 + ["list", "scalar"] * self.hard))
            document["target"] = gold
        if kind == "template":
            task["doc_to_target"] = "{{target}}"
        if kind == "inputs" and self.chance(0.3):
            task["doc_to_text"] = "{{q}}"
        return task, documents, [self.weights(12) for _ in documents]

    # Likelihoods

    def loglikelihood(self, count):
        documents = [{"q": "x", "target": self.target("text")} for _ in range(count)]
        task = {"doc_to_text": "q", "doc_to_target": self.pick.choice(["target", "{{target}}"])}
        if self.chance(0.8):
            task["metric_list"] = self.metrics(self.some(["perplexity", "acc"]))
        return task, documents, [self.weights(1) for _ in documents]

    def loglikelihood_rolling(self, count):
        empty = self.odd(0.15)
        documents = [{"target": "" if empty else self.target("text")} for _ in range(count)]
        task = {"doc_to_text": "", "doc_to_target": self.pick.choice(["target", "{{target}}"])}
        if self.chance(0.8):
            task["metric_list"] = self.metrics(self.some(["word_perplexity", "byte_perplexity", "bits_per_byte"]))
        return task, documents, [self.weights(1) for _ in documents]
