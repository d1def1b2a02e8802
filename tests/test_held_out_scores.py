import numpy as np
import pytest

import stattools as st

generator = np.random.default_rng(8)
X, NEW = generator.normal(size=(80, 2)), generator.normal(size=(40, 2))


def test_scores_are_those_of_the_predicted_probabilities():
    y = np.resize(["a", "b", "c"], 80)
    new = np.resize(["b", "c"], 40)
    fits = st.fit(st.softmax(y, X, reference="c")), st.fit(st.softmax(y, np.ones((80, 1)), intercept=False))
    table = st.held_out(fits[0], data=(new, NEW))
    p = fits[0].predict(NEW)
    own = -np.log([p.loc[i, label] for i, label in enumerate(new)])
    assert table.log_score[0] == pytest.approx(own.mean(), rel=1e-12)
    assert table.se[0] == pytest.approx(own.std(ddof=1) / np.sqrt(40), rel=1e-12)
    assert table.accuracy[0] == np.mean(p.columns[p.to_numpy().argmax(1)] == new)


def test_a_quantity_is_scored_by_its_normal_density():
    y = X @ [1.0, 2.0] + generator.normal(size=80)
    new = NEW @ [1.0, 2.0]
    fit = st.fit(st.ols(y, X))
    density = st.Gaussian(fit.scale).loglik(fit.predict(NEW), new)
    table = st.held_out(fit, data=(new, NEW))
    assert table.log_score[0] == pytest.approx(-density.mean(), rel=1e-12)
    assert np.isnan(table.accuracy[0])


def test_differences_are_paired():
    y = (X[:, 0] + generator.normal(size=80) > 0).astype(int)
    data = {"y": y, "a": X[:, 0], "b": X[:, 1]}
    new = {"y": (NEW[:, 0] > 0).astype(int), "a": NEW[:, 0], "b": NEW[:, 1]}
    fits = [st.fit(st.logistic(f"y ~ {right}", data)) for right in ("1", "a")]
    table = st.held_out(*fits, data=new, names=["null", "a"])
    gaps = np.log(np.where(new["y"] == 1, fits[1].predict(new), 1 - fits[1].predict(new))) - np.log(
        np.where(new["y"] == 1, fits[0].predict(new), 1 - fits[0].predict(new))
    )
    assert table.difference[0] == pytest.approx(gaps.mean(), rel=1e-9)
    assert table.difference_se[0] == pytest.approx(gaps.std(ddof=1) / np.sqrt(40), rel=1e-9)
    assert table.difference[1] == 0.0


def test_what_has_no_held_out_score():
    with pytest.raises(st.IncompatibleError, match="Coin"):
        st.held_out(st.fit(st.coin([0, 1])), data=([1], [[1.0]]))
    with pytest.raises(st.DomainError, match="one fit"):
        st.held_out(data={})
    fit = st.fit(st.logistic([0, 1, 0, 1], [1.0, 2.0, 3.0, 1.0]))
    with pytest.raises(st.DomainError, match="names="):
        st.held_out(fit, data=([1], [[1.0]]), names=["a", "b"])
