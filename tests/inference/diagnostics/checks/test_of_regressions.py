"""Every kind of outcome has its checks, every check its limits, and every regression and likelihood is checked."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.check import LIMITS
from stattools.inference.diagnostics.checks import CHECKS, OF_ALL, OF_OUTCOME, OF_TIMES, checks_of
from stattools.likelihoods.outcomes import Outcome
from tests.cases import LIKELIHOODS, REGRESSIONS, at_length
from tests.inference.diagnostics.checks.planted import rows


def test_every_outcome_and_every_check_is_in_the_tables():
    assert set(OF_OUTCOME) == set(Outcome)
    assert {name for names in (OF_ALL, OF_TIMES, *OF_OUTCOME.values()) for name in names} == set(CHECKS)
    assert set(CHECKS) <= set(LIMITS)


@pytest.mark.parametrize("case", LIKELIHOODS, ids=str)
def test_every_likelihood_has_checks_of_its_own(case):
    assert OF_OUTCOME[case.likelihood.outcome]


@pytest.mark.parametrize(
    "case", at_length(*(case.name for case in REGRESSIONS if not (case.slow or case.beside))), ids=str
)
def test_every_regression_is_checked(case):
    """What its model made is right; a few of many checks may be a look, and what is not there says why."""
    fit = st.fit(case.model("y ~ x + g", case.table(300)))
    for one in getattr(fit, "fits", (fit,)):
        found = checks_of(one)
        names = {check.check for check in found.checks}
        assert {"maximum", "influence", "collinearity"} <= names
        wrong = {"form", "link", "calibration"} if case.make is st.one_vs_rest else set()  # the truth is a softmax
        assert {check.check for check in found.checks if check.verdict == "no"} <= wrong
        assert all(np.isfinite(check.value) for check in found.checks)
        assert not found.unchecked


def test_a_loaded_fit_says_what_it_needs(tmp_path):
    R = rows(100)
    fit = st.fit(st.ols("y ~ x", R | {"y": R["noise"]}))
    with pytest.raises(IncompatibleError, match="not saved"):
        st.load(fit.save(tmp_path / "fit")).check()
