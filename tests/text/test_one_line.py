"""An object in one line, whatever it holds."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.text.one_line import LINE, headline, prints


@prints
@dataclass
class Held:
    a: Any
    b: Any = None


@prints
class Pair(NamedTuple):
    a: Any
    b: Any


class Raises:
    def __repr__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.zeros((3, 2)), "<3 x 2 numbers>"),
        (np.array(1.0), "<one numbers>"),
        (np.float64(0.5), "0.5"),
        (np.int64(3), "3"),
        (pd.DataFrame({"x": [1]}), "<DataFrame>"),
        (pd.Series([1]), "<Series>"),
        (len, "<built-in function len>"),
        ((1, 2, 3, 4), "(1, 2, 3, ...)"),
        ("x" * 99, "'" + "x" * 17 + "..." + "x" * 18 + "'"),
        (Raises(), "<Raises>"),
        (Pair(np.zeros(2), "x"), "Pair(a=<2 numbers>, b='x')"),
    ],
)
def test_fields_are_short(value, shown):
    assert repr(Held(value)) == f"Held(a={shown}, b=None)"


def test_lines_end():
    assert repr(Held("x", "y" * 10)) == "Held(a='x', b='yyyyyyyyyy')"
    many = repr(Pair(Held("x" * 60, "x" * 60), "x" * 60))
    assert len(many) <= LINE
    assert many.endswith(", ...)")


def test_the_subject_of_a_headline_is_cut_and_its_facts_are_not():
    line = headline(Raises(), "kind", "y ~ " + " + ".join(f"x{k}" for k in range(90)), "n = 5")
    assert len(line) <= LINE
    assert line.startswith("<Raises kind: y ~ x0 + ")
    assert line.endswith("x88 + x89, n = 5>")


ONES = {
    "scan": lambda folder: _file_of_one(folder),
    "priors": lambda folder: st.posterior(st.coin([1, 0]), method="importance", draws=9, seed=1).priors,
    "arms": lambda folder: st.binomial("k + m ~ g", {"k": [1], "m": [0], "g": ["a"]}),
    "coin": lambda folder: st.coin([1]),
    "series": lambda folder: st.fit(st.normal([1.0, 2.0])).model,
    "rate": lambda folder: st.exponential_rate([1.0]),
    "geometric": lambda folder: st.geometric([1]),
    "custom": lambda folder: st.custom(lambda theta: -float(theta[0] ** 2), start=[0.0], n=1),
    "network": lambda folder: st.network("b ~ 0 + x", {"b": [0, 1], "x": [1.0, 2.0]}, hidden=[]),
}


def _file_of_one(folder):
    pd.DataFrame({"x": [1.0]}).to_parquet(folder / "one.parquet")
    return st.scan(folder / "one.parquet")


@pytest.mark.parametrize("name", ONES)
def test_one_thing_is_not_several(name, tmp_path):
    found = ONES[name](tmp_path)
    for text in (repr(found), str(found)):
        assert not re.search(r"(?<![\d.,])\b1 (row groups|[a-z]{2,}[^s\W]s)\b", text.replace("1 series", ""))
