import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.rows import WEIGHTS
from stattools.validation.conventions.search import explore
from stattools.validation.conventions.state import start_of

RNG = np.random.default_rng(91)
TABLE = pd.DataFrame({"x": RNG.normal(size=80), "w": RNG.integers(1, 6, 80), "v": RNG.uniform(0.5, 2.0, 80)})
TABLE["y"] = TABLE.x + RNG.normal(size=80)
PLAIN = st.ols("y ~ x", TABLE)


@pytest.mark.parametrize(
    ("model", "other", "words"),
    [
        (PLAIN, st.ols("y ~ x", TABLE, weights="w"), "w as frequency weights"),
        (PLAIN, st.ols("y ~ x", TABLE, precision="v"), "v as precisions"),
        (PLAIN, st.ols("y ~ x", TABLE, precision=1.0 / TABLE.v), "the inverse of v as precisions"),
        (PLAIN, st.ols("y ~ x", TABLE, precision=TABLE.v**2), "the square of v as precisions"),
        (st.ols("y ~ x", TABLE, precision="v"), PLAIN, "no weights"),
        (st.ols("y ~ x", TABLE, precision="w"), st.ols("y ~ x", TABLE, weights="w"), "as frequency weights"),
    ],
)
def test_other_weights_are_found(model, other, words):
    table = st.fit(other).table()
    claim = read_claim(dict(zip(table["term"], table["estimate"], strict=True)), se=list(table["se"]))
    found = explore(claim, start_of(claim, model), most=1, conventions=(WEIGHTS,)).found
    assert words in " or ".join(text for one in found for text in (one.words, *one.twins))
