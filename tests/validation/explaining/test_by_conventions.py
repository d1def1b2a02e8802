"""A convention that makes a claim hold is said in words, and a fault is no convention."""

from types import SimpleNamespace

import numpy as np
import statsmodels.api as sm

import stattools as st
from stattools.validation.conventions.search import CONVENTIONS
from stattools.validation.explaining.claim_causes import FAULTS, begun, by_convention, named
from tests.validation.conventions.planted import TABLE


def found(name, words, failing=0):
    choice = next(one for one in CONVENTIONS if one.name == name)
    standing = SimpleNamespace(count=8, failing=failing, ok=not failing)
    step = SimpleNamespace(choice=choice, words=words)
    return SimpleNamespace(steps=(step,), standing=standing, twins=("the same",), words=words)


def test_faults_are_entries_of_the_table():
    assert {choice.name for choice in CONVENTIONS} >= FAULTS


def test_a_convention_alone_is_named_first_and_a_fault_is_none():
    verdict = by_convention((found("level", "intervals at 90 %"),))
    assert verdict.convention == "intervals at 90 %"
    assert verdict.notes == ("The digits do not tell this from: the same.",)
    assert by_convention((found("strata", "without strata"),)).convention == ""
    assert named(found("level", "intervals at 90 %", 3))[0].evidence == "Intervals at 90 %: so 5 of 8 numbers hold."
    assert begun("") == ""


def test_another_family_is_named_with_its_own_standard_errors():
    X = sm.add_constant(TABLE[["x"]])
    theirs = sm.GLM(TABLE["up"], X, family=sm.families.Binomial(sm.families.links.CLogLog())).fit()
    texts = {
        name: [f"{value:.4f}" for value in values] for name, values in {"b": theirs.params, "se": theirs.bse}.items()
    }
    claim = dict(zip(("const", "x"), texts["b"], strict=True))
    verdict = st.audit(claim, st.logistic("up ~ x", TABLE), se=texts["se"])
    assert [one.cause for one in verdict.findings] == ["family or link"]
    assert "cloglog" in verdict.findings[0].evidence
    assert "all 4 numbers hold" in verdict.findings[0].evidence
    assert np.isfinite(verdict.distance)
