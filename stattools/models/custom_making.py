"""`st.custom`: a model from a user's own log-likelihood function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, quoted
from stattools.interface.arguments import are_different, as_numbers, is_number, labelled, written
from stattools.interface.own_functions import called
from stattools.models.custom import LARGEST, Custom, numbers
from stattools.models.own_function import NEEDS_START, Places, of_array, of_names, read_bounds


def custom(
    loglik: Callable[..., ArrayLike],
    /,
    *,
    start: ArrayLike | Mapping[str, ArrayLike],
    names: Sequence[str] | None = None,
    score: Callable[..., Any] | None = None,
    n: float | None = None,
    bounds: Any = None,
    title: str = "Custom likelihood",
) -> Custom:
    """A model from your own log-likelihood function: of theta, a float array of shape (p,), or of parameters by name.

    `start` is where to begin, with a finite log-likelihood: numbers, for a function of the array, or a dict of name to
    number or vector, for one with a keyword for each name (of one array, if it takes one argument only). The function
    returns the sum over the observations, or an array with one log-likelihood for each row: a fit then knows n, has
    BIC, robust standard errors (`cov="HC0"`, `st.Cluster(labels)`), and its posterior leave-one-out (`st.compare`).
    `score` is the gradient, called alike, by default taken by differences; `n` the number of observations, which BIC
    needs. `bounds` are (low, high) for each parameter, or by name: `{"sigma": (0, None)}`. The function is not called
    outside of them, and a maximum on a bound is named and has no standard error. Return -inf where a point is
    impossible otherwise (a posterior refuses NaN). Raises DomainError for a start, names, bounds or a function that do
    not fit together, IncompatibleError for a function that does not take the names.

    >>> import numpy as np
    >>> import stattools as st
    >>> y = np.array([2.0, 3.0, 7.0])  # exponential waiting times: the mean is 4
    >>> fit = st.fit(st.custom(lambda mean: -np.log(mean) - y / mean, start={"mean": 1.0}, bounds={"mean": (0, None)}))
    >>> float(fit.estimate[0].round(6)), fit.n, st.fit(fit.model, cov="HC0").se.round(4).tolist()
    (4.0, 3, [1.2472])
    """
    if not callable(loglik):
        raise DomainError(f"custom needs a function of theta that returns the log-likelihood; got {quoted(loglik)}.")
    if score is not None and not callable(score):
        raise DomainError(f"custom needs score=, a function of theta that returns the gradient; got {quoted(score)}.")
    places: Places = {}
    if isinstance(start, Mapping):
        if names is not None:
            raise DomainError("custom got names= and a dict of starts, which has names already; give one of the two.")
        start, names, places = of_names(start)
    names = labelled("the names", names, ("start", start))
    begin = np.atleast_1d(as_numbers(start, NEEDS_START))
    labels = written(names) if names is not None else tuple(f"theta{i + 1}" for i in range(len(begin)))
    if begin.ndim != 1 or not len(begin) or not (np.abs(begin) < LARGEST).all():
        raise DomainError(f"{NEEDS_START}; got {quoted(start)}.")
    texts = all(isinstance(label, str) for label in (title, *labels))
    if not texts or len(labels) != len(begin) or not are_different(labels):
        raise DomainError(
            f"custom needs {len(begin)} different names, one text per parameter, and a text as title=; got "
            f"{quoted(list(labels))}, {quoted(title)}."
        )
    if n is not None and not (is_number(n) and n > 0):
        raise DomainError(f"custom needs n=, the number of observations, positive; got {quoted(n)}.")
    function, gradient = of_array(loglik, places, "loglik"), None if score is None else of_array(score, places, "score")
    low, high = (None, None) if bounds is None else read_bounds(bounds, begin, labels, places)
    model = Custom(function, begin, labels, gradient, n, title, np.eye(len(begin)), None, low, high)
    first = numbers(called(f"{title}: loglik", function, begin))
    if first is not None and first.ndim == 1 and len(first):
        if n is not None and n != len(first):
            raise DomainError(f"{title}: loglik returns {len(first):,} numbers, one for each row, and n={quoted(n)}.")
        model = replace(model, observations=len(first), is_by_row=True)
    value: Any = model.loglik(begin)
    if not abs(value) < LARGEST:
        raise DomainError(f"{title}: the log-likelihood at the start {begin.tolist()} is {value}. Start elsewhere.")
    return model
