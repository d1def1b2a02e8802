"""`st.fit_many` of mixed models of one grouping factor: all at once, the numbers of the fits one by one."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.inference.fitting import many as fitting_many


@pytest.fixture
def table():
    rng = np.random.default_rng(3)
    parts = []
    for k in range(30):
        J = 6 + k % 5
        g = np.append(np.arange(J), rng.integers(0, J, 60))
        x = rng.normal(size=len(g))
        y = 5.0 + x + rng.normal(size=J)[g] + rng.normal(size=J)[g] * x + rng.normal(size=len(g))
        parts.append(pd.DataFrame({"y": y, "x": x, "g": g, "k": k, "w": rng.uniform(0.5, 2.0, len(g))}))
    return pd.concat(parts).sample(frac=1.0, random_state=1, ignore_index=True)


@pytest.mark.parametrize("term", ["(1 | g)", "(x | g)", "(x || g)", "(0 + x | g)"])
@pytest.mark.parametrize("precision", [None, "w"])
def test_all_are_fitted_at_once_and_equal_the_fits(table, term, precision, monkeypatch):
    alone = []
    fit = fitting_many.fit
    monkeypatch.setattr(fitting_many, "fit", lambda model: alone.append(model) or fit(model))
    many = st.fit_many(f"y ~ x + {term}", table, by="k", model=st.linear_mixed, precision=precision)
    assert len(alone) <= 8  # of variances near 0
    assert not many.failed
    for k in range(0, 30, 3):
        one = st.fit(many.model_of(k))
        assert np.abs((many.estimate[k] - one.estimate) / one.se).max() < 1e-8
        assert many.loglik[k] == pytest.approx(one.loglik, rel=1e-11)
        np.testing.assert_allclose(many.df[k], one.t_df, rtol=1e-6)
        np.testing.assert_allclose(many.interval().lower[k], one.interval().lower, rtol=1e-7)  # type: ignore[index]


def test_models_in_a_list_may_differ_in_their_random_parts(table):
    terms = ["(1 | g)", "(x | g)", "(1 | g)", "(1 | g)"]
    models = [st.linear_mixed(f"y ~ x + {term}", table[table.k == k]) for k, term in enumerate(terms)]
    many = st.fit_many(models)
    for k, model in enumerate(models):
        one = st.fit(model)
        assert np.abs((many.estimate[k] - one.estimate) / one.se).max() < 1e-8


def test_members_without_a_maximum_have_the_reason_of_their_fit(table):
    table.loc[table.k == 3, "y"] = 2.0
    table.loc[table.k == 4, "x"] = 1.0
    table.loc[table.k == 5, "g"] = np.arange((table.k == 5).sum())
    many = st.fit_many("y ~ x + (1 | g)", table, by="k", model=st.linear_mixed)
    assert set(many.reasons) == {3, 4, 5}
    for k, reason in many.reasons.items():
        with pytest.raises(st.StattoolsError) as told:
            st.fit(many.model_of(many.labels.index(k)))
        assert told.value.message == reason
        assert np.isnan(many.estimate[many.labels.index(k)]).all()


def test_several_groupings_are_fitted_one_by_one(table):
    table["h"] = np.arange(len(table)) % 3
    some = table[table.k < 2]
    many = st.fit_many("y ~ x + (1 | g) + (1 | h)", some, by="k", model=st.linear_mixed)
    one = st.fit(many.model_of(1))
    assert np.abs((many.estimate[1] - one.estimate) / one.se).max() < 1e-12
