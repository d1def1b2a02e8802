from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from tests.inference.mixed.balanced import MEAN, MEANS, SHRINK, TABLE, N, fitted


@pytest.fixture(scope="module")
def fit():
    return fitted()


def test_means_of_known_groups_are_shrunk_and_of_others_are_not(fit):
    assert_allclose(fit.predict(), np.repeat(MEAN + SHRINK * (MEANS - MEAN), N), rtol=1e-9)
    assert_allclose(fit.predict({"g": ["e", "a"]}), MEAN + SHRINK * (MEANS[[4, 0]] - MEAN), rtol=1e-9)
    assert_allclose(fit.predict({"g": ["z"]}, groups="population"), MEAN)
    assert_allclose(fit.predict({"g": ["z"]}, groups="typical"), MEAN)
    assert_allclose(fit.predict({"g": ["z"]}, groups="new"), MEAN)


def test_groups_that_were_not_seen_are_said(fit):
    with pytest.raises(DomainError, match=r"the groups 'y', 'z' of 'g' \(row 1,.*groups=\"new\""):
        fit.predict({"g": ["a", "y", "z", "y"]})


def test_words_that_say_nothing_are_refused(fit):
    with pytest.raises(IncompatibleError, match="'known', 'population', 'new', 'typical'; got groups="):
        fit.predict(groups=np.array(["known", "new"]))  # type: ignore[arg-type]
    with pytest.raises(IncompatibleError, match="'known', 'population', 'new', 'typical'; got groups='old'"):
        fit.predict(groups="old")
    with pytest.raises(IncompatibleError, match="'observation', 'median', 'quantile'; got kind='class'"):
        fit.predict(kind="class")
    with pytest.raises(IncompatibleError, match="an observation belongs to a group"):
        fit.predict(kind="observation", groups="population")
    with pytest.raises(IncompatibleError, match=r"leave it out"):
        fit.predict(precision=[1.0] * 15)


def test_rows_without_a_group_have_no_prediction_where_that_is_asked_for(fit):
    new = pd.DataFrame({"g": ["a", None, "b"]}, index=[7, 8, 9])
    with pytest.raises(DomainError, match="has no value in 1"):
        fit.predict(new)
    found = fit.predict(new, missing="null")
    assert found.index.tolist() == [7, 8, 9]
    assert found.isna().tolist() == [False, True, False]
    nobody = fit.predict(new.iloc[[1]], missing="null", interval=0.9)
    assert nobody.index.tolist() == [8]
    assert nobody.isna().all(axis=None)


def test_rows_in_files_are_asked_some_at_a_time(tmp_path):
    pd.DataFrame(TABLE).to_parquet(tmp_path / "t.parquet")
    rows = st.scan(tmp_path / "t.parquet")
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", rows))
    for data in (None, rows):
        with pytest.raises(IncompatibleError, match="predict of Linear mixed model answers for rows in memory"):
            fit.predict(data)
    assert_allclose(fit.predict({"g": ["e"]}, interval=0.9)["mean"], MEAN + SHRINK * (MEANS[4] - MEAN), rtol=1e-9)


def test_precision_is_asked_for_where_the_fit_had_one():
    table = {**TABLE, "w": np.tile([1.0, 2.0, 4.0], 5)}
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", table, precision="w"))
    new = {"g": ["a", "a"], "w": [1.0, 4.0]}
    mean, one = (fit.predict(new, interval=0.9, kind=kind) for kind in ("mean", "observation"))
    more = ((one["upper"] - one["mean"]) ** 2 - (mean["upper"] - mean["mean"]) ** 2).to_numpy()
    assert more[0] > 3.0 * more[1]
    with pytest.raises(DomainError, match="w"):
        fit.predict({"g": ["a"]}, interval=0.9, kind="observation")


@pytest.mark.slow
def test_intervals_cover_what_they_say():
    r = np.random.default_rng(1)
    g = np.repeat(np.arange(7), [2, 3, 4, 5, 6, 7, 3])
    asked: Any = [
        ("known", "mean", 2),
        ("known", "observation", 0),
        ("population", "mean", 2),
        ("new", "observation", 7),
    ]
    hits = np.zeros(len(asked))
    for _ in range(120):
        x, u = r.normal(size=30), r.normal(size=8)
        fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": x + u[g] + r.normal(size=30), "x": x, "g": g}))
        for place, (groups, kind, group) in enumerate(asked):
            truth = 1.0 + (groups != "population") * u[group] + (kind == "observation") * r.normal()
            row = fit.predict({"x": [1.0], "g": [group]}, groups=groups, kind=kind, interval=0.9).iloc[0]
            hits[place] += row["lower"] <= truth <= row["upper"]
    assert_allclose(hits / 120, 0.9, atol=0.085)  # 3 standard errors


@pytest.mark.parametrize("precision", [None, "w"])
def test_medians_and_quantiles_are_of_a_new_outcome_of_a_known_or_a_new_group(precision):
    r = np.random.default_rng(0)
    g, x = np.repeat(np.arange(10), 8), r.normal(size=80)
    y = x + r.normal(size=10)[g] * (1.0 + x) + r.normal(size=80)
    table = pd.DataFrame({"y": y, "x": x, "g": g, "w": r.uniform(0.5, 2.0, 80)})
    one, new = st.fit(st.linear_mixed("y ~ x + (x | g)", table, precision=precision)), table.iloc[:3]
    sd, slope, correlation, residual = one.variance_components(None)["estimate"]
    own = residual**2 / (1.0 if precision is None else new["w"])
    assert_allclose(one.predict(new, kind="median"), one.predict(new), rtol=1e-12)
    assert_allclose(one.predict(new, kind="quantile", p=0.9), norm.ppf(0.9, one.predict(new), np.sqrt(own)), rtol=1e-9)
    z = new["x"].to_numpy()
    whole = np.sqrt(sd**2 + 2.0 * correlation * sd * slope * z + slope**2 * z**2 + own)
    found = one.predict(new, kind="quantile", p=0.2, groups="new")
    assert_allclose(found, norm.ppf(0.2, one.predict(new, groups="new"), whole), rtol=1e-9)


def test_a_quantile_needs_its_probability_and_a_group(fit):
    for match, options in {
        "needs p=": {"kind": "quantile"},
        "the median of an outcome belongs to a group": {"kind": "median", "groups": "population"},
        "has no interval": {"kind": "median", "interval": 0.9},
        "takes no p=": {"p": 0.5},
    }.items():
        with pytest.raises(IncompatibleError, match=match):
            fit.predict(**options)
