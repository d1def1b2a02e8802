"""What a trained network, and several of one model, are asked of rows: predictions, scores, calibration, checks.

The checks of a network that predicts labels: are its probabilities what happens, and do they tell labels apart?

It has no standard errors and no columns to look at one by one; what is left are its predictions, of the rows that it
was trained on, which flatter it, or of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np

from stattools.data.tables.outcome import as_outcome
from stattools.data.tables.table import ARRAYS, Places, origin_of
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.checks import CheckTable, Looked, check_table
from stattools.inference.diagnostics.goodness import calibrated, edges_of, ranked, tenths
from stattools.inference.needs import offered, require
from stattools.inference.prediction.kinds import most_probable
from stattools.inference.prediction.predict import Missing, encoded, handed_out, require_missing
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.networks.absent import NEEDS, refuse
from stattools.networks.calibration import Predictor, brier, confusion, probabilities_and_hits, reliability
from stattools.networks.network_model import NetworkModel
from stattools.networks.plots import PlottedNetwork

if TYPE_CHECKING:
    from pathlib import Path


KINDS = ("mean", "class")


@answers_guesses
class TrainedNetwork(PlottedNetwork):
    """One network, or several whose mean predicts: their `mean` at a design and their `pointwise_loglik` are their own,
    and all else follows.
    """

    labels: Any
    mean: Any
    pointwise_loglik: Any

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
        kind, labels = require_kind(kind), self.labels
        if kind == "class" and labels is None:
            raise IncompatibleError(f"{self.model.outcome_name!r} has no classes; kind='mean' predicts it.")
        found = self.mean(X)
        if kind == "class":
            found = as_outcome(labels, most_probable(found))
        elif found.ndim == 2:
            found = pd.DataFrame(found, columns=[str(label) for label in labels or ()])
        return handed_out(places, found, kind, align)

    def log_score(self, data: object = None) -> float:
        """Mean of -log p(y_i | x_i), of the mixture where there are several networks: the smaller, the better. `data`
        as in `pointwise_loglik`.
        """
        return -float(np.average(self.pointwise_loglik(data, align=False), weights=self.model.frequencies(data)))

    def accuracy(self, data: object = None) -> float:
        """Share of rows whose most probable label is the observed one. `data` as in `pointwise_loglik`."""
        table = self.confusion(data).to_numpy()
        return float(np.trace(table) / table.sum())

    def confusion(self, data: object = None) -> pd.DataFrame:
        """Counts of rows by observed (rows) and predicted label (columns). `data` as in `pointwise_loglik`."""
        return confusion(self, data)

    def brier(self, data: object = None) -> float:
        """Mean squared error of the probabilities, summed over labels (halved for two, as for logistic regression)."""
        return brier(self, data)

    def calibration(self, data: object = None, *, bins: int = 10) -> pd.DataFrame:
        """Observed share against the predicted probability of all labels, in groups of equal width: reliability.

        One row per group that is not empty: predicted, observed, n, lower, upper (95 % Wilson interval). Raises
        DomainError for bins that are not a whole number >= 1.
        """
        return reliability(self, data, bins)

    def check(self, data: object = None) -> CheckTable:
        """Calibration and discrimination of the probabilities, a table check, value, verdict, advice, measure; see
        `stattools.Fit.check`. `data` as in `pointwise_loglik`: rows that it has not seen say more.
        """

        require(self, "check", NEEDS)
        return check(self, data)

    def save(self, path: str | Path) -> Path:
        """Write the fit without its data to a file, which `st.load` reads; returns the path."""
        from stattools.inference.storage.file import save

        return save(self, path)

    def __dir__(self) -> list[str]:
        """What can be asked here."""
        return offered(self, super().__dir__(), NEEDS)

    def __getattr__(self, name: str) -> NoReturn:
        refuse(self, name)


def require_kind(kind: Any) -> Any:
    """The kind of predictions that a word spells; IncompatibleError where it is none."""
    return one_of(
        kind,
        KINDS,
        "predict of a network has kind 'mean' and 'class'",
        IncompatibleError,
        got="kind=",
        meaning="kind of predictions",
    )


def inputs_of(model: NetworkModel, data: Any, missing: Missing) -> tuple[Floats | None, Places]:
    """The design of new rows, a table or the X of a pair (y, X), and where they are in it; None of the own rows.

    Where no row is complete the design is one row of zeros, whose answer is none of theirs.
    """
    missing = require_missing(missing)
    if data is None:
        return None, model.places
    X, places = encoded(model.design, data[1] if isinstance(data, tuple) and len(data) == 2 else data, missing)
    return (X if len(X) else np.zeros((1, X.shape[1]))), places


def places_of(model: NetworkModel, data: object, n: int) -> Places:
    """Where n rows with an outcome are: a table, or a pair (y, X) of arrays; the own rows of the model for None."""
    if data is None:
        return model.places
    given = data if isinstance(data, tuple) else (data,)
    return Places(n, None, origin_of(*given) or ARRAYS)


def check(fit: Predictor, data: object = None) -> CheckTable:
    """The table of the checks of a network, or of several."""
    p, hit = probabilities_and_hits(fit, data)
    if p.shape[1] == 2:  # the other says the same
        p, hit = p[:, 1:], hit[:, 1:]
    weight = fit.model.frequencies(data)
    weight, share = np.ones(len(p)) if weight is None else weight, hit.astype(float)
    calibration = calibrated(tenths(p, share, weight, edges_of(p)))
    return check_table({"": Looked((calibration, ranked(p, share, weight)), {})}, fit.model.title)
