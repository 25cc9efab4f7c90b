"""Generated sentences beside their parents."""

import seqmix_plugin as sx
from seqmix_plugin.api.children import Children

ROW = {
    "round": 1,
    "accepted": True,
    "lambda": 0.61803,
    "score": None,
    "tokens": ["Anna", "lives", "in", "<Oslo>"],
    "tag_distributions": [{"B-PER": 1.0}, {"I-LOC": 0.38, "O": 0.62}, {"O": 1.0}, {"B-LOC": 1.0}],
    "parent_1_tokens": ["Anna", "sings", "in", "Paris"],
    "parent_1_start": 1,
    "parent_1_end": 2,
    "parent_2_tokens": ["He", "lives"],
    "parent_2_start": 1,
    "parent_2_end": 2,
}


def test_the_windows_are_marked() -> None:
    children = Children([ROW])
    assert repr(children) == (
        "child: Anna [lives] in <Oslo>\nparent 1: Anna [sings] in Paris\nparent 2: He [lives]\n"
        "labels: lives O 0.62 I-LOC 0.38"
    )
    shown = children._repr_html_()
    assert ">lives</span> in &lt;Oslo&gt;</td>" in shown
    assert "&lt;Oslo&gt; B-LOC 1.00</td>" in Children([{**ROW, "changed": [3, 4]}])._repr_html_()
    assert shown.endswith("</table><small>round 1, lambda 0.618</small>")
    refused = Children([{**ROW, "accepted": False, "score": 12.5}])._repr_html_()
    assert refused.endswith("<small>round 1, lambda 0.618, score 12.5, refused</small>")


def test_the_words_that_were_changed_are_marked_and_a_missing_parent_is_left_out() -> None:
    row = {**ROW, "changed": [3, 4], "parent_2_tokens": None}
    assert (
        repr(Children([row]))
        == "child: Anna lives in [<Oslo>]\nparent 1: Anna [sings] in Paris\nlabels: <Oslo> B-LOC 1.00"
    )


def test_examples_are_of_the_last_rounds(of_files: sx.Run) -> None:
    children = of_files.examples(3)
    assert len(children) == 3
    assert [row["round"] for row in children.rows] == [1, 1, 1]
    assert all(row["accepted"] for row in children.rows)
    assert len(of_files.examples(10_000)) == int(of_files.synthetic["accepted"].sum())
