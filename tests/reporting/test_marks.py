"""Ratios, labels and stars in tables of fits."""

import re
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.reporting.model_table import LIMITS, as_ratios, starred, stars_of
from tests.reporting.test_model_table import rows

RNG = np.random.default_rng(8)
N = 200
DATA = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(["a", "b"], N)})
DATA["b"] = (1.5 * DATA.x + RNG.normal(size=N) > 0).astype(int)
DATA["k"] = RNG.negative_binomial(2, 0.4, N)
FIT = st.fit(st.logistic("b ~ x + g", DATA))


def test_ratios_stand_with_their_own_interval():
    text = st.report_table(FIT, exponentiate=True, level=0.9)
    assert "*Odds ratio (90 % Wald interval).*" in text
    cell = next(row[1] for row in rows(text) if row[0] == "`x`")
    found = re.fullmatch(r"(\S+) \((\S+) to (\S+)\)", cell)
    assert found is not None
    lower, upper = (float(ends[1]) for ends in FIT.interval(0.9))
    wanted = np.exp([FIT.estimate[1], lower, upper])
    np.testing.assert_allclose([float(part) for part in found.groups()], wanted, rtol=5e-3)


def test_a_standard_error_beside_a_ratio_is_said_to_be_of_its_logarithm():
    text = st.report_table(FIT, exponentiate=True, spread="se")
    assert "Odds ratio (standard error of its logarithm)" in text
    assert f"({FIT.se[1]:.3f})" in next(row[1] for row in rows(text) if row[0] == "`x`")


def test_what_has_no_ratio_is_refused():
    with pytest.raises(IncompatibleError, match="Linear regression changes the mean"):
        st.report_table(FIT, st.fit(st.ols("x ~ g", DATA)), exponentiate=True)


def test_labels_stand_for_terms_in_every_format_and_are_escaped():
    for format in ("markdown", "html", "latex"):
        text = st.report_table(FIT, labels={"x": "Dose_1 (5 %) <b>"}, format=format)
        assert "Dose" in text
        assert "`x`" not in text
        assert ("<b>" in text) == (format == "markdown")
    with pytest.raises(DomainError, match=r"'g\[T.c\]', which is no term of the table. Did you mean 'g\[T.b\]'"):
        st.report_table(FIT, labels={"g[T.c]": "C"})
    with pytest.raises(DomainError, match="labels= is a dict"):
        st.report_table(FIT, labels=cast(Any, ["x"]))


def test_stars_follow_the_p_values_and_the_caption_says_them():
    p_value = FIT.table().set_index("term").p_value
    text = st.report_table(FIT, stars=True)
    for row in rows(text)[2:5]:
        assert row[1].replace("\\", "").count("*") == sum(p_value[row[0].strip("`")] < limit for limit in LIMITS)
    assert r"\* p < 0.05, \*\* p < 0.01, \*\*\* p < 0.001" in text
    assert r"\* p < 0.2, \*\* p < 0.1." in st.report_table(FIT, stars=(0.1, 0.2))
    assert starred(float("nan"), LIMITS) == ""


@pytest.mark.parametrize("stars", ["p", (2.0,), (), 0.05, ("a",), None, np.array([1.0 + 2.0j])])
def test_limits_that_are_none_are_refused(stars):
    with pytest.raises(DomainError, match="stars="):
        stars_of(stars)


@pytest.mark.slow
def test_a_posterior_has_ratios_of_its_draws_and_no_stars():
    posterior = st.posterior(st.negative_binomial("k ~ x", DATA), method="laplace", draws=200, chains=1, seed=1)
    ratios, names = as_ratios(posterior)
    assert names == ("Intercept", "x", "alpha")
    np.testing.assert_allclose(ratios.flat[:, :2], np.exp(posterior.flat[:, :2]), rtol=1e-14)
    np.testing.assert_array_equal(ratios.flat[:, 2], posterior.flat[:, 2])
    text = st.report_table(posterior, exponentiate=True, stars=True)
    assert "mean of the ratio (95 % HDI)" in text
    assert r"\*" not in text
