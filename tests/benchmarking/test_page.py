"""Tables that a benchmark writes into a page, and that the page which is committed has places for them."""

import runpy
from pathlib import Path

import pytest

from stattools.benchmarking import SpeedComparison, Timing
from stattools.benchmarking.printing import by_size, section_of, with_tables
from stattools.errors import DomainError

ROOT = Path(__file__).parents[2]


def test_a_table_has_what_was_said_of_the_largest_size_of_each_way():
    few = SpeedComparison("", (Timing("a * b", (1.0, 3.0, 2.0), {"MB": 1.0}), Timing("(1 | g)", (5.0,), {"MB": 7.0})))
    many = SpeedComparison("", (Timing("a * b", (20.0,), {"MB": 10.0, "reads": 4}),))
    assert by_size({"10 rows": few, "100 rows": many}).splitlines() == [
        "|  | 10 rows | 100 rows | MB | reads |",
        "|---|--:|--:|--:|--:|",
        r"| a \* b | 2.00 s | 20.0 s | 10 | 4 |",
        r"| (1 \| g) | 5.00 s | – | 7 |  |",
    ]


def test_tables_are_put_into_their_places_again_and_again():
    page = "before\n<!-- measured: a -->\n<!-- end -->\nbetween\n<!-- measured: b -->\nold\n<!-- end -->\nafter\n"
    once = with_tables(page, {"a": r"| \1 |", "b": "new"})
    assert once == with_tables(once, {"a": r"| \1 |", "b": "new"})
    assert once.splitlines()[:6] == ["before", "<!-- measured: a -->", "", r"| \1 |", "", "<!-- end -->"]
    assert "old" not in once
    assert once.endswith("after\n")


def test_a_page_without_the_place_and_a_report_without_the_section_are_refused():
    with pytest.raises(DomainError, match="no place <!-- measured: c -->"):
        with_tables("<!-- measured: a -->\n<!-- end -->", {"c": ""})
    with pytest.raises(DomainError, match="no section 'Losses'"):
        section_of("## Losses of others\n\n- one\n", "Losses")


def test_the_page_has_a_place_for_each_table_and_the_report_its_losses():
    sizes = runpy.run_path(str(ROOT / "benchmarks" / "sizes.py"))
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    names = [*sizes["GROWTHS"], "files", "machine", "losses"]
    assert page.count("<!-- measured: ") == len(names)
    with_tables(page, dict.fromkeys(names, ""))
    assert section_of((ROOT / "reports" / "benchmarks.md").read_text(encoding="utf-8"), sizes["LOSSES"])
    for of in sizes["GROWTHS"].values():
        assert all(most >= min(of.sizes) for _, most in of.ways.values())
        assert any(most >= max(of.sizes) for _, most in of.ways.values())
