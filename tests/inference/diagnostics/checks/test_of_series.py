"""The one-step errors of a series, and what a model of it misses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.diagnostics import checks as of_series
from stattools.inference.diagnostics.checks import errors_of
from tests.inference.diagnostics.checks.planted import of, verdicts

G = np.random.default_rng(6)
NOISE = G.normal(size=200)
LEVEL = np.cumsum(G.normal(size=200)) + NOISE
SEASON = 4.0 * np.sin(np.arange(200) / 2.0) + NOISE
SETTLED = LEVEL * np.repeat([1.0, 0.2], 100)


@pytest.mark.parametrize("make", [st.local_level, st.exponential_smoothing])
def test_a_level_is_ok_and_a_season_is_missed(make):
    assert verdicts(st.fit(make(LEVEL))) == {}
    row = of(st.fit(make(SEASON)), "serial correlation")
    assert row.verdict in ("look", "no")
    assert "steps before" in row.advice


def test_sizes_that_change_in_time():
    assert verdicts(st.fit(st.local_level(SETTLED)))["even variance"] == "no"


def test_errors_are_the_innovations():
    fit = st.fit(st.local_level(LEVEL))
    assert_allclose(errors_of(fit), fit.innovations()["standardized"].dropna(), rtol=1e-12)
    tested = fit.diagnostics().set_index("test")
    assert_allclose(of(fit, "even variance").value, tested.statistic["heteroskedasticity"], rtol=1e-12)


def test_what_a_check_of_a_series_needs():
    with pytest.raises(DomainError, match="needs 15 or more"):
        st.fit(st.local_level(LEVEL[:10])).check()
    with pytest.raises(IncompatibleError, match="leave order= out"):
        st.fit(st.local_level(LEVEL)).check(order="t")


def test_a_check_that_cannot_be_made_leaves_the_others(monkeypatch):
    def singular(e):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(of_series, "_even", singular)
    found = st.fit(st.local_level(LEVEL)).check()
    assert sorted(found.check) == ["maximum", "normal errors", "serial correlation"]
    assert list(found.attrs["unchecked"]) == ["even variance"]
