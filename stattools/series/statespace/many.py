"""Local level models of many series in one call: one cosine transform, and Newton's method on all ratios at once.

See `spectrum`; 10,000 series of 1,000 steps take about a second. Series with gaps are fitted one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.data.tables.arrays import NUMBERS, array, with_gaps
from stattools.data.tables.table import axes, is_frame, table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.units import require_series
from stattools.interface.when_needed import pd
from stattools.series.statespace.components import Components
from stattools.series.statespace.maximum import BoundedNewton
from stattools.series.statespace.spectrum import LOG_2PI, Spectrum, log_sinh_ratio, maxima
from stattools.series.statespace.structural import CONVENTION, Structural
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

NAMES = ("sigma2.irregular", "sigma2.level")


@answers_guesses
@record
class LocalLevels:
    """Series of equal length in rows, Y (m, n), NaN where missing, each with a local level of its own."""

    Y: Floats
    labels: tuple[Any, ...]
    title = "Local levels"
    names = NAMES
    kind = "local_levels"

    def fitted(self) -> LocalLevelFits:
        """The maximum-likelihood fit of every series."""
        estimate, loglik = np.empty((len(self.Y), 2)), np.empty(len(self.Y))
        complete = ~np.isnan(self.Y).any(axis=1)
        if complete.any():
            Y = self.Y[complete]
            variation = Y.max(axis=1) - Y.min(axis=1)
            if (variation == 0).any():
                label = np.asarray(self.labels, dtype=object)[complete][int(np.argmin(variation))]
                raise DomainError(
                    f"Series {label!r} is constant: its variances are 0 and its likelihood has no maximum."
                )
            spectrum = Spectrum.of(Y)
            estimate[complete] = maxima(spectrum)[0]
            loglik[complete] = _logliks(spectrum, estimate[complete])
        for i in np.flatnonzero(~complete):
            solution = BoundedNewton().solve(_alone(self.Y[i]))
            estimate[i], loglik[i] = solution.estimate, solution.loglik
        return LocalLevelFits(self, estimate, loglik)


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class LocalLevelFits(Faces):
    """Variances (m, 2) and diffuse log-likelihoods (m,) of many series; `model_of(i)` is the model of one."""

    model: LocalLevels
    estimate: Floats
    loglik: Floats
    names = NAMES
    convention = CONVENTION

    def __len__(self) -> int:
        return len(self.estimate)

    def model_of(self, series: int) -> Structural:
        """The model of one series, to be given to `st.fit`, `st.states` and the rest."""
        return _alone(self.model.Y[series])

    def table(self) -> pd.DataFrame:
        """One row per series: series, sigma2.irregular, sigma2.level, loglik, boundary (the variances that are 0)."""
        zero = self.estimate == 0
        boundary = np.where(zero[:, 0], NAMES[0], np.where(zero[:, 1], NAMES[1], ""))
        columns = {"series": list(self.model.labels)} | dict(zip(NAMES, self.estimate.T, strict=True))
        return pd.DataFrame(columns | {"loglik": self.loglik, "boundary": boundary})

    def _headline(self) -> str:
        m, n = self.model.Y.shape
        return headline(self, "local level", "", f"{m:,} series of {many(n, 'step')}")

    def _page(self) -> Page:
        zero = (self.estimate == 0).sum(axis=0)
        middle = np.median(self.estimate, axis=0)
        rows = [[name, f"{m:.6g}", f"{z:,}"] for name, m, z in zip(NAMES, middle, zero, strict=True)]
        n = self.model.Y.shape[1]
        return Page(
            f"Local level: {len(self):,} series of {n:,} steps",
            "",
            Grid(["", "median", "series where it is 0"], rows, "lrr"),
            "",
            f"Log-likelihoods: {CONVENTION}.",
        )


def _alone(y: Floats) -> Structural:
    return Structural("local_level", "Local level", y, np.arange(len(y)), Components())


def _logliks(spectrum: Spectrum, estimate: Floats) -> Floats:
    """At a maximum the quadratic form is n - 1, whatever the series."""
    m, (r, q) = len(spectrum.v), estimate.T
    with np.errstate(divide="ignore", invalid="ignore"):  # the boundary r = 0 has its own log-determinant
        log_det = np.where(r > 0, m * np.log(r) + log_sinh_ratio(m + 1, q / r), m * np.log(q))
    return -0.5 * (m * (LOG_2PI + 1.0) + log_det)


def levels(Y: object) -> LocalLevels | None:
    """Y as many series if it is two-dimensional: rows of an array, columns of a frame; None for one series."""
    frame = is_frame(Y)
    if frame:
        columns = table(Y)
        if len(columns.names) < 2:
            return None
        values = np.stack([with_gaps(columns.column(name), f"series {name!r}") for name in columns.names])
        labels = columns.names
    else:
        if not (isinstance(Y, np.ndarray) or (isinstance(Y, list | tuple) and len(Y) and axes(Y[0]) == 1)):
            return None
        values = array(Y, "Y")
        if values.ndim != 2 or values.shape[1] == 1:
            return None
        labels = tuple(range(len(values)))
    if values.dtype.kind not in NUMBERS:
        values = np.stack([with_gaps(row, f"series {label}") for row, label in zip(values, labels, strict=True)])
    with np.errstate(over="ignore"):  # what only longdouble holds becomes infinite, and is refused as that
        values = np.ascontiguousarray(values, dtype=np.float64)
    if values.shape[0] == 0 or (np.count_nonzero(values == values, axis=1) < 3).any():
        raise DomainError(
            "Each series needs at least 3 observed values; rows of an array (columns of a frame) are series."
        )
    if np.isinf(values).any():
        row, place = (int(i) for i in np.argwhere(np.isinf(values))[0])
        raise DomainError(f"Series {labels[row]!r} is infinite at position {place}; what is missing is NaN.")
    for label, row in zip(labels, values, strict=True):
        require_series("fit_many", f"series {label!r}", row)
    return LocalLevels(values, labels)


def fit_many(Y: object, /) -> LocalLevelFits:
    """Maximum-likelihood local levels of many series at once: rows of an array (m, n), columns of a frame.

    `.estimate` (m, 2) has sigma2.irregular and sigma2.level, `.loglik` (m,) the diffuse log-likelihoods, `.table()` one
    row per series. Raises DomainError for a constant series, infinite values, or fewer than 3 observed values.

    >>> import numpy as np
    >>> fits = fit_many(np.array([[1.0, 3.0, 2.0, 4.0, 9.0, 8.0], [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]]))
    >>> fits.table()["boundary"].tolist()
    ['sigma2.irregular', 'sigma2.level']
    """
    if (model := Y if isinstance(Y, LocalLevels) else levels(Y)) is None:
        raise IncompatibleError(f"fit_many needs several series, an array (m, n) or a frame; got {type(Y).__name__}.")
    return model.fitted()
