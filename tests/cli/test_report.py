import json
import re

import pandas as pd
import pytest

import stattools as st
from stattools.reporting.provenance import data_hash


def test_one_command_fits_validates_compares_and_writes(file, tmp_path, run):
    result = run(
        *("report", file, "cured ~ `Age (years)` + region", "--compare", "cured ~ 1", "--level", "0.9"),
        *("--out", tmp_path / "out"),
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("cured has two levels: read as no and yes, --family logistic\n")
    text = (tmp_path / "out" / "people-logistic.md").read_text()
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == [
        *(
            "Answer",
            "Results",
            "Data",
            "Likelihood",
            "Fit",
            "Diagnostics",
            "Family",
            "Comparison",
            "Appendix",
        )
    ]
    assert "`cured` holds two levels. Read as no and yes, they ask for logistic regression." in text
    assert "111 rows that are complete in all of them" in text
    assert "90 % Wald interval" in text
    assert "agrees**" in text
    command = (
        "stattools report ../people.csv 'cured ~ `Age (years)` + region' --compare 'cured ~ 1' --level 0.9 --out ."
    )
    assert f"```sh\n{command}\n```" in text
    assert str(tmp_path) not in text


def test_for_machines_it_prints_the_numbers_of_the_fit(file, people, tmp_path, run):
    result = run("report", file, "visits ~ region", "--exposure", "hours", "--json", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    model = st.poisson("visits ~ region", pd.read_csv(file), exposure="hours")
    fit = st.fit(model)
    assert [row["estimate"] for row in told["fit"]["coefficients"]] == fit.estimate.tolist()
    assert [row["se"] for row in told["fit"]["coefficients"]] == fit.se.tolist()
    assert told["fit"]["certificate"]["standard_errors_from_maximum"] <= 1e-8
    assert told["agreement"]["ok"] is told["ok"] is True
    assert told["provenance"]["data_sha256"] == data_hash(model)
    assert told["provenance"]["command"].endswith("--exposure hours --out .")
    assert told["family"] == "poisson"


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(file, tmp_path, run):
    words = ("report", file, "cost ~ hours", "--posterior", "--out")
    a, b = tmp_path / "a" / "out", tmp_path / "b" / "out"
    assert run(*words, a).exit_code == run(*words, b).exit_code == 0
    for path in a.rglob("*.*"):
        assert path.read_bytes() == (b / path.relative_to(a)).read_bytes()


@pytest.mark.parametrize(
    "words, message",
    [
        (("cost ~ Hours",), "Did you mean 'hours'"),
        (("cost ~ hours", "--compare", "cost ~ nothing"), "no column 'nothing'"),
        (("cost ~ hours", "--family", "logistic"), "cost"),
        (("cost ~ hours", "--family", "poisson"), "needs counts"),
        (("cost ~ hours", "--compare", "visits ~ hours"), "one outcome"),
    ],
)
def test_what_cannot_be_analyzed_is_an_error_in_both_tongues(file, tmp_path, run, words, message):
    result = run("report", file, *words, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert not (tmp_path / "out").exists()
    told = json.loads(run("report", file, *words, "--json", "--out", tmp_path / "out").stdout)
    assert told["ok"] is False
    assert message in told["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("--level", "95"),
        ("--prior", "gaussian(0, 1)"),
        ("--prior", "normal(0)"),
        ("--cov", "hc9"),
        ("--penalty", "lasso(1)"),
        ("--family", "tobit"),
        ("--exposure", "hours", "--family", "ols"),
        ("--seed", "-1"),
    ],
)
def test_wrong_usage_exits_with_2(file, tmp_path, run, words):
    result = run("report", file, "cost ~ region", *words, "--out", tmp_path)
    assert result.exit_code == 2, result.output
    assert "Usage" in result.stderr


@pytest.mark.slow
def test_figures_as_png_too(file, tmp_path, run):
    assert run("report", file, "visits ~ region", "--png", "--out", tmp_path).exit_code == 0
    drawn, shown = list(tmp_path.rglob("*.svg")), list(tmp_path.rglob("*.png"))
    assert drawn
    assert [path.with_suffix("") for path in sorted(shown)] == [path.with_suffix("") for path in sorted(drawn)]


def test_a_link_makes_it_a_family_of_glm(file, tmp_path, run):
    options = ("--family", "gamma", "--link", "identity")
    result = run("report", file, "cost ~ hours", *options, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    written = (tmp_path / "people-glm.md").read_text()
    assert "'cost ~ hours' --family gamma --link identity --out ." in written
    assert r"\qquad \mu_i = \eta_i" in written
    refused = run("report", file, "cost ~ hours", "--link", "identity", "--out", tmp_path)
    assert refused.exit_code == 2
    assert "name it, such as --family gamma" in " ".join(refused.output.replace("│", " ").split())
