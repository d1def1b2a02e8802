import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from tests.inference.mixed.balanced import BETWEEN, MEAN, MEANS, OF_GROUPS, SHRINK, WITHIN, J, N, fitted
from tests.latent.certified import table


@pytest.fixture(scope="module")
def fit():
    return fitted()


def test_modes_of_a_balanced_layout_are_shrunk_means(fit):
    frame = fit.random_effects("g")
    assert frame["level"].tolist() == list("abcde")
    assert_allclose(frame["estimate"], SHRINK * (MEANS - MEAN), rtol=1e-9)
    assert_allclose(frame["se"], np.sqrt(OF_GROUPS * (1.0 - SHRINK)), rtol=1e-9)
    assert_allclose(frame["upper"] - frame["estimate"], 1.959963984540054 * frame["se"])


def test_the_uncertainty_of_the_fixed_effects_is_added_where_it_is_asked_for(fit):
    frame = fit.random_effects(fixed="estimated")
    variance = OF_GROUPS * (1.0 - SHRINK) + SHRINK**2 * BETWEEN / (J * N)
    assert_allclose(frame["se"], np.sqrt(variance), rtol=1e-9)
    assert "variances taken as known" in frame.attrs["note"]
    assert WITHIN > 0.0


def test_other_groups_and_words_are_refused(fit):
    with pytest.raises(DomainError, match="has the groups 'g'; got 'h'"):
        fit.random_effects("h")
    with pytest.raises(DomainError, match='fixed="known"'):
        fit.random_effects(fixed="no")


@pytest.mark.parametrize("level", [pd.Series([], dtype=float), 2.0, "x", np.nan], ids=repr)
def test_levels_that_are_none_are_refused(fit, level):
    with pytest.raises(DomainError, match="level"):
        fit.random_effects("g", level=level)


def test_effects_of_several_groupings_are_one_table_and_origin_does_not_matter():
    sleep = table("sleepstudy")
    modes = [
        st.fit(st.linear_mixed(f"Reaction ~ {day} + ({day} | Subject)", sleep.assign(Year=sleep.Days + 2000)))
        .random_effects()
        .query(f"term == '{day}'")
        for day in ("Days", "Year")
    ]
    assert_allclose(modes[0]["estimate"], modes[1]["estimate"], rtol=1e-9)
    assert_allclose(
        modes[0]["se"], 2.304837, rtol=2e-6
    )  # lme4 in R: sqrt of attr(ranef(fit)$Subject, "postVar")[2, 2, ]
    pastes = table("pastes")
    frame = st.fit(st.linear_mixed("strength ~ 1 + (1 | batch/cask)", pastes)).random_effects()
    assert frame["group"].unique().tolist() == ["batch", "batch:cask"]
    assert frame["level"].tolist()[9:12] == ["J", "A:a", "A:b"]
