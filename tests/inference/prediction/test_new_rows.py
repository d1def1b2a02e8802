"""What was a column of the table that was fitted is looked up in new rows; what was an array has to be given again."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose

import stattools as st

rng = np.random.default_rng(17)
N = 40
DATA = pd.DataFrame({"x": rng.normal(size=N), "w": rng.uniform(0.1, 9.0, N), "f": rng.integers(1, 4, N)})
DATA["y"] = 1 + 2 * DATA.x + rng.normal(size=N) / np.sqrt(DATA.w)
DATA["b"] = (DATA.x + rng.normal(size=N) > 0).astype(int)
DATA["g"] = rng.choice(["u", "v", "z"], N)
NAMED = st.fit(st.ols("y ~ x", DATA, precision="w"))
ARRAY = st.fit(st.ols("y ~ x", DATA, precision=DATA.w))
NEW = {"interval": 0.95, "kind": "observation"}


def test_a_new_outcome_is_as_precise_as_its_row_says():
    own = NAMED.predict(**NEW)
    assert_allclose(NAMED.predict(DATA, **NEW), own, rtol=1e-12)
    assert_allclose(ARRAY.predict(DATA, **NEW, precision="w"), own, rtol=1e-12)
    assert_allclose(ARRAY.predict(DATA, **NEW, precision=DATA.w), own, rtol=1e-12)
    other = NAMED.predict(DATA, **NEW, precision=np.ones(N))
    se = (NAMED.predict(DATA, interval=0.95).upper - NAMED.predict(DATA)) / NAMED.quantile(0.95)
    assert_allclose(other.upper - other["mean"], NAMED.quantile(0.95) * np.hypot(NAMED.scale, se), rtol=1e-12)


def test_the_mean_needs_no_precision():
    assert_allclose(ARRAY.predict(DATA[["x"]], interval=0.9), ARRAY.predict(interval=0.9), rtol=1e-12)
    assert len(NAMED.predict(DATA[["x"]], kind="observation")) == N


@pytest.mark.parametrize(
    "ask, error, words",
    [
        (lambda: NAMED.predict(DATA[["x"]], **NEW), st.DomainError, "column 'w', and they have the columns 'x'"),
        (lambda: ARRAY.predict(DATA, **NEW), st.DomainError, "fitted with precision=.*give precision="),
        (lambda: NAMED.predict(DATA.assign(w=0.0), **NEW), st.DomainError, "precision=, numbers above 0; got 0"),
        (lambda: NAMED.predict(DATA.assign(w=np.nan), **NEW), st.DomainError, "precision 'w' in every new row; 40"),
        (lambda: NAMED.predict(DATA, precision="w"), st.IncompatibleError, "kind=\"observation\" only"),
        (lambda: NAMED.predict(**NEW, precision="w"), st.IncompatibleError, "together with new rows"),
        (
            lambda: st.fit(st.ols("y ~ x", DATA)).predict(DATA, **NEW, precision="w"),
            st.IncompatibleError,
            "precision=, but Linear regression was fitted without",
        ),
        (
            lambda: st.fit(st.poisson("b ~ x", DATA, offset="y", exposure=DATA.w)).predict(DATA),
            st.DomainError,
            "offset= and exposure=, both",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_told(ask, error, words):
    with pytest.raises(error, match=words):
        ask()


def test_a_saved_fit_looks_its_columns_up(tmp_path):
    same = st.load(NAMED.save(tmp_path / "fit"))
    assert_allclose(same.predict(DATA, **NEW), NAMED.predict(**NEW), rtol=1e-12)


def test_files_have_the_column_too(tmp_path):
    path = tmp_path / "new.parquet"
    pq.write_table(pa.Table.from_pandas(DATA), path)
    found = pq.read_table(NAMED.predict_to(tmp_path / "p.parquet", st.scan(path), **NEW)).to_pandas()
    assert_allclose(found, NAMED.predict(**NEW), rtol=1e-12)


def test_beliefs_and_draws_know_the_precision_of_new_rows():
    prior = st.NormalInverseGammaRegression.flat()
    belief, other = (st.posterior(fit.model, prior=prior) for fit in (NAMED, ARRAY))
    own = belief.predictive().interval(0.9).upper
    assert_allclose(belief.predictive(DATA).interval(0.9).upper, own, rtol=1e-12)
    assert_allclose(other.predictive(DATA, precision="w").interval(0.9).upper, own, rtol=1e-12)
    with pytest.raises(st.DomainError, match="give precision="):
        other.predictive(DATA)
    draws = st.posterior(NAMED.model, method="importance", draws=250, seed=1)
    asked = {"kind": "observation", "seed": 3}
    assert_allclose(draws.predict(DATA, **asked), draws.predict(**asked), rtol=1e-12)


def test_held_out_rows_are_scored_by_their_own_precision():
    scores = st.held_out(NAMED, data=DATA)
    sd = NAMED.scale / np.sqrt(DATA.w)
    own = 0.5 * ((DATA.y - NAMED.predict()) / sd) ** 2 + np.log(sd) + 0.5 * np.log(2 * np.pi)
    assert scores.log_score[0] == pytest.approx(own.mean(), rel=1e-12)


@pytest.mark.parametrize("make, formula", [(st.logistic, "b ~ x"), (st.softmax, "g ~ x"), (st.one_vs_rest, "g ~ x")])
def test_frequencies_of_new_rows_count(make, formula):
    fit = st.fit(make(formula, DATA, weights="f"))
    many = DATA.loc[DATA.index.repeat(DATA.f)].drop(columns="f")
    pd.testing.assert_frame_equal(st.confusion(fit, DATA), st.confusion(fit))
    pd.testing.assert_frame_equal(st.confusion(fit, many), st.confusion(fit))
    pd.testing.assert_frame_equal(st.held_out(fit, data=DATA), st.held_out(fit, data=many), rtol=1e-12)


def test_effects_over_new_rows_count_them_as_often_as_they_were_seen():
    fit = st.fit(st.logistic("b ~ x", DATA, weights="f"))
    own = fit.marginal_effects()
    pd.testing.assert_frame_equal(fit.marginal_effects(data=DATA), own, rtol=1e-9)
    many = DATA.loc[DATA.index.repeat(DATA.f)].drop(columns="f")
    pd.testing.assert_frame_equal(fit.marginal_effects(data=many), own, rtol=1e-9)


def test_a_network_counts_new_rows_too():
    fit = st.fit(st.network("g ~ x", DATA, hidden=[2], weights="f"), seed=1, solver=st.Adam(epochs=3))
    assert fit.log_score(DATA) == pytest.approx(fit.log_score(), rel=1e-12)
    pd.testing.assert_frame_equal(fit.confusion(DATA), fit.confusion())


def test_rows_of_which_each_misses_something_else_are_all_left_empty():
    counts = st.fit(st.poisson("b ~ x", DATA, offset=DATA.y))
    found = counts.predict({"x": [1.0, None]}, offset=[None, 1.0], missing="null")
    assert np.isnan(found).all()
    assert counts.predict({"x": [1.0, None]}, offset=[None, 1.0], missing="null", align=False).shape == (0,)
    with pytest.raises(st.DomainError, match="2 finite numbers; got"):
        counts.predict({"x": [1.0, None]}, offset=[None], missing="null")
