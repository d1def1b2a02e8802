"""Networks of one model, trained apart: their mean predicts, their spread says how much the training leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

import numpy as np

from stattools.errors import IncompatibleError, quoted
from stattools.inference.prediction.answers import handed_out
from stattools.inference.prediction.confusion_table import most_probable
from stattools.inference.prediction.new_rows import Missing
from stattools.inference.questions import offered, require
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.interval import require_level
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.names.values import meant
from stattools.interface.when_needed import pd
from stattools.networks.absent import NEEDS, refuse
from stattools.networks.calibration import brier, confusion, reliability, temperature_of
from stattools.networks.dense import Floats
from stattools.networks.network_fit import NetworkFit, as_labels, inputs_of, places_of
from stattools.networks.network_model import NetworkModel
from stattools.networks.plots import PlottedNetwork
from stattools.text.one_line import headline, many
from stattools.text.page import Grid, Page

if TYPE_CHECKING:
    from pathlib import Path

    from stattools.inference.diagnostics.checks.table import CheckTable


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class NetworkEnsemble(PlottedNetwork):
    """Networks of one model from different starts ("deep") or resampled rows ("bootstrap"): `st.fit(model, members=)`.

    Predictions are the mean over members; their spread is how much the training, and for "bootstrap" the data, leave
    open. It is no standard error of the truth. Source: Lakshminarayanan et al., NeurIPS 2017 (arXiv:1612.01474).
    """

    members: tuple[NetworkFit, ...]
    kind: Literal["deep", "bootstrap"]
    is_several: ClassVar[bool] = True

    @property
    def model(self) -> NetworkModel:
        """The model of the first member."""
        return self.members[0].model

    @property
    def seed(self) -> int | None:
        """The seed that all members come from, one after the other."""
        return self.members[0].seed

    def mean(self, X: Floats | None = None) -> Floats:
        """Mean over members of E(y): (n, K) or (n,)."""
        return np.mean([member.mean(X) for member in self.members], axis=0)

    def predict(
        self,
        data: Any = None,
        *,
        kind: Literal["mean", "class"] = "mean",
        spread: float | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """As `NetworkFit.predict`; `spread=prob` gives a long frame row, [category,] mean, lower, upper of members.

        lower and upper are the central `prob` of the members' predictions: the spread of the ensemble.
        """
        first = self.members[0]
        X, places = inputs_of(self.model, data, missing)
        kind = word_of(kind, ("mean", "class"))
        if not is_one_of(kind, ("mean", "class")):
            instead = meant("kind of predictions", kind, ("mean", "class"))
            raise IncompatibleError(
                f"predict of a network has kind 'mean' and 'class'; got kind={quoted(kind)}.{instead}"
            )
        if kind == "class":
            labels = first.labels
            if spread is not None:
                raise IncompatibleError("spread= is that of the members' means: it does not go with kind='class'.")
            if labels is None:
                raise IncompatibleError(f"{self.model.outcome_name!r} has no classes; kind='mean' predicts it.")
            mean = self.mean(X)
            return handed_out(places, as_labels(labels, most_probable(mean)), kind, align)
        draws = np.array([member.mean(X) for member in self.members])
        mean = draws.mean(axis=0)
        if spread is None:
            found = mean if mean.ndim == 1 else pd.DataFrame(mean, columns=[str(label) for label in first.labels or ()])
            return handed_out(places, found, kind, align)
        require_level(spread, "spread=")
        lower, upper = np.quantile(draws, [0.5 * (1.0 - spread), 0.5 * (1.0 + spread)], axis=0)
        columns: dict[str, Any] = {"row": np.arange(len(mean))}
        if mean.ndim == 2:
            names = [str(label) for label in first.labels or ()]
            columns = {"row": np.repeat(columns["row"], len(names)), "category": names * len(mean)}
        long = pd.DataFrame(columns | {"mean": mean.ravel(), "lower": lower.ravel(), "upper": upper.ravel()})
        return handed_out(places, long, kind, align, is_bare=False)

    def pointwise_loglik(self, data: Any = None, *, align: bool = True) -> Any:
        """log of the mean over members of p(y_i | x_i): the ensemble is a mixture. `align` as in `Fit.predict`."""
        from scipy.special import logsumexp

        parts = [member.pointwise_loglik(data, align=False) for member in self.members]
        found = logsumexp(parts, axis=0) - np.log(len(parts))
        return handed_out(places_of(self.model, data, len(found)), found, "loglik", align)

    def log_score(self, data: Any = None) -> float:
        """Mean of -log p(y_i | x_i) of the mixture."""
        return -float(np.average(self.pointwise_loglik(data, align=False), weights=self.model.frequencies(data)))

    @cached_property
    def own_log_score(self) -> float:
        """The log score of the rows of the fit."""
        return self.log_score()

    @property
    def labels(self) -> tuple[Any, ...] | None:
        """The outcome's labels; 0 and 1 where it came so; None for a quantity or a count."""
        return self.members[0].labels

    def accuracy(self, data: Any = None) -> float:
        """Share of rows whose most probable label is the observed one."""
        table = self.confusion(data).to_numpy()
        return float(np.trace(table) / table.sum())

    def confusion(self, data: Any = None) -> pd.DataFrame:
        """Counts of rows by observed (rows) and predicted label (columns)."""
        return confusion(self, data)

    def brier(self, data: Any = None) -> float:
        """Mean squared error of the mean probabilities, summed over labels (halved for two)."""
        return brier(self, data)

    def calibration(self, data: Any = None, *, bins: int = 10) -> pd.DataFrame:
        """As `NetworkFit.calibration`, of the mean probabilities."""
        return reliability(self, data, bins)

    def check(self, data: Any = None) -> CheckTable:
        """Calibration and discrimination of the probabilities, a table check, value, verdict, advice, measure; see
        `stattools.Fit.check`. `data` as in `pointwise_loglik`: rows that it has not seen say more.
        """
        from stattools.networks.checks import check

        require(self, "check", NEEDS)
        return check(self, data)

    def calibrated(self, data: Any) -> NetworkEnsemble:
        """The ensemble with one temperature T for all members, at the maximum of the mixture's likelihood of `data`.

        `data` are rows that it was not trained on. T < 1 is common: the mean of members that disagree is less sure
        than each of them. Raises as `NetworkFit.calibrated`. Source: Rahaman & Thiery, NeurIPS 2021 (arXiv:2007.08792).
        """
        temperature = temperature_of(self.members, data)
        return replace(self, members=tuple(replace(member, temperature=temperature) for member in self.members))

    @property
    def temperature(self) -> float:
        """What divides eta in every member: 1 unless `calibrated`."""
        return self.members[0].temperature

    def __dir__(self) -> list[str]:
        """What this ensemble can be asked."""
        return offered(self, super().__dir__(), NEEDS)

    def __getattr__(self, name: str) -> NoReturn:
        refuse(self, name)

    def save(self, path: str | Path) -> Path:
        """Write the members without their data to a file, which `st.load` reads; returns the path."""
        from stattools.inference.storage.file import save

        return save(self, path)

    def _headline(self) -> str:
        model = self.model
        members = many(len(self.members), "network")
        return headline(self, self.kind, model._subject or model.outcome_name, members, f"n = {model.n:,.0f}")

    def _page(self) -> Page:
        what = "from different random starts" if self.kind == "deep" else "on resampled rows"
        scores = [[f"{k}", f"{-member.loglik / member.n:.4f}"] for k, member in enumerate(self.members, 1)]
        tempered = [] if self.temperature == 1.0 else [f"Temperature {self.temperature:.4g}"]
        return Page(
            f"Ensemble of {len(self.members)} networks {what}: {self.model.title} of {self.model.outcome_name}",
            "",
            Grid(["member", "log score"], [*scores, ["ensemble", f"{self.own_log_score:.4f}"]], "lr"),
            "",
            "Log scores are those of the rows of the fit.",
            *tempered,
            "The spread of the members is no standard error: it says how much the training leaves open.",
        )
