"""Tiny real models and sentences for unit tests; no downloads."""

import functools
import gc
import os
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

os.environ["HF_HUB_OFFLINE"] = "1"

import allennlp.commands
import pytest
import torch
from allennlp.common import Params, cached_transformers
from allennlp.data import Vocabulary
from allennlp.models import Model
from tokenizers import ByteLevelBPETokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast, GPT2Config, GPT2LMHeadModel, GPT2TokenizerFast

import seqmix_plugin  # noqa: F401  registers
from seqmix_plugin.augmenters import AugmentationContext
from seqmix_plugin.charts import rendering
from seqmix_plugin.data import ConllColumnsReader, WordPieceIndexer
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.run import learning_curve
from seqmix_plugin.sentence import TaggedSentence

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
QUICKSTART = ROOT / "data" / "quickstart"
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_collection_finish() -> None:
    """Garbage is collected again (`tests/__init__.py`), but not looked for in what was imported."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def plugins_are_imported_once() -> Iterator[None]:
    """AllenNLP's command walks through all modules of its plugins at each call, which takes 0.2 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allennlp.commands, "import_plugins", functools.cache(allennlp.commands.import_plugins))
        yield


@pytest.fixture(scope="session", autouse=True)
def pictures_are_drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """
    A run makes a chart of its learning curve after each round and draws it, and each takes longer than the rest of a
    small round: the first picture of a measured and that of an unmeasured run stand for all, also in forks. `charts`
    has tests of its own.
    """
    folder = tmp_path_factory.mktemp("pictures")
    chart = learning_curve.chart

    def pictures(*wanted: Tuple[Tuple[Sequence[Dict[str, Any]], str, str], str]) -> List[bytes]:
        [((rounds, measure, method), form)] = wanted
        path = folder / f"{rendering.SCRIPT.name}-{measure if rounds[-1]['scores'] else 'text'}.{form}"
        if not path.exists():
            [content] = rendering.pictures((chart(rounds, measure, method), form))
            part = path.with_suffix(f".{os.getpid()}")
            part.write_bytes(content)
            part.replace(path)
        return [path.read_bytes()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning_curve, "chart", lambda rounds, measure, method: (rounds, measure, method))
        patch.setattr(learning_curve, "pictures", pictures)
        yield


def quickstart_words() -> Counter:
    """The words of the shipped corpus."""
    lines = (QUICKSTART / "train.conll").read_text(encoding="utf-8").splitlines()
    return Counter(line.split("\t")[0] for line in lines if line.strip())


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A randomly initialised BERT, 32 wide, 2 layers, with a cased vocabulary of its own, as a folder."""
    return make_tiny_encoder(tmp_path_factory.mktemp("models") / "tiny_encoder")


def make_tiny_encoder(folder: Path) -> str:
    """Makes it in a folder, which is returned."""
    folder.mkdir()
    words = quickstart_words()
    characters = sorted({character for word in words for character in word} | set("abcdefghijklmnopqrstuvwxyz"))
    pieces = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += characters + [f"##{character}" for character in characters] + ["##ing", "##er"]
    pieces += ["Anna", "Berg", "Oslo", "Paris", "flights", "sings", "in"]
    pieces += [word for word, _ in words.most_common(400)]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(pieces)) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab_file=str(folder / "vocab.txt"), do_lower_case=False)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=160,
    )
    BertModel(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def fresh_encoders() -> Iterator[None]:
    """AllenNLP keeps encoders by name alone: one with other `transformer_kwargs` must not be there already."""
    cached_transformers._clear_caches()
    yield
    cached_transformers._clear_caches()


@pytest.fixture
def word_pieces(tiny_encoder: str) -> WordPieceIndexer:
    return WordPieceIndexer(tiny_encoder)


@pytest.fixture
def reader(word_pieces: WordPieceIndexer) -> ConllColumnsReader:
    return ConllColumnsReader({"tokens": word_pieces})


LABELS = ["B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER", "O"]


@pytest.fixture(scope="session")
def tiny_gpt2(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A randomly initialised GPT-2 with a byte-pair vocabulary of its own, as a folder."""
    folder = tmp_path_factory.mktemp("tiny_gpt2")
    bpe = ByteLevelBPETokenizer()
    words = sorted(quickstart_words())
    bpe.train_from_iterator([" ".join(words)], vocab_size=600, special_tokens=["<|endoftext|>"], show_progress=False)
    bpe.save_model(str(folder))
    GPT2TokenizerFast(vocab_file=str(folder / "vocab.json"), merges_file=str(folder / "merges.txt")).save_pretrained(
        folder
    )
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=bpe.get_vocab_size(), n_positions=64, n_embd=32, n_layer=2, n_head=2)
    config.bos_token_id = config.eos_token_id = bpe.token_to_id("<|endoftext|>")
    GPT2LMHeadModel(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def tagger(tiny_encoder: str) -> SequenceTagger:
    """A tagger of the tiny encoder over `LABELS`."""
    vocab = Vocabulary.empty()
    vocab.add_tokens_to_namespace(LABELS, "labels")
    embedder = {
        "token_embedders": {
            "tokens": {
                "type": "pretrained_transformer_mismatched",
                "model_name": tiny_encoder,
                "sub_token_mode": "first",
            }
        }
    }
    torch.manual_seed(1)
    return Model.from_params(Params({"type": "sequence_tagger", "text_field_embedder": embedder}), vocab=vocab)


@pytest.fixture
def corpus() -> List[TaggedSentence]:
    """The shipped corpus's training sentences."""
    sentences = []
    for number, block in enumerate((QUICKSTART / "train.conll").read_text(encoding="utf-8").strip().split("\n\n")):
        words, tags = zip(*(line.split("\t") for line in block.split("\n")), strict=True)
        sentences.append(TaggedSentence(str(number), words, tags))
    return sentences


@pytest.fixture
def context(
    tagger: SequenceTagger, reader: ConllColumnsReader, corpus: List[TaggedSentence], tmp_path: Path
) -> AugmentationContext:
    """Round 1 of a run on the first 100 sentences; the others are outside its slice."""
    return AugmentationContext(tagger, reader, corpus[:100], corpus[100:], tmp_path, seed=7, round_number=1)
