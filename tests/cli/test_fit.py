import json

import pandas as pd

import stattools as st


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
