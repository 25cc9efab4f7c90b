"""Write the quickstart corpus: `train.conll`, `dev.conll` and `test.conll` beside this file, and `pool.txt`, the
sentences of `train.conll` as plain text without labels.

Why: the example configurations need named-entity data that may be shipped, is small, and is neither trivial nor
saturated by fifty sentences, so that active learning has something to choose. The sentences are made here, from our own
templates and word lists; nothing is taken from any corpus.

How: `templates.txt` (sentences with entities) and `templates_plain.txt` (without) are drawn at random and filled from
`lexicon.txt`, which also explains the notation. A few templates are frequent and most are rare. Some templates and some
words of most lists are held out: only dev and test use them, so that a tagger cannot get by on a list of names. Many
names are ambiguous: Harrow may be a town, a club or a person, and Falcon a company or a bird.

    python data/quickstart/make_corpus.py            write the four files
    python data/quickstart/make_corpus.py --check    exit 1 if a file on disk differs from what would be written
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
from dataclasses import dataclass
from pathlib import Path

SEED = 20240312
SIZES = {"train": 600, "dev": 150, "test": 150}
PLAIN_SHARE = 0.22  # of the sentences, in every split: those without an entity
HELD_TEMPLATE_SHARE = 0.15  # in dev and test: sentences from a held-out template
HELD_WORD_SHARE = 0.2  # in dev and test: draws from the held-out part of a list that has one
FLATNESS = 4.0  # of the draw of shared templates: the one of rank r, from 0, weighs 1 / (r + FLATNESS)
LENGTHS = range(4, 36)
TRIES = 100_000

ARTICLE_AN = re.compile(r"(?!eu)[aeio]|8|11$", re.IGNORECASE)
HERE = Path(__file__).resolve().parent
PIECE = re.compile(r"\{[^{}]+\}|[\[\]<>|]|[^\s\[\]<>|{}]+")
NUMBER = re.compile(r"(\d+)-(\d+)")
WEIGHT = re.compile(r"(\d+)\*(.*)", re.DOTALL)
JOINT = re.compile(r"(?<=\})(?=[\w.,:{-])|(?<=[\w.,:-])(?=\{)")  # between a slot and what touches it
HEADLINE = re.compile(r"^(?=(?:.*[A-Z]){4})[^a-z]+$")

Token = tuple[str, str]  # a word and the entity it is part of: "" or, say, "PER#3", the third draw
Sentence = list[Token]


@dataclass(frozen=True)
class Entry:
    """What one list, or one file of templates, offers to every split and to dev and test only."""

    shared: list[str]
    held: list[str]
    flatness: float = math.inf  # of the draw of a shared one; the smaller, the more often the first ones are drawn

    def draw(self, rng: random.Random, held_share: float) -> str:
        if self.held and rng.random() < held_share:
            return rng.choice(self.held)
        if self.flatness == math.inf:
            return rng.choice(self.shared)
        return rng.choices(self.shared, [1 / (rank + self.flatness) for rank in range(len(self.shared))])[0]


def split_options(text: str) -> list[str]:
    """The options of "a | 2*b <c|d>", each as often as it weighs; a bar inside <> or [] does not part them."""
    options, depth = [""], 0
    for char in text:
        depth += (char in "<[") - (char in ">]")
        if char == "|" and depth == 0:
            options.append("")
        else:
            options[-1] += char
    weighted: list[str] = []
    for option in map(str.strip, options):
        match = WEIGHT.fullmatch(option)
        weighted += [match[2]] * int(match[1]) if match else [option]
    return weighted


def read_lines(path: Path) -> list[str]:
    """The lines of a file, without comments and blank ones; an indented line is part of the one before it."""
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            lines[-1] += " " + line.strip()
        elif line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    return [JOINT.sub(" ~ ", line) for line in lines]


def read_lexicon(path: Path) -> dict[str, Entry]:
    lexicon: dict[str, Entry] = {}
    for line in read_lines(path):
        name, _, options = line.partition(":")
        shared, _, held = options.partition("||")
        lexicon[name] = Entry(split_options(shared), split_options(held) if held else [])
    return lexicon


def read_templates(path: Path) -> Entry:
    lines = read_lines(path)
    random.Random(SEED).shuffle(lines)  # which of them are frequent
    shared, held = [x for x in lines if x[0] != "*"], [x[1:].strip() for x in lines if x[0] == "*"]
    return Entry(shared, held, FLATNESS)


class Writer:
    """Fills templates for one split."""

    def __init__(self, lexicon: dict[str, Entry], rng: random.Random, held_share: float) -> None:
        self.lexicon = lexicon
        self.rng = rng
        self.held_share = held_share
        self.entities = 0

    def expand(self, text: str, tag: str = "") -> Sentence:
        """Tokens of a template, an option of a list, or a part of one."""
        out: Sentence = []
        pieces = PIECE.findall(text)
        while pieces:
            piece = pieces.pop(0)
            if piece in "[<":
                inner = self.enclosed(pieces)
                out += self.expand(self.rng.choice([*split_options(inner), *([""] if piece == "[" else [])]), tag)
            elif piece[0] == "{":
                out += self.fill(piece[1:-1], tag)
            else:
                out.append((piece, tag))
        return out

    @staticmethod
    def enclosed(pieces: list[str]) -> str:
        """Takes the pieces up to the bracket that closes the one just read."""
        inner, depth = [], 1
        while depth:
            piece = pieces.pop(0)
            depth += (piece in "[<") - (piece in "]>")
            inner.append(piece)
        return " ".join(inner[:-1])

    def fill(self, slot: str, tag: str) -> Sentence:
        if match := NUMBER.fullmatch(slot):
            return [(str(self.rng.randint(int(match[1]), int(match[2]))), tag)]
        label, _, name = slot.rpartition(":")
        if label and not tag:
            self.entities += 1
            tag = f"{label}#{self.entities}"
        return self.expand(self.lexicon[name].draw(self.rng, self.held_share), tag)

    def sentence(self, template: str) -> Sentence:
        tokens = glue(self.expand(template))
        words = [word for word, _ in tokens]
        for i, word in enumerate(words):
            if word in ("a", "A") and ARTICLE_AN.match(words[i + 1]):
                words[i] += "n"
        if HEADLINE.match(re.sub(r"\{[^{}]*\}", "", template)):
            words = [word.upper() for word in words]
        words[0] = words[0][0].upper() + words[0][1:]
        return [(word, tag) for word, (_, tag) in zip(words, tokens, strict=True)]


def glue(tokens: Sentence) -> Sentence:
    """Joins the tokens on both sides of a "~"."""
    out: Sentence = []
    joining = False
    for word, tag in tokens:
        if word == "~":
            joining = True
        elif joining:
            out[-1] = (out[-1][0] + word, out[-1][1])
            joining = False
        else:
            out.append((word, tag))
    return out


def repeats(sentence: Sentence) -> bool:
    """Whether two of the entities share their text, as in "Harrow beat Harrow"."""
    texts: dict[str, list[str]] = {}
    for word, tag in sentence:
        if tag:
            texts.setdefault(tag, []).append(word.lower())
    names = [" ".join(words) for words in texts.values()]
    return len(set(names)) < len(names)


def to_bio(sentence: Sentence) -> str:
    lines, previous = [], ""
    for word, tag in sentence:
        label = f"{'I' if tag == previous else 'B'}-{tag.partition('#')[0]}" if tag else "O"
        lines.append(f"{word}\t{label}\n")
        previous = tag
    return "".join(lines)


def to_text(block: str) -> str:
    """The words of a sentence as somebody would have typed them: a line of text."""
    text, opened = "", False
    for line in block.splitlines():
        word = line.split("\t")[0]
        closes = word in {*".,;:?)", "'s"} or (word == '"' and opened)
        text += word if not text or closes or text[-1] == "\0" else f" {word}"
        if word == '"':
            opened = not opened
        if word == "(" or (word == '"' and opened):
            text += "\0"  # nothing between this and the next word
    return text.replace("\0", "") + "\n"


def make_split(name: str, lexicon: dict[str, Entry], seen: set[str]) -> str:
    """The text of one file; `seen` holds, in lower case, the sentences that were written before."""
    rng = random.Random(f"{SEED}-{name}")
    train = name == "train"
    writer = Writer(lexicon, rng, 0.0 if train else HELD_WORD_SHARE)
    sources = [read_templates(HERE / "templates.txt"), read_templates(HERE / "templates_plain.txt")]
    plain = round(SIZES[name] * PLAIN_SHARE)
    kinds = [1] * plain + [0] * (SIZES[name] - plain)
    rng.shuffle(kinds)
    blocks = []
    for kind in kinds:
        for _ in range(TRIES):
            sentence = writer.sentence(sources[kind].draw(rng, 0.0 if train else HELD_TEMPLATE_SHARE))
            text = " ".join(word for word, _ in sentence).lower()
            if len(sentence) in LENGTHS and text not in seen and not repeats(sentence):
                break
        else:
            raise RuntimeError(f"{name}: no new sentence in {TRIES} tries; the templates are used up")
        seen.add(text)
        blocks.append(to_bio(sentence))
    return "\n".join(blocks)


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the quickstart corpus, or check it.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file would change")
    check = parser.parse_args().check
    lexicon = read_lexicon(HERE / "lexicon.txt")
    seen: set[str] = set()
    stale = []
    files = {f"{name}.conll": make_split(name, lexicon, seen) for name in SIZES}
    files["pool.txt"] = "".join(map(to_text, files["train.conll"].split("\n\n")))
    for name, text in files.items():
        path, data = HERE / name, text.encode()
        if not check:
            path.write_bytes(data)
        elif not path.is_file() or path.read_bytes() != data:
            stale.append(path.name)
    if stale:
        print(f"differs from what {Path(__file__).name} writes: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
