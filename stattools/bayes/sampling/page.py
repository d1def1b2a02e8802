"""A sampled posterior as a page of text: model, priors, estimates, and what the diagnostics say."""

from __future__ import annotations

import numpy as np

from stattools.bayes.sampling.diagnostics import METHODS
from stattools.bayes.sampling.drawn import Drawn
from stattools.inference.summary import event, rows_line
from stattools.text.columns import aligned, decimals, place

PROB = 0.94


def page(posterior: Drawn) -> str:
    """The page that `print(posterior)` shows."""
    model, checked = posterior.model, posterior.diagnostics
    what = event(model)
    lines = [f"Posterior of {model.title}" + (f" for {what}" if what else "")]
    lines += model.formulas
    chains, draws, _ = posterior.draws.shape
    many = f"{chains} chains of {draws:,}" if posterior.method == "nuts" else f"{draws:,} independent"
    lines += [rows_line(model), f"{METHODS[posterior.method]}, {many} draws, seed {posterior.seed}", ""]
    lower, upper = posterior.interval(PROB)
    head = ["", "mean", "sd", "lower", "upper", *(["R-hat", "ESS"] if posterior.method == "nuts" else [])]
    rows = []
    for j, name in enumerate(posterior.names):
        places = decimals(float(posterior.sd[j]))
        cells = [name, *(place(float(value[j]), places) for value in (posterior.mean, posterior.sd, lower, upper))]
        if posterior.method == "nuts":
            r_hat, size = checked.r_hat[j], min(checked.ess_bulk[j], checked.ess_tail[j])
            cells += [
                "—" if np.isnan(r_hat) else f"{r_hat:.3f}",
                f"{size:.0f}",
            ]
        rows.append(cells)
    lines += [*aligned(head, rows), "", f"Intervals: {100 * PROB:g} % highest density. Priors:"]
    told = [str(checked), *([] if posterior.sampled_check is None else [str(posterior.sampled_check)])]
    return "\n".join([*lines, *(f"  {line}" for line in posterior.priors.lines()), *told])
