# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/sentencepiece.{model,json} from the Python package sentencepiece (environment eval)."""

import shared  # isort: skip
import io
import json

import sentencepiece
from make_tokenizer_golden import HAND


def main():
    lines = [shared.prompt(item) + " " + item["answer"] for kind in ("math_ja", "chat_en") for item in shared.items(kind, 300)]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, vocab_size=600, model_type="bpe",
                                             byte_fallback=True, character_coverage=0.999, num_threads=1, minloglevel=2)
    folder = shared.GOLDEN / "tokenizer"
    (folder / "sentencepiece.model").write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    texts = [text for text in HAND + lines[::40] if text and "<s>" not in text]
    cases = [[text, processor.encode(text), processor.decode(processor.encode(text))] for text in texts]
    document = {"by": f"sentencepiece {sentencepiece.__version__}", "size": processor.get_piece_size(), "cases": cases}
    (folder / "sentencepiece.json").write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(len(cases), "cases", len(model.getvalue()), "bytes")


if __name__ == "__main__":
    main()
