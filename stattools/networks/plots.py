"""The figures of a trained network, and of several: how training went, and whether what was probable happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from stattools import figures
from stattools.errors import IncompatibleError
from stattools.inference.certificate import Certificate
from stattools.inference.estimates import AnyFit
from stattools.inference.plots.drawing import Drawing, Plot, Plots, plotted
from stattools.interface.names.guesses import answers_guesses
from stattools.networks.absent import labels
from stattools.networks.calibration import probabilities_and_hits

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
