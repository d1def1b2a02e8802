"""One analysis of one file: overdispersion, and a posterior."""

import json
import re

import pytest


@pytest.mark.slow
def test_overdispersed_counts_are_said_to_be(file, tmp_path, run):
    result = run("report", file, "visits ~ `Age (years)`", "--out", tmp_path)
    assert result.exit_code == 0
    assert "Overdispersed: Pearson / df" in result.stdout
    text = (tmp_path / "people-poisson.md").read_text()
    assert "times as much about their means as the model says, so that the 95 % intervals are drawn from quasi" in text
    assert "; a negative binomial regression has it " in text
    assert "## Overdispersion" not in text
    assert not re.search(r"\bst\.|cov=", text.split("## Appendix")[0])
    for options in (("--cov", "robust"), ("--cov", "hc0"), ("--penalty", "ridge(1)")):
        result = run("report", file, "visits ~ `Age (years)`", *options, "--out", tmp_path)
        text = (tmp_path / "people-poisson.md").read_text()
        assert "are too small" not in text + result.stdout
        assert "ask for `--cov robust`" not in text + result.stdout
        assert ("which do not rest on how much the model says that rows vary" in text) == (options[0] == "--cov")
    calm = run("report", file, "visits ~ `Age (years)`", "--family", "negative_binomial", "--out", tmp_path)
    assert "Overdispersion" not in calm.stdout


@pytest.mark.slow
def test_a_posterior_is_drawn_where_a_prior_is_given(file, tmp_path, run):
    words = ("report", file, "cost ~ hours", "--prior", "hours=normal(0, 100)", "--seed", "3", "--cov", "hc3")
    result = run(*words, "--json", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["posterior"]
    assert told["trusted"] is True
    assert told["seed"] == 3
    text = (tmp_path / "people-ols.md").read_text()
    assert "## Posterior" in text
    assert "Normal(0, 100)" in text
    assert "--prior 'hours=normal(0, 100)' --cov hc3 --seed 3" in text
