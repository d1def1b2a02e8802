from dataclasses import replace

import numpy as np
import pytest
from statsmodels.datasets import nile

import stattools as st

NILE = nile.load_pandas().data["volume"].to_numpy(float)


def test_the_nile_agrees():
    agreement = st.validate(st.fit(st.exponential_smoothing(NILE)))
    assert agreement.ok
    assert (agreement.rows["digits"] >= 6).all()
    assert (agreement.rows["se_digits"][:2] >= 6).all()
    assert "ETS(A,N,N) agrees" in agreement.sentence
    assert abs(agreement.loglik - agreement.reference_loglik) < 1e-9


def test_a_wrong_fit_is_found():
    fit = st.fit(st.exponential_smoothing(NILE))
    agreement = st.validate(replace(fit, estimate=fit.estimate + [0.0, 1e-2, 0.0], loglik=fit.loglik - 1e-3))
    assert not agreement.ok
    assert "differs" in agreement.sentence


GAPPY = np.where(np.isin(np.arange(100), (3, 4, 50)), np.nan, NILE)


@pytest.mark.parametrize(
    ("y", "options"),
    [
        (NILE, {"weights": 0.3}),
        (NILE, {"initial": "first"}),
        (GAPPY, {"weights": np.linspace(-1.0, 1.0, 100)}),
        (GAPPY, {"initial": 1000.0}),
    ],
)
def test_what_statsmodels_does_not_have_is_checked_by_a_loop(y, options):
    agreement = st.validate(st.fit(st.exponential_smoothing(y, **options)))
    assert agreement.ok
    assert (agreement.rows["digits"] >= 6).all()
    assert "A loop over the times" in agreement.sentence


def test_the_loop_finds_a_wrong_fit():
    fit = st.fit(st.exponential_smoothing(GAPPY))
    agreement = st.validate(replace(fit, estimate=fit.estimate + [0.0, 1.0, 0.0]))
    assert not agreement.ok
    assert "differs" in agreement.sentence
