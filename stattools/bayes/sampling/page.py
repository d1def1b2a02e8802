"""A sampled posterior as a page of text: model, priors, estimates, and what the diagnostics say."""

from __future__ import annotations

import numpy as np

from stattools.bayes.sampling.diagnostics import METHODS
from stattools.bayes.sampling.drawn import Drawn
from stattools.models.questions import told
from stattools.text.columns import decimals, place
from stattools.text.one_line import many
from stattools.text.page import Grid, Page

PROB = 0.94


def page(posterior: Drawn) -> Page:
    """The page that `print(posterior)` shows."""
    model, checked = posterior.model, posterior.diagnostics
    title, *lines = told(model)
    chains, draws, _ = posterior.draws.shape
    drawn = f"{many(chains, 'chain')} of {draws:,}" if posterior.method == "nuts" else f"{draws:,} independent"
    lines.append(f"{METHODS[posterior.method]}, {drawn} draws, seed {posterior.seed}")
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
    priors = [f"  {line}" for line in posterior.priors.lines()]
    said = [checked.sentence, *([] if posterior.sampled_check is None else [posterior.sampled_check.sentence])]
    return Page(
        f"Posterior of {title}",
        *lines,
        "",
        Grid(head, rows, "l" + "r" * (len(head) - 1)),
        "",
        f"Intervals: {100 * PROB:g} % highest density. Priors:",
        *priors,
        *said,
    )
