import numpy as np
import pytest

import stattools as st


def normal(elsewhere, edge, score=None):
    """A standard normal log-likelihood beyond an edge, and something else before it."""
    return st.custom(
        lambda theta: -0.5 * float(theta[0]) ** 2 if theta[0] > edge else elsewhere, start=[0.5], score=score
    )


@pytest.mark.parametrize("method", ["nuts", "laplace", "importance"])
@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, r"NaN at [1-9][\d,]* of the [\d,]+ points"), (np.inf, r"is \+inf")]
)
def test_a_hole_in_a_users_function_is_told(method, value, words):
    """Read as -inf it cut the posterior off at -1: a standard deviation of 0.79 instead of 1."""
    with pytest.raises(st.DomainError, match=words + ".* Return -inf where a point is impossible"):
        st.posterior(normal(value, -1.0), prior=st.Normal(0, 10), method=method, draws=300, chains=2, seed=1)


def test_a_hole_in_a_users_score_is_told():
    model = normal(-np.inf, -9.0, score=lambda theta: -theta if theta[0] > -1.0 else theta * np.nan)
    with pytest.raises(st.DomainError, match="its score is NaN"):
        st.posterior(model, prior=st.Normal(0, 10), draws=300, chains=2, seed=1)


@pytest.mark.slow
def test_impossible_points_and_an_overflow_where_no_draw_comes_are_allowed():
    cut = st.posterior(normal(-np.inf, -1.0), prior=st.Normal(0, 10), method="importance", draws=4000, seed=1)
    assert cut.mean[0] == pytest.approx(0.288, abs=0.03)  # phi(1) / Phi(1); five standard errors of so many draws
    whole = st.posterior(normal(np.nan, -400.0), prior=st.Normal(0, 10), draws=300, chains=2, seed=1)
    assert whole.draws.min() < -2.0
