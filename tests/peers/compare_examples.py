# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""mergekit's own recipes: its examples and the YAML of its README and documentation, as they stand in its source, run on
small models of the names they use, laid out as the hub's cache has them. Environment merge.

    build/peers/merge/bin/python tests/peers/compare_examples.py [FOLDER OF MERGEKIT'S SOURCE]

Each recipe runs unchanged; then both programs run it in float32 and must agree. Recipes that draw are only run. Pieces of
a recipe (a tokenizer, a chat template) are put under a plain one. Files for mergekit's other programs must be refused, or
understood, by name.
"""

import shared  # isort: skip
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CACHE = tempfile.TemporaryDirectory(prefix="tsugi-hub-")
os.environ.update(HF_HUB_CACHE=CACHE.name)  # before the import of huggingface_hub

import peer_mergekit  # noqa: E402
import torch  # noqa: E402
import yaml  # noqa: E402
from compare_mergekit import worst_difference  # noqa: E402
from mergekit.config import MergeConfiguration  # noqa: E402
from mergekit.merge import run_merge  # noqa: E402
from mergekit.options import MergeOptions  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

SOURCE = "https://github.com/arcee-ai/mergekit"
# One state of it, so that the recipes compared are the same ones every time.
COMMIT = "a6e402884ba9bc30da7f23e8304a35f19485de95"  # June 2026
FENCE = re.compile(r"```ya?ml\n(.*?)```", re.DOTALL)
LAYERS = 8  # where no layer_range asks for more
WIDTH, HEADS = 32, 4
DRAWS = {"dare_linear", "dare_ties", "della", "della_linear"}
MODEL_KEYS = ("model", "base_model", "source_model", "source")


def source_folder():
    if sys.argv[1:]:
        return Path(sys.argv[1])
    folder = shared.ROOT / "build" / "peers" / f"mergekit-{COMMIT[:7]}"
    if not folder.exists():
        # Beside its place until it is whole: a failed download is tried again, and never taken for a source.
        unfinished = folder.with_suffix(".partial")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for command in (["init", "-q"], ["fetch", "-q", "--depth", "1", SOURCE, COMMIT], ["checkout", "-q", "FETCH_HEAD"]):
            if subprocess.run(["git", *command], cwd=unfinished, stdout=sys.stderr, check=False).returncode != 0:
                sys.exit(f"mergekit's recipes: not compared, {SOURCE} does not give {COMMIT}; give a folder of its source")
        unfinished.rename(folder)
    return folder


def texts(folder):
    """(name, text) of every YAML in mergekit's source that is meant for users."""
    for file in sorted((folder / "examples").glob("*.y*ml")):
        yield file.name, file.read_text()
    for file in [folder / "README.md", *sorted((folder / "docs").glob("*.md"))]:
        for number, found in enumerate(FENCE.finditer(file.read_text()), 1):
            yield f"{file.name}, {number}", found[1]


def walk(value):
    """Every (key, inner value) of a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def models_of(documents):
    own = {document.get("name") for document in documents}
    named = [inner for key, inner in walk(documents) if key in MODEL_KEYS and isinstance(inner, str)]
    return [name for name in dict.fromkeys(named) if name not in own and name not in ("union", "base")]


def layers_of(documents):
    return max([LAYERS, *(inner[1] for key, inner in walk(documents) if key == "layer_range")])


def tokens_of(documents):
    named = [token for key, inner in walk(documents) if key == "tokens" and isinstance(inner, dict) for token in inner]
    return [*named, *(inner for key, inner in walk(documents) if key == "token")]


def write_model(folder, seed, layers, tokens):
    folder.mkdir(parents=True)
    tokenizer = json.loads((shared.POCKET / "base" / "tokenizer.json").read_text())
    first = len(tokenizer["model"]["vocab"])
    for place, token in enumerate(tokens):
        tokenizer["added_tokens"].append({**tokenizer["added_tokens"][0], "id": first + place, "content": token})
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    shutil.copy(shared.POCKET / "base" / "tokenizer_config.json", folder)
    vocabulary = first + len(tokens)
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH, "intermediate_size": 2 * WIDTH,
        "num_attention_heads": HEADS, "num_key_value_heads": HEADS // 2, "num_hidden_layers": layers,
        "vocab_size": vocabulary, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "tie_word_embeddings": False, "torch_dtype": "float32", "bos_token_id": 0, "eos_token_id": 0}))
    half = WIDTH // 2
    shapes = {"model.embed_tokens": (vocabulary, WIDTH), "model.norm": (WIDTH,), "lm_head": (vocabulary, WIDTH)}
    for layer in range(layers):
        shapes |= {f"model.layers.{layer}.{name}": shape for name, shape in {
            "self_attn.q_proj": (WIDTH, WIDTH), "self_attn.k_proj": (half, WIDTH), "self_attn.v_proj": (half, WIDTH),
            "self_attn.o_proj": (WIDTH, WIDTH), "mlp.gate_proj": (2 * WIDTH, WIDTH), "mlp.up_proj": (2 * WIDTH, WIDTH),
            "mlp.down_proj": (WIDTH, 2 * WIDTH), "input_layernorm": (WIDTH,), "post_attention_layernorm": (WIDTH,)}.items()}
    common, own = torch.Generator().manual_seed(0), torch.Generator().manual_seed(seed)
    save_file({f"{name}.weight": torch.randn(shape, generator=common) + 0.1 * torch.randn(shape, generator=own)
               for name, shape in shapes.items()}, folder / "model.safetensors", metadata={"format": "pt"})


def place_of(folder, name):
    """Names of the hub go into its cache, other paths beside the recipe."""
    if name.count("/") != 1:
        return folder / name
    cached = Path(CACHE.name) / f"models--{name.replace('/', '--')}"
    (cached / "refs").mkdir(parents=True)
    # Another for each recipe: mergekit keeps files open by their paths.
    commit = hashlib.sha1(str(folder).encode()).hexdigest()
    (cached / "refs" / "main").write_text(commit)
    return cached / "snapshots" / commit


def run_tsugi(folder, recipe, out):
    path = folder / "recipe.yaml"
    path.write_text(recipe)
    return subprocess.run([shared.program(), "merge", path, folder / out, "--quiet"], capture_output=True, text=True,
                          cwd=folder, check=False)


def theirs(folder, documents, places):
    """mergekit's result: several documents one after the other, as mergekit-multi does. Models by their places, as mergekit
    asks the hub what a model consists of even where it is in the cache."""
    logging.disable(logging.WARNING)
    made = dict(places)
    for place, document in enumerate(documents):
        text = json.dumps({key: value for key, value in document.items() if key != "name"})
        for name, result in made.items():
            text = text.replace(json.dumps(name), json.dumps(str(result)))
        result = folder / f"theirs-{place}"
        run_merge(MergeConfiguration.model_validate(json.loads(text)), str(result),
                  MergeOptions(quiet=True, write_model_card=False))
        made[document.get("name")] = result
    return result


def by_token(folder):
    """Tensors of a model, rows of its vocabulary in the order of the tokens' texts: mergekit's union has the order of a set
    of models, another one in every process."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    ids = {**tokenizer["model"]["vocab"], **{token["content"]: token["id"] for token in tokenizer["added_tokens"]}}
    order = torch.tensor([ids[token] for token in sorted(ids)])
    tensors = peer_mergekit.tensors_of(folder)
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        tensors[name] = tensors[name][order]
    return tensors


def compare(folder, name, text, documents, table):
    models = models_of(documents)
    tokens = tokens_of(documents)
    shutil.rmtree(CACHE.name, ignore_errors=True)
    Path(CACHE.name).mkdir()
    places = {model: place_of(folder, model) for model in models}
    for seed, place in enumerate(places.values(), 1):
        turned = tokens[seed % len(tokens):] + tokens[:seed % len(tokens)] if tokens else []
        write_model(place, seed, layers_of(documents), turned)
    done = run_tsugi(folder, text, "out")
    if done.returncode != 0:
        return table.line(name, "mergekit", "runs", f"exit {done.returncode}", False, done.stderr.strip())
    if any(document["merge_method"] in DRAWS for document in documents):
        return table.line(name, "mergekit", "runs", "runs", True, "unchanged; it draws")
    in_f32 = [{**document, "dtype": "float32"} for document in documents]
    done = run_tsugi(folder, yaml.safe_dump_all(in_f32, sort_keys=False), "f32")
    expected, ours = by_token(theirs(folder, in_f32, places)), by_token(folder / "f32")
    missing = sorted(ours.keys() ^ expected.keys())
    if missing:
        return table.line(name, "mergekit", "same names", f"{len(missing)} apart", False, str(missing[:2]))
    rows = {key: worst_difference(ours[key], expected[key], None)[0] for key in expected}
    worst = max(rows, key=rows.get)
    passed = rows[worst] <= peer_mergekit.TOLERANCE
    table.line(name, "mergekit", f"{peer_mergekit.TOLERANCE:.0e}", f"{rows[worst]:.1e}", passed,
               f"unchanged, {len(expected)} tensors" if passed else worst)


def refused(folder, name, text, wanted, table):
    done = run_tsugi(folder, text, "out")
    passed = done.returncode == 2 and wanted in done.stderr and not (folder / "out").exists()
    table.line(name, "itself", "refused", "refused" if passed else f"exit {done.returncode}", passed,
               done.stderr.strip() if not passed else f"by name: {wanted}")


def with_recipe(documents):
    """A piece of a recipe under a plain one that merges the models it names and two more."""
    models = [*models_of(documents), "one", "two"]
    return [{"merge_method": "linear", "models": [{"model": model, "parameters": {"weight": 1}} for model in models],
             **documents[0]}]


def take(folder, name, text, table):
    if re.search(r"^\s*\.\.\.\s*$|<token_name>", text, re.MULTILINE):
        return table.line(name, "-", "-", "left out", True, "holds placeholders")
    documents = list(yaml.safe_load_all(text))
    keys = {key for key, _ in walk(documents)}
    if "experts" in keys:
        return refused(folder, name, text, "mergekit-moe", table)
    if keys == {"filters"} or "architecture" in keys:
        return table.line(name, "-", "-", "left out", True, "a piece of a file for another program of mergekit's")
    if not any("merge_method" in document for document in documents):
        documents = with_recipe(documents)
        text = yaml.safe_dump(documents[0], sort_keys=False)
    if any(document["merge_method"] == "weighted_average" for document in documents):
        return refused(folder, name, text, "weighted_average", table)  # how users write a method of their own
    compare(folder, name, text, documents, table)


def main():
    table = shared.Table()
    torch.set_num_threads(1)
    source = source_folder()
    recipes = list(texts(source))
    if not recipes:
        sys.exit(f"{source} has no recipes of mergekit's")
    for name, text in recipes:
        with tempfile.TemporaryDirectory() as folder:
            before = os.getcwd()
            os.chdir(folder)  # where mergekit looks for models
            take(Path(folder), name, text, table)
            os.chdir(before)
    table.end()


if __name__ == "__main__":
    main()
