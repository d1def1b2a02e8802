"""Samples from a formula: the model of the columns, rows that are dropped, the order of arms, and every refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st

WHOLE = {
    "arm": ["B", "A", "B", "A", "C"],
    "k": [3, 1, 2, 4, 0],
    "rest": [7, 5, 2, 1, 3],
    "n": [10, 6, 4, 5, 3],
    "hit": [1, 0, 1, 1, 0],
    "time": [0.5, 2.0, 1.5, 3.0, 4.0],
    "over": [False, True, False, False, False],
}
GAPS: dict[str, Any] = {name: [*values, values[0], None] for name, values in WHOLE.items()}
GAPS["arm"][5] = None

CASES: dict[str, tuple[Any, Any]] = {
    "coin": (lambda t, **_: st.coin("hit ~ arm", t), lambda t: st.coin(t["hit"], by=t["arm"])),
    "failures": (lambda t, **_: st.binomial("k + rest ~ arm", t), lambda t: st.binomial(t["k"], t["n"], by=t["arm"])),
    "trials": (
        lambda t, **_: st.binomial("k ~ arm", t, trials="n"),
        lambda t: st.binomial(t["k"], t["n"], by=t["arm"]),
    ),
    "trials for all": (
        lambda t, **_: st.binomial("k ~ arm", t, trials=10),
        lambda t: st.binomial(t["k"], 10, by=t["arm"]),
    ),
    "poisson": (lambda t, **_: st.poisson_rate("k ~ arm", t), lambda t: st.poisson_rate(t["k"], by=t["arm"])),
    "exposure": (
        lambda t, **_: st.poisson_rate("k ~ arm", t, exposure="time"),
        lambda t: st.poisson_rate(t["k"], exposure=t["time"], by=t["arm"]),
    ),
    "exponential": (
        lambda t, **_: st.exponential_rate("time ~ arm", t, censored="over"),
        lambda t: st.exponential_rate(t["time"], censored=t["over"], by=t["arm"]),
    ),
    "normal": (lambda t, **_: st.normal("time ~ arm", t), lambda t: st.normal(t["time"], by=t["arm"])),
    "known sd": (lambda t, **_: st.normal("k ~ arm", t, sd=2.0), lambda t: st.normal(t["k"], sd=2.0, by=t["arm"])),
    "sd by row": (
        lambda t, **_: st.normal("k ~ arm", t, sd="time"),
        lambda t: st.normal(t["k"], sd=t["time"], by=t["arm"]),
    ),
}
cases = pytest.mark.parametrize("case", CASES)


def content(model: Any) -> list[Any]:
    """What the log-likelihood depends on, and the arms."""
    return [model.arms, *(np.asarray(values).tolist() for values in model.arrays().values())]


@cases
def test_a_formula_makes_the_model_of_its_columns(case):
    formula, columns = CASES[case]
    assert content(formula(WHOLE)) == content(columns(WHOLE))
    assert formula(WHOLE).arms == ("A", "B", "C")
    assert formula(WHOLE).n_dropped == 0
    assert content(formula(pl.DataFrame(WHOLE))) == content(columns(WHOLE))


@cases
def test_rows_with_gaps_are_dropped_and_counted(case):
    formula, columns = CASES[case]
    model = formula(GAPS)
    assert type(model) is type(columns(WHOLE))
    assert content(model) == content(columns(WHOLE))
    assert model.n_dropped == 2
    assert model.dropped["arm"] == 2
    assert set(model.dropped.values()) == {1, 2} or len(model.dropped) == 1


def test_the_page_and_the_glance_count_what_was_dropped():
    fit = st.fit(st.binomial("k + rest ~ arm", GAPS))
    assert "3 arms, 2 dropped for missing values (k 1, arm 2, rest 1)" in " ".join(str(fit).split())
    assert fit.glance()["n_dropped"].tolist() == [2]
    assert "dropped" not in str(st.fit(st.binomial("k + rest ~ arm", WHOLE)))


def test_without_arms_all_rows_are_one_sample(tmp_path):
    assert st.binomial("k + rest ~ 1", WHOLE) == st.binomial(10, 28)
    assert st.coin("hit ~ 1", WHOLE) == st.coin(WHOLE["hit"])
    assert st.coin("I(time > 1.6) ~ 1", WHOLE) == st.coin([0, 1, 0, 1, 1])
    assert st.normal("time ~ 1", WHOLE).shape == st.poisson_rate("k ~ 1", WHOLE).shape == ()
    fit = st.fit(st.coin("hit ~ 1", GAPS))
    assert st.load(fit.save(tmp_path / "fit")).glance()["n_dropped"].tolist() == [1]


def test_arms_stand_in_the_order_of_levels():
    t = pd.DataFrame(WHOLE)
    t["category"] = pd.Categorical(t["arm"], categories=["C", "B", "unused", "A"])
    t["the arm"] = [10, 9, 10, 9, 8]
    assert st.coin("hit ~ category", t).arms == ("C", "B", "A")
    assert st.coin("hit ~ `the arm`", t).arms == (8, 9, 10)
    chosen = st.coin("hit ~ C(arm, levels=['B', 'C', 'A'])", t)
    assert chosen.arms == ("B", "C", "A")
    assert chosen.successes.tolist() == [2, 0, 1]
    assert st.coin("hit ~ 0 + C(arm)", data=t) == st.coin("hit ~ arm", t)


def test_a_column_may_be_called_like_a_formula():
    assert st.coin("a ~ b", data={"a ~ b": [1, 0, 1]}) == st.coin([1, 0, 1])


def test_trials_go_by_their_name_too():
    assert st.binomial(6, trials=10) == st.binomial(6, 10)
    assert st.binomial([6], trials=[10]) == st.binomial([6], [10])


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: st.coin("hit ~ arm"), r"no table; give it next: \('hit ~ arm', table\)"),
        (lambda: st.coin("hit ~ arm", WHOLE, data=WHOLE), "coin got two tables"),
        (lambda: st.coin("hit ~ arm", WHOLE, by="arm"), "the arms twice: 'hit ~ arm' names them; leave by='arm' out"),
        (lambda: st.coin("hit ~ arm + n", WHOLE), 'one column of arms on the right side, as in "y ~ arm"'),
        (lambda: st.coin("hit ~ arm:n", WHOLE), "one column of arms"),
        (lambda: st.coin("hit ~ log(n)", WHOLE), "one column of arms"),
        (lambda: st.coin("hit ~ C(arm, contr.sum)", WHOLE), "arms have no contrasts"),
        (lambda: st.coin("hit ~ arms", WHOLE), "no column 'arms'. Did you mean 'arm'"),
        (lambda: st.coin("hit ~ hit", WHOLE), "stands on the right side"),
        (lambda: st.coin("k + rest ~ arm", WHOLE), "which st.logistic, st.beta_binomial and st.binomial take"),
        (lambda: st.coin("k ~ arm", WHOLE), "0 or 1; got 3 at position 0. For a count"),
        (lambda: st.coin([0, 1], WHOLE), r"the table, after a formula such as \"y ~ arm\""),
        (lambda: st.normal([0.0, 1.0], WHOLE), "after a formula"),
        (lambda: st.poisson_rate([0, 1], WHOLE), "after a formula"),
        (lambda: st.exponential_rate([0, 1], WHOLE), "after a formula"),
        (lambda: st.binomial("k ~ arm", WHOLE), "got neither failures nor trials="),
        (lambda: st.binomial("k + rest ~ arm", WHOLE, trials="n"), "got failures and trials= as well"),
        (lambda: st.binomial("k + rest ~ rest", WHOLE), "'rest' is part of the outcome"),
        (lambda: st.binomial("k ~ n", WHOLE, trials="n"), "'n' is part of the outcome"),
        (lambda: st.binomial("n ~ arm", WHOLE, trials="k"), "successes <= trials; got 10 successes in 3 trials"),
        (lambda: st.binomial(6, 10, trials=10), "trials twice"),
        (lambda: st.coin("k ~ arm", GAPS), r"at position 0.*\(2 rows with a missing value were left out"),
        (lambda: st.coin("hit ~ arm", {"hit": [None], "arm": ["A"]}), "no row is complete"),
        (lambda: st.poisson_rate("k ~ arm", WHOLE, exposure=[1.0]), "exposure has 1 values and the table has 5 rows"),
        (lambda: st.geometric("k ~ arm", data=WHOLE), "geometric got the formula 'k ~ arm' as failures; it takes no"),
        (lambda: st.coin("hit ~ arm", [1, 2]), "must be a table"),
    ],
)
def test_what_a_formula_cannot_say_is_refused(ask, message):
    with pytest.raises(st.DomainError, match=message):
        ask()
