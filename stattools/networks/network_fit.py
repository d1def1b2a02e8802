"""A trained network: predictions and held-out scores. It has no standard errors, and says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from numpy.typing import ArrayLike

from stattools.inference.estimates import Judged
from stattools.inference.prediction.predict import handed_out
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.likelihoods import Gaussian
from stattools.likelihoods.outcomes import Outcome
from stattools.networks.calibration import temperature_of
from stattools.networks.network_model import NetworkModel
from stattools.networks.trained_network import TrainedNetwork, places_of
from stattools.solvers.solution import Epoch
from stattools.text.columns import many, number
from stattools.text.one_line import headline
from stattools.text.page import Page


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class NetworkFit(TrainedNetwork):
    """What `st.fit(st.network(...), seed=...)` returns.

    `model` is frozen (batch norm in evaluation mode), `estimate` (size,) the parameters, `loglik` that of all rows,
    `history` the mean log-likelihood by step or epoch, `reason` why training stopped. `temperature` divides eta: see
    `calibrated`. A network's parameters have no standard errors: its units can be exchanged, so its maximum is not
    unique. `st.fit(model, members=...)` gives the spread of an ensemble.

    >>> import numpy as np, stattools as st
    >>> x = np.linspace(-2, 2, 40)
    >>> fit = st.fit(st.network((np.abs(x) < 1).astype(int), x, hidden=[4], activation="tanh"), seed=1)
    >>> fit.predict({"x1": [0.0, 1.9]}, kind="class").tolist()
    [1, 0]
    """

    model: NetworkModel
    estimate: Floats
    loglik: float
    history: tuple[Epoch, ...]
    reason: str
    solver: str
    seed: int | None
    penalty: str | None = None
    temperature: float = 1.0

    @property
    def n(self) -> float:
        """Number of observations."""
        return self.model.n

    @property
    def names(self) -> tuple[str, ...]:
        """One name per parameter."""
        return self.model.names

    @property
    def labels(self) -> tuple[Any, ...] | None:
        """The outcome's labels; 0 and 1 where it came so; None for a quantity or a count."""
        return (self.model.labels or (0, 1)) if self.model.likelihood.outcome.has_labels else None

    def mean(self, X: ArrayLike | None = None) -> Floats:
        """E(y) of each row of a design matrix, the fit's own by default: (n, K) probabilities or (n,)."""
        if self.temperature == 1.0:
            return self.model.mean(self.estimate, X)
        return self.model.likelihood.mean(self.model.eta(self.estimate, X) / self.temperature)

    def pointwise_loglik(self, data: object = None, *, align: bool = True) -> Any:
        """log p(y_i | x_i) of each row of the fit, or of new rows with their outcome: a table, or a pair (y, X).

        It has the rows of the table, or with `align=False` is an array of the rows that were used; see `Fit.predict`.
        """
        X, y = self.model.rows_of(data)
        return handed_out(places_of(self.model, data, len(y)), self._logliks(X, y), "loglik", align)

    def _logliks(self, X: Floats, y: Floats) -> Floats:
        eta = self.model.eta(self.estimate, X)
        if self.model.has_scale:
            return Gaussian(self.residual_sd).loglik(self.model.middle + self.model.unit * eta, y)
        return self.model.likelihood.loglik(eta / self.temperature, y)

    def _judged(self, model: NetworkModel) -> Judged:
        X, y = model.rows.X, model.rows.y
        return Judged(self._logliks(X, y), self.mean(X), y)

    @cached_property
    def residual_sd(self) -> float:
        """The scale of a Gaussian network: the root mean square of its residuals; NaN for other outcomes."""
        return self.model.residual_sd(self.estimate) if self.model.has_scale else float("nan")

    @cached_property
    def own_accuracy(self) -> float:
        """Share of the rows of the fit whose most probable label is the observed one; NaN without classes."""
        return float("nan") if self.labels is None else self.accuracy()

    def calibrated(self, data: object) -> NetworkFit:
        """The fit with its temperature T at the maximum of the likelihood of `data`, rows that it was not trained on.

        p = softmax(eta / T): T > 1 says that the network was too sure. One number, so labels and their order stay.
        Raises DomainError where there is no maximum: all rows right by any T, or no better than by chance.
        Source: Guo et al., ICML 2017 (arXiv:1706.04599).
        """
        return replace(self, temperature=temperature_of([self], data))

    def glance(self) -> pd.DataFrame:
        """One row: n, n_dropped, parameters, loglik, log_score, epochs, solver, seed, reason."""
        row = {
            "n": self.n,
            "n_dropped": self.model.n_dropped,
            "parameters": len(self.estimate),
            "loglik": self.loglik,
            "log_score": -self.loglik / self.n,
            "epochs": len(self.history),
            "solver": self.solver,
            "seed": self.seed,
            "reason": self.reason,
        }
        return pd.DataFrame([row])

    def curve(self) -> pd.DataFrame:
        """The training curve: epoch, training and validation (mean log-likelihoods; NaN without validation rows)."""
        return pd.DataFrame(self.history)

    def _headline(self) -> str:
        return headline(
            self,
            "",
            self.model._subject or self.model.outcome_name,
            many(len(self.estimate), "parameter"),
            f"n = {self.n:,.0f}",
            f"log L = {number(self.loglik, 4)}",
        )

    def _page(self) -> Page:
        model = self.model
        facts = [("Log-likelihood", f"{self.loglik:.6g} (log score {-self.loglik / self.n:.4f} per row)")]
        if self.labels is not None:
            facts.append(("Accuracy", f"{100 * self.own_accuracy:.2f} % of the rows it was trained on"))
            facts.append(("Labels", ", ".join(map(str, self.labels[:12]))))
        if model.likelihood.outcome is Outcome.CATEGORY and self.labels is not None:
            outputs = f"{model.likelihood.width}, the log odds of each other label against {self.labels[0]!r}"
            facts.append(("Outputs", outputs))
        penalty = "" if self.penalty is None else f", penalty {self.penalty}"
        facts.append(("Training", f"{self.solver}, seed {self.seed}{penalty}"))
        facts.append(("Stopped", f"{self.reason}, after {len(self.history)}"))
        if self.temperature != 1.0:
            facts.append(("Temperature", f"{self.temperature:.4g}"))
        return Page(
            *model._told(*facts),
            "A network has no standard errors: its units can be exchanged, so its maximum is not unique. Judge it on "
            "rows that it has not seen: fit.log_score(new_rows), fit.calibration(new_rows).",
        )
