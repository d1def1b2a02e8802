"""What cannot be read is refused with the reason."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation import foreign
from stattools.validation.foreign.reading import PACKAGES, lacks_rows
from tests.validation.explaining.test_audit import C, X, kind, quantity, quiet, sm, yes


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: st.audit(sm.GLS(quantity, C).fit()), IncompatibleError, "whitens the rows"),
        (lambda: st.audit(sm.GLM(np.exp(quantity), C, family=sm.families.Tweedie()).fit()),
         IncompatibleError, "GLM Tweedie with link Log"),
        (lambda: st.audit(StandardScaler().fit(X), X=X, y=yes), IncompatibleError, "StandardScaler"),
        (lambda: st.audit(LogisticRegression(), X=X, y=yes), IncompatibleError, "not fitted"),
        (lambda: st.audit(LogisticRegression().fit(X, yes)), DomainError, "pass X= and y="),
        (lambda: st.audit(LogisticRegression().fit(X, yes), X=X, y=yes[:-1]), DomainError, "199"),
        (lambda: st.audit(LogisticRegression().fit(X, yes), X=X, y=kind), DomainError, "does not know"),
        (lambda: st.audit(3.0), IncompatibleError, "got float"),
        (lambda: st.audit(sm.Logit(yes, C).fit(disp=0), y=yes[:-1]), DomainError, "199 rows"),
    ],
)  # fmt: skip
def test_refusals(make, error, words):
    with pytest.raises(error, match=words):
        quiet(make)


def test_each_function_that_describes_is_of_a_package_that_is_known():
    """A reader that nobody asks would be forgotten: functions `describe...(object, given)` are those of the table."""
    found = {
        name
        for path in Path(foreign.__file__).parent.rglob("*.py")
        for name in re.findall(r"^def (describe\w*)\(\w+: \w+, given: Given\)", path.read_text(encoding="utf-8"), re.M)
    }
    assert found == {reader.describe.__name__ for reader in PACKAGES.values()}
    assert len(set(PACKAGES.values())) == len(PACKAGES)


def test_an_object_of_a_derived_class_is_of_the_package_of_its_parent():
    class Mine(LogisticRegression):
        pass

    assert lacks_rows(Mine())
    assert not lacks_rows(3.0)


def test_models_of_ours_are_no_fits():
    with pytest.raises(IncompatibleError, match="take fits"):
        st.audit(st.ols(quantity, C, intercept=False))
