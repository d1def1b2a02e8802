"""What posteriors of mixed models say as their models do, at coefficients of any size."""

from contextlib import suppress

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError
from tests.models.mixed.test_linear_mixed import TABLE

COUNTS = TABLE | {"c": [3, 1, 0, 2, 4, 1, 2, 0]}


MODELS = (
    st.linear_mixed("y ~ x + (1 | g)", TABLE),
    st.poisson("c ~ x + (1 | g)", {key: COUNTS[key] for key in ("c", "x", "g")}),
)


@pytest.mark.parametrize("model", MODELS, ids=("linear", "counts"))
def test_it_speaks_as_its_model(model):
    density = model.density
    assert (density.n, density.formula, density.outcome_name) == (model.n, model.formula, model.outcome_name)
    assert density.counted == model.counted
    assert list(density.arrays()) == list(model.arrays())
    assert np.isfinite(density.loglik(density.start))


@pytest.mark.parametrize("model", MODELS, ids=("linear", "counts"))
def test_far_away_nobody_is_warned(model):
    density = model.density
    for size in (1e3, 1e200, 1e308):
        theta = density.start.copy()
        theta[1] = size
        with suppress(DomainError):
            assert not np.isnan(density.loglik(theta))
        assert not np.isnan(density.evaluate(theta, 0).loglik) or size > 1e100


def test_a_column_without_squares_is_refused_before_draws():
    x = [1e155, *COUNTS["x"][1:]]
    with pytest.raises(DomainError, match="'x' varies on a scale"):
        st.posterior(st.poisson("c ~ x + (1 | g)", {"c": COUNTS["c"], "x": x, "g": COUNTS["g"]}), draws=4, tune=50)
