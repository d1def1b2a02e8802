import numpy as np
import pytest

import stattools as st
from stattools.errors import IdentificationError
from stattools.inference.existence import CHECKS, examine
from stattools.inference.existence.boundaries import check_late_entry

FEW = {
    "e": [0.61, 0.2, 0.74, 0.0, 0.07, 0.36, 0.44, 0.15, 0.28],
    "t": [0.86, 0.54, 1.7, 3.28, 0.39, 2.11, 2.7, 0.21, 0.65],
    "d": [0, 1, 0, 0, 0, 0, 0, 1, 0],
    "x": [0.0, 0.0, 0.4, -1.0, 2.0, 0.3, -1.5, 1.5, 0.8],
}
PARETO = {"d": [1] * 8, "e": [1.0, 2.0, 1.5, 1.0, 3.0, 1.2, 2.2, 1.1], "t": [1.2, 2.9, 9.0, 1.3, 4.0, 2.0, 2.4, 1.9]}


@pytest.mark.parametrize(
    ("name", "formula", "rows"),
    [
        ("weibull", "survival(e, t, d) ~ 1", PARETO),
        ("lognormal", "survival(e, t, d) ~ x", FEW),
        ("loglogistic", "survival(e, t, d) ~ x", FEW),
    ],
)
def test_times_that_are_paretos_have_their_maximum_at_infinity(name, formula, rows):
    with pytest.raises(IdentificationError, match=r"Intercept.* run off to infinity.*entered late"):
        st.fit(st.aft(formula, rows, distribution=name))


def test_others_are_not_looked_at():
    rows = PARETO | {"d": np.ones(8), "e": np.array(PARETO["t"]) * np.where(np.arange(8) % 2, 0.1, 0.0)}
    for name in ("weibull", "exponential"):
        model = st.aft("survival(e, t, d) ~ 1", rows, distribution=name)
        check_late_entry(model, st.fit(model).solution)
    least = st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0])
    examine(CHECKS, "end", least, st.fit(least).solution)
