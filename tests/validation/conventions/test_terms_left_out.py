import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.columns import TERMS
from stattools.validation.conventions.search import explore
from stattools.validation.conventions.state import start_of

RNG = np.random.default_rng(111)
TABLE = pd.DataFrame({name: RNG.normal(size=70) for name in ("x", "z", "u")})
TABLE["g"] = RNG.choice(list("ab"), 70)
TABLE["y"] = TABLE.x + 0.5 * TABLE.u + RNG.normal(size=70)


@pytest.mark.parametrize(
    ("formula", "other", "words"),
    [
        ("y ~ x + z", "y ~ x", "no z"),
        ("y ~ x + z", "y ~ x + z + u", "u added"),
        ("y ~ x + z", "y ~ x + z + g", "g added"),
        ("y ~ x + z", "y ~ x + z + I(x**2)", "the square of x added"),
        ("y ~ x + z", "y ~ x + z + x:z", "the product of x and z added"),
    ],
)
def test_other_terms_are_found(formula, other, words):
    table = st.fit(st.ols(other, TABLE)).table()
    claim = read_claim(dict(zip(table["term"], table["estimate"], strict=True)), se=list(table["se"]))
    found = explore(claim, start_of(claim, st.ols(formula, TABLE)), most=1, conventions=(TERMS,)).found
    assert found[0].words == words
