# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Candidates per hour: a native search beside mergekit's merge and lm-evaluation-harness, for the same candidates, items and machine.

    build/peers/eval/bin/python tests/peers/bench_candidates.py [pocket] [smollm2] [--candidates 2] [--scaling] [--dtypes bfloat16]

A search is run by `tsugi evolve`; its time is that between the first generation's end and the last one's. Then some of its candidates are
merged by mergekit and scored by the harness on the search items of that run: (a) as the programs mergekit-yaml and lm_eval, start-up
included, (b) with both libraries warm, each in a process of its own because their environments differ, the times added up. The harness
has the fastest of the types and batch sizes below (smollm2 takes five minutes a round in f32, which `--dtypes bfloat16` leaves out).
`pocket`: the bundled experts, 500 generated answers. `smollm2`: SmolLM2-135M (compare_smollm2.py) and two perturbed copies, 100 generated
four-choice items with five examples. Run it on an otherwise idle machine.
"""

import shared  # isort: skip
import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy

CORES = len(os.sched_getaffinity(0))
os.environ["OMP_NUM_THREADS"] = str(CORES)
MERGE = Path(os.environ.get("TSUGI_PEERS", shared.ROOT / "build" / "peers")) / "merge" / "bin"
BATCHES = {"pocket": [64, 128], "smollm2": [4, 16]}
DTYPES = ["float32", "bfloat16"]

POCKET = """
genome:
  merge_method: task_arithmetic
  base_model: {pocket}/base
  models: [{pocket}/math, {pocket}/ja, {pocket}/chat]
  layer_granularity: 2
  outside_layers: true
  ranges: {{weight: {{low: -0.5, high: 2.0, start: 0.5}}}}
  dtype: bfloat16
tasks: [{{name: pocket_math_ja, metric: "exact_match,last-number"}}]
include_path: {pocket}/tasks
limit: 1000
evaluations: {evaluations}
seed: 1
optimizer: {{name: cma_es, sigma: 0.12}}
split: {{search: 0.5, validation: 0.1, test: 0.4}}
"""

SMOLLM2 = """
genome:
  merge_method: task_arithmetic
  base_model: {folder}/smollm2
  models: [{folder}/one, {folder}/two]
  layer_granularity: 6
  ranges: {{weight: {{low: -0.5, high: 2.0, start: 0.5}}}}
  dtype: bfloat16
tasks: [{{name: sums, metric: "acc,none"}}]
include_path: {folder}/tasks
limit: 200
evaluations: {evaluations}
seed: 1
optimizer: {{name: cma_es, sigma: 0.12}}
split: {{search: 0.5, validation: 0.1, test: 0.4}}
"""

SUMS = """
task: sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: {items}, fewshot: {examples}}}}}
test_split: test
fewshot_split: fewshot
fewshot_config: {{sampler: first_n}}
num_fewshot: 5
output_type: multiple_choice
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
doc_to_target: label
doc_to_choice: choices
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
metadata: {{version: 1.0}}
"""


def write_sums(path, count, seed):
    """Word problems with four choices; about as many tokens as a question of ARC or MMLU."""
    draw = random.Random(seed)
    lines = []
    for i in range(count):
        name, thing = draw.choice(["Ann", "Ken", "Mia", "Leo", "Emma"]), draw.choice(["apples", "coins", "stamps", "books", "pens"])
        a, b, c = (draw.randint(3, 60) for _ in range(3))
        right = a + b + c
        choices = [right, right + draw.randint(1, 9), right - draw.randint(1, 9), right + 10]
        draw.shuffle(choices)
        question = (f"{name} has {a} {thing} in a box by the door of the house. On the way home from school {name} finds {b} more of them, "
                    f"and a friend then gives {name} another {c}. How many {thing} does {name} have in the evening?")
        lines.append(json.dumps({"id": f"{seed}-{i}", "question": question, "choices": [f"{x} {thing}" for x in choices],
                                 "label": choices.index(right)}))
    path.write_text("\n".join(lines) + "\n")


def perturbed(source, target, seed):
    import torch
    from compare_smollm2 import NOISE
    from safetensors.torch import load_file, save_file

    target.mkdir()
    for file in source.iterdir():
        if file.suffix != ".safetensors":
            (target / file.name).write_bytes(file.read_bytes())
    tensors = load_file(source / "model.safetensors")
    generator = torch.Generator().manual_seed(seed)
    for name in sorted(tensors):
        noise = torch.randn(tensors[name].shape, generator=generator)
        tensors[name] = (tensors[name].float() * (1 + NOISE * noise)).to(tensors[name].dtype)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})


def prepare_smollm2(folder):
    from compare_smollm2 import gguf_file

    (folder / "recipe.yaml").write_text(f"merge_method: passthrough\nmodels: [{{model: {gguf_file()}}}]\ndtype: bfloat16\n")
    shared.run_tsugi("merge", folder / "recipe.yaml", folder / "smollm2", "--quiet", "--no-manifest")
    perturbed(folder / "smollm2", folder / "one", 1)
    perturbed(folder / "smollm2", folder / "two", 2)
    (folder / "tasks").mkdir()
    write_sums(folder / "items.jsonl", 200, 1)
    write_sums(folder / "examples.jsonl", 5, 2)
    (folder / "tasks" / "sums.yaml").write_text(SUMS.format(items=folder / "items.jsonl", examples=folder / "examples.jsonl"))


class Case:
    """What is searched, and by which task and samples the harness is asked the same."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        if name == "pocket":
            self.search, self.task, self.tasks = POCKET, "pocket_math_ja", shared.TASKS
        else:
            prepare_smollm2(folder)
            self.search, self.task, self.tasks = SMOLLM2, "sums", folder / "tasks"

    def evolve(self, evaluations, threads):
        """Runs a search; wall-clock seconds for each candidate of generations 2 and later, and the run's folder."""
        run = self.folder / f"run{threads}"
        file = self.folder / "search.yaml"
        file.write_text(self.search.format(pocket=shared.POCKET, folder=self.folder, evaluations=evaluations))
        process = subprocess.Popen([shared.program(), "evolve", file, "--output", run, "--threads", str(threads), "--json"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"XDG_STATE_HOME": str(self.folder)})
        ends = []
        for line in process.stdout:
            if line.startswith('{"generation"'):
                ends.append((json.loads(line)["evaluations"], time.perf_counter()))
        if process.wait() != 0:
            sys.exit(process.stderr.read())
        (first, begin), (last, end) = ends[1], ends[-1]
        return (end - begin) / (last - first), run

    def search_items(self, run):
        """Numbers of the documents on the search side."""
        with h5py.File(run / "archive.h5") as archive:
            return numpy.flatnonzero(archive["items/side"].asstr()[:] == "search").tolist()


def split_of(run, threads):
    """Seconds a candidate, all threads together: merging, scoring, bookkeeping."""
    with h5py.File(run / "archive.h5") as archive, h5py.File(run / "timings.h5") as timings:
        chosen = archive["candidates/origin"].asstr()[:] == "optimizer"
        merging, scoring = (numpy.array(timings[name])[chosen] for name in ("merge_seconds", "score_seconds"))
        asked = scoring > 0
        bookkeeping = numpy.array(timings["bookkeeping_seconds"])[1:].sum() / asked.sum() * threads
        return merging[asked].mean(), scoring[asked].mean(), bookkeeping


def recipes_of(run, count, folder):
    with h5py.File(run / "archive.h5") as archive:
        chosen = numpy.flatnonzero(archive["candidates/origin"].asstr()[:] == "optimizer")[:count]
        texts = archive["candidates/recipe"].asstr()[:][chosen]
    files = []
    for i, text in enumerate(texts):
        files.append(folder / f"candidate{i}.yaml")
        files[-1].write_text(text)
    return files


class WarmMergekit:
    def __init__(self):
        self.process = subprocess.Popen([MERGE / "python", Path(__file__).parent / "warm_mergekit.py"], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def merge(self, recipe, folder):
        self.process.stdin.write(f"{recipe}\t{folder}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def warm_score(case, model, samples, dtype, batch):
    """Seconds from a model's folder to its scores, the model's loading included."""
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    start = time.perf_counter()
    with contextlib.chdir(case.tasks), contextlib.redirect_stderr(open(os.devnull, "w")):
        loaded = HFLM(pretrained=str(model), dtype=dtype, device="cpu", batch_size=batch)
        lm_eval.simple_evaluate(model=loaded, tasks=[case.task], samples={case.task: samples}, bootstrap_iters=0, log_samples=False,
                                task_manager=TaskManager(include_path=".", include_defaults=False))
    return time.perf_counter() - start


def run_programs(case, recipe, samples, dtype, batch, folder):
    """Seconds of mergekit-yaml and of lm_eval."""
    (folder / "samples.json").write_text(json.dumps({case.task: samples}))
    start = time.perf_counter()
    subprocess.run([MERGE / "mergekit-yaml", recipe, folder / "merged", "--quiet", "--lazy-unpickle", "--no-write-model-card"], check=True, capture_output=True)
    middle = time.perf_counter()
    subprocess.run([Path(sys.executable).parent / "lm_eval", "--model", "hf", "--model_args", f"pretrained={folder}/merged,dtype={dtype}",
                    "--device", "cpu", "--batch_size", str(batch), "--tasks", case.task, "--include_path", case.tasks, "--samples",
                    folder / "samples.json", "--output_path", folder / "output"], check=True, capture_output=True, cwd=case.tasks)
    return middle - start, time.perf_counter() - middle


def compare(case, evaluations, candidates, scaling, dtypes):
    import torch

    torch.set_num_threads(CORES)
    ours, run = case.evolve(evaluations, CORES)
    merging, scoring, bookkeeping = split_of(run, CORES)
    whole = merging + scoring + bookkeeping
    print(f"{case.name}: tsugi evolve, {CORES} threads: {ours:.3f} s a candidate, {3600 / ours:.0f} an hour; of a core's time merging "
          f"{merging:.3f} s, scoring {scoring:.3f} s, bookkeeping {bookkeeping:.4f} s: merging and bookkeeping "
          f"{(merging + bookkeeping) / whole:.1%}", flush=True)
    if scaling:
        one = case.evolve(evaluations, 1)[0]
        print(f"{case.name}: 1 thread {one:.3f} s, {CORES} threads {ours:.3f} s: {one / ours:.2f} times", flush=True)
    samples = case.search_items(run)
    recipes = recipes_of(run, candidates + 1, case.folder)
    mergekit = WarmMergekit()
    mergekit.merge(recipes[0], case.folder / "warm")  # and once for nothing
    settings = {(dtype, batch): min(warm_score(case, case.folder / "warm", samples, dtype, batch) for _ in range(2))
                for dtype in dtypes for batch in BATCHES[case.name]}
    dtype, batch = min(settings, key=settings.get)
    print(f"{case.name}: harness warm, {len(samples)} items: "
          + ", ".join(f"{d} batch {b} {seconds:.1f} s" for (d, b), seconds in settings.items()), flush=True)
    warm, programs = [], []
    for i, recipe in enumerate(recipes[1:]):
        merged = case.folder / f"warm{i}"
        warm.append((mergekit.merge(recipe, merged), warm_score(case, merged, samples, dtype, batch)))
        with tempfile.TemporaryDirectory() as name:
            programs.append(run_programs(case, recipe, samples, dtype, batch, Path(name)))
    for what, times in (("programs", programs), ("warm", warm)):
        merge, score = numpy.mean(times, axis=0)
        print(f"{case.name}: {what}: merge {merge:.1f} s + score {score:.1f} s = {merge + score:.1f} s a candidate: tsugi does "
              f"{(merge + score) / ours:.1f} times as many", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=["pocket", "smollm2"])
    parser.add_argument("--candidates", type=int, default=2)
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--dtypes", nargs="+", default=DTYPES, choices=DTYPES)
    options = parser.parse_args()
    for name in options.cases:
        with tempfile.TemporaryDirectory() as folder:
            evaluations = {"pocket": 72, "smollm2": 24}[name]
            compare(Case(name, Path(folder)), evaluations, options.candidates, options.scaling, options.dtypes)


if __name__ == "__main__":
    main()
