"""Regressions as estimators of scikit-learn, for its pipelines and searches: `st.sklearn`.

What is estimated is the maximum of the likelihood, or of the penalized one, and `fit_` is the fit itself, with its
certificate and everything that can be asked of it. The classes inherit from scikit-learn's, so this file is read when
`st.sklearn` is asked for. Source: Buitinck et al., API design for machine learning software (2013), arXiv:1309.0238.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import AbsentError, DomainError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.penalties import Penalty, Ridge
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.models.regressions.glm import logistic, ols, softmax

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise AbsentError(f"st.sklearn needs scikit-learn 1.6 or later: pip install scikit-learn ({error}).") from error

__all__ = ["Classifier", "Regressor"]

Constructor = Callable[..., Any]


class _Estimator(BaseEstimator):
    """What both have: a constructor of models, a penalty, and a fit of arrays."""

    model: Constructor | None
    penalty: Penalty | float | None

    def _fitted(self, make: Constructor, X: Floats, y: object, **columns: Any) -> Self:
        if (names := vars(self).get("feature_names_in_")) is not None:
            columns["names"] = list(names)
        penalty: Any = Ridge(self.penalty) if is_number(self.penalty) else self.penalty
        self.fit_ = fit(make(y, X, **columns), penalty=penalty)
        return self

    def _mean(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        return np.asarray(self.fit_.predict(self._checked(X, reset=False), align=False))

    def _checked(self, X: Any, **options: Any) -> Any:
        return validate_data(self, X, dtype=np.float64, **options)


class Classifier(ClassifierMixin, _Estimator):
    """A regression of labels: logistic for two classes, softmax for three and more, or `model`, a constructor that
    takes (y, X), such as `st.probit`.

    `penalty` is a penalty of `st.fit`, a number for that strength of `st.Ridge`, or None for maximum likelihood, which
    has no maximum where the classes are separated: SeparationError, a ValueError, says by which columns. With a ridge
    the columns count as they are, unscaled; scikit-learn's `C` is 1 / strength. After `fit`: `classes_`, and `fit_`,
    the fit, whose coefficients are those of the codes 0, 1, ... of the classes.

    >>> import stattools as st
    >>> X, y = [[1.0], [2.0], [3.0], [4.0]], ["no", "yes", "no", "yes"]
    >>> st.sklearn.Classifier(penalty=None).fit(X, y).predict_proba([[2.5]]).round(6).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, model: Constructor | None = None, penalty: Penalty | float | None = 1.0) -> None:
        self.model = model
        self.penalty = penalty

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to X (n, p) and labels (n,); `sample_weight` says how often each row was seen.

        Raises DomainError for fewer than two classes, IdentificationError where there is no maximum.
        """
        rows, y = self._checked(X, y=y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DomainError(f"Classifier needs two classes or more; got 1 class, {self.classes_.tolist()}.")
        two = len(self.classes_) == 2
        weights = (
            {} if sample_weight is None else {"weights": _check_sample_weight(sample_weight, rows, dtype=np.float64)}
        )
        return self._fitted(self.model or (logistic if two else softmax), rows, codes, **weights)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities of the classes, shape (m, K), in the order of `classes_`."""
        mean = self._mean(X)
        return np.column_stack([1.0 - mean, mean]) if mean.ndim == 1 else mean

    def predict_log_proba(self, X: ArrayLike) -> Floats:
        """The logarithms of `predict_proba`; -inf where a probability is less than float64 has."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """The most probable class of each row, shape (m,)."""
        most = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most]


class Regressor(RegressorMixin, _Estimator):
    """A regression of numbers: `st.ols`, or `model`, a constructor that takes (y, X), such as `st.poisson`.

    `penalty` as in `Classifier`, by default none. After `fit`: `fit_`, the fit.

    >>> import stattools as st
    >>> st.sklearn.Regressor().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).predict([[4.0]]).round(9).tolist()
    [9.0]
    """

    def __init__(self, model: Constructor | None = None, penalty: Penalty | float | None = None) -> None:
        self.model = model
        self.penalty = penalty

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to X (n, p) and numbers (n,).

        There is no `sample_weight`: scikit-learn asks who takes it to choose one of many maxima where there are more
        columns than rows. Rows that were seen several times are repeated. Raises DomainError for a single row,
        IdentificationError where there is no unique maximum: aliased columns, more columns than rows.
        """
        rows, y = self._checked(X, y=y, y_numeric=True)
        if len(rows) < 2:
            raise DomainError("Regressor needs two rows or more; got n_samples = 1.")
        return self._fitted(self.model or ols, rows, y)

    def predict(self, X: ArrayLike) -> Floats:
        """The mean of each row, shape (m,)."""
        return self._mean(X)
