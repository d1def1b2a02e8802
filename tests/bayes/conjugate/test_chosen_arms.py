"""Arms of one posterior taken apart: the row of the parameters, the data, the evidence, and every comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.conjugate.arms import PARTS, parameters, part_of
from stattools.bayes.conjugate.pairs import CLOSED_FORMS
from stattools.models.questions import AnyModel
from stattools.models.samples.normal import MultivariateSample

ARMS = ["B", "A", "C", "A", "B", "A"]
LATER = ["A", "B", "B"]
Y = [1.0, 2.5, 4.0, 3.0, 2.0, 0.5]


def counts(y: list[float]) -> list[int]:
    return [round(2 * value) for value in y]


PAIRS: dict[str, Any] = {
    "coin": (st.Beta(2, 3), lambda y, by: st.coin([int(value > 2) for value in y], by=by)),
    "binomial": (st.Beta(2, 3), lambda y, by: st.binomial(counts(y), 9, by=by)),
    "poisson": (st.Gamma(2, 3), lambda y, by: st.poisson_rate(counts(y), exposure=y, by=by)),
    "exponential": (st.Gamma(2, 3), lambda y, by: st.exponential_rate(y, censored=[v > 3 for v in y], by=by)),
    "normal": (st.Normal(1, 2), lambda y, by: st.normal(y, sd=[v + 1 for v in y], by=by)),
    "normal, sd unknown": (st.NormalInverseGamma(1, 2, 3, 4), lambda y, by: st.normal(y, by=by)),
}
pairs = pytest.mark.parametrize("pair", PAIRS)


def posteriors(pair: str) -> tuple[Any, dict[str, Any]]:
    """The posterior of three arms after two batches, and that of each arm from its own data alone."""
    prior, model = PAIRS[pair]
    joint = prior.update(model(Y, ARMS)).update(model(Y[:3], LATER))
    alone = {}
    for arm in "ABC":
        own = [[v for v, a in zip(y, by, strict=True) if a == arm] for y, by in ((Y, ARMS), (Y[:3], LATER))]
        belief = prior
        for y in filter(None, own):
            belief = belief.update(model(y, ["only"] * len(y)))
        alone[arm] = type(prior)(*(float(np.ravel(getattr(belief, name))[0]) for name in parameters(belief))), belief
    return joint, alone


@pairs
def test_an_arm_is_what_its_own_data_make_of_the_prior(pair):
    joint, alone = posteriors(pair)
    for place, arm in enumerate("ABC"):
        one, (expected, belief) = joint[arm], alone[arm]
        assert type(one) is type(joint)
        assert one == expected
        assert one.arms is None
        assert one.prior == joint.prior
        assert_allclose(one.log_evidence, belief.log_evidence[0], rtol=1e-12)
        assert_allclose(one.log_evidence, joint.log_evidence[place], rtol=1e-12)
        assert_allclose(one.loo().elpd, belief.loo().elpd, rtol=1e-12)
        for name in parameters(joint):
            assert getattr(one, name) == getattr(joint, name)[place]
    assert_allclose(sum(joint[arm].loo().elpd for arm in "ABC"), joint.loo().elpd, rtol=1e-12)


@pairs
def test_some_arms_keep_their_labels_in_the_order_asked_for(pair):
    joint, _ = posteriors(pair)
    some = joint[["C", "A"]]
    assert some.arms == ("C", "A")
    assert some["A"] == joint["A"]
    assert some["C"] == joint["C"]
    assert joint[["A", "B", "C"]] == joint
    assert joint[pd.Index(["C", "A"])] == joint[np.array(["C", "A"])] == some
    model = PAIRS[pair][1]
    assert joint["A"].update(model([2.0], None) if pair != "binomial" else st.binomial(4, 9)).arms is None


@pairs
def test_an_arm_that_saw_nothing_is_its_prior(pair):
    prior, model = PAIRS[pair]
    several = type(prior)(*(np.full(2, getattr(prior, name)) for name in parameters(prior)), arms=("A", "new"))
    joint = several.update(model([1.0, 2.0], ["A", "A"]))
    assert joint["new"] == prior
    assert joint["new"].seen is None
    assert joint[["new"]].arms == ("new",)
    assert joint["A"].prior == prior


def test_comparisons_of_arms_are_those_of_the_joint_posterior():
    joint = posteriors("binomial")[0]
    best = st.probability_best(joint)
    assert_allclose(st.probability_best({arm: joint[arm] for arm in "ABC"}), best, rtol=1e-12)
    draws = joint.sample(100_000, seed=1)
    greater = st.probability_greater(joint["A"], joint["B"])
    assert_allclose(np.mean(draws[:, 0] > draws[:, 1]), greater, atol=0.008)  # 5 standard errors of the share
    assert_allclose(st.difference(joint["A"], joint["B"]).mean, joint.mean[0] - joint.mean[1], rtol=1e-12)
    assert_allclose(st.difference(joint["A"], joint["B"]).probability(low=0.0), greater, rtol=1e-9)
    assert_allclose(st.ratio(joint["A"], joint["B"]).probability(low=1.0), greater, rtol=1e-9)
    two = joint[["A", "B"]]
    assert_allclose(st.probability_best(two)["A"], greater, rtol=1e-12)
    assert_allclose(st.expected_loss(joint["A"], joint["B"]), st.expected_loss(st.Beta(*vars_of(two, 0)), joint["B"]))


def vars_of(belief: st.Beta, place: int) -> tuple[float, float]:
    return belief.a[place], belief.b[place]


def test_what_follows_from_a_posterior_has_arms_too():
    joint = posteriors("normal, sd unknown")[0]
    assert joint.marginal("sd")["B"] == joint["B"].marginal("sd")
    assert joint.predictive()["B"] == joint["B"].predictive()
    assert st.Dirichlet([4, 6, 3], names=("red", "green", "blue")).marginals["red"] == st.Beta(4, 9)


def test_improper_priors_serve_each_arm():
    joint = st.Beta.haldane().update(st.coin([1, 0, 1, 0], by=["A", "A", "B", "B"]))
    assert joint["A"] == st.Beta(1, 1)
    assert joint["A"].prior is joint.prior


def test_numbers_are_labels_and_positions_are_none():
    joint = st.Beta([1, 2], [3, 4], arms=(8, 9))
    assert joint[8] == joint[np.int64(8)] == st.Beta(1, 3)
    for wrong in (0, 1, -1, True, "8"):
        with pytest.raises(st.DomainError, match=r"there is no arm .*; the arms are 8, 9"):
            joint[wrong]
    nameless = st.Beta([1, 2], [3, 4])
    assert nameless[1] == st.Beta(2, 4)
    assert nameless.table()["arm"].tolist() == [0, 1] == nameless._ipython_key_completions_()
    for wrong in (-1, 2, True):
        with pytest.raises(st.DomainError, match="the arms are 0, 1"):
            nameless[wrong]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("D", "there is no arm 'D'; the arms are 'A', 'B', 'C'"),
        (0, "by their labels, not by their positions"),
        (["A", "D"], "there is no arm 'D'"),
        ([], "there is no arm"),
        (("A", "B"), "Of several arms give a list"),
        (slice(None), "Of several arms give a list"),
        ({"A", "B"}, "there is no arm"),
        (["A", "A"], "each arm is named once"),
        (None, "there is no arm None"),
        ({"A": 1}, "there is no arm"),
        (float("nan"), "there is no arm nan"),
        ([["A"]], "there is no arm"),
    ],
)
def test_what_names_no_arm_is_refused(wanted, message):
    with pytest.raises(st.DomainError, match=message):
        posteriors("binomial")[0][wanted]


def test_without_arms_there_is_nothing_to_take_apart():
    for belief in (st.Beta(1, 2), st.Normal(np.zeros((2, 2)), 1.0)):
        with pytest.raises(st.IncompatibleError, match=r"no arms to choose from|not one row of arms"):
            belief["A"]
        assert belief._ipython_key_completions_() == []
    with pytest.raises(TypeError, match="not iterable"):
        list(posteriors("binomial")[0])


def test_every_sample_with_arms_has_a_row():
    with_arms = {model for model, _ in CLOSED_FORMS if "arms" in getattr(model, "__dataclass_fields__", {})}
    assert with_arms == set(PARTS)
    assert not issubclass(MultivariateSample, tuple(PARTS))
    assert all(issubclass(model, AnyModel) for model in PARTS)


def test_parts_are_what_the_rows_of_the_arms_make():
    y, by = [1.0, 2.0, 3.0, 5.0], ["B", "A", "B", "C"]
    whole = st.normal(y, sd=[1.0, 2.0, 3.0, 4.0], by=by)
    part = part_of(whole, np.array([2, 1]), ("C", "B"))
    twin = st.normal([1.0, 3.0, 5.0], sd=[1.0, 3.0, 4.0], by=["B", "B", "C"]).over(("C", "B"))
    assert part.values.tolist() == twin.values.tolist()
    assert part.codes.tolist() == twin.codes.tolist() == [1, 1, 0]
    assert part.sd.tolist() == twin.sd.tolist()
    alone = part_of(st.poisson_rate([1, 2, 3, 5], by=by), np.array([1]), None)
    assert (alone.shape, alone.events.tolist(), alone.names) == ((), [1, 3], ("rate",))
