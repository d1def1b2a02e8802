"""What a terminal shows and what machines read are the same analysis."""

import json

import pytest


def test_ratios_are_printed_where_they_are_asked_for(file, run):
    words = ("fit", "poisson", file, "visits ~ hours", "--exponentiate")
    shown = run(*words).stdout
    assert "rate ratio" in shown
    told = json.loads(run(*words, "--json").stdout)["fit"]["coefficients"]
    plain = json.loads(run(*words[:-1], "--json").stdout)["fit"]["coefficients"]
    assert told[1]["se_log"] == plain[1]["se"]
    assert f"{told[1]['estimate']:.4f}" in shown
    result = run("fit", "ols", file, "cost ~ hours", "--exponentiate")
    assert result.exit_code == 1
    assert "its exponential is no ratio" in " ".join(result.stderr.split())


@pytest.mark.slow  # draws
def test_a_fit_stands_beside_others_and_its_posterior(file, run):
    words = ("fit", "ols", file, "cost ~ hours", "--compare", "cost ~ 1", "--prior", "hours=normal(0, 9)")
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert "model 2: cost ~ 1" in result.stdout
    assert "Posterior of Linear regression" in result.stdout
    told = json.loads(run(*words, "--json").stdout)
    assert len(told["comparison"]) == 2
    assert told["posterior"]["trusted"] is True
