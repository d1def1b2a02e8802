from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.validation.conventions.search import screened
from stattools.validation.conventions.state import state_of
from stattools.validation.recipes.recipe import Recipe, Refit
from tests.validation.conventions.planted import COX, LOGISTIC, NEGATIVE, OLS, POISSON


@pytest.mark.parametrize("model", [OLS, LOGISTIC, POISSON], ids=lambda model: model.kind)
@pytest.mark.parametrize("digits", [1, 3, 9])
def test_the_maximum_passes_at_any_digits_and_another_point_does_not(model, digits):
    start, best = state_of(Recipe(model)), st.fit(model).estimate
    half = np.full(len(best), 0.0 if digits == 9 else 0.5 * 10.0**-digits)
    assert screened(replace(start, aim=best.round(digits), rounding=half)).passes
    away = best + 3.0 * half + 0.1 * st.fit(model).se
    assert digits == 1 or not screened(replace(start, aim=away, rounding=half)).passes  # few digits take a refit


def test_exponentials_pass_as_what_they_are():
    start, best = state_of(Recipe(LOGISTIC)), st.fit(LOGISTIC).estimate
    found = screened(replace(start, aim=np.exp(best).round(4), rounding=np.full(3, 5e-5)))
    assert found.passes
    assert found.held["ratio", 1.0] == 3
    assert found.held["plain", 1.0] < 3


def test_a_parameter_that_nobody_claimed_is_found_beside_the_others():
    start, best = state_of(Recipe(NEGATIVE)), st.fit(NEGATIVE).estimate
    aim = np.append(best[:2].round(4), np.nan)
    assert screened(replace(start, aim=aim, rounding=np.full(3, 5e-5))).passes
    assert not screened(replace(start, aim=aim + 0.1, rounding=np.full(3, 5e-5))).passes


def test_what_takes_a_refit_is_not_screened():
    start = state_of(Recipe(LOGISTIC))
    assert screened(start) is None
    assert screened(replace(start, aim=np.full(3, np.nan))) is None
    assert screened(replace(state_of(Refit(COX)), aim=np.ones(2))) is None


def test_a_sample_without_a_maximum_refuses_nothing(monkeypatch):
    """Of counts without spread beyond Poisson's a sample may have none, and the whole table some."""

    def none(*given):
        raise st.ConvergenceError("no maximum")

    model = NEGATIVE
    start, best = state_of(Recipe(model)), st.fit(model).estimate
    monkeypatch.setattr("stattools.validation.conventions.search.sample_of", lambda model: model)
    monkeypatch.setattr("stattools.validation.conventions.search.far", none)
    aim = np.append(best[:2].round(4), np.nan)
    assert screened(replace(start, aim=aim, rounding=np.full(3, 5e-5))).passes
