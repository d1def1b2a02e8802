"""Estimators of scikit-learn: its own checks, its own numbers."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import stattools as st

IRIS = load_iris(as_frame=True)
X, KIND = IRIS.data, IRIS.target_names[IRIS.target]


@pytest.mark.slow
@pytest.mark.parametrize("made", ["Classifier", "Regressor"])
def test_scikit_learns_checks(made):
    found = check_estimator(getattr(st.sklearn, made)(), on_skip=None)
    assert {check["status"] for check in found} <= {"passed", "skipped"}


def test_probabilities_are_those_of_scikit_learn():
    ours = st.sklearn.Classifier(penalty=st.Ridge(0.5)).fit(X, KIND)
    theirs = LogisticRegression(C=2.0, tol=1e-12, max_iter=10_000).fit(X, KIND)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    assert_allclose(ours.predict_log_proba(X), np.log(ours.predict_proba(X)))
    assert ours.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert (ours.predict(X) == theirs.predict(X)).all()
    assert ours.fit_.model.terms[1:] == tuple(X.columns)


def test_weights_repeat_rows():
    few, kind = X.iloc[50:, :2].to_numpy(), KIND[50:]
    weight = np.random.default_rng(1).integers(0, 3, len(kind))
    ours = st.sklearn.Classifier().fit(few, kind, sample_weight=weight)
    again = st.sklearn.Classifier().fit(few.repeat(weight, axis=0), kind.repeat(weight))
    assert_allclose(ours.predict_proba(few), again.predict_proba(few), rtol=1e-8)


def test_a_pipeline_a_search_and_scores_by_cross_validation():
    data = load_breast_cancer()
    columns = data.data[:, :5]
    pipeline = make_pipeline(StandardScaler(), st.sklearn.Classifier())
    assert cross_val_score(pipeline, columns, data.target, cv=3).mean() > 0.85
    search = GridSearchCV(st.sklearn.Classifier(), {"penalty": [0.1, st.Ridge(100.0)]}, cv=3, scoring="neg_log_loss")
    assert search.fit(StandardScaler().fit_transform(columns), data.target).best_params_ == {"penalty": 0.1}


def test_a_constructor_is_the_model():
    two = KIND[50:] == "virginica"
    probit = st.sklearn.Classifier(st.probit, penalty=None).fit(X[50:].iloc[:, :2], two)
    wanted = st.fit(st.probit(two.astype(int), X[50:].iloc[:, :2])).predict()
    assert_allclose(probit.predict_proba(X[50:].iloc[:, :2])[:, 1], wanted, rtol=1e-9)
    counts = np.random.default_rng(2).poisson(np.exp(0.2 * X.iloc[:, 0]))
    poisson = clone(st.sklearn.Regressor(model=st.poisson)).fit(X, counts)
    assert_allclose(poisson.predict(X), st.fit(st.poisson(counts, X)).predict(), rtol=1e-9)
    linear = st.sklearn.Regressor().fit(X, counts)
    assert_allclose(linear.predict(X), LinearRegression().fit(X, counts).predict(X), rtol=1e-9)


def test_what_cannot_be_is_said():
    with pytest.raises(st.IdentificationError, match="separate"):
        st.sklearn.Classifier(penalty=None).fit(X, KIND)
    with pytest.raises(ValueError, match=r"got 1 class, \['a'\]"):
        st.sklearn.Classifier().fit([[1.0], [2.0]], ["a", "a"])
    with pytest.raises(ValueError, match="n_samples = 1"):
        st.sklearn.Regressor().fit([[1.0]], [1.0])


def test_without_scikit_learn_it_is_said_what_to_install():
    code = "import sys; sys.modules['sklearn'] = None; import stattools as st; st.ols; st.sklearn"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "st.sklearn needs scikit-learn 1.6 or later: pip install scikit-learn" in found.stderr
