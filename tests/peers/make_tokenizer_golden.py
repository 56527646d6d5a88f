#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what Hugging Face's tokenizers (0.23) gives, for tests/eval/tokenizer.

    python3 make_tokenizer_golden.py --pocket recipes/pocket --output tests/golden/tokenizer

Writes pocket.json (the bundled tokenizer), toys.json (small tokenizers that each show one rule) and classes.json (which
code points the library's engines take for letters, numbers, white space and word characters). Seeded: the same versions
write the same bytes.
"""
import argparse
import base64
import json
import pathlib
import random

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, pre_tokenizers, trainers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

HAND = [
    "", " ", "  ", "\n", "\r", "\r\n", "\t", " \n", "\n ", "a", "あ", "a ", " a", "  a", "a  b", "a\n\nb", "a \n b", "a\t\tb",
    "Hello world", "Hello, world!", "I'LL 12345 \u017f'\u017f", "  a  b\n\n c ", "don't we've I'm they'll he'd you're it's",
    "DON'T WE'VE I'M THEY'LL HE'D YOU'RE IT'S", "'s't're've'm'll'd'", "''''", "'", "x'", "'r 'v 'l 're", "1 22 333 4444 55555",
    "3.14159, -2,718e+10", "日本語テキスト😀", "ソラはカードを45枚持っています。", " 45 - 32 = 13。答えは13枚です。",
    "Q: トムはコインを8枚持っています。\nA:", "Tom has 8 coins.", "全角　スペース　１２３", "半角ｶﾀｶﾅ", "が か\u3099 ｶﾞ",
    "👨‍👩‍👧‍👦 family", "🇯🇵🏳️‍🌈", "e\u0301 é", "A\u030a\u0301", "\u0301combining first", "ﬁ ﬀ ﬆ", "Straße STRASSE", "ΑΣ ΑΣ.", "İstanbul",
    "हिन्दी नमस्ते", "ไทยภาษา", "한국어 텍스트", "\u1112\u1161\u11ab", "العربية", "עברית", "Ⅷ ½ ² ①", "〇一二三", "\u0000nul\u0001",
    "\u00a0nbsp\u00a0", "\u2003em\u2003", "\u3000", "\u180e", "\u200b\u200c\u200d", "\u2028\u2029", "\u0085", "\ufeffbom", "\ufffd",
    "\U0001c000\U0010ffff", "\U00031350\U000323af", "\U0002ebf0", "\u1c89\u1c8a", "\U00010d40\U00010d4a", "\ua7ce",
    "k\u212a K 'S '\u017f 's", "x = [i**2 for i in range(10)]  # squares", "def f(x):\n    return x\n", "tabs\tand\nnewlines\r\nmixed \r \n",
    "!@#$%^&*()_+-=[]{}|;':\",./<>?`~", "".join(map(chr, range(32, 127))), "".join(map(chr, range(0, 32))),
    "".join(map(chr, range(127, 256))), "a" * 70, "ab" * 60, " " * 40, "。" * 33, "ん" * 34 + "a", "\n" * 9 + "x", "x" + " " * 9 + "\n" + " " * 3 + "y",
]


def random_texts(seed, count, extra, longest):
    """Texts over an alphabet chosen to hit the edges of the patterns."""
    pick = random.Random(seed)
    alphabet = (list("abcdest'lrvmDSTLRVM  \n\r\t0123.,!?-_<>") + [" ", " ", "'s", "'S", "'re"] + list(extra)
                + list("あいカー漢字日。、　１é") + ["\u00a0", "\u2003", "\u0085", "\u3000", "\u180e", "\u017f", "\u212a", "\u0301", "\u3099",
                   "\u1112", "\u1161", "½", "Ⅷ", "²", "\u0967", "\u200d", "👍", "\U0001f468", "\U00031350", "\U0002ebf0", "\ufffd",
                   "\u1c89", "\U00010d41"])
    texts = ["".join(pick.choice(alphabet) for _ in range(pick.randint(1, longest))) for _ in range(count)]
    for _ in range(count // 4):
        codes = [pick.randrange(0x80, pick.choice([0x500, 0x3000, 0x10000, 0x110000])) for _ in range(pick.randint(1, 8))]
        texts.append("".join(chr(c) for c in codes if not 0xD800 <= c < 0xE000))
    return texts


def case(tokenizer, text):
    """[text, ids with specials, ids without, decoded with skipping, decoded without]; null ids: as with specials; null
    text: the text itself."""
    added = tokenizer.encode(text, add_special_tokens=True).ids
    plain = tokenizer.encode(text, add_special_tokens=False).ids
    skipped = tokenizer.decode(added, skip_special_tokens=True)
    whole = tokenizer.decode(plain, skip_special_tokens=False)
    return [text, added, None if plain == added else plain, None if skipped == text else skipped, None if whole == text else whole]


def random_decodes(tokenizer, seed, count):
    """[ids, decoded]: sequences no text gives, with broken UTF-8 and ids that do not exist."""
    pick = random.Random(seed)
    size = tokenizer.get_vocab_size() + 3
    rows = [[pick.randrange(size) for _ in range(pick.randint(0, 12))] for _ in range(count)]
    return [[ids, tokenizer.decode(ids, skip_special_tokens=True)] for ids in rows]


def pocket(folder):
    tokenizer = Tokenizer.from_file(str(folder / "base" / "tokenizer.json"))
    texts = list(HAND)
    special = "<|endoftext|>"
    texts += [special, special * 2, f"a {special} b", f"{special}\n", "<|endoftext|", f"12{special}34", f"<{special}>"]
    for name in ("math_ja", "math_en", "chat_ja", "chat_en", "trans"):
        rows = (folder / "items" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[:400:16]
        for row in map(json.loads, rows):
            texts.append(f"Q: {row['question']}\nA: {row['answer']}")
    texts += random_texts(1, 200, [special, "です", "枚", "coins"], 24)
    return {"cases": [case(tokenizer, t) for t in texts], "decodes": random_decodes(tokenizer, 2, 60)}


def byte_level_model():
    """Byte-level BPE trained on a few lines: enough merges for every branch, few enough for a test file."""
    corpus = ["the then there don't we've I'll she's they're I'd 's't 12 123 2024 1000", "  indented    code\n\n  return x == 10\n\t\tx",
              "日本語のテキストです。ソラはカードを持っています。答えは", "Hello world hello World THE TEST It'S", "é à ü naïve café"] * 4
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return json.loads(tokenizer.to_str())["model"]


def added(index, content, **flags):
    row = {"id": index, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
           "special": False}
    return {**row, **flags}


def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


def template(before, after):
    piece = lambda name: {"SpecialToken": {"id": name, "type_id": 0}}
    text = {"Sequence": {"id": "A", "type_id": 0}}
    second = {"Sequence": {"id": "B", "type_id": 1}}
    table = {name: {"id": name, "ids": ids, "tokens": [name] * len(ids)} for name, ids in {**before, **after}.items()}
    single = [piece(n) for n in before] + [text] + [piece(n) for n in after]
    return {"type": "TemplateProcessing", "single": single, "pair": single + [second], "special_tokens": table}


ADDED = [
    added(900, "<|bos|>", special=True), added(900, "<a>"), added(901, "<a>b"), added(902, "<left>", lstrip=True),
    added(903, "<right>", rstrip=True), added(904, "<both>", lstrip=True, rstrip=True, special=True),
    added(905, "word", single_word=True), added(906, "norm", normalized=True), added(907, "the"), added(908, "   "),
    added(909, "é"), added(910, "", special=True), added(911, "twice"), added(912, "twice", special=True, rstrip=True),
    added(913, "日本"), added(914, " lead", lstrip=True), added(915, "<left><right>"), added(916, "café", normalized=True),
    added(917, "日", single_word=True, normalized=True),
]
ADDED_TEXTS = [
    "<a>b", "<a>", "<a><a>b", "x <left> y", "x   <left>", " \n<left>", "<right>  <left>", "<right> \u3000\u0085x", "<both>", "  <both>  <both>  ",
    "word", "sword", "words", "a word b", "word_", "-word-", "word\u0301", "\u200dword", "wordword", "ⓐword", "日word", "norm norms", "the then", "    x",
    "   ", "é", "twice  twice  x", "日本語", "日", "x日", "日 ", "<right> lead", "a lead lead", "<left><right>  x", "cafe\u0301 café", "<|bos|>", "a<|bos|>b",
    "<|bos|><|bos|>", "<right>\n\n   lead", "word word", "<both>word", "<a>bword",
]


def toys():
    model = byte_level_model()
    chars = {"type": "BPE", "vocab": {}, "merges": []}
    vocab = ["<unk>", "a", "b", "c", "ab", "abc", "aa", "bc", "<0x58>", "<0xE3>", "<0x81>", "<0x82>", "▁", "▁a", "あ", "aaaa", "ca"]
    chars["vocab"] = {token: i for i, token in enumerate(vocab)}
    chars["merges"] = [["a", "a"], ["a", "b"], ["ab", "c"], ["b", "c"], ["▁", "a"], ["aa", "aa"], ["c", "a"]]
    char_texts = ["", "a", "aaaaa", "aaaaaaa" * 8, "abc", "abcabc" * 9, "xaxxb", "Xa", "ZXa", "ZX", "XZ", "aあいb", "い", "zz", "zXz", "a▁a", "<unk>a",
                  "cab" * 30, "aab", "bca"]
    rows = [
        ("gpt2", {}, {"pre_tokenizer": byte_level()}, []),
        ("gpt2_prefix", {}, {"pre_tokenizer": sequence({"type": "Digits", "individual_digits": False}, byte_level(prefix=True)),
                             "added_tokens": ADDED[:2]}, ["<|bos|>x", "x<|bos|>", "1<a>2", "a1 22b"]),
        ("gpt2_split", {}, {"pre_tokenizer": sequence(split(GPT2), byte_level(regex=False))}, []),
        ("llama3", {"ignore_merges": True},
         {"pre_tokenizer": sequence(split(LLAMA3), byte_level(regex=False)), "added_tokens": ADDED[:1],
          "post_processor": {"type": "Sequence", "processors": [byte_level(), template({"<|bos|>": [400]}, {})]}},
         ["the", " the", "12 123 1234 12345"]),
        ("qwen2", {}, {"normalizer": {"type": "NFC"},
                       "pre_tokenizer": sequence(split(QWEN2, "Removed", True), byte_level(regex=False))}, ["cafe\u0301", "か\u3099"]),
        ("added", {}, {"pre_tokenizer": byte_level(), "added_tokens": ADDED}, ADDED_TEXTS),
        ("added_normalized", {}, {"pre_tokenizer": byte_level(), "added_tokens": ADDED, "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFD"}]},
                                  "post_processor": template({"<|bos|>": [400, 401]}, {"<end>": [1]})}, ADDED_TEXTS),
        ("nfkc", {}, {"normalizer": {"type": "NFKC"}, "pre_tokenizer": byte_level()}, ["ｶﾞ ﬁ ①", "\u1e9b\u0323"]),
        ("chars_dropped", chars, {"decoder": None}, char_texts),
        ("chars_unknown", {**chars, "unk_token": "<unk>"}, {"decoder": None}, char_texts),
        ("chars_fused", {**chars, "unk_token": "<unk>", "fuse_unk": True, "decoder": None}, {"decoder": None}, char_texts),
        ("chars_bytes", {**chars, "unk_token": "<unk>", "byte_fallback": True}, {"decoder": None}, char_texts),
        ("legacy_merges", {**chars, "merges": ["#version: 0.2", "a a", "b c", "a b", "aa aa", "ab c", "b c", "c a"]}, {"decoder": None}, char_texts),
    ]
    result = []
    for seed, (name, options, parts, texts) in enumerate(rows):
        file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
                "post_processor": None, "decoder": byte_level(), "model": {**model, **options}, **parts}
        tokenizer = Tokenizer.from_str(json.dumps(file))
        wanted = list(texts)
        if "vocab" not in options:
            wanted += HAND[:70:2] if parts.get("added_tokens", [])[2:] else HAND
            wanted += random_texts(seed, 32, [a["content"] for a in parts.get("added_tokens", [])], 20)
        del file["model"]
        result.append({"name": name, "model": options, "file": file, "size": tokenizer.get_vocab_size(),
                       "cases": [case(tokenizer, t) for t in wanted], "decodes": random_decodes(tokenizer, seed, 12)})
    return {"model": model, "toys": result}


def word_models():
    """Small models of the other kinds, by name: WordPiece, WordLevel, Unigram, BPE of characters with a prefix or a suffix."""
    corpus = ["the quick brown fox jumps over the lazy dog", "hello world hello there", "日本語 の テキスト", "naïve café über", "It's 12 345"] * 3
    piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    piece.pre_tokenizer = pre_tokenizers.Whitespace()
    piece.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=160, special_tokens=["[UNK]", "[CLS]", "[SEP]"], show_progress=False))
    unigram = Tokenizer(models.Unigram())
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=120, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False))
    piece, unigram = (json.loads(tokenizer.to_str())["model"] for tokenizer in (piece, unigram))
    toy = {"type": "Unigram", "unk_id": 0, "byte_fallback": True,
           "vocab": [["<unk>", 0.0], ["a", -1.0], ["aa", -2.0], ["ab", -2.5], ["b", -1.5], ["▁", -3.0], ["▁a", -3.5], ["あ", -4.0], ["<0xE3>", -9.0],
                     ["<0x81>", -9.0], ["<0x84>", -9.0], ["あい", -9.5], ["aaa", -3.0], ["b", -1.0]]}
    words = {"type": "WordLevel", "vocab": {"?": 0, "a": 1, "the": 2, "hello": 3, "12": 4, "-": 5, "日": 6, "  ": 7}, "unk_token": "?"}
    prefixed = {"type": "BPE", "vocab": {t: i for i, t in enumerate(["<unk>", "a", "##a", "##b", "b", "a##b", "ab", "##ab", "aab"])}, "unk_token": "<unk>",
                "merges": [["##a", "##b"], ["a", "##b"], ["a", "##ab"]], "continuing_subword_prefix": "##"}
    suffixed = {"type": "BPE", "vocab": {t: i for i, t in enumerate(["<unk>", "a", "a</w>", "b", "b</w>", "ab</w>", "ab", "aab</w>"])},
                "unk_token": "<unk>", "merges": [["a", "b</w>"], ["a", "b"], ["a", "ab</w>"]], "end_of_word_suffix": "</w>"}
    return {"piece": piece, "unigram": unigram, "unigram_bytes": toy, "words": words, "prefixed": prefixed, "suffixed": suffixed}


# A charsmap as SentencePiece builds it: T5's pipeline is trained with it in compare_tokenizers.py; this one maps four texts.
def charsmap():
    """Darts' double array of a handful of one-byte-deep paths, put together by hand: "A" -> "a", "é" -> "e", "ﬁ" -> "fi", NBSP -> " "."""
    entries = {"A": "a", "\u00e9": "e", "\ufb01": "fi", "\u00a0": " "}
    normalized, values = b"", {}
    for key, value in entries.items():
        values[key.encode()] = len(normalized)
        normalized += value.encode() + b"\0"
    units = [0] * 4096
    free = iter(range(256, 4096, 256))

    def place(position, keys):
        """Children of the node at `position`: their block starts at a multiple of 256, where its offset leads."""
        base = next(free)
        units[position] |= (base ^ position) << 10
        for byte in sorted({key[0] for key in keys}):
            child = base ^ byte
            rest = [key[1:] for key in keys if key[0] == byte]
            units[child] = byte
            prefix = prefixes[position] + bytes([byte])
            prefixes[child] = prefix
            if [r for r in rest if r]:
                place(child, [r for r in rest if r])
            else:
                leaf = next(free)
                units[child] |= (leaf ^ child) << 10 | 1 << 8
                units[leaf] = values[prefix] | 1 << 31

    prefixes = {0: b""}
    place(0, list(values))
    table = b"".join(unit.to_bytes(4, "little") for unit in units)
    return base64.b64encode(len(table).to_bytes(4, "little") + table + normalized).decode()


O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+"
            r"|\s+(?!\S)|\s+")
WORD_TEXTS = ["hello", "the quick fox", "Hello World", "don't stop", "a-b--c", "  lead", "trail  ", "日本語のテキスト", "a日b", "café", "cafe\u0301", "x" * 120,
              "ΑΣ", "İ", "A\u00e9\ufb01\u00a0x", "aaaa", "aab", "ab", "b", "aaあいab", "い", "▁a", "a b  c", "a  b", "1,234.5", "a_b", "\u0000a\ufffdb\tc",
              "𠀀x", "\U0002b820", "\U0002b920", "\u200b\u2581x", "q\u0323\u0307", "[CLS] x", "the?", "!?", "hello-hello", "a\u3000b"]


def components():
    """[{name, file, size, cases, decodes}]: every component that toys() does not show, each with a model it is used with."""
    made = word_models()
    space = lambda scheme, cut=True: {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}
    bert = lambda **o: {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True, **o}
    chain = lambda key, *steps: {"type": "Sequence", key: list(steps)}
    cut = lambda pattern, behavior, invert=False: {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
    replace = lambda pattern, content: {"type": "Replace", "pattern": pattern, "content": content}
    byte_bpe = byte_level_model()
    llama2 = {"normalizer": chain("normalizers", {"type": "Prepend", "prepend": "▁"}, replace({"String": " "}, "▁")),
              "decoder": chain("decoders", replace({"String": "▁"}, " "), {"type": "ByteFallback"}, {"type": "Fuse"},
                               {"type": "Strip", "content": " ", "start": 1, "stop": 0}), "added_tokens": [added(900, "<s>", special=True)]}
    rows = [
        ("bert", "piece", {"normalizer": bert(), "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
                           "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}}),
        ("bert_cased", "piece", {"normalizer": bert(lowercase=False, clean_text=False), "pre_tokenizer": {"type": "Punctuation", "behavior": "Contiguous"},
                                 "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False}}),
        ("bert_accents", "piece", {"normalizer": bert(lowercase=False, strip_accents=True, handle_chinese_chars=False),
                                   "pre_tokenizer": {"type": "Whitespace"}}),
        ("lower_accents", "piece", {"normalizer": chain("normalizers", {"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}),
                                    "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": {
            "type": "RobertaProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1], "trim_offsets": True, "add_prefix_space": True}}),
        ("words", "words", {"pre_tokenizer": chain("pretokenizers", {"type": "CharDelimiterSplit", "delimiter": "-"}, {"type": "FixedLength", "length": 3}),
                            "decoder": {"type": "CTC", "pad_token": "?", "word_delimiter_token": "-", "cleanup": True}}),
        ("metaspace", "unigram", {"pre_tokenizer": space("always"), "decoder": space("always"), "added_tokens": [added(900, "<s>", special=True)]}),
        ("metaspace_first", "unigram", {"pre_tokenizer": space("first"), "decoder": space("first"), "added_tokens": [added(900, "<s>", special=True)]}),
        ("metaspace_whole", "unigram_bytes", {"pre_tokenizer": space("never", False), "decoder": space("never")}),
        ("t5", "unigram", {"normalizer": chain("normalizers", {"type": "Nmt"}, {"type": "Precompiled", "precompiled_charsmap": charsmap()},
                                               {"type": "Strip", "strip_left": False, "strip_right": True}, replace({"Regex": " {2,}"}, "▁")),
                           "pre_tokenizer": space("always"), "decoder": space("always")}),
        ("unigram_bytes", "unigram_bytes", llama2),
        ("gemma", "unigram_bytes", {"normalizer": replace({"String": " "}, "▁"), "pre_tokenizer": cut({"String": " "}, "MergedWithPrevious"),
                                    "decoder": chain("decoders", replace({"String": "▁"}, " "), {"type": "ByteFallback"}, {"type": "Fuse"})}),
        ("prefixed", "prefixed", {"pre_tokenizer": {"type": "Whitespace"}, "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}),
        ("suffixed", "suffixed", {"pre_tokenizer": {"type": "Whitespace"}, "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}),
        ("o200k", byte_bpe, {"pre_tokenizer": sequence(split(O200K), byte_level(regex=False)), "decoder": byte_level()}),
        ("deepseek", byte_bpe, {"pre_tokenizer": sequence(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK), byte_level(regex=False)),
                                "decoder": byte_level()}),
        ("byte_normalizer", byte_bpe, {"normalizer": {"type": "ByteLevel"}, "decoder": byte_level()}),
    ]
    scripts = {"type": "UnicodeScripts"}
    late = [
        ("scripts", byte_bpe, {"pre_tokenizer": sequence(scripts, byte_level(regex=False)), "decoder": byte_level()}),
        ("script_classes", byte_bpe, {"pre_tokenizer": sequence(split(r"[\p{Han}\p{Hiragana}ー]+|\p{Latn}+|[^\p{Common}\p{P}]|\P{old italic}"),
                                                                byte_level(regex=False)), "decoder": byte_level()}),
    ]
    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            rows.append((f"split_{behavior}_{invert}", byte_bpe,
                         {"pre_tokenizer": sequence(cut({"Regex": r"[\s\-]"}, behavior, invert), byte_level(regex=False))}))
    result = []
    rows += late  # behind the others, whose texts go by their number
    for seed, (name, model, parts) in enumerate(rows):
        file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
                "post_processor": None, "decoder": None, "model": made[model] if isinstance(model, str) else model, **parts}
        tokenizer = Tokenizer.from_str(json.dumps(file))
        texts = WORD_TEXTS + HAND[::3] + random_texts(seed, 40, ["<s>", "the", "hello", "##a", "▁"], 16)
        file["model"] = model if isinstance(model, str) else "bytes"
        result.append({"name": name, "file": file, "size": tokenizer.get_vocab_size(), "cases": [case(tokenizer, t) for t in texts],
                       "decodes": random_decodes(tokenizer, seed, 12)})
    return {"models": {**made, "bytes": byte_bpe}, "components": result}


def fingerprint(codes):
    """[count, FNV-1a of the code points as 32-bit little-endian numbers]."""
    value = 0xCBF29CE484222325
    for code in codes:
        for byte in code.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return [len(codes), f"{value:016x}"]


def classes():
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    everything = "".join(map(chr, points))

    def matching(negated):
        """Code points of the runs that are left when those outside the class are removed."""
        pieces = pre_tokenizers.Split(Regex(negated), "removed").pre_tokenize_str(everything)
        return [ord(c) for piece, _ in pieces for c in piece]

    digits = pre_tokenizers.Digits(individual_digits=False).pre_tokenize_str(everything)
    words = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    words.add_tokens([AddedToken("X", single_word=True, normalized=False)])
    strips = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    strips.add_tokens([AddedToken("Y", rstrip=True, normalized=False)])
    not_alone = lambda tokenizer, texts: [e.ids for e in tokenizer.encode_batch(texts)]
    word = [c for c, ids in zip(points, not_alone(words, ["X" + chr(c) for c in points])) if 1 not in ids and chr(c) != "X"]
    word = sorted(word + [ord("X")])
    stripped = [c for c, ids in zip(points, not_alone(strips, ["Y" + chr(c) for c in points])) if ids == [1]]
    return {"letter": fingerprint(matching(r"[^\p{L}]")), "number": fingerprint(matching(r"[^\p{N}]")),
            "number_of_digits": fingerprint([ord(c) for piece, _ in digits[1::2] for c in piece]),
            "script_cuts": fingerprint([begin for _, (begin, _) in pre_tokenizers.UnicodeScripts().pre_tokenize_str(everything)]),
            "scripts": {name: fingerprint(matching(rf"[^\p{{{name}}}]")) for name in ("Han", "Latin", "Hira", "Grek", "Common", "Inherited", "Zzzz")},
            "space": fingerprint(matching(r"[^\s]")), "space_of_strip": fingerprint(stripped), "word": fingerprint(word)}


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path, path.stat().st_size, "bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pocket", type=pathlib.Path, required=True, help="folder with base/ and items/")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    print("tokenizers", tokenizers.__version__)
    options.output.mkdir(parents=True, exist_ok=True)
    write(options.output / "pocket.json", pocket(options.pocket))
    write(options.output / "toys.json", toys())
    write(options.output / "components.json", components())
    write(options.output / "classes.json", classes())


if __name__ == "__main__":
    main()
