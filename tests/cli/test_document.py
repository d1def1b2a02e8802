"""The report of an analysis, and the one that says why there is no maximum."""

import json
import re

import pandas as pd


def test_separated_data_get_a_report_that_says_so_and_the_way_out(tmp_path, run):
    path = tmp_path / "doses.csv"
    pd.DataFrame({"dose": [1, 2, 3, 4, 5, 6], "dead": [0, 0, 0, 1, 1, 1]}).to_csv(path, index=False)
    result = run("report", path, "dead ~ dose", "--out", tmp_path)
    assert result.exit_code == 1
    assert "has no maximum" in result.stderr
    assert "--penalty jeffreys" in result.stderr
    text = (tmp_path / "doses-logistic.md").read_text()
    assert "no unique maximum" in text
    assert re.search(r"\| `dose` +\| +∞ \| 0\.735 \| +∞ \|", text)
    assert "--penalty" not in text
    assert "A penalty gives an estimate that always exists" in text
    assert (
        "> In 6 observations, the odds that `dead` is `1` are higher without bound per unit of `dose`, at least" in text
    )
    told = json.loads(run("report", path, "dead ~ dose", "--json", "--out", tmp_path).stdout)
    assert (told["ok"], told["error"]) == (False, "SeparationError")
    out = run("report", path, "dead ~ dose", "--penalty", "jeffreys", "--out", tmp_path)
    assert out.exit_code == 0, out.output
    assert "agrees: the same 2 coefficients" in " ".join(out.stdout.split())  # the penalized likelihood, written again
