import json

import pandas as pd

import stattools as st


def test_models_stand_side_by_side_on_the_rows_of_all(file, people, run):
    formulas = ("visits ~ 1", "visits ~ region", "visits ~ region + `Age (years)`")
    result = run("compare", "poisson", file, *formulas, "--exposure", "hours", "--json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["comparison"]
    complete = pd.read_csv(file).dropna()
    fits = [st.fit(st.poisson(formula, complete, exposure="hours")) for formula in formulas]
    assert [row["n"] for row in rows] == [len(complete)] * 3
    assert [row["aic"] for row in rows] == [fit.aic for fit in fits]
    shown = run("compare", "poisson", file, *formulas, "--exposure", "hours").stdout
    assert "model 3: visits ~ region + `Age (years)`" in shown
    assert "Smallest AIC" in shown


def test_one_formula_is_wrong_usage_and_two_outcomes_are_an_error(file, run):
    assert run("compare", "poisson", file, "visits ~ 1").exit_code == 2
    result = run("compare", "ols", file, "cost ~ 1", "visits ~ 1")
    assert result.exit_code == 1
    assert "one outcome" in result.stderr
