import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.rows import ROWS
from stattools.validation.conventions.search import explore
from stattools.validation.conventions.state import start_of

RNG = np.random.default_rng(81)
N = 120
TABLE = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abcd"), N), "m": RNG.normal(size=N)})
TABLE["y"] = TABLE.x + RNG.normal(size=N) + (TABLE.g == "b")
TABLE.loc[RNG.choice(N, 13, replace=False), "m"] = np.nan
OLS = st.ols("y ~ x", TABLE)
CENTERED = (TABLE.y - TABLE.y.mean()).abs() / TABLE.y.std()


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (TABLE.m.notna(), "those that miss a value in any column"),
        (np.arange(N) < 101, "the last 19"),
        (np.arange(N) >= 30, "the first 30"),
        (TABLE.g != "b", "those with g = b"),
        (TABLE.g == "b", "all but those with g = b"),
        (TABLE.x < 1.1, "largest of x"),
        (~CENTERED.ge(2.0), "farthest from the mean of y"),
        (np.arange(N) != 77, "number 78"),
        (~np.isin(np.arange(N), (3, 77)), "numbers 4, 78"),
    ],
)
def test_rows_that_are_gone_are_found(kept, words):
    table = st.fit(st.ols("y ~ x", TABLE[np.asarray(kept)])).table()
    texts = {name: [f"{value:.5f}" for value in table[name]] for name in ("estimate", "se")}
    claim = read_claim(dict(zip(table["term"], texts["estimate"], strict=True)), se=texts["se"])
    found = explore(claim, start_of(claim, OLS), most=1, conventions=(ROWS,)).found
    assert words in " or ".join(text for one in found for text in (one.words, *one.twins))


def test_a_claimed_n_leaves_sets_of_other_sizes_out():
    claim = read_claim({"x": "1.0"}, n=N - 4)
    words = [variant.words for variant in ROWS.changes(start_of(claim, OLS))]
    assert words
    assert all(text.startswith("without 4 rows: ") for text in words)
