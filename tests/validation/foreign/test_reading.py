"""What cannot be read is refused with the reason."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import stattools as st
from stattools.errors import DomainError, IncompatibleError
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
