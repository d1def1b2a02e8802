"""Numbers of the right fit that stand for others are named."""

import numpy as np
import pytest

import stattools as st
from tests.validation.conventions.planted import LOGISTIC, OLS, TABLE

AFT = st.aft("survival(week, up) ~ x + z", TABLE)
GAMMA = st.gamma("cost ~ x", TABLE)


def texts(values, digits=6):
    return [f"{value:.{digits}f}" for value in values]


def audited(model, estimates, terms, **beside):
    return [one.cause for one in st.audit(dict(zip(terms, texts(estimates), strict=True)), model, **beside).findings]


def test_variances_in_the_column_of_standard_errors():
    table = st.fit(OLS).table()
    assert audited(OLS, table.estimate, table.term, se=texts(table.se**2)) == ["variances"]


def test_standard_errors_of_ratios_beside_coefficients():
    table = st.fit(LOGISTIC).table()
    errors = texts(np.exp(table.estimate) * table.se)
    assert audited(LOGISTIC, table.estimate, table.term, se=errors) == ["standard errors of ratios"]


def test_coefficients_times_100_and_effects_on_the_probability():
    fit = st.fit(LOGISTIC)
    assert audited(LOGISTIC, 100.0 * fit.estimate, fit.names) == ["percent"]
    effects = fit.marginal_effects()
    assert audited(LOGISTIC, effects.estimate, effects.term, se=texts(effects.se)) == ["marginal effects"]


@pytest.mark.parametrize("form", [lambda b: b, np.exp])
def test_log_hazard_ratios_of_times(form):
    fit = st.fit(AFT)
    hazards = -fit.estimate[1:3] / np.exp(fit.estimate[3])
    assert audited(AFT, form(hazards), ("x", "z")) == ["hazards for times"]


@pytest.mark.parametrize("model", [AFT, GAMMA], ids=["aft", "gamma"])
def test_times_and_amounts_in_another_unit(model):
    fit = st.fit(model)
    moved = fit.estimate - np.log(7.0) * (np.array(fit.names) == "Intercept")
    found = st.audit(dict(zip(fit.names[:-1], texts(moved[:-1]), strict=True)), model)
    assert [one.cause for one in found.findings] == ["scaled outcome"]
    assert "divided by 7" in found.findings[0].evidence
