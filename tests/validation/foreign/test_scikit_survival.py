"""scikit-survival's estimators, recorded from scikit-survival 0.28, and where it is installed as it fits today."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.foreign.survival import REFUSED
from tests.validation.foreign.test_lifelines import data

X = data[["x", "z"]]
y = np.array(list(zip(data.d == 1.0, data.t, strict=True)), dtype=[("d", bool), ("t", float)])


def stand_in(kind: str = "CoxPHSurvivalAnalysis", coef: Any = None, **held: Any) -> Any:
    """An object of a class of this name of scikit-survival, with the attributes that are read."""
    made = type(kind, (SimpleNamespace,), {"__module__": "sksurv.linear_model.coxph"})
    return made(coef_=None if coef is None else np.array(coef), feature_names_in_=np.array(["x", "z"]), **held)


def net(**held: Any) -> Any:
    told = {"alphas_": np.array([0.1]), "penalty_factor_": np.ones(2), "l1_ratio": 0.5} | held
    return stand_in("CoxnetSurvivalAnalysis", [[0.6110278832145863], [-0.3659906105282357]], **told)


@pytest.mark.parametrize(
    ("coef", "ties"),
    [
        ([0.9721683014063957, -0.617962992700029], "efron"),
        ([0.9261890382917202, -0.5939648859886982], "breslow"),
    ],
)
def test_right_fits_are_right(coef, ties):
    found = st.audit(stand_in(coef=coef, ties=ties), X=X, y=y)
    assert found.ok, found
    assert found.rows["term"].tolist() == ["x", "z"]


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda: stand_in(coef=[0.5665331340318044, -0.3744526626522939], alpha=5.0), "penalty"),
        (net, "penalty"),
        (lambda: stand_in(coef=[1.0070444514641377, -0.6176914103120271]), "not the maximum"),
        (lambda: stand_in(coef=[0.9721683014063957, -0.617962992700029]), "ties"),
    ],
    ids=["ridge", "elastic net", "one step", "ties"],
)
def test_wrong_fits_are_named(make, cause):
    assert st.audit(make(), X=X, y=y).findings[0].cause == cause


@pytest.mark.parametrize("name", [*REFUSED, "Nobody"])
def test_other_estimators_are_refused_by_name(name):
    with pytest.raises(IncompatibleError, match=f"got {name}"):
        st.audit(stand_in(name), X=X, y=y)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: st.audit(stand_in(), X=X, y=y), IncompatibleError, "not fitted"),
        (lambda: st.audit(net()), DomainError, "carries no data"),
        (lambda: st.audit(net(), X=X, y=data.t), DomainError, "structured array"),
        (lambda: st.audit(net(), X=X, y=y, weights=data.w), IncompatibleError, "no weights="),
        (lambda: st.audit(net(normalize=True), X=X, y=y), IncompatibleError, "normalize=True"),
        (
            lambda: st.audit(stand_in("CoxnetSurvivalAnalysis", np.ones((2, 3)), alphas_=np.ones(3)), X=X, y=y),
            IncompatibleError, "of 3 strengths",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_scikit_survival_itself():
    models = pytest.importorskip("sksurv.linear_model")
    assert st.audit(models.CoxPHSurvivalAnalysis(ties="efron").fit(X, y), X=X, y=y).ok
    found = st.audit(models.CoxnetSurvivalAnalysis(l1_ratio=1.0, alphas=[0.05], tol=1e-12).fit(X, y), X=X, y=y)
    assert found.findings[0].cause == "penalty"
