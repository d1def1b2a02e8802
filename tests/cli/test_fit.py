import json

import pandas as pd

import stattools as st
from stattools.text.printing import width


def test_for_machines_it_prints_the_fit_and_its_reference(file, tmp_path, run):
    result = run("fit", "ols", file, "cost ~ hours", "--json", "--validate", "--report", tmp_path)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    fit = st.fit(st.ols("cost ~ hours", pd.read_csv(file)))
    assert [row["estimate"] for row in told["fit"]["coefficients"]] == fit.estimate.tolist()
    assert told["fit"]["loglik"] == fit.loglik
    assert told["agreement"]["ok"] is True
    assert (tmp_path / "people-ols.md").exists()


def test_a_failure_is_told_to_machines_too(file, run):
    result = run("fit", "ols", file, "cost ~ hour", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] == "DomainError"


def test_a_family_and_a_link_are_named(file, tmp_path, run):
    options = ("--family", "gamma", "--link", "identity")
    result = run("fit", "glm", file, "cost ~ hours", *options, "--report", tmp_path)
    assert result.exit_code == 0, result.output
    fit = st.fit(st.glm("cost ~ hours", pd.read_csv(file), family="gamma", link="identity"))
    assert str(fit) in result.stdout
    written = (tmp_path / "people-glm.md").read_text()
    assert "--family gamma --link identity" in written
    assert r"\qquad \mu_i = \eta_i" in written
    spread = run("fit", "glm", file, "cost ~ hours", "--family", "normal", "--scale", "~ hours")
    assert "log scale ~ hours" in spread.stdout


def test_what_a_regression_has_not_is_refused(file, run):
    for words, said in (
        (("glm", file, "cost ~ hours"), "needs the family"),
        (("ols", file, "cost ~ hours", "--link", "log"), "ols has no link"),
        (("glm", file, "cost ~ hours", "--family", "gamma", "--link", "logit"), "one of the links log, inverse"),
    ):
        result = run("fit", *words)
        assert result.exit_code != 0
        assert said in " ".join(result.output.replace("│", " ").split())


def test_checks_are_printed_where_they_are_asked_for(file, run):
    words = ("fit", "poisson", file, "visits ~ `Age (years)`")
    result = run(*words, "--check")
    assert result.exit_code == 0, result.output
    assert "Checks of visits ~ `Age (years)`: " in result.stdout
    assert max(map(width, result.stdout.splitlines())) <= 80
    told = json.loads(run(*words, "--check", "--json").stdout)["checks"]
    assert {row["verdict"] for row in told} <= {"ok", "look", "no"}
    assert "overdispersion" in [row["check"] for row in told]
    assert "checks" not in json.loads(run(*words, "--json").stdout)
