import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.regressions.glm import GENERALIZED
from stattools.validation.conventions.families import FAMILY, LINK
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe
from tests.validation.conventions.planted import LOGISTIC, NEGATIVE, TABLE


def test_another_family_is_the_model_of_its_constructor():
    tried = {one.words: one.state for one in FAMILY.changes(state_of(Recipe(LOGISTIC)))}
    for words, model in {
        "least squares (normal) regression": st.ols("up ~ x + z", TABLE),
        "Binomial with link cloglog regression": st.glm("up ~ x + z", TABLE, family="binomial", link="cloglog"),
        "Poisson regression": st.poisson("up ~ x + z", TABLE),
    }.items():
        fit = st.fit(model)
        theta = tried[words].estimates()
        assert_allclose(theta, fit.estimate, rtol=1e-6)
        assert_allclose(tried[words].errors(theta), fit.se, rtol=1e-6)


@pytest.mark.parametrize("family", GENERALIZED)
def test_every_family_that_the_outcome_allows_is_tried(family):
    outcome = {"binomial": "up", "poisson": "count", "negative-binomial": "count", "normal": "y", "beta": "share"}
    table = TABLE.assign(share=TABLE.cost / (1 + TABLE.cost))
    start = state_of(Recipe(st.ols(f"{outcome.get(family, 'cost')} ~ x", table)))
    words = " ".join(one.words for one in FAMILY.changes(start))
    assert GENERALIZED[family].title in words or family == "normal"


def test_links_of_labels_and_distributions_of_times():
    ordinal = state_of(Recipe(st.ordinal("pain ~ x", TABLE)))
    tried = {one.words: one.state for one in LINK.changes(ordinal)}
    assert set(tried) == {"link probit", "link cloglog", "link loglog"}
    probit = st.fit(st.ordinal("pain ~ x", TABLE, link="probit"))
    assert_allclose(tried["link probit"].estimates(), probit.estimate, rtol=1e-5)
    assert not list(LINK.changes(state_of(Recipe(NEGATIVE))))


@pytest.mark.parametrize(
    ("model", "words", "logarithm"),
    [
        pytest.param(
            st.poisson("count ~ x", TABLE), "log(count + 1)", np.log1p(TABLE["count"]), marks=pytest.mark.slow
        ),
        (NEGATIVE, "log(count + 1)", np.log1p(TABLE["count"])),
        pytest.param(st.gamma("cost ~ x", TABLE), "log(cost)", np.log(TABLE.cost), marks=pytest.mark.slow),
    ],
)
def test_least_squares_of_a_logarithm_is_tried(model, words, logarithm):
    right = model.formula.split("~")[1]
    theirs = st.fit(st.ols(f"made ~{right}", TABLE.assign(made=logarithm)))
    found = st.audit(theirs.table()[["term", "estimate", "se"]].round(5), model)
    assert found.findings[0].cause == "family or link"
    assert f"Least squares (normal) regression of {words}" in found.findings[0].evidence


def test_two_outcomes_have_no_logarithm():
    assert not [one for one in FAMILY.changes(state_of(Recipe(LOGISTIC))) if "log(" in one.words]
