"""OrderedModel's fits: thresholds in the place of increments, links, and a loop that stopped."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_audit import quiet

draw = np.random.default_rng(2)
X = pd.DataFrame({"a": draw.normal(size=120), "b": draw.normal(size=120)})
codes = np.digitize(X.a + draw.logistic(size=120), [-1.0, 0.5, 2.0])
labels = pd.Categorical.from_codes(codes, ["none", "some", "much", "all"], ordered=True)


def fitted(y: Any = codes, distr: Any = "logit", **options):
    return quiet(lambda: OrderedModel(y, X, distr=distr).fit(method="bfgs", disp=0, **options))


LAWS = {"probit": "probit", "cloglog": stats.gumbel_l, "loglog": stats.gumbel_r}


@pytest.mark.parametrize(
    "law", ["logit", *(pytest.param(LAWS[name], marks=pytest.mark.slow, id=name) for name in LAWS)]
)
def test_right_fits_are_right(law):
    found = st.audit(fitted(distr=law, maxiter=300))
    assert found.ok, found
    assert found.rows["term"].tolist() == ["a", "b", "0|1", "1|2", "2|3"]


@pytest.mark.slow
def test_labels_are_those_of_the_category():
    found = st.audit(fitted(pd.Series(labels, name="pain"), maxiter=300))
    assert found.ok
    assert found.rows["term"].tolist()[2:] == ["none|some", "some|much", "much|all"]


def test_a_loop_that_stopped_is_named():
    found = st.audit(fitted(maxiter=2))
    assert found.findings[0].cause == "stopped early"


@pytest.mark.slow
def test_other_distributions_are_refused():
    with pytest.raises(IncompatibleError, match="cauchy"):
        st.audit(fitted(distr=stats.cauchy, maxiter=300))
