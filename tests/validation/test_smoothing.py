import numpy as np
import pytest
from statsmodels.datasets import nile

import stattools as st
from stattools.errors import IncompatibleError

NILE = nile.load_pandas().data["volume"].to_numpy(float)


def test_the_nile_agrees():
    agreement = st.validate(st.fit(st.exponential_smoothing(NILE)))
    assert agreement.ok
    assert (agreement.rows["digits"] >= 6).all()
    assert (agreement.rows["se_digits"][:2] >= 6).all()
    assert "ETS(A,N,N) agrees" in agreement.sentence
    assert abs(agreement.loglik - agreement.reference_loglik) < 1e-9


def test_a_wrong_fit_is_found():
    from dataclasses import replace

    fit = st.fit(st.exponential_smoothing(NILE))
    agreement = st.validate(replace(fit, estimate=fit.estimate + [0.0, 1e-2, 0.0], loglik=fit.loglik - 1e-3))
    assert not agreement.ok
    assert "differs" in agreement.sentence


@pytest.mark.parametrize(
    "options", [{"weights": 0.3}, {"initial": "first"}, {"weights": np.arange(100.0)}, {"initial": 1000.0}]
)
def test_what_statsmodels_does_not_have_is_refused(options):
    with pytest.raises(IncompatibleError, match="this model is another"):
        st.validate(st.fit(st.exponential_smoothing(NILE, **options)))
