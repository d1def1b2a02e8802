import numpy as np
import pytest

import stattools as st

RNG = np.random.default_rng(41)
DATA = {"x": np.where(np.arange(50) < 4, np.nan, RNG.normal(size=50)), "y": RNG.normal(size=50)}
MODEL = st.ols("y ~ x", DATA)
FIT = st.fit(MODEL)
TEXTS = {name: f"{value:.4f}" for name, value in zip(FIT.names, FIT.estimate, strict=True)}


def test_a_wrong_n_says_what_it_counts():
    found = st.audit(TEXTS, MODEL, n=50)
    assert [one.cause for one in found.findings] == ["wrong number of rows, n"]
    assert "is 46 and stands as 50. It counts the rows of the table with those that miss a value" in str(
        found.findings[0].evidence
    )


@pytest.mark.parametrize("loglik", [FIT.loglik + 2.0, -FIT.loglik])
def test_a_wrong_log_likelihood_is_named(loglik):
    found = st.audit(TEXTS, MODEL, loglik=f"{loglik:.3f}")
    assert [one.cause for one in found.findings] == ["wrong log-likelihood"]
    assert st.audit(TEXTS, MODEL, loglik=f"{FIT.loglik:.3f}", n=46).ok
