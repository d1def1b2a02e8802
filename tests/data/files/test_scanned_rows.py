"""Rows in files give the numbers of the same rows in memory, however they are cut into files and row groups."""

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as hs

import stattools as st
from stattools.data.files import first_pass, scan

N = 900


def frame():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.normal(size=N), "z": rng.normal(3, 2, size=N), "k": rng.integers(0, 3, N)})
    data["g"] = np.sort(rng.choice(list("dcba"), N, p=[0.4, 0.3, 0.2, 0.1]))[::-1]  # row groups lack levels
    data["w"], data["e"] = rng.integers(0, 3, N), rng.uniform(0.5, 2.0, N)
    eta = 0.3 + 0.5 * data.x - 0.3 * (data.z - 3) + 0.6 * (data.g == "b")
    data["y"] = (rng.uniform(size=N) < 1 / (1 + np.exp(-eta))).astype(int)
    data["t"] = eta + rng.normal(size=N)
    data["c"] = rng.poisson(np.exp(0.3 * eta) * data.e)
    data["nb"] = rng.negative_binomial(2, 1 / (1 + 0.5 * np.exp(0.3 * eta)))
    data["s"] = np.where(data.y == 1, "yes", rng.choice(["no", "perhaps"], N))
    data.loc[rng.choice(N, 20, replace=False), "x"] = np.nan
    data.loc[rng.choice(N, 15, replace=False), "g"] = None
    return data


DATA = frame()
MODELS = [
    (st.logistic, "y ~ center(x) * g + scale(z)", {"weights": "w"}),
    (st.logistic, "s ~ x", {}),
    (st.probit, "I(c > 1) ~ x + z", {}),
    (st.ols, "t ~ x + I(z ** 2) + C(k, contr.sum)", {"weights": "w"}),
    (st.ols, "t ~ 0 + x + z", {"offset": "e"}),
    (st.poisson, "c ~ x + g", {"exposure": "e"}),
    (st.negative_binomial, "nb ~ x + z", {}),
    (st.softmax, "g ~ x + z", {"reference": "b"}),
]
ROW = np.arange(N)
TIGHT = st.Newton(tolerance=1e-12)


def model_of(case, data):
    make, formula, options = case
    data = data[data.s != "perhaps"] if make is st.logistic and formula.startswith("s") else data
    return make, formula, options, data


def fitted(make, formula, options, data):
    model = make(formula, data, **options)
    return st.fit(model) if model.has_scale else st.fit(model, solver=TIGHT)


def write(folder, data, cuts, group):
    edges = [0, *sorted(cuts), len(data)]
    for k, (low, high) in enumerate(pairwise(edges)):
        table = pa.Table.from_pandas(data.iloc[low:high], preserve_index=False)
        pq.write_table(table, Path(folder) / f"{k:02d}.parquet", row_group_size=group)


def same(a, b, rtol=1e-10):
    assert a.names == b.names
    assert (a.n, a.model.n_dropped, a.model.dropped) == (b.n, b.model.n_dropped, b.model.dropped)
    assert np.abs(a.estimate - b.estimate).max() <= rtol * np.maximum(np.abs(b.estimate), b.se).max()
    np.testing.assert_allclose(a.se, b.se, rtol=rtol)
    np.testing.assert_allclose(a.loglik, b.loglik, rtol=rtol)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    case=hs.sampled_from(MODELS),
    cuts=hs.lists(hs.integers(0, 500), max_size=4),
    group=hs.integers(40, 1000),
    batch=hs.integers(100, 2000),
    held=hs.sampled_from([300, 600, 10_000]),
)
def test_any_partition_gives_the_fit_in_memory(case, cuts, group, batch, held):
    *model, data = model_of(case, DATA)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(scan, "BATCH", batch)
        patch.setattr(first_pass, "HELD", held)
        write(folder, data, cuts, group)
        same(fitted(*model, st.scan(folder)), fitted(*model, data))


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    case=hs.sampled_from(MODELS),
    strength=hs.sampled_from([0.1, 5.0, 400.0]),
    cuts=hs.lists(hs.integers(0, 500), max_size=4),
    group=hs.integers(40, 1000),
    held=hs.sampled_from([300, 10_000]),
)
def test_any_partition_gives_the_ridge_in_memory(case, strength, cuts, group, held):
    make, formula, options, data = model_of(case, DATA)
    penalty = st.Ridge(strength)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(first_pass, "HELD", held)
        write(folder, data, cuts, group)
        a, b = (
            st.fit(make(formula, source, **options), penalty=penalty, solver=TIGHT)
            for source in (st.scan(folder), data)
        )
    assert np.abs(a.estimate - b.estimate).max() <= 1e-10 * np.abs(b.estimate).max()
    ours, reference = ([f.loglik, f.scale, f.solution.loglik] for f in (a, b))
    np.testing.assert_allclose(ours, reference, rtol=1e-10)
    np.testing.assert_allclose(a.solution.covariance, b.solution.covariance, rtol=1e-8, atol=1e-12)


def test_a_ridge_spares_an_intercept_by_another_name_only_where_all_rows_have_it(tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 100)
    for change in (2.0, np.where(ROW == 850, 3.0, 2.0)):  # constant in the sample, in one case in all rows
        data = DATA.assign(one=change)
        write(tmp_path, data, [400], 90)
        fits = (
            st.fit(st.ols("t ~ 0 + one + x", source), penalty=st.Ridge(50.0)) for source in (st.scan(tmp_path), data)
        )
        np.testing.assert_allclose(*(fit.estimate for fit in fits), rtol=1e-10)


def test_firths_penalty_is_refused_with_the_reason(tmp_path):
    write(tmp_path, DATA, [], 130)
    with pytest.raises(st.IncompatibleError, match=r"third derivatives.*files.*Ridge"):
        st.fit(st.logistic("y ~ x", st.scan(tmp_path)), penalty=st.Jeffreys())


@pytest.mark.parametrize("case", MODELS, ids=lambda case: case[1])
def test_every_model_from_a_sample_of_a_third(case, tmp_path, monkeypatch):
    monkeypatch.setattr(first_pass, "HELD", 300)
    *model, data = model_of(case, DATA)
    write(tmp_path, data, [0, 400], 130)
    fit, reference = fitted(*model, st.scan(tmp_path)), fitted(*model, data)
    same(fit, reference)
    assert fit.r_squared == pytest.approx(reference.r_squared, rel=1e-9) or np.isnan(fit.r_squared)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_robust_covariances_are_those_in_memory(kind, tmp_path):
    write(tmp_path, DATA, [300], 130)
    a, b = (st.fit(st.ols("t ~ x + g", data), cov=kind) for data in (st.scan(tmp_path), DATA))
    np.testing.assert_allclose(a.covariance, b.covariance, rtol=1e-9, atol=1e-14)


def test_the_order_of_categories_is_that_of_their_dictionary(tmp_path):
    data = DATA.assign(g=pd.Categorical(DATA.g, categories=["c", "z", "a", "d", "b"]))
    write(tmp_path, data, [500], 130)
    a, b = st.fit(st.ols("t ~ g", st.scan(tmp_path))), st.fit(st.ols("t ~ g", data))
    same(a, b)
    assert a.names[1] == "g[T.a]"


def test_a_level_of_the_last_file_only_is_a_column(tmp_path):
    data = DATA.assign(h=np.where(np.arange(N) < 850, "early", "late"))
    write(tmp_path, data, [850], 100)
    same(st.fit(st.ols("t ~ h", st.scan(tmp_path))), st.fit(st.ols("t ~ h", data)))


def test_what_needs_all_rows_says_what_to_do(tmp_path):
    write(tmp_path, DATA, [], 130)
    fit = st.fit(st.ols("t ~ x", st.scan(tmp_path)))
    for question in (
        lambda: fit.residuals(),
        lambda: fit.leverage(),
        lambda: fit.cooks_distance(),
        lambda: fit.predict(),
        lambda: st.fit(st.logistic("y ~ x", st.scan(tmp_path))).calibration(),
        lambda: st.bootstrap(fit, seed=1),
        lambda: st.ols("t ~ poly(x, 2)", st.scan(tmp_path)),
        lambda: st.ols("t ~ x", st.scan(tmp_path), weights=[1.0] * N),
        lambda: st.ols("t ~ x", st.scan(tmp_path), precision="e"),
        lambda: st.logistic("y + c ~ x", st.scan(tmp_path)),
    ):
        with pytest.raises(st.IncompatibleError, match=r"file|scan"):
            question()


@pytest.mark.parametrize("case", MODELS, ids=lambda case: case[1])
def test_what_rows_are_asked_is_answered_wherever_they_are(case, tmp_path):
    make, formula, options, data = model_of(case, DATA)
    write(tmp_path, data, [300], 130)
    ours, reference = (make(formula, source, **options).rows for source in (st.scan(tmp_path), data))
    assert (ours.place, reference.place) == ("in files", "in memory")
    assert (len(ours.X), ours.n) == (len(reference.X), reference.n)
    np.testing.assert_array_equal(ours.constants, reference.constants)
    np.testing.assert_allclose(ours.sampled.X, reference.sampled.X, atol=1e-12)  # centers are sums of other parts
    for total in (lambda rows: rows.total(lambda block: block.X.sum(axis=0)), lambda rows: rows.outcome_square):
        np.testing.assert_allclose(total(ours), total(reference), rtol=1e-10, atol=1e-10)  # centered columns sum to 0
    np.testing.assert_allclose(ours.outcome, reference.outcome, rtol=1e-10)
    few, all_of_them = ours.outcome_counts(), reference.outcome_counts()
    if few is not None:
        weight = np.ones(len(reference.X)) if reference.weight is None else reference.weight
        for value, n in zip(few.y, few.weight, strict=True):
            assert n == weight[all_of_them.y == value].sum()


def test_rows_at_hand_are_all_rows_or_refused_with_the_way_out(tmp_path):
    write(tmp_path, DATA, [300], 130)
    ours, reference = (st.ols("t ~ z", source).rows for source in (st.scan(tmp_path), DATA))
    assert reference.at_hand("x needs all rows", "this", "Leave x out.") is reference
    with pytest.raises(
        st.IncompatibleError, match=r"^x needs all rows, and the 900 rows of this are in files. Leave x"
    ):
        ours.at_hand("x needs all rows", "this", "Leave x out.")


@pytest.mark.parametrize(
    "formula, change, error, words",
    [
        ("t ~ x", {"x": lambda v: v.mask(ROW == 700, np.inf)}, st.DomainError, r"00.parquet, row group 7: .*row 0"),
        ("t ~ log(e)", {"e": lambda v: v.mask(ROW == 701, -1.0)}, st.DomainError, r"row group 7: .*log\(e\).*row 1"),
        ("y ~ x", {"y": lambda v: v.mask(ROW > 800, 2)}, st.DomainError, "two classes"),
        ("y ~ x", {"y": lambda v: 0 * v}, st.DomainError, "one class"),
        ("t ~ x", {"x": lambda v: np.nan * v}, st.DomainError, "no row is complete"),
        ("t ~ x + z", {"z": lambda v: 2.0}, st.IdentificationError, "z = 2 Intercept"),
    ],
)  # fmt: skip
def test_bad_values_are_named_with_file_and_row_group(tmp_path, formula, change, error, words):
    data = DATA.assign(**{name: made(DATA[name]) for name, made in change.items()})
    write(tmp_path, data, [], 100)
    make = st.logistic if formula.startswith("y") else st.ols
    with pytest.raises(error, match=words):
        st.fit(make(formula, st.scan(tmp_path)))


def test_separated_outcomes_are_found(tmp_path, monkeypatch):
    write(tmp_path, DATA.assign(y=(DATA.z > 3).astype(int)), [], 100)
    with pytest.raises(st.SeparationError, match="z separate"):
        st.fit(st.logistic("y ~ z", st.scan(tmp_path)))
    monkeypatch.setattr(first_pass, "HELD", 400)
    with pytest.raises(st.IdentificationError, match="sample"):
        st.fit(st.logistic("y ~ z", st.scan(tmp_path)))


def test_a_saved_fit_is_the_same(tmp_path):
    write(tmp_path, DATA, [], 100)
    fit = st.fit(st.ols("t ~ x + g", st.scan(tmp_path), weights="w"))
    assert str(st.load(fit.save(tmp_path / "fit.stattools"))) == str(fit)


def test_no_bit_depends_on_the_threads(tmp_path, monkeypatch):
    monkeypatch.setattr(scan, "BATCH", 500)
    rng = np.random.default_rng(0)
    table = {"x": rng.normal(size=9000), "y": rng.integers(0, 2, 9000)}
    pq.write_table(pa.table(table), tmp_path / "a.parquet", row_group_size=2000)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr("stattools.numerics.threads.free_threads", lambda threads=threads: threads)
        found.append(st.fit(st.logistic("y ~ x", st.scan(tmp_path))))
    assert found[0].estimate.tolist() == found[1].estimate.tolist()
    assert found[0].covariance.tolist() == found[1].covariance.tolist()
    assert found[0].loglik == found[1].loglik
