"""Networks of one model, trained apart: their mean predicts, their spread says how much the training leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import IncompatibleError
from stattools.inference.prediction.predict import Missing, handed_out
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of, word_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.networks.calibration import temperature_of
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.networks.trained_network import KINDS, TrainedNetwork, inputs_of, places_of, require_kind
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class NetworkEnsemble(TrainedNetwork):
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

    def mean(self, X: ArrayLike | None = None) -> Floats:
        """Mean over members of E(y): (n, K) or (n,)."""
        return np.mean([member.mean(X) for member in self.members], axis=0)

    def predict(
        self,
        data: object = None,
        *,
        kind: Literal["mean", "class"] = "mean",
        spread: float | None = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """As `NetworkFit.predict`; `spread=prob` gives a long frame row, [category,] mean, lower, upper of members.

        lower and upper are the central `prob` of the members' predictions: the spread of the ensemble.
        """
        if spread is None:
            return super().predict(data, kind=kind, missing=missing, align=align)
        if is_one_of(word_of(kind, KINDS), ("class",)):
            raise IncompatibleError("spread= is that of the members' means: it does not go with kind='class'.")
        require_kind(kind)
        X, places = inputs_of(self.model, data, missing)
        draws = np.array([member.mean(X) for member in self.members])
        mean = draws.mean(axis=0)
        require_level(spread, "spread=")
        lower, upper = np.quantile(draws, [0.5 * (1.0 - spread), 0.5 * (1.0 + spread)], axis=0)
        columns: dict[str, Any] = {"row": np.arange(len(mean))}
        if mean.ndim == 2:
            names = [str(label) for label in self.labels or ()]
            columns = {"row": np.repeat(columns["row"], len(names)), "category": names * len(mean)}
        long = pd.DataFrame(columns | {"mean": mean.ravel(), "lower": lower.ravel(), "upper": upper.ravel()})
        return handed_out(places, long, kind, align, is_bare=False)

    def pointwise_loglik(self, data: object = None, *, align: bool = True) -> Any:
        """log of the mean over members of p(y_i | x_i): the ensemble is a mixture. `align` as in `Fit.predict`."""
        from scipy.special import logsumexp

        parts = [member.pointwise_loglik(data, align=False) for member in self.members]
        found = logsumexp(parts, axis=0) - np.log(len(parts))
        return handed_out(places_of(self.model, data, len(found)), found, "loglik", align)

    @cached_property
    def own_log_score(self) -> float:
        """The log score of the rows of the fit."""
        return self.log_score()

    @property
    def labels(self) -> tuple[Any, ...] | None:
        """The outcome's labels; 0 and 1 where it came so; None for a quantity or a count."""
        return self.members[0].labels

    def calibrated(self, data: object) -> NetworkEnsemble:
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
