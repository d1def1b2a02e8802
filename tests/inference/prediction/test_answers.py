"""Every answer with one value per row, of every regression: beside the rows of its table, whatever the table is."""

from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import stattools as st
from tests.cases import REGRESSIONS, at_length

LABELS = [f"row {k}" for k in range(80)]
LOST = [3, 5, 7]

PREDICTIONS = {
    "mean": {},
    "class": {"kind": "class"},
    "link": {"kind": "link"},
    "observation": {"kind": "observation"},
    "interval": {"interval": 0.9},
    "interval of the link": {"kind": "link", "interval": 0.9},
    "interval of an observation": {"kind": "observation", "interval": 0.9},
}

ANSWERS = {
    **{name: lambda fit, asked=asked, **how: fit.predict(**asked, **how) for name, asked in PREDICTIONS.items()},
    **{
        f"{kind} residuals": lambda fit, kind=kind, **how: fit.residuals_of(kind, seed=1, **how)
        for kind in ("response", "pearson", "deviance", "quantile")
    },
    "leverage": lambda fit, **how: fit.leverage(**how),
    "Cook": lambda fit, **how: fit.cooks_distance(**how),
}


def table(case):
    """Rows with labels, of which three miss something, and of grouped outcomes one has no trials."""
    frame = case.table(80).set_axis(LABELS)
    frame.loc["row 3", "y"] = None
    frame.loc["row 5", "x"] = np.nan
    frame.loc["row 7", "g"] = None
    return frame


def lost(case):
    return [*LOST, 9] if case.outcome == "trials" else LOST


@cache
def fits(case):
    frame = table(case)
    if case.outcome == "trials":
        frame.loc["row 9", ["y", "trials"]] = 0
    lists = {name: [None if gone else v for v, gone in zip(c, c.isna(), strict=True)] for name, c in frame.items()}
    tables = {"pandas": frame, "polars": pl.DataFrame(lists), "pyarrow": pa.table(lists), "dict": lists}
    return {name: st.fit(case.model("y ~ x + g", given)) for name, given in tables.items()}


def asked_of(ask, fit, **how):
    """The answer, or None where this regression has none."""
    try:
        return ask(fit, **how)
    except (st.IncompatibleError, AttributeError, TypeError):  # one-vs-rest has no residuals, and no interval=
        return None


def lines(answer):
    """A series, a frame or an array as a frame of pandas."""
    if isinstance(answer, pa.Table | pa.ChunkedArray):
        return pd.DataFrame(answer.to_pylist())
    return pd.DataFrame(answer.to_dict(as_series=False) if isinstance(answer, pl.DataFrame) else answer)


def gone(answer, each=1):
    """Which rows of the table have no value; a long frame has `each` lines of one."""
    holes = lines(answer).drop(columns=["row", "category"], errors="ignore").isna().to_numpy()
    assert (holes.any(axis=1) == holes.all(axis=1)).all()
    assert (holes[:, 0].reshape(-1, each) == holes[::each, :1]).all()
    return np.flatnonzero(holes[::each, 0]).tolist()


DEAR = ("interval of an observation", "quantile residuals")
NONE = r"miss it|has no value in|has no|one of its labels|kind |unexpected keyword"

BESIDE = {"weights", "offset", "exposure", "precision"}
CASES = at_length(*(case.name for case in REGRESSIONS if not (case.slow or BESIDE & set(case.words))))

TYPES = {
    "pandas": (pd.Series, pd.DataFrame),
    "polars": (pl.Series, pl.DataFrame),
    "pyarrow": (pa.ChunkedArray, pa.Table),
    "dict": (np.ndarray, pd.DataFrame),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_answers_have_the_rows_of_the_table(case):
    found = 0
    for name, ask in ANSWERS.items():
        bare = asked_of(ask, fits(case)["pandas"], align=False)
        for library, fit in fits(case).items():
            if library != "pandas" and name in DEAR:
                continue
            answer = asked_of(ask, fit)
            if bare is None:
                assert answer is None, (name, library)
                continue
            found += 1
            each = bare.category.nunique() if isinstance(bare, pd.DataFrame) and "category" in bare else 1
            assert isinstance(answer, TYPES[library]), (name, library)
            assert len(answer) == 80 * each
            assert gone(answer, each) == lost(case), (name, library)
            assert len(bare) == (80 - len(lost(case))) * each
            assert isinstance(bare, pd.DataFrame if "interval" in name else np.ndarray)
            assert not pd.DataFrame(bare).isna().to_numpy().any()
            if library == "pandas":
                assert answer.index.equals(pd.Index(LABELS).repeat(each))
                if isinstance(answer, pd.Series):
                    assert isinstance(answer.name, str)
                kept = pd.DataFrame(answer).drop(columns=["row"], errors="ignore").dropna()
                other = pd.DataFrame(bare).drop(columns=["row"], errors="ignore")
                assert (kept.to_numpy() == other.to_numpy()).all(), name
    assert found > 3


@pytest.mark.parametrize("case", CASES, ids=str)
def test_new_rows_without_a_value_are_left_empty_where_that_is_asked(case):
    fit, new = fits(case)["pandas"], table(case).iloc[:8]
    holes = [5, 7]
    for column, row in (("offset", 1), ("exposure", 2)):
        if column in case.beside:
            new = new.astype({column: float})
            new.iloc[row, new.columns.get_loc(column)] = np.nan
            holes = [row, *holes]
    for name, asked in PREDICTIONS.items():
        with pytest.raises((st.StattoolsError, TypeError), match=NONE):
            fit.predict(new, **asked)
        own = sorted(holes)
        rows = new
        if asked.get("kind") == "observation" and "trials" in case.beside:
            rows, own = new.assign(trials=new.trials.where(new.index != "row 6")), sorted([*holes, 6])
        if asked == PREDICTIONS["interval of an observation"] and "precision" in case.beside:
            rows, own = new.assign(precision=new.precision.where(new.index != "row 0")), sorted([*holes, 0])
        answer = asked_of(lambda f, rows=rows, asked=asked: f.predict(rows, missing="null", **asked), fit)
        if answer is None:
            assert asked_of(lambda f, asked=asked: f.predict(**asked), fit) is None
            continue
        each = len(answer) // 8
        assert answer.index.equals(rows.index.repeat(each))
        assert gone(answer, each) == own, name
        whole = rows.drop(rows.index[own])
        there = pd.DataFrame(answer).drop(columns=["row"], errors="ignore").dropna()
        alone = pd.DataFrame(fit.predict(whole, **asked)).drop(columns=["row"], errors="ignore")
        pd.testing.assert_frame_equal(there, alone, rtol=1e-12, check_dtype=False)
        nothing = fit.predict(rows.iloc[[5, 7]], missing="null", **asked)
        assert gone(nothing, each) == [0, 1]
        assert list(pd.DataFrame(nothing)) == list(pd.DataFrame(answer))
        assert len(fit.predict(rows.iloc[[5, 7]], missing="null", align=False, **asked)) == 0


def test_what_is_no_answer_to_missing_or_align_is_refused():
    fit = st.fit(st.ols("y ~ x", {"y": [1.0, 2.0, 4.0], "x": [0, 1, 2]}))
    with pytest.raises(st.IncompatibleError, match="missing='drop'"):
        fit.predict({"x": [1]}, missing="drop")
    for ask in (fit.predict, fit.residuals_of, fit.leverage, fit.cooks_distance):
        with pytest.raises(st.DomainError, match="align="):
            ask(align="yes")


def test_a_loaded_fit_gives_new_rows_their_index_and_has_none_of_its_own(tmp_path):
    frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, np.nan], "x": [0, 1, 2, 3]}, index=list("abcd"))
    fit = st.load(st.fit(st.ols("y ~ x", frame)).save(tmp_path / "fit"))
    assert fit.predict(frame[:2]).index.tolist() == ["a", "b"]
    for ask in (fit.predict, fit.residuals_of, fit.leverage):
        with pytest.raises(st.IncompatibleError):
            ask()


def test_one_vs_rest_says_what_its_shares_are_beside_the_rows_too():
    case = next(case for case in REGRESSIONS if case.name == "one_vs_rest")
    fit = fits(case)["pandas"]
    assert "after the fact" in fit.predict().attrs["note"]
    assert gone(fit.separate_probabilities(), 1) == LOST
    assert fit.fits[0].residuals.index.tolist() == LABELS


def test_each_of_many_fits_has_the_rows_of_its_group():
    frame = pd.DataFrame({"y": [1.0, 2.0, np.nan, 4.0, 3.0, 1.0, 7.0], "x": range(7), "s": list("ababaaa")})
    frame = frame.set_index(pd.Index(list("tuvwxyz")))
    many = st.fit_many("y ~ x", frame, by="s")
    assert st.fit(many.model_of(0)).residuals.index.tolist() == ["t", "x", "y", "z"]
