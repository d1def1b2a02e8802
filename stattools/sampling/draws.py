"""A posterior as draws: means, intervals, probabilities, predictions, diagnostics, and a DataTree for ArviZ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, IncompatibleError
from stattools.export.arviz import datatree, summary
from stattools.export.layout import data_groups, layout, outcome
from stattools.export.replicates import expectations, log_likelihood, replicates
from stattools.interval import Interval
from stattools.model import Model
from stattools.models.counts import BernoulliTrials, whole_number
from stattools.models.proportion import tail_area
from stattools.prediction import at_rows
from stattools.priors.assignment import Priors
from stattools.sampling.diagnostics import METHODS, Diagnostics, diagnostics

if TYPE_CHECKING:
    import pandas as pd
    from xarray import DataTree

Floats = NDArray[np.float64]
Kind = Literal["hdi", "eti"]

CELLS = 100_000_000
"""Numbers that a group of the DataTree may hold: 0.8 GB."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws from the posterior of a model's parameters; made by `st.posterior`.

    `draws` has shape (chains, draws, q), parameters in the order of `names` and on their own scale: coefficients, then
    alpha or sigma. `priors` are the priors used, `statistics` what the sampler said about each draw, `mode` the place
    of the highest density on the unconstrained scale, by parameter, and `shift` for "laplace" how many standard
    deviations its means are from the posterior's. `print(posterior)` is a page to read.

    >>> import stattools as st
    >>> model = st.logistic("ill ~ dose", {"ill": [0, 1, 0, 1, 0, 1], "dose": [1, 2, 3, 4, 1, 4]})
    >>> belief = st.posterior(model, prior=st.Normal(0, 1), seed=1, method="importance")
    >>> belief.names, belief.draws.shape, bool(belief.probability(low=0.0, name="dose") > 0.9)
    (('Intercept', 'dose'), (1, 4000, 2), False)
    """

    model: Any
    priors: Priors
    draws: Floats
    method: str
    seed: int
    statistics: dict[str, NDArray[Any]]
    mode: Floats
    pareto_k: float | None = None
    shift: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.priors.names

    @property
    def flat(self) -> Floats:
        """All draws, chain after chain, (S, q)."""
        return self.draws.reshape(-1, self.draws.shape[-1])

    @property
    def mean(self) -> Floats:
        """Posterior means, (q,)."""
        return self.flat.mean(axis=0)

    @property
    def sd(self) -> Floats:
        """Posterior standard deviations, (q,)."""
        return self.flat.std(axis=0, ddof=1)

    @property
    def median(self) -> Floats:
        """Posterior medians, (q,)."""
        return np.median(self.flat, axis=0)

    @property
    def covariance(self) -> Floats:
        """Posterior covariance, (q, q)."""
        return np.atleast_2d(np.cov(self.flat, rowvar=False))

    def interval(self, prob: float = 0.94, *, kind: Kind = "hdi") -> Interval:
        """Intervals that hold each parameter with probability `prob`, ends of shape (q,).

        "hdi" is the shortest that holds this share of the draws, "eti" leaves the same share on either side. Raises
        DomainError for prob outside (0, 1) and an unknown kind.
        """
        tail = tail_area(prob, "prob")
        if kind == "eti":
            lower, upper = np.quantile(self.flat, [tail, 1.0 - tail], axis=0)
        elif kind == "hdi":
            lower, upper = _shortest(self.flat, prob)
        else:
            raise DomainError(f'interval needs kind="hdi" or kind="eti"; got kind={kind!r}.')
        return Interval(lower, upper, prob, kind, self.names)

    def probability(self, low: float = -np.inf, high: float = np.inf, *, name: str | None = None) -> Any:
        """Share of the draws with low <= parameter <= high: a float for one `name`, an array (q,) for all."""
        if not low <= high:
            raise DomainError(f"probability needs low <= high; got low={low!r}, high={high!r}.")
        share = np.mean((self.flat >= low) & (self.flat <= high), axis=0)
        return share if name is None else float(share[self._place(name)])

    def __getitem__(self, name: str) -> Floats:
        """The draws of one parameter, (chains, draws)."""
        return self.draws[:, :, self._place(name)]

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """So many of the draws, chosen at random with replacement, (draws, q)."""
        count = whole_number(draws, "draws", at_least=1)
        return self.flat[np.random.default_rng(seed).integers(len(self.flat), size=count)]

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """R-hat, effective sample sizes, divergences, E-BFMI, Pareto k: numbers, and in words what failed."""
        return diagnostics(self.names, self.draws, self.method, self.statistics, self.pareto_k, self.shift)

    def table(self, prob: float = 0.94, *, kind: Kind = "hdi") -> pd.DataFrame:
        """One row per parameter: term, mean, sd, median, lower, upper, r_hat, ess_bulk, ess_tail, mcse."""
        import pandas as pd

        lower, upper = self.interval(prob, kind=kind)
        columns = {"term": self.names, "mean": self.mean, "sd": self.sd, "median": self.median}
        return pd.DataFrame(columns | {"lower": lower, "upper": upper}).join(
            self.diagnostics.table().drop(columns="term")
        )

    def summary(self, prob: float = 0.94, *, kind: Kind = "hdi") -> pd.DataFrame:
        """ArviZ's summary of the draws, its interval of this probability and kind; unrounded.

        Diagnostics of convergence come with NUTS only: of independent draws they would prove nothing.
        """
        tail_area(prob, "prob")
        tree = datatree({"posterior": layout(self.model).split(self.draws)}, **self._names_of_axes(), attrs={})
        return summary(tree, prob=prob, kind=kind, sampled=self.method == "nuts")

    def predict(
        self,
        data: Any = None,
        *,
        kind: Literal["mean", "observation"] = "mean",
        seed: int | np.random.Generator | None = None,
        offset: str | ArrayLike | None = None,
        exposure: str | ArrayLike | None = None,
        trials: ArrayLike | None = None,
    ) -> Floats:
        """For every draw what the model expects of each row, (S, rows), for the rows of the data or for new rows.

        `kind` is "mean" (the expected outcome; probabilities (S, rows, K) for K categories) or "observation": a new
        outcome, drawn with `seed`. Grouped outcomes predict successes, in new rows out of `trials`. Raises
        IncompatibleError for models that have no rows.
        """
        model = self._rows("predict")
        if kind not in ("mean", "observation"):
            raise DomainError(f'predict needs kind="mean" or kind="observation"; got kind={kind!r}.')
        at = at_rows(model, data, offset, exposure)
        if kind == "mean":
            return expectations(at, self.flat)
        if seed is None:
            raise DomainError('predict(kind="observation") draws new outcomes: give seed=, a whole number.')
        among = None
        if at.rows.y.ndim == 2 and data is not None:
            if trials is None:
                raise DomainError('predict(kind="observation") of new rows needs trials=, a whole number per row.')
            among = np.broadcast_to(np.asarray(trials, dtype=float), (len(at.rows.X),))
        return replicates(at, self.flat, seed=seed, trials=among)

    def check(self, statistic: Callable[[Floats], float], *, seed: int | np.random.Generator = 0) -> PredictiveCheck:
        """A posterior predictive check: `statistic` of the outcome, beside that of replicated outcomes.

        A p-value near 0 or 1 says that the model does not reproduce this feature of the data. Source: Gelman et al.
        (2013), 6.3.
        """
        model = self._rows("check")
        y = model.rows.y[:, 0] if model.rows.y.ndim == 2 else model.rows.y
        seen = float(statistic(y))
        drawn = np.array([float(statistic(row)) for row in replicates(model, self.flat, seed=seed)])
        name = getattr(statistic, "__name__", "statistic")
        tie = 0.5 * float(np.mean(drawn == seen))
        return PredictiveCheck(name, seen, drawn, float(np.mean(drawn > seen)) + tie)

    def to_arviz(self) -> DataTree:
        """A DataTree: posterior, sample_stats, log_prior and, where they exist, prior and its predictive, posterior
        predictive, log_likelihood, observed_data, constant_data.

        A flat prior is no distribution and has no draws; your own likelihood has no rows, and so neither predictives
        nor a pointwise log-likelihood. Rows with a frequency w enter log_likelihood w times. Raises DomainError where
        rows times draws would fill the memory.
        """
        split, axes = layout(self.model).split, self._names_of_axes()
        chains, draws, q = self.draws.shape
        groups: dict[str, dict[str, Any]] = {
            "posterior": split(self.draws),
            "log_prior": split(self.priors.pointwise(self.flat).reshape(self.draws.shape)),
        }
        if self.statistics:
            groups["sample_stats"] = dict(self.statistics)
        random = np.random.default_rng([self.seed, 1])
        before = self.priors.sample(chains * draws, seed=random) if self.priors.is_proper else None
        if before is not None:
            groups["prior"] = split(before.reshape(chains, draws, q))
        if isinstance(self.model, Model):
            self._require_room(self.model)
            shape, name = (chains, draws, -1), outcome(self.model)
            groups["log_likelihood"] = {name: log_likelihood(self.model, self.flat).reshape(shape)}
            groups["posterior_predictive"] = {name: replicates(self.model, self.flat, seed=random).reshape(shape)}
            if before is not None:
                groups["prior_predictive"] = {name: _possible(self.model, before, random).reshape(shape)}
        elif isinstance(self.model, BernoulliTrials):
            for which, theta in (("posterior", self.flat), ("prior", before)):
                if theta is not None:
                    heads = random.binomial(self.model.trials, theta[:, 0])
                    groups[f"{which}_predictive"] = {"successes": heads.reshape(chains, draws, 1)}
        data, dims, coords = data_groups(self.model)
        axes["dims"] |= dims
        axes["coords"] |= coords
        return datatree(groups | data, **axes, attrs=self._attributes())

    def __str__(self) -> str:
        from stattools.sampling.page import page

        return page(self)

    def __repr__(self) -> str:
        chains, draws, _ = self.draws.shape
        return f"Posterior({self.model.title}, {METHODS[self.method]}, {chains} x {draws} draws, seed={self.seed})"

    def _attributes(self) -> dict[str, Any]:
        said = "; ".join(self.priors.lines())
        attrs = {"model": self.model.title, "method": METHODS[self.method], "seed": self.seed, "prior": said}
        formula = getattr(self.model, "formula", None)
        if formula is not None:
            attrs["formula"] = formula
        if getattr(self.model, "labels", None) is not None:
            attrs["labels"] = [str(label) for label in self.model.labels]
        return attrs if self.pareto_k is None else attrs | {"pareto_k": self.pareto_k}

    def _names_of_axes(self) -> dict[str, Any]:
        shape = layout(self.model)
        return {"dims": dict(shape.dims), "coords": dict(shape.coords)}

    def _require_room(self, model: Model) -> None:
        cells = len(model.rows.X) * len(self.flat)
        if cells > CELLS:
            raise DomainError(
                f"to_arviz would hold {len(model.rows.X):,} rows times {len(self.flat):,} draws, {8e-9 * cells:.1f} GB "
                "in each of four groups. Take fewer draws= or rows; summary(), table() and predict() need no DataTree."
            )

    def _rows(self, what: str) -> Model:
        if not isinstance(self.model, Model):
            raise IncompatibleError(f"{what} belongs to regressions; {self.model.title} has no rows.")
        return self.model

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise DomainError(f"the posterior has {', '.join(self.names)}; got name={name!r}.")
        return self.names.index(name)


@dataclass(frozen=True, eq=False)
class PredictiveCheck:
    """A statistic of the outcome, its values in replicated outcomes, and the share of these above it."""

    name: str
    observed: float
    replicated: Floats
    p_value: float

    def __str__(self) -> str:
        low, high = np.quantile(self.replicated, [0.03, 0.97])
        return (
            f"{self.name}: {self.observed:.4g} observed, {low:.4g} to {high:.4g} in 94 % of the replicated outcomes, "
            f"posterior predictive p = {self.p_value:.3f}"
        )


def _possible(model: Model, theta: Floats, random: np.random.Generator) -> Floats:
    """Replicates under the prior; counts whose mean is beyond what a generator can draw stay at the largest count."""
    try:
        return replicates(model, theta, seed=random)
    except ValueError as error:
        raise DomainError(
            f"the prior predictive of {model.title} reaches counts that no generator can draw ({error}): the priors "
            "are too wide for a log link. Give narrower ones."
        ) from error


def _shortest(draws: Floats, prob: float) -> tuple[Floats, Floats]:
    """The shortest intervals that hold a share `prob` of the draws, (S, q)."""
    ordered = np.sort(draws, axis=0)
    inside = int(np.floor(prob * len(draws)))
    width = ordered[inside:] - ordered[: len(draws) - inside]
    first = np.argmin(width, axis=0)
    each = np.arange(draws.shape[1])
    return ordered[first, each], ordered[first + inside, each]
