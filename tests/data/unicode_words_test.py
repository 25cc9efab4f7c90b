"""Words of all scripts, and warnings of words that no tokenizer for their script gives."""

import logging
import re
from typing import List

import pytest
from allennlp.data import Tokenizer
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.data import SegmentationCheck
from seqmix_plugin.data.unicode_words import UnicodeWordsTokenizer
from tests.conftest import ROOT

TEXTS = [
    ("Anna Berg sings in Oslo.", "Anna|Berg|sings|in|Oslo|."),
    ("He paid $3.5 million, 1,000.25 in all.", "He|paid|$|3.5|million|,|1,000.25|in|all|."),
    ("Oslo's l'Italie don't", "Oslo|'|s|l|'|Italie|don|'|t"),
    ("मैं दिल्ली में रहता हूँ।", "मैं|दिल्ली|में|रहता|हूँ|।"),
    ("Jose\u0301 lives in Zu\u0308rich", "Jose\u0301|lives|in|Zu\u0308rich"),
    ("او می\u200cخواهد به تهران برود.", "او|می\u200cخواهد|به|تهران|برود|."),
    ("وصل محمد إلى القاهرة،", "وصل|محمد|إلى|القاهرة|،"),
    ("我们在北京见到了王小明。", "我|们|在|北|京|见|到|了|王|小|明|。"),
    ("東京タワーに行く", "東|京|タワー|に|行|く"),
    ("ฉันไปเที่ยวที่กรุงเทพ", "ฉั|น|ไ|ป|เ|ที่|ย|ว|ที่|ก|รุ|ง|เ|ท|พ"),
    ("김철수는 서울에 산다.", "김철수는|서울에|산다|."),
    ("Tôi sống ở Hà Nội", "Tôi|sống|ở|Hà|Nội"),
    ("Владимир живёт в Москве", "Владимир|живёт|в|Москве"),
    ("ok 👩\u200d👩\u200d👧 👍🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "ok|👩\u200d👩\u200d👧|👍🏽|🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
]


def split(text: str, tokenizer: str = "unicode_words") -> List[str]:
    words = (token.ensure_text() for token in Tokenizer.by_name(tokenizer)().tokenize(text))
    return [word for word in words if word.strip()]  # as `plain_text` reads


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_words_of_each_script(text: str, words: str) -> None:
    assert split(text) == words.split("|")


@given(st.text(max_size=40))
def test_it_keeps_to_the_text(text: str) -> None:
    tokens = UnicodeWordsTokenizer().tokenize(text)
    end = 0
    for token in tokens:
        assert token.idx is not None
        assert token.idx >= end
        assert not text[end : token.idx].strip()
        end = token.idx + len(token.ensure_text())
        assert text[token.idx : end] == token.text
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("text", "tokenizer", "message"),
    [
        ("मैं दिल्ली में", "letters_digits", r"7 words begin with a combining mark, such as 'ै' in line 1: letters are cut"),
        ("Jose\u0301 sings", "letters_digits", "1 words begin with a combining mark"),
        ("我们在北京见到了王小明", "letters_digits", "1 of 1 words of scripts without spaces are as long as clauses"),
        ("ฉันไปเที่ยวที่กรุงเทพ", "whitespace", "1 of 1 words of scripts without spaces"),
        ("東京タワーに行くつもりです", "whitespace", "1 of 1 words of scripts without spaces"),
    ],
)  # fmt: skip
def test_a_tokenizer_that_does_not_suit_the_script_is_warned_of(
    text: str, tokenizer: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    segmentation = SegmentationCheck("pool.txt")
    segmentation.add(split(text, tokenizer), "line 1")
    with caplog.at_level(logging.WARNING):
        assert segmentation.warn()
    assert re.match(f"pool.txt: {message}", caplog.messages[0])
    assert "docs/annotate.md says which tokenizer suits which script" in caplog.messages[0]


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_its_own_words_are_not_warned_of(text: str, words: str) -> None:
    segmentation = SegmentationCheck("pool.txt")
    segmentation.add(words.split("|"), "line 1")
    assert not segmentation.warn()


def test_the_page_says_which_tokenizer_suits_which_script() -> None:
    """Each row of the table in `docs/annotate.md`: script, tokenizer, text, its words."""
    page = (ROOT / "docs" / "annotate.md").read_text(encoding="utf-8")
    table = page.split("| script |")[1].split("\n\n")[0].split("\n")[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert len(rows) >= 8
    for script, tokenizers, text, words in rows:
        for tokenizer in re.findall(r"`([a-z_]+)`", tokenizers):
            assert split(text, tokenizer) == words.split(" · "), (script, tokenizer)
