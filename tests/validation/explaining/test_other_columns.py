"""Columns of two fits that differ, each told as one cause."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.recipes.changes import plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [("C(g)[T.b]", "g[T.b]"), ("C(g, Treatment('q'))[T.b]", "C(g, Treatment('q'))[T.b]"), ("q: const", "q: Intercept")],
)
def test_names_of_the_same_column(name, plain):
    assert plain_name(name) in (plain, "g[T.b]")


RNG = np.random.default_rng(0)
x, z = RNG.normal(size=(2, 60))
RATED = pd.DataFrame({"x": x, "z": z, "w": 3.0 * x + 2.0, "y": np.digitize(x + RNG.logistic(size=60), [-1, 1])})


@pytest.mark.parametrize(
    ("other", "options", "cause", "words"),
    [
        ("y ~ z", {}, "other columns", "x or z"),
        ("y ~ x + z", {}, "other columns", "none or z"),
        ("y ~ w", {}, "reference level", "x or w"),
        ("y ~ x", {"link": "probit"}, "likelihood", "Ordinal logistic regression or Ordinal probit regression"),
        ("y ~ x", {"nonparallel": "x"}, "likelihood", "none or nonparallel="),
        ("y ~ x", {"scale": "~ x"}, "likelihood", "none or scale="),
    ],
)
def test_fits_of_ordered_outcomes_differ_by_one_cause(other, options, cause, words):
    fits = st.fit(st.ordinal("y ~ x", RATED)), st.fit(st.ordinal(other, RATED, **options))
    for a, b in (fits, fits[::-1]):
        rows = st.explain(a, b).table()
        assert rows["cause"].tolist() == [cause]
        assert_allclose(rows["estimates"], 1.0, atol=1e-6)
    said = " ".join(str(st.explain(*fits)).split())
    assert words.split(" or ")[1].split()[0] in said


def test_effects_of_other_columns_at_the_cuts_are_other_columns():
    fits = [st.fit(st.ordinal("y ~ x + z", RATED, nonparallel=term)) for term in ("x", "z")]
    found = st.explain(*fits)
    assert found.table()["cause"].tolist() == ["other columns"]
    assert "0|1: x, 1|2: x, z or 0|1: z," in " ".join(str(found).split())
