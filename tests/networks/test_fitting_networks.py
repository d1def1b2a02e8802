import numpy as np
import pytest

import stattools as st
from tests.networks.ring import NEW, NEW_RING, RING, SMALL, X

generator = np.random.default_rng(6)


@pytest.mark.parametrize("solver", [st.LBFGS(max_steps=200), SMALL], ids=["lbfgs", "adam"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_ring_is_learned_where_a_line_cannot(solver, batch_norm):
    model = st.network(RING, X, hidden=[12], activation="tanh", batch_norm=batch_norm)
    fit = st.fit(model, solver=solver, seed=1, penalty=st.Ridge(0.05))
    line = st.fit(st.logistic(RING, X))
    assert fit.accuracy((NEW_RING, NEW)) > 0.9
    table = st.held_out(line, fit, data=(NEW_RING, NEW), names=["line", "network"])
    assert table.difference.tolist()[1] == 0.0
    assert table.difference[0] > 3 * table.difference_se[0]
    assert fit.model.perceptron.factorizes
    assert fit.loglik == pytest.approx(float(fit.pointwise_loglik().sum()), rel=1e-12)


def test_counts_and_restarts():
    y = generator.poisson(np.exp(np.abs(X[:, 0])))
    model = st.network(y, X, hidden=[6], activation="tanh", likelihood=st.Poisson())
    one = st.fit(model, seed=2, penalty=st.Ridge(1.0))
    three = st.fit(model, seed=2, restarts=3, penalty=st.Ridge(1.0))
    assert three.loglik > st.fit(st.poisson(y, X)).loglik + 20
    weights = one.model.perceptron.penalized
    objective = [fit.loglik - 0.5 * (fit.estimate[weights] ** 2).sum() for fit in (one, three)]
    assert objective[1] >= objective[0] - 1e-9


def test_divergence_names_the_cause_and_the_layer():
    y = X[:, 0] * 1e3
    model = st.network(y, X * 1e6, hidden=[8, 8], activation="relu", standardize=False)
    with pytest.raises(st.ConvergenceError, match=r"diverged in .*layer \d+ \((dense|relu)\).*Use a smaller rate"):
        st.fit(model, solver=st.Adam(rate=1e3, validation=0.0, epochs=50), seed=0)


@pytest.mark.parametrize("kind", ["deep", "bootstrap"])
def test_an_ensemble_is_the_mean_of_its_members(kind):
    model = st.network(RING, X, hidden=[5], activation="relu")
    group = st.fit(model, solver=SMALL, seed=1, members=3, ensemble=kind)
    each = [member.predict(NEW) for member in group.members]
    assert len({round(float(p.sum()), 9) for p in each}) == 3
    np.testing.assert_allclose(group.predict(NEW), np.mean(each, axis=0), rtol=1e-14)
    spread = group.predict(NEW, spread=0.9)
    assert ((spread.lower <= spread["mean"]) & (spread["mean"] <= spread.upper)).all()
    assert group.log_score((NEW_RING, NEW)) <= np.mean([m.log_score((NEW_RING, NEW)) for m in group.members])


def test_other_models_take_no_training_options():
    with pytest.raises(TypeError, match="seed"):
        st.fit(st.logistic(RING, X), seed=1)


def test_an_ensemble_is_scored_like_a_fit():
    group = st.fit(st.network(RING, X, hidden=[4]), solver=st.LBFGS(max_steps=20), seed=0, members=2)
    table = st.held_out(group, *group.members, data=(NEW_RING, NEW))
    p = group.predict(NEW)
    assert table.log_score[0] == pytest.approx(-np.log(np.where(NEW_RING == "out", p, 1 - p)).mean(), rel=1e-12)
    assert table.accuracy[0] == group.accuracy((NEW_RING, NEW)) == np.mean(group.predict(NEW, kind="class") == NEW_RING)


def test_a_bootstrap_with_batch_norm_takes_moments_of_the_rows_drawn():
    model = st.network(RING, X, hidden=[4], batch_norm=True)
    group = st.fit(model, solver=st.LBFGS(max_steps=10), seed=0, members=2, ensemble="bootstrap")
    first, second = (fit.model.perceptron.layers[1].moments.mean for fit in group.members)
    assert not np.allclose(first, second)
    assert len(group.predict()) == 240


@pytest.mark.parametrize(
    "asked", [{"restarts": 10**12}, {"members": 10**6}, {"restarts": 1000, "members": 11}], ids=str
)
def test_more_trainings_than_a_life_has_time_for_are_refused_before_the_first(asked):
    with pytest.raises(st.DomainError, match=r"of st\.fit is at most 10,000"):
        st.fit(st.network(RING, X, hidden=[3]), **asked)
