import json

import numpy as np
import pandas as pd

import stattools as st


def test_it_prints_the_posterior_and_writes_its_draws(file, tmp_path, run):
    words = ("posterior", "ols", file, "cost ~ hours", "--prior", "hours=normal(0, 100)", "--draws", 200, "--seed", 3)
    words += ("--method", "laplace")
    result = run(*words, "--chains", 2, "--out", tmp_path / "draws.csv")
    assert result.exit_code == 0, result.output
    wanted = st.posterior(
        st.ols("cost ~ hours", pd.read_csv(file)),
        method="laplace",
        prior={"hours": st.Normal(0, 100)},
        draws=200,
        chains=2,
        seed=3,
    )
    assert result.stdout.startswith(str(wanted))
    draws = pd.read_csv(tmp_path / "draws.csv")
    assert list(draws.columns) == ["chain", "draw", *wanted.names]
    np.testing.assert_allclose(draws[list(wanted.names)], wanted.flat)
    assert draws.query("chain == 0 and draw == 5")["hours"].item() == wanted.draws[0, 5, 1]


def test_for_machines_and_wrong_words(file, run):
    told = json.loads(run("posterior", "ols", file, "cost ~ hours", "--method", "laplace", "--json").stdout)
    assert told["ok"] is told["posterior"]["trusted"] is True
    assert told["posterior"]["method"] == "laplace"
    result = run("posterior", "ols", file, "cost ~ hours", "--method", "gibbs")
    assert result.exit_code == 1
    assert "nuts" in result.stderr
