"""Columns through pipelines, sparse matrices and frames; weights of classes."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.validation.foreign.scikit_learn import class_weights, dense, last_step, seen_columns
from tests.validation.explaining.test_audit import X, precision, table, yes

frame = pd.DataFrame({"a": X[:, 0], "g": np.array(list("pqr"))[np.arange(len(X)) % 3]})


def test_the_columns_of_a_table_go_through_a_column_transformer():
    made = make_column_transformer((OneHotEncoder(drop="first"), ["g"]), (StandardScaler(), ["a"]))
    estimator = make_pipeline(made, LogisticRegression(C=np.inf, tol=1e-8)).fit(frame, yes)
    found = st.audit(estimator, X=frame, y=yes)
    assert found.ok, str(found)
    assert found.table()["term"].tolist() == ["Intercept", "onehotencoder__g_q", "onehotencoder__g_r"] + [
        "standardscaler__a"
    ]
    assert "ColumnTransformer" in found.notes[0]


def test_steps_that_name_nothing_get_numbers():
    estimator = make_pipeline(FunctionTransformer(np.abs), LinearRegression()).fit(X, yes)
    seen, names, notes = seen_columns(estimator, X)
    assert_allclose(seen, np.abs(X))
    assert (names, len(notes)) == (["x1", "x2", "x3"], 1)
    assert isinstance(last_step(estimator), LinearRegression)


def test_sparse_columns_and_coefficients():
    estimator = LogisticRegression(C=np.inf, tol=1e-8).fit(sparse.csr_matrix(X), yes).sparsify()
    assert dense(estimator.coef_).shape == (1, 3)
    assert st.audit(estimator, X=sparse.csr_matrix(X), y=yes).ok


def test_columns_that_are_no_numbers():
    with pytest.raises(DomainError, match="needs the numbers that the estimator was fitted to"):
        st.audit(LinearRegression().fit(X, yes), X=table[["a", "g", "said"]], y=yes)


def test_weights_of_classes():
    codes = np.array([0, 0, 0, 1])
    weight = np.array([1.0, 1.0, 2.0, 4.0])
    assert class_weights(None, (0, 1), codes, None, weighted=True) is None
    assert_allclose(class_weights({1: 3.0}, (0, 1), codes, None, weighted=True), [1, 1, 1, 3])  # type: ignore[arg-type]
    assert_allclose(class_weights("balanced", (0, 1), codes, weight, weighted=True), [1, 1, 2, 4])  # type: ignore[arg-type]
    assert_allclose(class_weights("balanced", (0, 1), codes, weight, weighted=False), np.array([2, 2, 4, 24]) / 3)  # type: ignore[arg-type]


def test_balanced_weights_beside_weights_of_rows_are_those_of_the_fit():
    estimator = LogisticRegression(C=np.inf, tol=1e-8, class_weight="balanced").fit(X, yes, sample_weight=precision)
    assert st.audit(estimator, X=X, y=yes, weights=precision).ok


def test_tables_and_columns_that_are_not_those_of_the_fit():
    fit = LinearRegression().fit(frame[["a"]].assign(b=X[:, 1]), yes)
    with pytest.raises(DomainError, match="needs the column 'b', and the table has 'a', 'g'"):
        st.audit(fit, frame.assign(y=yes), y="y")
    with pytest.raises(DomainError, match="2 coefficients and X 1 columns"):
        st.audit(fit, X=frame[["a"]], y=yes)
    with pytest.raises(IncompatibleError, match="a claim by a model; got both"):
        st.audit(fit, st.logistic(yes, X))
