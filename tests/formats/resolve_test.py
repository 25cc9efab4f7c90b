from typing import List, Optional

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import Answer, ReadSettings
from seqmix_plugin.formats.resolve import Given, agree
from seqmix_plugin.formats.versions import moment


def given(
    *votes: str, names: Optional[List[Optional[str]]] = None, times: Optional[List[object]] = None
) -> List[Given]:
    """Votes such as `"O"`, by default of annotators a, b, c."""
    people = names or [chr(ord("a") + number) for number in range(len(votes))]
    when = times or [None] * len(votes)
    return [Given(Answer("1", (v,), n, "here"), moment(t)) for v, n, t in zip(votes, people, when, strict=True)]


def tag(votes: List[Given], rule: str) -> object:
    answer, _ = agree(votes, rule)
    return answer if isinstance(answer, str) else (answer.tags or ("",))[0]


@pytest.mark.parametrize(
    ("votes", "first", "majority", "error"),
    [
        (["X"], "X", "X", "X"),
        (["X", "X"], "X", "X", "X"),
        (["X", "Y", "Y"], "X", "Y", "3 annotators ('a', 'b', 'c') gave 2 different labellings"),
        (["X", "Y"], "X", "no majority among 2 annotators ('a', 'b'): a tie", "2 annotators ('a', 'b') gave 2 diff"),
        (["X", "Y", "Z", "Z"], "X", "Z", "4 annotators"),
        (["X", "X", "Y", "Y", "Z"], "X", "no majority among 5 annotators", "5 annotators"),
    ],
)
def test_the_rules(votes: List[str], first: str, majority: str, error: str) -> None:
    for rule, expected in (("first", first), ("majority", majority), ("error", error)):
        assert str(tag(given(*votes), rule)).startswith(expected), rule


def test_the_last_word_of_each_annotator_counts() -> None:
    votes = given("X", "Y", "Y", names=["a", "b", "a"])
    assert agree(votes, "error") == (votes[2].answer, 2)
    assert tag(given("X", "Y", names=[None, None]), "error") == "2 annotators ('?', '?') gave 2 different labellings"


def test_the_first_is_the_earliest_where_there_are_times() -> None:
    assert tag(given("X", "Y", times=["2026-02-01", "2026-01-01"]), "first") == "Y"
    assert tag(given("X", "Y", times=[5, 4.5]), "first") == "Y"
    assert tag(given("X", "Y", times=[None, 7]), "first") == "Y", "a known time comes before none"
    assert tag(given("X", "Y", times=[10**400, True]), "first") == "Y", "what is no time is none"


def test_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="annotators is 'best'; expected one of first, majority, error"):
        ReadSettings(annotators="best")
