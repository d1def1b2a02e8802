"""st.validate of mixed models: agreement with MixedLM, and whose digits are right where it fails."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import stattools as st
from tests.sizes import first

RNG = np.random.default_rng(21)
TABLE = pd.DataFrame({"x": np.tile(np.arange(6.0), 15), "g": np.repeat(np.arange(15), 6), "w": RNG.uniform(1, 2, 90)})
TABLE["h"] = RNG.integers(0, 6, 90)
OWN = RNG.normal(size=(15, 2)) @ [[3.0, 0.0], [0.5, 0.7]]
TABLE["y"] = 1.0 + TABLE.x + OWN[TABLE.g, 0] + OWN[TABLE.g, 1] * TABLE.x + RNG.normal(size=90)


def fit(formula, table=TABLE, reml=True, **given):
    return st.fit(st.linear_mixed(formula, table, **given), reml=reml)


@pytest.mark.parametrize("reml", first(1, [True, False]))
@pytest.mark.parametrize("formula", first(1, ["y ~ x + (x | g)", "y ~ x + (x || g)", "y ~ x + (1 | g) + (1 | h)"]))
def test_mixed_lm_agrees_to_its_digits(formula, reml):
    found = st.validate(fit(formula, reml=reml))
    assert found.ok
    assert "MixedLM agrees: the same 2 fixed effects" in found.sentence
    assert found.table()["term"].iloc[-1] == "sd(Residual)"
    assert found.table()["digits"].min() > 2
    assert "the covariance matrix of all rows gives the same log-likelihood" in found.notes[0]


def test_our_score_decides_where_mixed_lm_fails():
    found = st.validate(fit("y ~ x + (x | g)", TABLE.assign(x=TABLE.x + 2000.0)))
    assert found.ok
    assert "our log-likelihood and score decide" in found.sentence
    assert found.loglik > found.reference_loglik + 1.0


@pytest.mark.slow
def test_a_variance_of_zero_is_said():
    flat = TABLE.assign(y=TABLE.y - TABLE.groupby("g").y.transform("mean"))
    found = st.validate(fit("y ~ 1 + (1 | g)", flat))
    assert found.ok
    assert "a standard deviation is 0 at the maximum" in found.sentence or "decide" in found.sentence


@pytest.mark.parametrize(
    ("formula", "given"), [("y ~ x + (x | g)", {"precision": "w"}), ("y ~ x + (x | g) + (1 | h)", {})]
)
def test_what_mixed_lm_has_not_is_computed_again(formula, given):
    found = st.validate(fit(formula, **given))
    assert found.ok
    assert found.sentence.startswith("A second computation, the covariance matrix of all rows, agrees")
    assert found.table()["digits"].min() > 8


@pytest.mark.parametrize("given", first(1, [{}, {"precision": "w"}]))
def test_a_wrong_fit_is_found(given):
    """A fit stopped beside the maximum, and one whose log-likelihood is another."""
    good = fit("y ~ x + (x | g)", **given)
    away = good.found.deviance.at(good.found.profile.theta * 1.2)
    stopped = replace(good.found.maximum, profile=away, decrement=3.0)
    bad = replace(good, found=replace(good.found, maximum=stopped), loglik=-0.5 * away.value)
    assert not st.validate(bad).ok
    assert not st.validate(replace(good, loglik=good.loglik + 0.1)).ok


def test_rows_in_files_and_many_crossed_rows_are_refused(tmp_path):
    TABLE.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(st.IncompatibleError, match="validate fits all rows again, and the 90 rows"):
        st.validate(fit("y ~ x + (1 | g)", st.scan(str(tmp_path / "t.parquet"))))
    many = pd.concat([TABLE.assign(g=TABLE.g + 15 * k, y=TABLE.y + 0.01 * RNG.normal(size=90)) for k in range(23)])
    with pytest.raises(st.IncompatibleError, match=r"has no reference .* in 2,070 rows"):
        st.validate(fit("y ~ x + (x | g) + (1 | h)", many.reset_index(drop=True)))
