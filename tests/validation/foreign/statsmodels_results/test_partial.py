"""PHReg's and ConditionalLogit's fits: strata, entry, ties and robust errors."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.duration.hazard_regression import PHReg

import stattools as st
from stattools.errors import IncompatibleError
from tests.validation.explaining.test_audit import quiet

draw = np.random.default_rng(4)
n = 90
X = pd.DataFrame({"dose": draw.normal(size=n), "age": draw.normal(size=n)})
time = np.ceil(6.0 * draw.exponential(np.exp(-0.5 * X.dose)))
seen = (draw.random(n) < 0.8).astype(int)
group = np.arange(n) % 15
entry = np.where(time > 4, 3.0, 0.0)


@pytest.mark.parametrize(
    ("options", "fit"),
    [
        ({"ties": "efron"}, {}),
        ({"ties": "breslow", "strata": group % 2}, {}),
        ({"ties": "efron", "entry": entry}, {}),
        ({"ties": "breslow"}, {"groups": group}),
    ],
    ids=["efron", "strata", "entry", "robust"],
)
def test_right_fits_are_right(options, fit):
    found = st.audit(PHReg(time, X, status=seen, **options).fit(**fit))
    assert found.ok, found
    assert found.rows["term"].tolist() == ["dose", "age"]
    assert bool(found.notes) == ("entry" in options)


def test_robust_errors_of_efrons_ties_are_not_checked():
    found = st.audit(PHReg(time, X, status=seen, ties="efron").fit(groups=group))
    assert found.ok
    assert found.findings[0].cause == "standard errors not checked"


def test_wrong_fits_are_named():
    efron = PHReg(time, X, status=seen, ties="efron").fit()
    breslow = PHReg(time, X, status=seen, ties="breslow").fit()
    efron.model.ties = "breslow"
    assert st.audit(efron).findings[0].cause == "ties"
    robust = PHReg(time, X, status=seen, ties="breslow").fit(groups=group)
    robust.groups = None
    assert st.audit(robust).findings[0].cause.startswith("standard errors of")
    early = quiet(lambda: PHReg(time, X, status=seen, ties="breslow").fit(maxiter=1))
    assert not st.audit(early).ok
    assert st.audit(breslow).ok


def test_a_monotone_likelihood_is_named():
    rising = quiet(lambda: PHReg(np.arange(1.0, 9), -np.arange(8.0), status=np.ones(8)).fit(maxiter=8))
    assert [one.cause for one in st.audit(rising).findings] == ["separation", "stopped on the way to infinity"]


def test_matched_sets():
    def sets(**options):
        return quiet(lambda: ConditionalLogit(seen, X, groups=group).fit(disp=False, **options))

    assert st.audit(sets()).ok
    assert not st.audit(sets(method="bfgs", maxiter=1)).ok


def test_offsets_are_refused():
    with pytest.raises(IncompatibleError, match=r"st\.cox takes none"):
        st.audit(PHReg(time, X, status=seen, offset=X.age).fit())
    with pytest.raises(IncompatibleError, match=r"st\.conditional_logit takes none"):
        st.audit(quiet(lambda: ConditionalLogit(seen, X, groups=group, offset=X.age.to_numpy()).fit(disp=False)))
