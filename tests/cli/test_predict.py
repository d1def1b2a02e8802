import io
import json

import numpy as np
import pandas as pd

import stattools as st


def test_a_saved_fit_predicts_new_rows(file, people, tmp_path, run):
    saved = tmp_path / "visits.fit"
    result = run("fit", "poisson", file, "visits ~ region + `Age (years)`", "--save", saved)
    assert result.exit_code == 0, result.output
    assert f"saved {saved}" in result.stdout
    result = run("predict", saved, file, "--interval", 0.9)
    assert result.exit_code == 0, result.output
    found = pd.read_csv(io.StringIO(result.stdout), skip_blank_lines=False)
    table = pd.read_csv(file)
    fit = st.fit(st.poisson("visits ~ region + `Age (years)`", table))
    wanted = fit.predict(table, interval=0.9, missing="null")
    assert len(found) == len(table)
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert found["mean"].isna().sum() == 9


def test_it_writes_a_file_and_tells_machines(file, tmp_path, run):
    saved, out = tmp_path / "cured.fit", tmp_path / "classes.csv"
    run("fit", "softmax", file, "region ~ hours", "--save", saved)
    assert run("predict", saved, file, "--kind", "class", "--out", out).stdout == f"wrote {out}\n"
    assert list(pd.read_csv(out).columns) == ["class"]
    told = json.loads(run("predict", saved, file, "--json").stdout)
    assert len(told["rows"]) == 120
    assert abs(sum(told["rows"][0].values()) - 1) < 1e-12


def test_what_is_no_fit_says_so(file, tmp_path, run):
    result = run("predict", file, file)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    missing = run("predict", tmp_path / "none.fit", file)
    assert "No such file" in missing.stderr
    assert "Errno" not in missing.stderr


def test_a_file_that_cannot_be_written_is_an_error_in_words(file, tmp_path, run):
    run("fit", "ols", file, "cost ~ hours", "--save", tmp_path / "cost.fit")
    for words in (("predict", tmp_path / "cost.fit", file), ("posterior", "ols", file, "cost ~ hours")):
        more = ("--method", "laplace") if words[0] == "posterior" else ()
        result = run(*words, *more, "--out", tmp_path / "none" / "a.csv")
        assert result.exit_code == 1
        assert f"error: {words[0]} cannot write" in result.stderr
