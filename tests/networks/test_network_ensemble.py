from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.networks.network_ensemble import NetworkEnsemble

generator = np.random.default_rng(5)
X = generator.normal(size=(90, 2))
Y = np.where((X**2).sum(axis=1) < 1.2, "in", np.where(X[:, 0] > 0, "right", "left"))


@pytest.fixture(scope="module")
def group():
    return st.fit(st.network(Y, X, hidden=[4]), solver=st.LBFGS(max_steps=10), seed=0, members=2, ensemble="bootstrap")


def test_brier_and_calibration_are_those_of_the_mean(group):
    p, hit = group.predict().to_numpy(), Y[:, None] == np.array(group.labels)
    assert group.brier() == pytest.approx(((p - hit) ** 2).sum(axis=1).mean(), rel=1e-12)
    table = group.calibration(bins=1)
    assert table.predicted[0] == pytest.approx(1 / 3, rel=1e-12)
    assert table.observed[0] == pytest.approx(1 / 3, rel=1e-12)
    assert table.n[0] == 270


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"kind": "median"}, "'median'"),
        ({"kind": "class", "spread": 0.9}, "spread="),
        ({"spread": [0.5]}, "spread= is a probability"),
    ],
)
def test_no_argument_is_ignored(group, options, says):
    with pytest.raises(st.StattoolsError, match=says):
        group.predict(**options)


def test_it_is_saved_and_reported(group, tmp_path):
    again = st.load(group.save(tmp_path / "group.fit"))
    np.testing.assert_array_equal(again.predict({"x1": X[:5, 0], "x2": X[:5, 1]}), group.predict((Y, X))[:5])
    text = st.report(group, to=tmp_path / "group").read_text(encoding="utf-8")
    assert "2 networks, trained by" in text
    assert "resampled rows and random starts" in text
    assert f"{round(100 * group.accuracy(), 1):g} %" in text


def test_what_networks_do_not_have(group):
    fit, line = group.members[0], st.fit(st.softmax(Y, X))
    for pair in ((fit, line), (line, fit), (group, group)):
        with pytest.raises(st.IncompatibleError, match="held_out"):
            st.compare(*pair)
    with pytest.raises(st.IncompatibleError, match=r"not offered.*members="):
        st.posterior(fit.model, prior=st.Normal(0, 1), seed=1)
    with pytest.raises(st.IncompatibleError, match="needs a model; got NetworkFit"):
        st.posterior(fit)
    with pytest.raises(st.IncompatibleError, match="not unique"):
        st.validate(group)


@pytest.mark.parametrize("name", ["se", "covariance", "aic", "bic", "df", "interval", "test", "information", "table"])
def test_what_regressions_have_is_refused_with_what_to_use(group, name):
    for fit in (group, group.members[0]):
        with pytest.raises(st.IncompatibleError, match="maximum is not unique"):
            getattr(fit, name)()
        assert name == "table" or not hasattr(fit, name)
        with pytest.raises(AttributeError, match="has no 'nonsense'"):
            _ = fit.nonsense


def test_one_temperature_makes_the_mixture_most_likely(group):
    other = generator.normal(size=(200, 2))
    y = np.where((other**2).sum(axis=1) < 1.2, "in", np.where(other[:, 0] > 0, "right", "left"))
    cooled = group.calibrated((y, other))
    assert cooled.temperature != 1.0
    assert "Temperature" in str(cooled)
    assert cooled.log_score((y, other)) < group.log_score((y, other))
    grid = [
        NetworkEnsemble(tuple(replace(m, temperature=t) for m in group.members), group.kind).log_score((y, other))
        for t in np.geomspace(0.2, 5, 201)
    ]
    assert cooled.log_score((y, other)) <= min(grid) + 1e-12


def test_rows_without_a_best_temperature_are_refused(group):
    fit = group.members[0]
    sure = fit.predict(X, kind="class")
    with pytest.raises(st.DomainError, match="right in all of them"):
        fit.calibrated((sure, X))
    with pytest.raises(st.DomainError, match="not trained on"):
        group.calibrated(None)


def empty(answer, each=1):
    return np.flatnonzero(pd.DataFrame(answer)[::each].isna().any(axis=1)).tolist()


def test_answers_have_the_rows_of_the_table():
    g, labels = np.random.default_rng(3), list("abcdefghijklmnopqrst")
    frame = pd.DataFrame({"x": g.normal(size=20), "y": g.integers(0, 3, 20).astype(object)}, index=labels)
    frame.iloc[2, 0] = np.nan
    net = st.network("y ~ x", frame, hidden=[2])
    solver = st.LBFGS(max_steps=5)
    new = frame.iloc[[0, 2, 4]]
    for fit in (st.fit(net, solver=solver, seed=1), st.fit(net, solver=solver, seed=1, members=2)):
        for answer in (fit.predict(), fit.predict(kind="class"), fit.pointwise_loglik()):
            assert answer.index.equals(frame.index)
            assert empty(answer) == [2]
        found = fit.predict(new, missing="null")
        assert list(found.columns) == ["0", "1", "2"]
        assert empty(found) == [1]
        assert empty(fit.predict(frame.iloc[[2]], missing="null")) == [0]
        assert len(fit.predict(new, missing="null", align=False)) == 2
        assert fit.predict(align=False).shape == (19, 3)
        assert fit.pointwise_loglik(align=False).shape == (19,)
        with pytest.raises(st.DomainError, match="has no value"):
            fit.predict(new)
    spread = fit.predict(new, spread=0.5, missing="null")
    assert spread.row.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert spread.index.tolist() == [*"aaaccceee"]
    assert empty(spread, 3) == [1]
