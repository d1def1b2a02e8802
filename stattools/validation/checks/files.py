"""The verdict on a fit whose rows are in files: all rows read again, and statsmodels on the sample that is held.

all rows   coded as new rows are, log-likelihood, score g and information H written again: the maximum is where the
           Newton step H^-1 g leads from the estimate; one read
sample     fitted alone in memory, and compared with statsmodels digit by digit
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from stattools.data.dataset import codes_of, new_outcome
from stattools.data.files.rows import Coding
from stattools.data.files.source import TEXT, Batch, at
from stattools.errors import IncompatibleError, StattoolsError
from stattools.inference.covariance.covariance import quasi_dispersion
from stattools.inference.fits.fit import Fit
from stattools.inference.fitting.maximum_likelihood import fit as fitted
from stattools.inference.penalties import Ridge
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.validation.references.densities import KERNELS, Again, again, named
from stattools.validation.verdict import SECOND, Agreement, compared, fewest

SAME = 1e-5
"""In standard errors, and as a ratio of standard errors."""

SAMPLE = 20_000
"""Rows that are compared with statsmodels, at most."""

PIECE = 32_768
"""Rows that are written again at a time."""


def validate_in_files(fit: Fit, validate: Callable[[Fit], Agreement]) -> Agreement:
    """Estimates, standard errors and log-likelihood against those of all rows read again, and what `validate` says of
    the sample. Raises IncompatibleError for models that have no second form.
    """
    model: Model = fit.model
    known = named(model) in KERNELS
    if not known or not (fit.penalty is None or isinstance(fit.penalty, Ridge)):
        raise IncompatibleError(f"validate has no second form of {model.title} whose rows are {model.rows.place}.")
    sums = sums_at(model, fit.estimate)
    there = _maximum_near(fit, sums)
    reference = fit.estimate + there.step
    rows = compared(
        {"term": fit.names}, fit.estimate, reference, unit=there.unit, se=there.own_se, reference_se=there.se
    )
    apart = float(np.abs(there.step / there.unit).max())
    ratio = 0.0 if fit.penalty else float(np.abs(there.own_se / there.se - 1.0).max())
    lost = len(model.rows.X) - sums.rows
    ok = apart <= SAME and ratio <= SAME and not lost
    ok = ok and abs(fit.loglik - there.loglik) <= 1e-8 * (1.0 + abs(fit.loglik))
    reference_name = f"{SECOND} over all {sums.rows:,} rows"
    what = f"{reference_name}, read again and summed by other formulas in NumPy and SciPy,"
    if ok:
        many = f"{len(rows)} coefficient{'' if len(rows) == 1 else 's'}"
        errors = "" if fit.penalty else f", standard errors (digits: {fewest(rows, 'se_digits')})"
        said = f"{what} agrees: the same {many} (digits: {fewest(rows)}){errors} and log-likelihood."
    else:
        said = (
            f"{what} does not agree: its maximum is {apart:.2g} standard errors away, standard errors differ by "
            f"{ratio:.2g} in ratio, log-likelihoods by {fit.loglik - there.loglik:+.3g}, rows by {lost:,}."
        )
    sample_ok, sample_said, notes = _sample(fit, validate)
    notes, gap = (*there.notes, *notes), there.decrement
    notes, said = ((sample_said, *notes), said) if sample_ok else (notes, f"{said} {sample_said}")
    ok = ok and sample_ok
    return Agreement(rows, fit.loglik, there.loglik, reference_name, True, gap, gap, ok, said, notes)


@dataclass(frozen=True, eq=False)
class _OfBatch:
    """What a batch adds to the sums; small enough to be sent to where the batch is."""

    coding: Coding
    kind: str
    theta: Floats
    labels: tuple[Any, ...] | None
    name: str
    predictor: Linear

    def __call__(self, batch: Batch) -> Again | None:
        frame = batch.table.drop_null().to_pandas().dropna().reset_index(drop=True)
        if not len(frame):
            return None
        for name in frame:
            kind = self.coding.kinds[name]
            if kind in TEXT or kind == "number":
                frame[name] = frame[name].astype(object if kind in TEXT else float)
        with at(batch.where):
            y, X = self._read(frame)
        columns = self.coding.extras
        weight = frame[columns["weights"]].to_numpy(dtype=float) if "weights" in columns else None
        offset = np.zeros(len(frame)) + (frame[columns["offset"]].to_numpy(dtype=float) if "offset" in columns else 0.0)
        if "exposure" in columns:
            offset = offset + np.log(frame[columns["exposure"]].to_numpy(dtype=float))
        return again(self.kind, self.theta, X, y, weight, offset, self.predictor)

    def _read(self, frame: pd.DataFrame) -> tuple[Floats, Floats]:
        """The outcome in numbers, and X."""
        if self.coding.ends is not None:
            return self.coding.ends.of(frame, np.arange(len(frame))), self.coding.design.encode(frame)
        outcome, X = new_outcome(self.coding.design, self.name, frame)
        return np.asarray(outcome, dtype=float) if self.labels is None else codes_of(outcome, self.labels, self.name), X


def sums_at(model: Model, theta: Floats) -> Again:
    """Log-likelihood, score and information at theta over all rows, read again."""
    coding = model.rows.coding
    work = _OfBatch(coding, named(model), theta, model.labels, model.outcome_name, model.predictor)
    return model.rows.source.total(coding.columns, work, PIECE)


def sample_of(model: Model, most: int) -> tuple[Model, bool]:
    """At most so many of the rows that are held, as a model in memory, and whether all rows are held."""
    held = model.sampled
    rows = held.rows if len(held.rows.X) <= most else held.rows.sample(most)
    alone = replace(held, rows=rows, source=None, kept=None, origin=None, dropped={}, n_dropped=0)
    return alone, len(held.rows.X) == len(model.rows.X)


class _Near(NamedTuple):
    """The step from the estimate to the maximum, the standard errors there and the fit's of the same kind, the unit
    that steps are measured in, the decrement, and the log-likelihood at the estimate.
    """

    step: Floats
    se: Floats
    own_se: Floats
    unit: Floats
    decrement: float
    loglik: float
    notes: tuple[str, ...]


def _maximum_near(fit: Fit, sums: Again) -> _Near:
    model: Model = fit.model
    n, p, g, H = sums.n, len(fit.estimate), sums.score, sums.information
    scale2, loglik = 1.0, sums.loglik
    if model.has_scale:
        rss = -2.0 * sums.loglik
        scale2, loglik = rss / (n - p), -0.5 * n * (np.log(2.0 * np.pi * rss / n) + 1.0)
    if isinstance(fit.penalty, Ridge):
        K = fit.penalty.quadratic(model)
        g, H, scale2 = g - K @ fit.estimate, H + K, 1.0
    size = np.sqrt(np.diagonal(H))
    bread = np.linalg.inv(H / np.outer(size, size)) / np.outer(size, size)
    step = bread @ g
    unit = np.sqrt(np.diagonal(bread) * scale2)
    decrement = float(np.sqrt(max(step @ g, 0.0) / scale2))
    se, own, notes = unit, fit.se if fit.kinds else unit, ()
    factor = {"HC0": 1.0, "HC1": n / (n - p), "robust": n / (n - p) if model.has_scale else n / (n - 1.0)}
    if fit.penalty is not None:
        se = own = np.full(p, np.nan)
    elif isinstance(fit.cov_kind, str) and fit.cov_kind in factor:
        se = np.sqrt(factor[fit.cov_kind] * np.diagonal(bread @ sums.squares @ bread))
    elif fit.cov_kind == "quasi":
        se = unit * np.sqrt(quasi_dispersion(model, fit.estimate))
    elif fit.cov_kind != "information":
        own = np.sqrt(np.diagonal(fit.solution.covariance)) * fit.scale
        notes = (f"the standard errors compared over all rows are of the inverse information, not {fit.cov}.",)
    return _Near(step, se, own, unit, decrement, loglik, notes)


def _sample(fit: Fit, validate: Callable[[Fit], Agreement]) -> tuple[bool, str, tuple[str, ...]]:
    """What statsmodels says of the sample: whether it agrees, in words, and notes."""
    sample, whole = sample_of(fit.model, SAMPLE)
    few = len(sample.rows.X)
    kind = fit.cov_kind if isinstance(fit.cov_kind, str) else "information"
    try:
        found = validate(fitted(sample, cov=kind, penalty=fit.penalty))
    except StattoolsError as error:
        return True, f"A sample of {few:,} rows says nothing, as it has no fit of its own: {error.message}", ()
    which = "all of them" if whole and few == len(fit.model.rows.X) else f"a sample of {few:,} rows, fitted alone"
    return found.ok, f"On {which}: {found.sentence}", found.notes
