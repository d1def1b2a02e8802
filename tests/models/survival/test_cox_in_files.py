"""Cox's regression of rows in files against that of the same rows in memory, and what files cannot have."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.models.survival.cox import _carried

G = np.random.default_rng(17)
N = 160
TABLE = pd.DataFrame(
    {"t": np.ceil(G.exponential(5.0, N) * 4.0) / 4.0, "d": G.random(N) < 0.6, "x": 50.0 + G.normal(size=N),
     "z": G.normal(size=N), "g": G.choice(list("abc"), N), "w": G.integers(0, 3, N)}
)  # fmt: skip
TABLE.loc[9, "z"] = np.nan
FORMULA = "survival(t, d) ~ x + z + g"


def written(folder: Any, table: pd.DataFrame, groups: int = 45) -> st.Scan:
    table.to_parquet(folder / "rows.parquet", row_group_size=groups)
    return st.scan(folder / "rows.parquet")


@pytest.mark.parametrize("options", [{}, {"ties": "breslow"}, {"weights": "w"}], ids=str)
def test_sorted_files_have_the_numbers_of_memory(tmp_path, options):
    files = written(tmp_path, TABLE.sort_values("t", ascending=False))
    model = st.cox(FORMULA, files, **options)
    found, own = st.fit(model), st.fit(st.cox(FORMULA, TABLE, **options))
    assert np.abs(found.estimate - own.estimate).max() < 1e-9 * own.se.min()
    assert found.se == pytest.approx(own.se, rel=1e-10)
    assert found.loglik == pytest.approx(own.loglik, rel=1e-12)
    assert (found.aic, found.bic, found.n) == pytest.approx((own.aic, own.bic, own.n), rel=1e-12)
    assert "in files" in str(found)
    if not options:
        assert found.anova().statistic.tolist() == pytest.approx(own.anova().statistic.tolist(), rel=1e-7)
        assert found.test("g").p_value == pytest.approx(own.test("g").p_value, rel=1e-8)
        assert found.table(exponentiate=True).estimate.tolist() == pytest.approx(np.exp(own.estimate).tolist())


def test_a_step_is_one_read(tmp_path):
    files = written(tmp_path, TABLE.sort_values("t", ascending=False))
    model: Any = st.cox(FORMULA, files)
    before = len(files.reads)
    model.evaluate(np.zeros(4))
    assert len(files.reads) == before + 1


def test_rows_that_are_carried_have_the_sums_of_all():
    Z, logs = G.normal(size=(3, 50)), G.normal(size=50)
    r, few = np.exp(logs), _carried(Z, logs)
    s, few = np.exp(few[0]), few[4:]
    assert len(s) == 6
    assert s.sum() == pytest.approx(r.sum(), rel=1e-13)
    assert few @ s == pytest.approx(Z @ r, rel=1e-12)
    assert (few * s) @ few.T == pytest.approx((Z * r) @ Z.T, rel=1e-12)


@pytest.mark.parametrize("order", ["as they came", "the earliest first"])
def test_files_that_are_not_sorted_are_refused_with_the_remedy(tmp_path, order):
    files = written(tmp_path, TABLE if order == "as they came" else TABLE.sort_values("t"))
    with pytest.raises(st.DomainError, match=r'sort_values\("t", ascending=False\)'):
        st.fit(st.cox(FORMULA, files))


def test_what_files_cannot_have_is_said(tmp_path):
    files = written(tmp_path, TABLE.sort_values("t", ascending=False))
    for made, said in (
        (lambda: st.cox(FORMULA, files, strata="g"), "no strata="),
        (lambda: st.cox(FORMULA, files, ties="exact"), "'efron' and 'breslow'"),
        (lambda: st.cox("survival(z, t, d) ~ x", files), "no late entry"),
        (lambda: st.cox("survival(t, d) ~ 1", files), "needs columns"),
        (lambda: st.posterior(st.cox(FORMULA, files), seed=1), "into memory"),
        (lambda: st.fit(st.cox(FORMULA, files), cov="HC0"), "has no rows"),
        (lambda: st.fit(st.cox(FORMULA, files), penalty=st.Jeffreys()), "Ridge"),
    ):
        with pytest.raises(st.StattoolsError, match=said):
            made()


def test_a_likelihood_that_rises_for_ever_and_a_column_of_one_value_are_told(tmp_path):
    table = TABLE.assign(late=-TABLE.t.rank(), one=1.0 + 0.0 * TABLE.x).sort_values("t", ascending=False)
    files = written(tmp_path, table)
    with pytest.raises(st.ConvergenceError, match="in the order of a combination"):
        st.fit(st.cox("survival(t, d) ~ late", files))
    with pytest.raises(st.IdentificationError, match="Fit a sample of the rows in memory"):
        st.fit(st.cox("survival(t, d) ~ one", files))


@pytest.mark.parametrize("times", [2.0, 1.0 / 3.0, 0.1, 7.3])
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_aliased_columns_are_refused(tmp_path, times, shift):
    """Where the information had a factor by chance, half of these were fits with standard errors of round-off."""
    table = TABLE.dropna().sort_values("t", ascending=False)
    files = written(tmp_path, table.assign(again=times * table.z + shift * table.x))
    with pytest.raises(st.IdentificationError, match="cannot tell its columns from each other"):
        st.fit(st.cox("survival(t, d) ~ x + z + again", files))
