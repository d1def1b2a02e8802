"""Each regression has its command, and takes the columns that it has."""

import pandas as pd
import pytest

import stattools as st
from tests.cli.test_application import run


@pytest.mark.parametrize(
    "family, formula",
    [
        ("ols", "y ~ x + z"),
        ("logistic", "sick ~ x"),
        ("softmax", "fruit ~ x"),
        ("poisson", "visits ~ x"),
        ("probit", "sick ~ x"),
        ("negative_binomial", "many ~ x"),
        ("beta_binomial", "many + years ~ x"),
    ],
)
def test_fit_prints_what_the_fit_says(csv, family, formula):
    result = run("fit", family, csv, formula)
    assert result.exit_code == 0, result.output
    expected = str(st.fit(getattr(st, family)(formula, pd.read_csv(csv))))
    assert result.stdout == expected + "\n"
    assert result.stderr == ""


@pytest.mark.parametrize(
    "family, formula, option",
    [
        ("logistic", "sick ~ x", "weights"),
        ("logistic", "visits ~ x", "trials"),
        ("ols", "y ~ x", "precision"),
        ("probit", "sick ~ x", "offset"),
        ("negative_binomial", "many ~ x", "exposure"),
    ],
)
def test_columns_that_stand_beside_the_formula(csv, tmp_path, family, formula, option):
    column = "asked" if option == "trials" else "years"
    result = run("fit", family, csv, formula, f"--{option}", column, "--report", tmp_path / "out")
    assert result.exit_code == 0, result.output
    expected = str(st.fit(getattr(st, family)(formula, pd.read_csv(csv), **{option: column})))
    assert result.stdout.startswith(expected + "\n")
    text = (tmp_path / "out" / f"clinic-{family}.md").read_text()
    assert f"stattools fit {family} ../clinic.csv '{formula}' --{option} {column} --report .\n" in text


def test_an_option_that_the_family_does_not_have_is_wrong_usage(csv):
    result = run("fit", "probit", csv, "sick ~ x", "--exposure", "years")
    assert result.exit_code == 2
    assert "probit has no exposure" in result.stderr
