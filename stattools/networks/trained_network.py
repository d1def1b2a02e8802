"""What a trained network, and several of one model, are asked of rows: predictions, scores, figures and checks.

A network's units can be exchanged and its maximum is not unique, so that neither standard errors nor a count of free
parameters mean anything; there is no information matrix on purpose, and who asks is told what to use instead. The
checks of a network that predicts labels look at its predictions, of the rows that it was trained on, which flatter it,
or of others: are its probabilities what happens, and do they tell labels apart?
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

import numpy as np

from stattools import figures
from stattools.data.tables.arrays import as_outcome
from stattools.data.tables.table import ARRAYS, Places, origin_of
from stattools.errors import AbsentError, IncompatibleError
from stattools.inference.certificate import Certificate
from stattools.inference.diagnostics.checks import CheckTable, Looked, check_table
from stattools.inference.diagnostics.goodness import calibrated, edges_of, ranked, tenths
from stattools.inference.estimates import AnyFit
from stattools.inference.needs import Need, offered, require
from stattools.inference.plots.drawing import Drawing, Plot, Plots, plotted
from stattools.inference.prediction.kinds import most_probable
from stattools.inference.prediction.predict import Missing, encoded, handed_out, require_missing
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.names.guesses import absent, answers_guesses
from stattools.interface.when_needed import pd
from stattools.networks.calibration import Predictor, brier, confusion, probabilities_and_hits, reliability
from stattools.networks.network_model import NetworkModel

UNCERTAINTY = "st.fit(model, members=...) for the spread of an ensemble, and log_score and calibration of new rows"
CRITERIA = "st.held_out(fits, data=new_rows), log scores of rows that none of the fits has seen"
ABSENT = {
    "se": ("standard errors", UNCERTAINTY),
    "covariance": ("covariance of its parameters", UNCERTAINTY),
    "information": ("information matrix", UNCERTAINTY),
    "interval": ("confidence intervals", UNCERTAINTY),
    "table": ("table of coefficients", "predict, log_score and calibration, or " + UNCERTAINTY),
    "test": ("tests of its parameters", CRITERIA),
    "marginal_effects": ("standard errors for effects", "predict at the rows to be compared"),
    "contrasts": ("standard errors for contrasts", "predict at the rows to be compared"),
    "aic": ("AIC", CRITERIA),
    "bic": ("BIC", CRITERIA),
    "df": ("degrees of freedom", CRITERIA),
}


def labels(fit: Any, name: str) -> None:
    """An outcome with labels."""
    if fit.labels is None:
        raise IncompatibleError(f"{fit.model.outcome_name!r} has no classes, and no {name}; log_score is for all.")


NEEDS: dict[str, tuple[Need, ...]] = dict.fromkeys(
    ("accuracy", "confusion", "brier", "calibration", "calibrated", "check"), (labels,)
)
"""What questions of a trained network need, see `stattools/inference/needs.py`."""


def refuse(fit: Any, name: str) -> NoReturn:
    """AbsentError for what a network lacks on purpose, whoever's name it is, or with what any other name may mean."""
    from stattools.interface.names.answers import our_attribute  # the tables are read for an error only

    known = name if name in ABSENT or name.startswith("_") else our_attribute(name)
    if known not in ABSENT:
        absent(fit, name)
    what, instead = ABSENT[known]
    raise AbsentError(
        f"{fit.model.title} has no {what}: its units can be exchanged, so its maximum is not unique and standard "
        f"errors mean nothing. Use {instead}."
    )


if TYPE_CHECKING:
    from matplotlib.figure import Figure


@answers_guesses
class PlottedNetwork(AnyFit):
    """The pictures of a trained network."""

    is_several: ClassVar[bool] = False
    """Whether this is several networks."""

    @property
    def certificate(self) -> Certificate:
        """That training ended at no maximum."""
        what = "Trained networks, which are" if self.is_several else "A trained network, which is"
        return Certificate(f"{what} at no maximum of {'their' if self.is_several else 'its'} likelihood.")

    def plot(
        self,
        what: Literal["training", "calibration"] | None = None,
        *,
        data: Any = None,
        bins: int | None = None,
        ax: Any = None,
    ) -> Figure:
        """A picture: a Matplotlib Figure in the house style, which notebooks show and `savefig` writes.

        "training": the log score by step or epoch, of one network; "calibration": the share of labels that were
        observed against their predicted probability, in groups (`bins`), of the rows of the fit or of `data`. `what` is
        by default the first that there is, `ax` are Axes to draw on. Raises IncompatibleError for a figure that there
        is not, with those that there are.
        """
        return plotted(self, self.model.title, what, PLOTS, ax, data=data, bins=bins)


def training(fit: Any, *, first: int | None = None) -> Drawing:
    """The training curve, or its `first` steps."""
    table = fit.curve().iloc[:first]
    lines = {"training rows": (table.epoch.to_numpy(), -table.training.to_numpy())}
    if table.validation.notna().any():
        lines["validation rows"] = (table.epoch.to_numpy(), -table.validation.to_numpy())
    steps = "step" if fit.solver.startswith("LBFGS") else "epoch"
    return Drawing(
        lambda on: figures.training(lines, ylabel="log score (minus mean log-likelihood)", xlabel=steps, on=on),
        alt=f"Log score of {' and of '.join(lines)} by {steps}: it falls from {-table.training.iloc[0]:.2g} to "
        f"{-table.training.iloc[-1]:.2g} on the training rows",
        caption="The smaller, the better; guessing by the frequencies alone is where it starts.",
    )


def calibration(fit: Any, *, data: Any = None, bins: int | None = None) -> Drawing:
    """Observed share against predicted probability, all labels together."""
    table = fit.calibration(data) if bins is None else fit.calibration(data, bins=bins)
    p, _ = probabilities_and_hits(fit, data)
    gap = float(np.abs(table.predicted - table.observed).max())
    # A climb of many steps leaves round-off in the fifth digit; a thousandth is less than half a pixel.
    columns = {name: table[name].round(3).to_numpy() for name in ("predicted", "observed", "lower", "upper")}
    return Drawing(
        lambda on: figures.calibration(**columns, probability=p.ravel(), event="a label", unit="probabilities", on=on),
        alt=f"Observed share against predicted probability of each label in {len(table)} groups; the largest gap is "
        f"{gap:.2g}",
        caption="Points on the dashed line: what is given a probability of 80 % happens 80 times in 100.",
    )


def one_network(fit: Any, name: str) -> None:
    """The training of one network; several have one each."""
    if fit.is_several:
        raise IncompatibleError(f'{name} is of one network, and these are several: fit.members[0].plot("{name}").')


PLOTS: Plots = {"training": Plot(training, (one_network,)), "calibration": Plot(calibration, (labels,))}
"""What `plot` of a trained network draws."""


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
