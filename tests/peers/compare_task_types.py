# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks of all four request types, with and without examples, written here over bundled items: `tsugi eval --dtype float32` against
lm-evaluation-harness (environment eval) at batch size 1: every prompt, every log-likelihood, every metric and standard error.

    compare_task_types.py [--items 30] [--write] [--bootstrap_iters N] [NAME…]

--write makes the table of docs/fidelity.md. With fewer resamples than its 100,000 the harness is done in a minute or two; the standard errors
that come from them are then left out, and all else is compared.
"""

import shared  # isort: skip
import argparse
import contextlib
import json
import math
import shutil
import tempfile
from pathlib import Path

import harness_tasks
import lm_eval
from lm_eval.tasks import TaskManager
from lm_eval.utils import hash_string

MODEL = shared.POCKET / "ja"
MEAN = lambda *names: [{"metric": name, "aggregation": "mean", "higher_is_better": True} for name in names]
CHOICE = {"output_type": "multiple_choice", "doc_to_text": "Q: {{question}}\nA:", "doc_to_choice": "choices", "doc_to_target": "label",
          "data": "choice", "metric_list": MEAN("acc", "acc_norm", "acc_bytes", "exact_match")}
ANSWER = {"output_type": "generate_until", "doc_to_text": "Q: {{question}}\nA:", "doc_to_target": "answer", "data": "math",
          "generation_kwargs": {"until": ["\n"], "max_gen_toks": 40, "do_sample": False},
          "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True, "ignore_case": True}]}
CLOZE = {"output_type": "loglikelihood", "doc_to_text": "Q: {{question}}\nA:", "doc_to_target": "{{' ' + answer}}", "data": "math"}
# name: the task file, but for its data
TASKS = {
    "choice": CHOICE,
    "choice_shots": {**CHOICE, "num_fewshot": 3, "fewshot_split": "shots"},
    "choice_first": {**CHOICE, "num_fewshot": 2, "fewshot_split": "shots", "fewshot_config": {"sampler": "first_n"},
                     "description": "Word problems.\n\n", "fewshot_delimiter": "\n"},
    "choice_others": {**CHOICE, "num_fewshot": 2, "fewshot_split": "scored"},
    "choice_written": {**CHOICE, "num_fewshot": 1, "fewshot_config": {"samples": [{"question": "1+1?", "choices": ["2", "3"], "label": 0}]},
                       "target_delimiter": "", "doc_to_target": "{{label}}"},
    "choice_inputs": {**CHOICE, "doc_to_text": "label", "doc_to_choice": "{{[question + choices[0], question + choices[1], question + choices[2], "
                      "question + choices[3]]}}", "doc_to_target": "{{'。'}}", "target_delimiter": "", "num_fewshot": 1, "fewshot_split": "shots"},
    "choice_targets": {**CHOICE, "doc_to_target": "{{[label, 1]}}"},
    "choice_classes": {**CHOICE, "doc_to_choice": ["偶数", "奇数"], "doc_to_target": "{{label % 2}}", "metric_list": [
        {"metric": "acc"}, {"metric": "acc_mutual_info"}, {"metric": "f1"}, {"metric": "mcc"}, {"metric": "brier_score", "higher_is_better": False}]},
    "choice_prefix": {**CHOICE, "gen_prefix": "答えは", "num_fewshot": 2, "fewshot_split": "shots"},
    "cloze": {**CLOZE, "metric_list": [{"metric": "perplexity", "aggregation": "perplexity", "higher_is_better": False}, {"metric": "acc"}]},
    "cloze_shots": {**CLOZE, "num_fewshot": 2, "fewshot_split": "shots"},
    "rolling": {"output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "{{question}} {{answer}}", "data": "math"},
    "rolling_long": {"output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "{{(question + answer + ' ') * 12}}", "data": "math",
                     "items": 6},
    "answer": ANSWER,
    "answer_shots": {**ANSWER, "num_fewshot": 3, "fewshot_split": "shots", "filter_list": [
        {"name": "number", "filter": [{"function": "regex", "regex_pattern": "-?[0-9]+", "group_select": -1}, {"function": "take_first"}]},
        {"name": "whole", "filter": [{"function": "remove_whitespace"}, {"function": "take_first"}]}], "doc_to_target": "target",
        "fewshot_config": {"doc_to_target": "answer"}},
    "answer_targets": {**ANSWER, "doc_to_target": "{{[answer, target]}}"},
    "answer_prefix": {**ANSWER, "gen_prefix": "答えは", "target_delimiter": "\n"},
    "answer_chrf": {**ANSWER, "metric_list": [{"metric": "chrf", "aggregation": "chrf", "higher_is_better": True}]},
}


# Their standard errors are of resamples.
BOOTSTRAPPED = ["perplexity", "f1", "mcc", "chrf", "bleu", "ter"]
RESAMPLES = 100_000  # what both programs draw unless told otherwise

# Through a chat template, with a system message, examples as turns or in one message.
CHAT_TASKS = ["choice", "choice_shots", "choice_prefix", "choice_inputs", "cloze_shots", "answer", "answer_shots", "answer_prefix"]
CHAT_TEMPLATE = ("{{ bos_token }}{% for message in messages %}\n{{ message['role'] | upper }}: {{ message['content'] | trim }}\n{% endfor %}\n"
                 "{% if add_generation_prompt %}\nASSISTANT:{% endif %}")
SYSTEM = "Answer the question."


def chat_model(folder):
    """The model with a chat template."""
    copy = folder / "model"
    shutil.copytree(MODEL, copy)
    config = json.loads((copy / "tokenizer_config.json").read_text())
    config["chat_template"] = CHAT_TEMPLATE
    (copy / "tokenizer_config.json").write_text(json.dumps(config))
    return copy


def write_tasks(folder, count):
    """Task files and their documents: `shots` are other items than the `scored` ones."""
    for kind, file in (("choice", "choice_ja"), ("math", "math_ja")):
        rows = shared.items(file, count + 40)
        for split, part in (("scored", rows[:count]), ("shots", rows[count:])):
            (folder / f"{kind}_{split}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part))
    for name, task in TASKS.items():
        task = dict(task)
        kind, limit = task.pop("data"), task.pop("items", None)
        files = {split: f"{kind}_{split}.jsonl" for split in ("scored", "shots")}
        if limit:
            rows = (folder / files["scored"]).read_text().splitlines(keepends=True)[:limit]
            files["scored"] = f"{name}.jsonl"
            (folder / files["scored"]).write_text("".join(rows))
        document = {"task": name, "dataset_path": "json", "dataset_kwargs": {"data_files": files}, "test_split": "scored", **task,
                    "metadata": {"version": 1.0}}
        (folder / f"{name}.yaml").write_text(json.dumps(document, ensure_ascii=False))  # which is YAML


# A group of tasks of unequal sizes, one of them changed, and a group inside it; a tag.
GROUP = {"group": "all_kinds", "group_alias": "everything", "task": [
            "rolling_long", "choice_tagged", {"task": "choice_few", "num_fewshot": 1, "fewshot_split": "shots"},
            {"group": "inner", "task": ["answer"], "aggregate_metric_list": [{"metric": "exact_match", "filter_list": "none"}]}],
         "aggregate_metric_list": [{"metric": "acc", "weight_by_size": True}, {"metric": "acc_norm", "weight_by_size": False},
                                   {"metric": "word_perplexity"}], "metadata": {"version": 2}}


def write_group(folder):
    for name, lines in (("choice_tagged", None), ("choice_few", 4)):
        document = json.loads((folder / "choice.yaml").read_text())
        document |= {"task": name, "tag": "tagged"}
        if lines:
            rows = (folder / "choice_scored.jsonl").read_text().splitlines(keepends=True)[2:2 + lines]
            (folder / f"{name}.jsonl").write_text("".join(rows))
            document["dataset_kwargs"]["data_files"]["scored"] = f"{name}.jsonl"
        (folder / f"{name}.yaml").write_text(json.dumps(document))
    (folder / "all_kinds.yaml").write_text(json.dumps(GROUP))


def compare_groups(folder, table):
    write_group(folder)
    for asked in ("all_kinds", "tagged"):
        peer = theirs(folder, [asked], bootstrap_iters=100)
        out = folder / "groups" / "results.json"
        shared.run_tsugi("eval", MODEL, "--tasks", asked, "--include_path", folder, "--dtype", "float32", "--output_path", out, "--quiet")
        mine = json.loads(out.read_text())
        off = [name for name in peer["results"] if name not in mine["results"]] + [name for name in mine["results"] if name not in peer["results"]]
        for name, row in peer["results"].items():
            for key, value in row.items():
                if "," in key and not ("stderr" in key and "perplexity" in key):
                    got = mine["results"].get(name, {}).get(key)
                    if not (got == value or isinstance(got, float) and isinstance(value, float) and math.isclose(got, value, rel_tol=1e-4)):
                        off.append(f"{name} {key}: {got} and {value}")
        for name, children in peer["group_subtasks"].items():
            if mine["group_subtasks"].get(name) != children:
                off.append(f"{name}: {mine['group_subtasks'].get(name)} and {children}")
        table.line(f"group or tag {asked}: rows", "lm-eval", "equal", f"{len(off)} differ", not off, "; ".join(off)[:300])


def theirs(folder, names, bootstrap_iters=100_000, model=MODEL, **chat):
    with contextlib.chdir(folder):
        return lm_eval.simple_evaluate(
            model="hf", model_args={"pretrained": str(model), "dtype": "float32"}, tasks=names, batch_size=1, device="cpu",
            task_manager=TaskManager(include_path=".", include_defaults=False), log_samples=True, bootstrap_iters=bootstrap_iters, **chat)


def lines_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]


def ours(folder, names, model=MODEL, *flags):
    out = folder / "ours" / "results.json"
    shared.run_tsugi("eval", model, *flags, "--tasks", ",".join(names), "--include_path", folder, "--dtype", "float32", "--log_samples",
                     *(["--data", folder / "data"] if (folder / "data").exists() else []), "--output_path", out, "--quiet")
    return json.loads(out.read_text()), {name: lines_of(out.parent / f"samples_{name}.jsonl") for name in names}


def arguments(sample):
    """Texts of every request, whatever the form of the log."""
    given = sample["arguments"]
    if isinstance(given, dict):
        given = [[value for key, value in sorted(entry.items())] for _, entry in sorted(given.items(), key=lambda e: int(e[0].split("_")[-1]))]
    return [[part for part in entry if isinstance(part, str)] for entry in given]


def sums(sample):
    """Log-likelihoods of the requests, of a rolling one written as text."""
    firsts = [response[0] for response in sample["resps"]]
    return [float(first[0] if isinstance(first, (list, tuple)) else first) for first in firsts]


def is_text(sample):
    """Whether the answers of a sample of the harness, as it holds them, were generated."""
    return isinstance(sample["resps"][0][0], str)


def is_of_likelihoods(task, key):
    """Whether a score is a smooth function of log-likelihoods, which agree to some digits; others are shares of items."""
    return task == "truthfulqa_mc2" or any(part in key for part in ("perplexity", "bits", "brier"))


def compare(name, mine, my_samples, peer, table, how="", resamples=RESAMPLES):
    place = lambda sample: (sample["filter"], sample["doc_id"])
    theirs_by_place = {place(sample): sample for sample in peer["samples"][name]}
    pairs = [(sample, theirs_by_place[place(sample)]) for sample in my_samples]
    texts = sum(arguments(sample) != arguments(other) for sample, other in pairs)
    other_hashes = sum(sample[hashed] != other[hashed] for sample, other in pairs for hashed in ("doc_hash", "prompt_hash", "target_hash"))
    lines = sum(place(sample) != place(other) for sample, other in zip(my_samples, peer["samples"][name]))
    lines += abs(len(my_samples) - len(peer["samples"][name]))
    whole = "".join(s["doc_hash"] + s["prompt_hash"] + s["target_hash"] for s in peer["samples"][name])
    other_hashes += mine["task_hashes"][name] != hash_string(whole)
    worst = 0.0
    answers = 0
    for sample, other in pairs:
        if is_text(other):
            answers += (sample["resps"], sample["filtered_resps"]) != (other["resps"], other["filtered_resps"])
            continue
        a, b = sums(sample), sums(other)
        lengths = [max(1, len(text[-1])) for text in arguments(other)]
        worst = max([worst, *(abs(x - y) / math.sqrt(length) for x, y, length in zip(a, b, lengths, strict=True))])
    row, expected = mine["results"][name], peer["results"][name]
    metrics = {key: value for key, value in expected.items() if "," in key and not (
        resamples < RESAMPLES and "_stderr" in key and key.split("_stderr")[0] in BOOTSTRAPPED)}
    off = []
    for key, value in metrics.items():
        got = row.get(key)
        same = got == value if isinstance(value, str) or isinstance(got, str) else got is not None and math.isclose(
            got, value, rel_tol=1e-4 if is_of_likelihoods(name, key) else 1e-12, abs_tol=1e-12)
        if not same:
            off.append(f"{key}: {got} and {value}")
    table.line(f"{name}{how}: prompts", "lm-eval", "equal", f"{texts} differ", texts == 0)
    table.line(f"{name}{how}: lines of the samples", "lm-eval", "equal", f"{lines} differ", lines == 0)
    table.line(f"{name}{how}: hashes", "lm-eval", "equal", f"{other_hashes} differ", other_hashes == 0)
    text = is_text(peer["samples"][name][0])
    if not text:
        table.line(f"{name}{how}: log-likelihoods", "lm-eval", "1e-4 a root", f"{worst:.1e}", worst <= 1e-4)
    if text:
        table.line(f"{name}{how}: answers", "lm-eval", "equal", f"{answers} differ", answers == 0)
    table.line(f"{name}{how}: metrics and errors", "lm-eval", "equal", f"{len(off)} differ", not off, "; ".join(off)[:200])
    shown = ", ".join(f"{key.split(',')[0]} {value:.4g}" for key, value in metrics.items() if "stderr" not in key)
    items = len({sample["doc_id"] for sample in my_samples})
    return (name + how, mine["configs"][name]["output_type"], mine["n-shot"][name], items, texts, other_hashes, worst, len(metrics), len(off), shown)


# What docs/fidelity.md says of the output files.
FILES = """
## The results file, key by key

As lm-evaluation-harness writes them: results (with name, alias, sample_len), groups, group_subtasks, n-shot, higher_is_better, n-samples,
versions, task_hashes, tokenizer_eos_token, tokenizer_bos_token, eot_token_id, max_length, model_name, model_name_sanitized,
system_instruction and chat_template with their _sha, fewshot_as_multiturn. Otherwise:

| key | here |
|---|---|
| configs | the task file after includes, without the harness's defaults; a `!function` by its name, where the harness has its source |
| config | model_args, model_num_parameters, model_dtype, limit, bootstrap_iters, gen_kwargs, fewshot_seed, and Tsugi's arithmetic; no batch sizes, device, caches or seeds of generators that nothing draws from |
| model_source | tsugi |
| lm_eval_version, transformers_version | tsugi_version |
| tokenizer_pad_token | left out: nothing is padded |
| date, total_evaluation_time_seconds, git_hash, upper_git_hash, pretty_env_info | left out: the same scoring gives the same bytes |

A line of the samples has the harness's keys, one line an item and filter. Values of metrics that are made of all items together (f1, mcc,
brier_score, perplexities by word and byte, chrf) are the item's own number, where the harness keeps what it aggregates; `repeats` are one
response.""".split("\n")


def write_document(rows, resamples):
    errors = "" if resamples == RESAMPLES else " Standard errors of resamples are not among them; tests have recorded ones."
    lines = ["# Scores against lm-evaluation-harness", "",
             f"`tests/peers/compare_task_types.py --write` made this table: `tsugi eval --dtype float32` and lm-evaluation-harness {lm_eval.__version__} "
             "(`hf`, float32, batch size 1)", "on the bundled model `ja` and on task files that the script writes. Prompts are compared letter by letter, "
             "log-likelihoods by the largest", "difference over the root of the continuation's length in characters, metrics and standard errors to the last digit "
             f"(perplexities, brier_score and truthfulqa_mc2's share of probability to 1e-4).{errors} Hashes are doc_hash, prompt_hash and target_hash of every",
             "sample and the task's task_hashes. hellaswag, winogrande, truthfulqa and wikitext run from the harness's own unchanged files on documents of",
             "their data sets' form, with tsugi's ports of their Python functions.", "",
             "| task | request type | shots | items | prompts that differ | hashes that differ | log-likelihoods | metrics and errors that differ | scores |",
             "|---|---|---|---|---|---|---|---|---|"]
    for name, kind, shots, items, texts, hashes, worst, metrics, off, shown in rows:
        likelihood = f"{worst:.1e}" if kind != "generate_until" else "-"
        lines.append(f"| {name} | {kind} | {shots} | {items} | {texts} | {hashes} | {likelihood} | {off} of {metrics} | {shown} |")
    (shared.ROOT / "docs" / "fidelity.md").write_text("\n".join([*lines, *FILES]) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--bootstrap_iters", type=int, default=RESAMPLES)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or [*TASKS, *harness_tasks.TASKS]
    resamples = options.bootstrap_iters
    table = shared.Table()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_tasks(folder, options.items)
        harness_tasks.write(folder, options.items)
        peer = theirs(folder, names, resamples)
        mine, samples = ours(folder, names)
        rows = [compare(name, mine, samples[name], peer, table, "", resamples) for name in names]
        # Examples of the training split, through the ported functions too.
        shown = [name for name in names if name in harness_tasks.WITH_EXAMPLES]
        if shown:
            peer = theirs(folder, shown, resamples, num_fewshot=3)
            mine, samples = ours(folder, shown, MODEL, "--num_fewshot", "3")
            rows += [compare(name, mine, samples[name], peer, table, ", 3 shots", resamples) for name in shown]
        for multiturn in (True, False):
            chosen = [name for name in names if name in CHAT_TASKS]
            if not chosen:
                break
            model = folder / "model" if multiturn is False else chat_model(folder)
            peer = theirs(folder, chosen, resamples, model=model, apply_chat_template=True, fewshot_as_multiturn=multiturn, system_instruction=SYSTEM)
            mine, samples = ours(folder, chosen, model, "--apply_chat_template", "--fewshot_as_multiturn", str(multiturn).lower(),
                                 "--system_instruction", SYSTEM)
            how = ", chat" if multiturn else ", chat in one turn"
            rows += [compare(name, mine, samples[name], peer, table, how, resamples) for name in chosen]
        if not options.names:
            compare_groups(folder, table)
    if options.write:
        write_document(rows, resamples)
    table.end()


if __name__ == "__main__":
    main()
