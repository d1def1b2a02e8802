import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.validation.papers.checks import p_values, quantile

CASES = [
    ("z", 2.1, (), 2 * stats.norm.sf(2.1)),
    ("t", 2.2, (28.0,), 2 * stats.t.sf(2.2, 28)),
    ("t", 2.2, (np.inf,), 2 * stats.norm.sf(2.2)),
    ("r", 0.31, (48.0,), 2 * stats.beta(24, 24, loc=-1, scale=2).sf(0.31)),
    ("chi-square", 4.2, (1.0,), stats.chi2.sf(4.2, 1)),
    ("F", 3.1, (2.0, 57.0), stats.f.sf(3.1, 2, 57)),
]


@pytest.mark.parametrize("kind, value, df, p", CASES, ids=lambda value: str(value))
def test_the_p_value_of_a_statistic_is_scipys(kind, value, df, p):
    assert_allclose(p_values(kind, (value, value), tuple((one, one) for one in df)), (p, p), rtol=1e-12)


def test_intervals_give_intervals():
    low, high = p_values("t", (2.0, 2.4), ((20.0, 30.0),))
    assert_allclose((low, high), (2 * stats.t.sf(2.4, 30), 2 * stats.t.sf(2.0, 20)))
    assert p_values("z", (3.0, np.inf), ()) == (0.0, 2 * stats.norm.sf(3.0))
    assert p_values("r", (0.9, 1.0), ((5.0, 5.0),))[0] == 0.0


def test_quantiles():
    assert_allclose(quantile(0.9, 12.0), stats.t.ppf(0.95, 12))
