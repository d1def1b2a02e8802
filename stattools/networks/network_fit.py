"""A trained network: predictions and held-out scores. It has no standard errors, and says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from stattools.data.tables.origin import ARRAYS, origin_of
from stattools.data.tables.places import Places
from stattools.errors import IncompatibleError, quoted
from stattools.inference.any_fit import Judged
from stattools.inference.prediction.answers import handed_out
from stattools.inference.prediction.confusion_table import most_probable
from stattools.inference.prediction.new_rows import Missing, encoded, require_missing
from stattools.inference.questions import offered, require
from stattools.interface.arguments import word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.names.values import meant
from stattools.interface.when_needed import pd
from stattools.likelihoods import Gaussian
from stattools.likelihoods.outcomes import Outcome
from stattools.networks.absent import NEEDS, refuse
from stattools.networks.calibration import brier, confusion, reliability, temperature_of
from stattools.networks.dense import Floats
from stattools.networks.network_model import NetworkModel
from stattools.networks.plots import PlottedNetwork
from stattools.solvers.solution import Epoch
from stattools.text.columns import number
from stattools.text.one_line import headline, many
from stattools.text.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from stattools.inference.diagnostics.checks.table import CheckTable


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class NetworkFit(PlottedNetwork):
    """What `st.fit(st.network(...), seed=...)` returns.

    `model` is frozen (batch norm in evaluation mode), `estimate` (size,) the parameters, `loglik` that of all rows,
    `history` the mean log-likelihood by step or epoch, `reason` why training stopped. `temperature` divides eta: see
    `calibrated`. A network's parameters have no standard errors: its units can be exchanged, so its maximum is not
    unique. `st.fit(model, members=...)` gives the spread of an ensemble.

    >>> import stattools as st
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

    def predict(
        self,
        data: Any = None,
        *,
        kind: Literal["mean", "class"] = "mean",
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """E(y) or the most probable label of the rows of the fit, or of new rows: a table, or an array X.

        Several categories: a frame with one column of probabilities per label. The answer has the rows of the table, as
        that of `Fit.predict`, which says what `missing` and `align` are. Raises DomainError for missing columns and
        unseen levels, IncompatibleError for a class of a quantity.
        """
        X, places = inputs_of(self.model, data, missing)
        mean = self.mean(X)
        labels = self.labels
        kind = word_of(kind, ("mean", "class"))
        if kind == "class":
            if labels is None:
                raise IncompatibleError(f"{self.model.outcome_name!r} has no classes; kind='mean' predicts it.")
            codes = most_probable(mean)
            return handed_out(places, as_labels(labels, codes), kind, align)
        if kind != "mean":
            instead = meant("kind of predictions", kind, ("mean", "class"))
            raise IncompatibleError(
                f"predict of a network has kind 'mean' and 'class'; got kind={quoted(kind)}.{instead}"
            )
        found = mean if mean.ndim == 1 else pd.DataFrame(mean, columns=[str(label) for label in labels or ()])
        return handed_out(places, found, kind, align)

    @property
    def labels(self) -> tuple[Any, ...] | None:
        """The outcome's labels; 0 and 1 where it came so; None for a quantity or a count."""
        return (self.model.labels or (0, 1)) if self.model.likelihood.outcome.has_labels else None

    def mean(self, X: Floats | None = None) -> Floats:
        """E(y) of each row of a design matrix, the fit's own by default: (n, K) probabilities or (n,)."""
        if self.temperature == 1.0:
            return self.model.mean(self.estimate, X)
        return self.model.likelihood.mean(self.model.eta(self.estimate, X) / self.temperature)

    def pointwise_loglik(self, data: Any = None, *, align: bool = True) -> Any:
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

    def log_score(self, data: Any = None) -> float:
        """Mean of -log p(y_i | x_i): the smaller, the better. `data` as in `pointwise_loglik`."""
        return -float(np.average(self.pointwise_loglik(data, align=False), weights=self.model.frequencies(data)))

    def accuracy(self, data: Any = None) -> float:
        """Share of rows whose most probable label is the observed one. `data` as in `pointwise_loglik`."""
        table = self.confusion(data).to_numpy()
        return float(np.trace(table) / table.sum())

    def confusion(self, data: Any = None) -> pd.DataFrame:
        """Counts of rows by observed (rows) and predicted label (columns). `data` as in `pointwise_loglik`."""
        return confusion(self, data)

    def brier(self, data: Any = None) -> float:
        """Mean squared error of the probabilities, summed over labels (halved for two, as for logistic regression)."""
        return brier(self, data)

    def calibration(self, data: Any = None, *, bins: int = 10) -> pd.DataFrame:
        """Observed share against the predicted probability of all labels, in groups of equal width: reliability.

        One row per group that is not empty: predicted, observed, n, lower, upper (95 % Wilson interval). Raises
        DomainError for bins that are not a whole number >= 1.
        """
        return reliability(self, data, bins)

    def check(self, data: Any = None) -> CheckTable:
        """Calibration and discrimination of the probabilities, a table check, value, verdict, advice, measure; see
        `stattools.Fit.check`. `data` as in `pointwise_loglik`: rows that it has not seen say more.
        """
        from stattools.networks.checks import check

        require(self, "check", NEEDS)
        return check(self, data)

    def calibrated(self, data: Any) -> NetworkFit:
        """The fit with its temperature T at the maximum of the likelihood of `data`, rows that it was not trained on.

        p = softmax(eta / T): T > 1 says that the network was too sure. One number, so labels and their order stay.
        Raises DomainError where there is no maximum: all rows right by any T, or no better than by chance.
        Source: Guo et al., ICML 2017 (arXiv:1706.04599).
        """
        return replace(self, temperature=temperature_of([self], data))

    def __dir__(self) -> list[str]:
        """What this fit can be asked."""
        return offered(self, super().__dir__(), NEEDS)

    def __getattr__(self, name: str) -> NoReturn:
        refuse(self, name)

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

    def save(self, path: str | Path) -> Path:
        """Write the fit without its data to a file, which `st.load` reads; returns the path."""
        from stattools.inference.storage.file import save

        return save(self, path)

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


def as_labels(labels: tuple[Any, ...], codes: NDArray[Any]) -> NDArray[Any]:
    """Labels by code: bool, int or str arrays where all labels are, objects otherwise."""
    kinds = {type(label) for label in labels}
    kind = kinds.pop() if len(kinds) == 1 and kinds <= {bool, int, float} else object
    return np.array(labels, dtype=kind)[codes]


def inputs_of(model: NetworkModel, data: Any, missing: Missing) -> tuple[Floats | None, Places]:
    """The design of new rows, a table or the X of a pair (y, X), and where they are in it; None of the own rows.

    Where no row is complete the design is one row of zeros, whose answer is none of theirs.
    """
    missing = require_missing(missing)
    if data is None:
        return None, model.places
    X, places = encoded(model.design, data[1] if isinstance(data, tuple) and len(data) == 2 else data, missing)
    return (X if len(X) else np.zeros((1, X.shape[1]))), places


def places_of(model: NetworkModel, data: Any, n: int) -> Places:
    """Where n rows with an outcome are: a table, or a pair (y, X) of arrays; the own rows of the model for None."""
    if data is None:
        return model.places
    given = data if isinstance(data, tuple) else (data,)
    return Places(n, None, origin_of(*given) or ARRAYS)
