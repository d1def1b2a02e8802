"""Arrays that are changed afterwards change no answer: those of the caller, and those that he was handed out."""

import gc
from collections import OrderedDict
from contextlib import suppress

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.data.tables.arrays import matrix
from stattools.errors import DomainError, IncompatibleError
from stattools.interface import owned
from tests.fuzz.calls import questions
from tests.kinds import OF_ARRAYS, OF_TABLES, arrays, columns

LONG = {
    *("report", "plot", "save", "validate", "to_arviz", "scan", "refit", "wild_bootstrap", "bootstrap", "check"),
    *("variance_components", "compare", "influence"),
}
"""Questions that take long, or make files."""


def asked(fit):
    """What a fit answers, by question: numbers, tables, or the words of a refusal."""
    found = {}
    for name in [name for name in questions(type(fit)) if name not in LONG]:
        try:
            answer = getattr(fit, name)
            found[name] = answer(**({"seed": 1} if name == "simulate" else {})) if callable(answer) else answer
        except (st.StattoolsError, TypeError) as error:  # what needs an argument is asked elsewhere
            found[name] = str(error)
    return found


def written(answers):
    """Answers as text that has all digits."""
    with np.printoptions(precision=17, threshold=100_000), pd.option_context("display.precision", 17):
        return {name: _text(answer) for name, answer in answers.items()}


def _text(answer):
    if isinstance(answer, pd.DataFrame | pd.Series):
        return answer.to_string()
    return repr(answer) if isinstance(answer, np.ndarray | tuple | str | float) else str(answer)


def ruin(table):
    """Write other values wherever something can be written."""
    if isinstance(table, pd.DataFrame):
        for name in table.columns:
            number = table[name].dtype.kind == "f"
            table.iloc[0, table.columns.get_loc(name)] = 77.0 if number else "a"
            table.loc[:, name] = 0.5 if number else "b"
            table[name] = 0.25
        return
    if isinstance(table, pl.DataFrame):
        for k, name in enumerate(table.columns):
            table[0, name] = 0.5 if table[name].dtype.is_float() else "b"
            table.replace_column(k, table[name].reverse())
        return
    for name, values in [*table.items()]:
        values[...] = 0.5 if values.dtype.kind == "f" else "b"
        table[name] = None


TABLES = {
    "dict of arrays": columns,
    "pandas": lambda: pd.DataFrame(columns()),
    "polars": lambda: pl.DataFrame(columns()),
}
CASES = [(name, make, kind) for name, make in OF_TABLES.items() for kind in TABLES]
CASES += [(name, make, "arrays") for name, make in OF_ARRAYS.items()]


@pytest.mark.parametrize(("name", "make", "kind"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_caller_changes_afterwards_changes_no_answer(name, make, kind):
    build = TABLES.get(kind, arrays)
    expected = written(asked(st.fit(make(build()))))
    table = build()
    model = make(table)
    ruin(table)
    gc.collect()
    assert written(asked(st.fit(model))) == expected
    table = build()
    fit = st.fit(make(table))
    ruin(table)
    gc.collect()
    assert written(asked(fit)) == expected


def scribble(answer, depth=0):
    """Write into an answer and all that is in it, where that is not refused."""
    if isinstance(answer, np.ndarray) and answer.size and answer.dtype.kind in "fiu":
        with suppress(ValueError):
            answer[...] = 99
    elif isinstance(answer, pd.DataFrame | pd.Series) and len(answer):
        answer.iloc[:] = answer.iloc[::-1].to_numpy()
        for column in [answer] if isinstance(answer, pd.Series) else [answer[name] for name in answer.columns]:
            scribble(column.to_numpy(), depth + 1)
    elif isinstance(answer, dict | list) and depth < 3:
        for part in [*answer.values()] if isinstance(answer, dict) else [*answer]:
            scribble(part, depth + 1)
        answer.clear()
    elif depth < 3 and type(answer).__module__.startswith("stattools") and hasattr(answer, "__dict__"):
        for part in [*vars(answer).values()]:
            if isinstance(part, np.ndarray | pd.DataFrame | pd.Series):
                scribble(part, depth + 1)


@pytest.mark.parametrize("name", [*OF_TABLES, *OF_ARRAYS])
def test_what_is_handed_out_cannot_change_the_fit(name):
    make = (OF_TABLES | OF_ARRAYS)[name]
    fit = st.fit(make(columns() if name in OF_TABLES else arrays()))
    expected = written(asked(fit))
    for answer in asked(fit).values():
        scribble(answer)
    for place in ("X", "y", "start", "names"):
        scribble(getattr(fit.model, place, None))
    assert written(asked(fit)) == expected


def test_the_fields_of_a_fit_are_read_only():
    fit = st.fit(st.ols("y ~ x", columns()))
    for array in (fit.estimate, fit.covariance, fit.solution.estimate, fit.model.rows.X, fit.model.rows.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 99.0
    array = fit.residuals
    array[0] = 99.0  # it is a copy
    assert fit.residuals[0] != 99.0


def large():
    g = np.random.default_rng(1)
    X = g.normal(size=(owned.LARGE // 2, 2))
    return X, X @ [1.0, 2.0] + g.normal(size=len(X))


@pytest.mark.parametrize("make", [st.ols, st.network], ids=["ols", "network"])
@pytest.mark.parametrize("change", [lambda X: X.__setitem__((5, 1), -X[5, 1]), lambda X: X.sort(axis=0)])
def test_a_large_matrix_is_not_copied_and_a_change_of_it_is_seen(make, change):
    X, y = large()
    model = make(y, X)
    change(X)
    with pytest.raises(IncompatibleError, match=r"matrix of 100,000 x 2 numbers was changed after the model was made"):
        st.fit(model)


def test_questions_that_read_a_changed_large_matrix_are_refused():
    X, y = large()
    fit = st.fit(st.ols(y, X))
    assert np.shares_memory(fit.model.rows.X.given, X)
    before = fit.residuals
    X[::2] *= 2.0
    for question in (
        lambda: fit.residuals,
        lambda: fit.r_squared,
        fit.residuals_of,
        fit.cooks_distance,
        fit.leverage,
        fit.predict,
        fit.check,
        fit.goodness,
        lambda: st.bootstrap(fit, draws=2, seed=1),
    ):
        with pytest.raises(IncompatibleError, match="was changed after the model was made"):
            question()
    X[::2] /= 2.0
    assert_array_equal(fit.residuals, before)


def test_hashes_see_every_exchange_and_forget_with_the_model():
    g = np.random.default_rng(3)
    X = g.normal(size=(3000, 70))
    found = owned.hash_of(X)
    for _ in range(200):
        i, j = g.integers(0, X.size, 2)
        other = X.copy()
        other.flat[i], other.flat[j] = X.flat[j], X.flat[i]
        assert (owned.hash_of(other) == found) == (X.flat[i] == X.flat[j])
    assert owned.hash_of(X[g.permutation(3000)]) != found
    assert owned.hash_of(-X) != found
    assert owned.hash_of(np.nextafter(X, 9.0)) != found
    gc.collect()
    held = len(owned.WATCHED)
    X, y = large()
    model = st.ols(y, X)
    assert len(owned.WATCHED) == held + 1
    del model
    gc.collect()
    assert len(owned.WATCHED) == held


def test_a_callers_array_can_still_be_written_to():
    X, y = large()
    st.fit(st.ols(y, X))
    X[0, 0], y[0] = 0.0, 0.0
    table = columns()
    st.fit(st.ols("y ~ x", table))
    table["x"][0] = 0.0
    labels, strengths = np.arange(3.0), np.array([1.0, 2.0])
    st.Normal(strengths, strengths)
    st.Cluster(labels)
    labels[0], strengths[0] = 9.0, 9.0


def test_other_containers_are_owned_too():
    for given in (
        OrderedDict(columns()),
        {
            name: pd.array(values) if values.dtype.kind == "f" else pd.Categorical(values)
            for name, values in columns().items()
        },
        {name: np.ma.MaskedArray(values) for name, values in columns().items() if values.dtype.kind == "f"},
        {name: values.tolist() for name, values in columns().items()},
    ):
        fit = st.fit(st.ols("y ~ x", given))
        before = fit.marginal_effects()
        for name in [*given]:
            given[name][0] = given[name][1] = given[name][2]
        pd.testing.assert_frame_equal(fit.marginal_effects(), before)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.7e308])
def test_numbers_that_are_not_finite_are_found_where_a_large_matrix_is_hashed(value):
    X, y = large()
    assert owned.found_finite(owned.watched(X)) is True
    X[3:5, 1] = value
    held = owned.watched(X)
    assert owned.found_finite(held) is False
    assert owned.found_finite(X) is False  # only the view that was hashed
    if np.isfinite(value):  # a sum that overflows says nothing
        assert matrix(held)[0] is held
    else:
        with pytest.raises(DomainError, match="row 3, column 1"):
            st.ols(y, X)
