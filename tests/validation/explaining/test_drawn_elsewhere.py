"""Somebody else's draws beside our posterior: right ones, and a parameter that is off is named."""

import arviz
import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.explaining.audit import audit_draws, is_drawn
from tests.validation.explaining.test_audit import X, yes

model = st.logistic(yes, X[:, :2], names=["x", "z"])


@pytest.fixture(scope="module")
def ours():
    return st.posterior(model, method="importance", seed=1)


@pytest.fixture(scope="module")
def theirs():
    """The same posterior again, as four chains (4, 1000, 3)."""
    again = st.posterior(model, method="importance", seed=2).draws.reshape(4, 1000, 3)
    return {"Intercept": again[..., 0], "beta": again[..., 1:]}


def tree(variables, **more):
    return arviz.from_dict({"posterior": {**variables, **more}}, dims={"beta": ["coef"]}, coords={"coef": ["x", "z"]})


def test_right_draws_are_right(ours, theirs):
    found = audit_draws(tree(theirs), ours)
    assert found.ok, found.sentence
    assert found.rows["term"].tolist() == ["Intercept", "x", "z"]
    assert "Monte Carlo errors" in found.sentence
    group = tree(theirs)["posterior"].to_dataset()
    assert audit_draws(group, ours).sentence == found.sentence


def cause(found):
    return [one.cause for one in found.findings if one.serious]


def test_what_is_off_is_named(ours, theirs):
    moved = np.array(theirs["beta"])
    moved[..., 1] += 0.3 * ours.sd[2]
    found = audit_draws(tree({**theirs, "beta": moved}), ours)
    assert cause(found) == ["the mean of z"]
    assert found.findings[0].sentence in " ".join(str(found).split())
    wide = np.array(theirs["beta"])
    wide[..., 0] += (wide[..., 0] - wide[..., 0].mean()) * 0.5
    assert cause(audit_draws(tree({**theirs, "beta": wide}), ours)) == ["the standard deviation of x"]


def test_chains_that_disagree_are_no_posterior(ours, theirs):
    apart = theirs["Intercept"] + ours.sd[0] * np.array([[-1.0], [1.0], [-1.0], [1.0]])
    assert "not converged" in cause(audit_draws(tree({**theirs, "Intercept": apart}), ours))


def test_names_that_are_not_the_models(ours, theirs):
    found = audit_draws(tree(theirs, mu=np.zeros((4, 1000, 300)), tau=np.ones((4, 1000))), ours)
    assert found.ok
    assert "'tau' are no parameters" in found.findings[0].evidence
    other = tree({"alpha": theirs["Intercept"]})
    with pytest.raises(DomainError, match="terms="):
        audit_draws(other, ours)
    assert st.audit(other, ours, terms={"alpha": "Intercept"}).ok
    with pytest.raises(IncompatibleError, match="weights= of st"):
        st.audit(other, ours, weights="w")


def test_what_has_draws():
    assert not is_drawn(3.0)
    assert not is_drawn(tree({"a": np.zeros((4, 10))})["posterior"]["a"])
    with pytest.raises(DomainError, match="NaN"):
        audit_draws(tree({"x": np.full((4, 10), np.nan)}), st.posterior(model, method="laplace", seed=1))
    with pytest.raises(DomainError, match="posterior of ours"):
        st.audit(tree({"x": np.zeros((4, 10))}))
    with pytest.raises(IncompatibleError, match="closed form"):
        audit_draws(tree({"p": np.zeros((4, 10))}), st.coin([1, 0, 1]))
