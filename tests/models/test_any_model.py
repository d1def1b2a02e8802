"""Every model answers every question that is asked of models, and says when it has nothing to say."""

import numpy as np
import pytest

import stattools as st
from stattools.models.questions import AnyModel

TABLE = {"y": [0.0, 1.0, 0.0, 1.0, 1.0], "x": [1.0, 2.0, 3.0, 4.0, 5.0], "k": [0, 1, 2, 0, 3], "c": list("abcab")}
SERIES = [3.0, 5.0, 4.0, 6.0, 9.0, 7.0, 8.0, 8.0]
MODELS = {
    "ols": st.ols("x ~ y", TABLE),
    "softmax": st.softmax("c ~ x", TABLE),
    "custom": st.custom(lambda t: -float(t @ t), start={"a": 1.0}),
    "coin": st.coin([0, 1, 1]),
    "arms": st.binomial([6, 2], [10, 8]),
    "rate": st.poisson_rate([4, 2], exposure=3.0),
    "rates": st.exponential_rate([4.0, 2.0], by=["a", "b"]),
    "waits": st.geometric([3, 2]),
    "odds ratio": st.odds_ratio([[8, 2], [1, 5]]),
    "correlation": st.correlation("y ~ x", TABLE),
    "multinomial": st.multinomial([3, 5, 2]),
    "normal": st.normal([1.0, 2.0, 4.0]),
    "normals": st.normal([1.0, 2.0, 4.0, 5.0], by=list("aabb")),
    "known sd": st.normal([1.0, 2.0], sd=1.0),
    "level": st.local_level(SERIES),
    "smoothing": st.exponential_smoothing(SERIES),
    "network": st.network("x ~ y", TABLE, likelihood=st.Gaussian(), hidden=(2,)),
}
QUESTIONS = [name for name in dir(AnyModel) if not name.startswith("_")]
MOST_QUESTIONS = 20
"""Public attributes of every model: never more. What only one kind can be asked is an attribute of that kind, and what
is true of all models of a kind stands in its `facts`.
"""


def test_the_base_of_models_does_not_grow():
    assert len({*QUESTIONS, *AnyModel.__annotations__} - {"_not_seen"}) <= MOST_QUESTIONS


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_model_answers_every_question(model):
    assert isinstance(model, AnyModel)
    for question in QUESTIONS:
        getattr(model, question)
    assert model.kind
    assert model.title
    assert model.n > 0


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_answers_agree_with_each_other(model):
    names = model.names
    assert (model.rows is None) == (model.likelihood is None) == (model.counted is not None)
    assert model.facts.adds_to_one == (model.kind == "multinomial")
    if model.ranges is not None:
        low, high, roles = model.ranges
        assert len(low) == len(high) == len(roles) == len(names)
        assert (low < high).all()
    if model.facts.has_states:
        assert model.variances
        assert tuple(model.variances) == names[: len(model.variances)]
    assert model.facts.has_intervals <= model.facts.has_formula
    if model.facts.has_arms:
        assert len(names) == len(model.parameters) * int(np.prod(model.shape))
    if model.facts.is_unconstrained:
        work, T = model.standardized()
        theta = np.asarray(model.start, dtype=float)
        assert np.isclose(work.evaluate(np.linalg.solve(T, theta), 0).loglik, model.evaluate(theta, 0).loglik)
