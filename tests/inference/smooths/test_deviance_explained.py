"""The share of the deviance that is explained, against mgcv's summary.

R 4.5, mgcv 1.9-3: summary(gam(count ~ s(x, bs = "ps", k = 12, m = c(2, 2)), family = poisson or nb, method = "REML"))$
dev.expl of the table of tests/solvers/mixed/test_marginal_curves.py.
"""

import numpy as np
import pytest

import stattools as st
from tests.solvers.mixed.test_marginal_curves import TABLE


@pytest.mark.parametrize(("kind", "explained"), [(st.poisson, 0.5183903739), (st.negative_binomial, 0.5120757246)])
def test_it_is_mgcvs(kind, explained):
    fit = st.fit(kind("count ~ s(x, k=12)", TABLE))
    assert fit.goodness()["deviance_explained"][0] == pytest.approx(explained, abs=1e-8)


def test_an_offset_is_no_explanation():
    """Counts that an exposure makes alone leave a constant as good."""
    exposure = 1.0 + 10.0 * TABLE["x"]
    counts = np.random.default_rng(3).poisson(exposure)
    fit = st.fit(st.poisson("k ~ s(x, k=6)", {"k": counts, "x": TABLE["x"], "e": exposure}, exposure="e"))
    (explained,) = fit.goodness()["deviance_explained"]
    assert 0.0 <= explained < 0.1


def test_labels_have_one_predictor_each():
    fit = st.fit(st.softmax("label ~ s(x, k=6)", TABLE))
    with pytest.raises(st.IncompatibleError, match="one for each category"):
        fit.goodness()
