from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import stattools as st

generator = np.random.default_rng(5)
X = generator.normal(size=(240, 2))
RING = np.where((X**2).sum(axis=1) < 1.2, "in", "out")
NEW = generator.normal(size=(100, 2))
NEW_RING = np.where((NEW**2).sum(axis=1) < 1.2, "in", "out")
SMALL = st.Adam(rate=0.02, batch=32, epochs=60)


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


def test_the_same_seed_is_the_same_fit_and_another_is_not():
    model = st.network(RING, X, hidden=[5], activation="relu")
    first, again, other = (st.fit(model, solver=SMALL, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.estimate, again.estimate)
    assert not np.array_equal(first.estimate, other.estimate)


def test_without_hidden_units_it_is_softmax_regression():
    y = np.resize(["a", "b", "c"], 240)
    fit = st.fit(st.network(y, X, hidden=[]), solver=st.LBFGS(), seed=0)
    reference = st.fit(st.softmax(y, X))
    assert fit.loglik == pytest.approx(reference.loglik, rel=1e-9)
    np.testing.assert_allclose(fit.predict().to_numpy(), reference.predict().to_numpy(), atol=1e-5)


def test_a_quantity_without_hidden_units_is_least_squares():
    y = X @ [2.0, -1.0] + 10.0 + generator.normal(size=240)
    fit = st.fit(st.network(y, X, hidden=[]), seed=0)
    reference = st.fit(st.ols(y, X))
    assert fit.loglik == pytest.approx(reference.loglik, rel=1e-9)
    np.testing.assert_allclose(fit.predict(NEW), reference.predict(NEW), rtol=1e-5)
    assert fit.model.residual_sd(fit.estimate) == pytest.approx(np.sqrt(reference.scale**2 * 237 / 240), rel=1e-6)


def test_counts_and_restarts():
    y = generator.poisson(np.exp(np.abs(X[:, 0])))
    model = st.network(y, X, hidden=[6], activation="tanh", likelihood=st.Poisson())
    one = st.fit(model, seed=2, penalty=st.Ridge(1.0))
    three = st.fit(model, seed=2, restarts=3, penalty=st.Ridge(1.0))
    assert three.loglik > st.fit(st.poisson(y, X)).loglik + 20
    weights = one.model.perceptron.penalized
    objective = [fit.loglik - 0.5 * (fit.estimate[weights] ** 2).sum() for fit in (one, three)]
    assert objective[1] >= objective[0] - 1e-9


def test_early_stopping_keeps_the_best_epoch_and_the_history_says_so():
    model = st.network(RING, X, hidden=[30], activation="relu")
    at_one_rate = st.Adam(rate=0.05, epochs=300, slowdowns=0)
    fit = st.fit(model, solver=at_one_rate, seed=0)
    assert fit.reason == "early stopping: 5 epochs without a better validation score"
    curve = fit.curve()
    best = int(curve.validation.idxmax())
    assert best == len(curve) - 6
    assert (np.diff(curve.epoch) == 1).all()
    np.testing.assert_array_equal(
        st.fit(model, solver=replace(at_one_rate, epochs=best + 1), seed=0).estimate, fit.estimate
    )


def test_training_slows_down_from_its_best_epoch_before_it_stops():
    model = st.network(RING, X, hidden=[30], activation="relu")
    once, twice = (st.fit(model, solver=st.Adam(rate=0.05, epochs=300, slowdowns=k), seed=0) for k in (0, 2))
    assert twice.reason.endswith("a better validation score, at a rate of 0.0005")
    pd.testing.assert_frame_equal(twice.curve()[: len(once.curve())], once.curve())
    assert len(twice.curve()) == len(once.curve()) + 10


def test_divergence_names_the_cause_and_the_layer():
    y = X[:, 0] * 1e3
    model = st.network(y, X * 1e6, hidden=[8, 8], activation="relu", standardize=False)
    with pytest.raises(st.ConvergenceError, match=r"diverged in .*layer \d+ \((dense|relu)\).*Use a smaller rate"):
        st.fit(model, solver=st.Adam(rate=1e3, validation=0.0, epochs=50), seed=0)


def test_separated_rows_are_said_to_have_no_maximum():
    fit = st.fit(st.network((X[:, 0] > 0).astype(int), X, hidden=[6], activation="tanh"), seed=0)
    assert "has no maximum: use penalty=st.Ridge" in fit.reason


def test_labels_survive_and_unseen_ones_are_refused():
    fit = st.fit(st.network(RING, X, hidden=[3]), solver=SMALL, seed=0)
    assert set(fit.predict(NEW, kind="class")) <= {"in", "out"}
    assert fit.predict(NEW).shape == (100,)
    with pytest.raises(st.DomainError, match="not seen: 'elsewhere'"):
        fit.log_score((np.array(["elsewhere"] * 100), NEW))
    with pytest.raises(st.DomainError, match="pair"):
        fit.log_score(NEW)
    with pytest.raises(st.IncompatibleError, match="no table of coefficients"):
        fit.table()


def test_frames_and_formulas_drop_and_count_missing_rows():
    frame = pd.DataFrame({"ring": RING, "a": X[:, 0], "b": X[:, 1]})
    frame.loc[3, "a"] = np.nan
    fit = st.fit(st.network("ring ~ a + b", frame, hidden=[3]), solver=SMALL, seed=0)
    assert fit.glance().loc[0, "n_dropped"] == 1
    assert fit.log_score(frame.dropna()) == pytest.approx(fit.log_score(), rel=1e-12)
    assert "1 dropped" in str(fit)


def test_temperature_repairs_overconfidence_without_moving_labels():
    fit = st.fit(st.network(RING, X, hidden=[20], activation="tanh"), solver=st.LBFGS(max_steps=300), seed=0)
    cooled = fit.calibrated((NEW_RING, NEW))
    assert cooled.temperature > 1.2
    assert cooled.log_score((NEW_RING, NEW)) < fit.log_score((NEW_RING, NEW))
    assert (cooled.predict(NEW, kind="class") == fit.predict(NEW, kind="class")).all()


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


def test_batch_norm_couples_rows_until_it_is_frozen():
    model = st.network(RING, X, hidden=[4], batch_norm=True)
    theta = model.start
    with pytest.raises(st.IncompatibleError, match="freeze"):
        model.pointwise_loglik(theta)
    frozen = model.freeze(theta)
    assert frozen.pointwise_loglik(theta).shape == (240,)
    assert frozen.loglik(theta) == pytest.approx(frozen.pointwise_loglik(theta).sum(), rel=1e-12)
    with pytest.raises(st.DomainError, match="has one row"):
        st.fit(model, solver=st.Adam(batch=1), seed=0)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"solver": st.Newton()}, st.IncompatibleError, "st.LBFGS"),
        ({"cov": "HC1"}, st.IncompatibleError, "cov="),
        ({"penalty": st.Jeffreys()}, st.IncompatibleError, "st.Ridge only"),
        ({"restarts": 0}, st.DomainError, "restarts="),
        ({"members": 1.5}, st.DomainError, "members="),
        ({"ensemble": "wide", "members": 2}, st.DomainError, "ensemble="),
        ({"sed": 1}, TypeError, "sed"),
        ({"solver": st.Adam(validation=0.999)}, st.DomainError, "leaves too few"),
    ],
)
def test_what_training_refuses(options, error, says):
    with pytest.raises(error, match=says):
        st.fit(st.network(RING, X, hidden=[2]), **options)


def test_other_models_take_no_training_options():
    with pytest.raises(TypeError, match="seed"):
        st.fit(st.logistic(RING, X), seed=1)


def test_weights_of_own_rows_count_in_every_score():
    weights = np.resize([1.0, 3.0, 0.0, 2.0], 240)
    again = np.repeat(np.arange(240), weights.astype(int))
    fit = st.fit(st.network(RING, X, hidden=[4], weights=weights), solver=st.LBFGS(max_steps=20), seed=0)
    twin = (RING[again], X[again])
    assert fit.log_score() == pytest.approx(-fit.loglik / fit.n, rel=1e-12)
    assert fit.log_score() == pytest.approx(fit.log_score(twin), rel=1e-12)
    assert fit.brier() == pytest.approx(fit.brier(twin), rel=1e-12)
    pd.testing.assert_frame_equal(fit.confusion(), fit.confusion(twin))
    pd.testing.assert_frame_equal(fit.calibration(), fit.calibration(twin))


def test_calibration_brier_and_log_score_are_their_definitions():
    fit = st.fit(st.network(RING, X, hidden=[4]), solver=st.LBFGS(max_steps=20), seed=0)
    p, y = fit.predict(NEW), (NEW_RING == "out").astype(float)
    assert fit.brier((NEW_RING, NEW)) == pytest.approx(np.mean((p - y) ** 2), rel=1e-12)
    table = fit.calibration((NEW_RING, NEW), bins=4)
    both, hit = np.concatenate([1 - p, p]), np.concatenate([1 - y, y])
    group = np.minimum((both * 4).astype(int), 3)
    np.testing.assert_allclose(table.observed, [hit[group == k].mean() for k in np.unique(group)], rtol=1e-12)
    np.testing.assert_allclose(table.predicted, [both[group == k].mean() for k in np.unique(group)], rtol=1e-12)
    assert table.n.sum() == 200
    for bins in (0, 2.5, True):
        with pytest.raises(st.DomainError, match="bins="):
            fit.calibration(bins=bins)


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
    ("options", "error", "says"),
    [
        ({"seed": -1}, st.DomainError, "seed="),
        ({"seed": 1.5}, st.DomainError, "seed="),
        ({"ensemble": "bootstrap"}, st.DomainError, "members="),
        ({"level": 0.9}, st.IncompatibleError, "level="),
    ],
)
def test_what_training_refuses_too(options, error, says):
    with pytest.raises(error, match=says):
        st.fit(st.network(RING, X, hidden=[2]), **options)


def test_there_is_no_information():
    fit = st.fit(st.network(RING, X, hidden=[2]), solver=st.LBFGS(max_steps=3), seed=0)
    assert not hasattr(fit, "information")
    assert not hasattr(fit.model, "information")


def test_one_row_with_batch_norm_is_refused_by_both_solvers():
    model = st.network([1.5], [[1.0]], batch_norm=True)
    for solver in (st.LBFGS(), st.Adam(validation=0.0)):
        with pytest.raises(st.DomainError, match="two or more; got 1"):
            st.fit(model, solver=solver, seed=0)


def test_fewer_outputs_than_labels_are_explained():
    fit = st.fit(st.network(np.resize(["a", "b", "c"], len(X)), X, hidden=[2]), solver=st.LBFGS(max_steps=2), seed=0)
    assert "Outputs          2, the log odds of each other label against 'a'" in str(fit)


def test_a_ridge_pulls_weights_to_zero_in_batches_too():
    model = st.network(RING, X, hidden=[])
    solver = st.Adam(rate=0.05, batch=40, epochs=30, validation=0.0)
    weak, strong = (st.fit(model, solver=solver, penalty=st.Ridge(s), seed=0).estimate[:2] for s in (1e-6, 1e3))
    assert np.abs(strong).max() < 0.2
    assert np.abs(strong).max() < np.abs(weak).max()
