import numpy as np
import pandas as pd
import pytest

import stattools as st

RNG = np.random.default_rng(31)
N = 150
TABLE = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abc"), N), "w": RNG.integers(1, 5, N)})
TABLE["y"] = TABLE.x + 0.8 * (TABLE.g == "b") + RNG.normal(size=N) * (1 + TABLE.x.abs())
TABLE["b"] = (RNG.random(N) < 1.0 / (1.0 + np.exp(-TABLE.x))).astype(int)
OLS, LOGISTIC = st.ols("y ~ x + g", TABLE), st.logistic("b ~ x + g", TABLE)


def claim(model, digits=4, **options):
    table = st.fit(model, **options).table()
    texts = {name: [f"{value:.{digits}f}" for value in table[name]] for name in ("estimate", "se")}
    return dict(zip(table["term"], texts["estimate"], strict=True)), {"se": texts["se"]}


def causes(found):
    return [one.cause for one in found.findings if one.serious]


def test_a_convention_is_named_first():
    estimates, beside = claim(OLS, cov="HC1")
    found = st.audit(estimates, OLS, **beside)
    assert not found.ok
    assert found.sentence.startswith("Standard errors of kind HC1")
    assert "HC1" in found.convention
    assert st.audit(estimates, OLS, cov="HC1", **beside).ok


@pytest.mark.parametrize(
    ("model", "other", "cause", "words"),
    [
        (OLS, st.ols("y ~ x + g", TABLE.iloc[:-9]), "rows dropped", "the last 9"),
        (OLS, st.ols("y ~ x + g", TABLE, precision="w"), "weights", "W as precisions"),
        (OLS, st.ols("y ~ x", TABLE), "terms", "No g[T.b], g[T.c]"),
    ],
    ids=["rows", "weights", "terms"],
)
@pytest.mark.slow
def test_another_computation_is_named_and_proven(model, other, cause, words):
    estimates, beside = claim(other)
    found = st.audit(estimates, model, **beside)
    assert (found.ok, causes(found), found.convention) == (False, [cause], "")
    assert words in found.findings[0].evidence
    assert "all" in found.findings[0].evidence


@pytest.mark.slow
def test_another_family_is_named():
    estimates, beside = claim(st.probit("b ~ x + g", TABLE))
    found = st.audit(estimates, LOGISTIC, **beside)
    assert causes(found) == ["family or link"]
    assert "Probit" in found.findings[0].evidence


def test_an_outcome_turned_round_is_named():
    estimates, beside = claim(st.logistic("b ~ x + g", TABLE.assign(b=1 - TABLE.b)))
    found = st.audit(estimates, LOGISTIC, **beside)
    assert causes(found) == ["outcome coding"]


@pytest.mark.slow
def test_another_reference_under_the_labels_of_this_one():
    turned = TABLE.assign(g=pd.Categorical(TABLE.g, categories=["c", "a", "b"]))
    estimates, beside = claim(st.ols("y ~ x + g", turned))
    assert causes(st.audit(estimates, OLS, **beside)) == ["reference level"]  # by the names of levels
    renamed = dict(zip(st.fit(OLS).names, estimates.values(), strict=True))
    found = st.audit(renamed, OLS, **beside)
    assert causes(found) == ["reference level"]
    assert "under the labels of another" in found.findings[0].evidence


@pytest.mark.slow
def test_two_causes_are_told_apart():
    estimates, beside = claim(OLS, cov="HC1")
    estimates["x"] = "-" + estimates["x"]
    assert causes(st.audit(estimates, OLS, **beside)) == ["kind of standard errors", "sign lost"]


@pytest.mark.slow
def test_what_nothing_explains_is_said():
    estimates, beside = claim(LOGISTIC)
    estimates = {name: f"{float(text) + 0.3 * k:.4f}" for k, (name, text) in enumerate(estimates.items(), 1)}
    found = st.audit(estimates, LOGISTIC, **beside)
    assert not found.ok
    assert causes(found) == ["not the maximum"]


@pytest.mark.slow
def test_a_row_that_is_no_parameter_is_refused_where_nothing_explains_it():
    estimates, _ = claim(OLS)
    with pytest.raises(st.DomainError, match="has the term 'nobody', which is none of the model's"):
        st.audit(estimates | {"nobody": "1.0"}, OLS)


@pytest.mark.slow
def test_a_refit_and_a_kind_of_standard_errors_are_told_apart():
    estimates, beside = claim(st.ols("y ~ x + g", TABLE.iloc[:-9]), cov="HC3")
    assert causes(st.audit(estimates, OLS, **beside)) == ["rows dropped", "kind of standard errors"]


def test_a_busy_machine_finds_the_same_cause(monkeypatch):
    """Seconds that pass while others have the processor are none of the search: here an hour at each look."""
    estimates, beside = claim(st.ols("y ~ x + g", TABLE, precision="w"))
    hours = iter(range(10**9))
    monkeypatch.setattr("stattools.interface.time_limit.monotonic", lambda: 3600.0 * next(hours))
    monkeypatch.setattr("time.monotonic", lambda: 3600.0 * next(hours))
    assert causes(st.audit(estimates, OLS, **beside)) == ["weights"]
