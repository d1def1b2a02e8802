import numpy as np
import pandas as pd
import pytest
from scipy import stats

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


def test_a_precise_row_has_a_narrower_density():
    table, new = ({"x": x[:, 0], "y": x[:, 1], "w": np.resize([0.5, 1.0, 4.0], len(x))} for x in (X, NEW))
    fit = st.fit(st.ols("y ~ x", table, precision="w"))
    density = stats.norm(fit.predict(new), fit.scale / np.sqrt(new["w"])).logpdf(new["y"])
    assert st.held_out(fit, data=new).log_score[0] == pytest.approx(-density.mean(), rel=1e-12)


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


def three_ways():
    y = np.array(["a|b", "ü", "c"])[
        np.argmax(np.column_stack([X, np.zeros(80)]) + generator.normal(size=(80, 3)), axis=1)
    ]
    table = pd.DataFrame({"y": y, "u": X[:, 0], "v": X[:, 1]})
    network = st.fit(st.network("y ~ u + v", table, hidden=[3]), solver=st.LBFGS(max_steps=30), seed=0)
    return table, {
        "null": st.fit(st.softmax("y ~ 1", table)),
        "softmax": st.fit(st.softmax("y ~ u + v", table)),
        "rest": st.fit(st.one_vs_rest("y ~ u + v", table)),
        "network": network,
        "calibrated": network.calibrated(table),
    }


def test_softmax_one_vs_rest_and_networks_have_one_interface():
    table, fits = three_ways()
    new = table.iloc[::-2]
    scores = st.held_out(*fits.values(), data=new, names=list(fits)).set_index("fit")
    for name, fit in fits.items():
        p = fit.predict(new)
        own = -np.log([p.loc[place, label] for place, label in zip(p.index, new.y, strict=True)])
        assert scores.log_score[name] == pytest.approx(own.mean(), rel=1e-10)
        guess = fit.predict(new, kind="class")
        assert scores.accuracy[name] == pytest.approx(np.mean(guess == new.y.to_numpy()))
        counts = st.confusion(fit, new)
        assert counts.index.tolist() == counts.columns.tolist() == ["a|b", "c", "ü"]
        for observed in counts.index:
            for predicted in counts.columns:
                assert counts.loc[observed, predicted] == ((new.y == observed) & (guess == predicted)).sum()
        pd.testing.assert_frame_equal(st.confusion(fit), st.confusion(fit, table))
        with pytest.raises(st.DomainError, match="not seen: 'd'"):
            st.confusion(fit, table.assign(y="d"))


def test_one_vs_rest_is_scored_where_all_its_probabilities_underflow():
    y, x = np.repeat(["a", "b", "c"], 4), np.array([[0.0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]).ravel()
    fit = st.fit(st.one_vs_rest(y, x))
    far = st.held_out(fit, data=(np.array(["a", "b"]), np.array([[1e4], [1e4]])))
    assert np.isfinite(far.log_score[0])
    assert far.log_score[0] > 100


def test_logistic_counts_and_weights_count():
    y, weights = (X[:, 0] > 0.3 * NEW.sum()).astype(int), np.resize([1.0, 2.0, 0.0], 80)
    y[:20] = np.resize([0, 1], 20)
    fit = st.fit(st.logistic(y, X, weights=weights))
    guess = fit.predict() > 0.5
    counts = st.confusion(fit).to_numpy()
    assert counts.tolist() == [[int(weights[(y == a) & (guess == b)].sum()) for b in (0, 1)] for a in (0, 1)]
    with pytest.raises(st.IncompatibleError, match="classes"):
        st.confusion(st.fit(st.ols(X[:, 0], X[:, 1])))
    table = {"y": [0, 1, 0, 1, 1, 0, 1, 0], "g": [1, 1, 2, 2, 3, 3, 4, 4]}
    with pytest.raises(st.IncompatibleError, match=r"by pandas\.crosstab"):
        st.confusion(st.fit(st.logistic("y ~ 1 + (1 | g)", table)))


@pytest.mark.parametrize("far", [1e155, 1e300])
def test_a_row_that_is_too_far_for_a_standard_error_is_told(far):
    """Squares of its log-likelihood overflow."""
    x = np.linspace(-1.0, 1.0, 20)
    fit = st.fit(st.ols("y ~ x", {"y": x + np.sin(9.0 * x), "x": x}))
    with pytest.raises(st.DomainError, match=r"row 1 under fit '1' is -.* Look for a wrong unit"):
        st.held_out(fit, data={"y": [0.0, 1.0], "x": [0.0, far]})


def test_one_new_row_has_a_score_without_a_standard_error():
    table = st.held_out(st.fit(st.ols(X[:, 0], X[:, 1:])), data=(X[:1, 0], X[:1, 1:]))
    assert np.isfinite(table.log_score[0])
    assert table[["se", "difference_se"]].isna().all(axis=None)


def test_labels_of_a_likelihood_without_a_mean_are_refused():
    coin = st.likelihood(
        "coin", lambda y, a: y * a - np.logaddexp(0.0, a), parameters={"a": "identity"}, outcome="binary"
    )
    table = {"y": [0, 1, 0, 1, 1, 0], "x": [1.0, 2, 3, 4, 5, 6]}
    fit = st.fit(st.regression("y ~ x", table, coin))
    for asked in (lambda: st.confusion(fit), lambda: st.held_out(fit, data=table)):
        with pytest.raises(st.IncompatibleError, match="coin has no mean="):
            asked()
