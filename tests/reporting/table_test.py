"""Tables in Markdown."""

from seqmix_plugin.reporting.table import Table


def test_columns_of_words_are_to_the_left_and_numbers_to_the_right() -> None:
    table = Table("", ["method", "verdict", "F1", "missing", "saved"], [["a", "no", "1.5", "·", "< 3 %"]])
    assert table.markdown().splitlines() == [
        "| method | verdict | F1 | missing | saved |",
        "| --- | --- | --: | --: | --: |",
        "| a | no | 1.5 | · | &lt; 3 % |",
    ]


def test_a_column_with_more_words_than_numbers_is_of_words() -> None:
    rows = [
        ["a", "6 are needed", "–", "1.5"],
        ["b", "not significant: 6 are needed", "yes", "2.5"],
        ["c", "", "–", "more than 3"],
    ]
    assert Table("", ["", "verdict", "passes", "F1"], rows).markdown().splitlines()[1] == "| --- | --- | --- | --: |"


def test_a_table_without_rows() -> None:
    assert Table("", ["method", "F1"], []).markdown().splitlines() == ["| method | F1 |", "| --- | --: |"]
