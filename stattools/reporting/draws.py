"""The section of a posterior that was drawn: priors, how the draws were made and what they say about themselves, the
parameters, and a picture of them.

Numbers are rounded to two digits of the posterior standard deviation.
"""

from __future__ import annotations

from stattools.bayes.sampling import plots
from stattools.bayes.sampling.diagnostics import METHODS
from stattools.bayes.sampling.draws import Posterior
from stattools.inference.plots.coefficients import spreads as spreads_of
from stattools.reporting.document import Block, Bullets, Figure, Paragraph, Section, Table, code, literal
from stattools.reporting.tables import between, count, decimals, number
from stattools.text.columns import percent
from stattools.validation.verdict import PosteriorAgreement

PROB = 0.94
LABEL = "94 % HDI"
BESIDE_PRIORS = "prior-and-posterior"
"""The figure of the draws beside their priors."""


def drawn(posterior: Posterior, title: str = "Posterior") -> Section:
    """What is believed about the parameters after the data.

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> drawn(st.posterior(model, method="importance")).title
    'Posterior'
    """
    pictures = (*_beside_priors(posterior), *_picture(posterior))
    return Section(title, (*_made(posterior), _parameters(posterior), *trust(posterior), *pictures))


def belief(posterior: Posterior) -> str:
    """One sentence to quote: the first slope, or the first parameter."""
    names = [parameter.name for parameter in posterior.priors.parameters if parameter.role == "coefficient"]
    slopes = [name for name in names if not name.endswith("Intercept")]
    name = (slopes or names)[0]
    place = posterior.names.index(name)
    lower, upper = posterior.interval(PROB)
    places = decimals(float(posterior.sd[place]), digits=2)
    return (
        f"Given priors and data, {code(name)} lies between {number(float(lower[place]), places)} and "
        f"{number(float(upper[place]), places)} with probability {percent(PROB)}."
    )


def trust(posterior: Posterior) -> tuple[Block, ...]:
    """What the draws say about themselves, in words."""
    checked = posterior.diagnostics
    if checked.problems:
        return Paragraph("**These draws are not to be trusted:**"), Bullets(checked.problems)
    if posterior.method != "nuts":
        basis = () if posterior.sampled_check is None else (Paragraph(posterior.sampled_check.sentence),)
        return (Paragraph(checked.sentence), *basis)
    return (
        Paragraph(
            "Nothing failed: the chains agree (every R-hat at most 1.01), no transition diverged, and centres and "
            "tails of all parameters are worth at least 100 independent draws per chain."
        ),
    )


def _made(posterior: Posterior) -> tuple[Block, ...]:
    chains, draws, _ = posterior.draws.shape
    many = f"{chains} chains of {count(draws)} draws" if posterior.method == "nuts" else f"{count(draws)} draws"
    rows = tuple(
        (code(row["term"]), row["prior"], row["about"] or "as given")
        for row in posterior.priors.table().to_dict("records")
    )
    return (
        Paragraph(f"The posterior is proportional to the likelihood times these priors ({_how(posterior)}):"),
        Table(("parameter", "prior", "chosen as"), rows, "lll"),
        Paragraph(f"It is drawn by {METHODS[posterior.method]}: {many}, seed {posterior.seed}."),
    )


def _how(posterior: Posterior) -> str:
    given = sum(not why for why in posterior.priors.why)
    if not given:
        return "the weakly informative default"
    return "as given" if given == len(posterior.names) else "some given, the others the weakly informative default"


def _parameters(posterior: Posterior) -> Table:
    lower, upper = posterior.interval(PROB)
    rows = []
    for j, name in enumerate(posterior.names):
        sd = float(posterior.sd[j])
        places = decimals(sd, digits=2)
        cells = number(float(posterior.mean[j]), places), number(sd, places)
        rows.append((code(name), *cells, between(float(lower[j]), float(upper[j]), places)))
    return Table(("parameter", "mean", "standard deviation", LABEL), tuple(rows), "lrrc")


def _beside_priors(posterior: Posterior) -> tuple[Figure, ...]:
    """The draws of the first parameters beside what was believed before; none where no prior has a density."""
    if all(not prior.is_proper for prior in posterior.priors.each):
        return ()
    drawing = plots.density(posterior, prob=PROB)
    caption = (
        f"Bars: the draws, the {LABEL} darker, their mean a line. Dashes: the prior, where it has a density. Where the "
        "bars have the shape of the dashes, the data say nothing about the parameter."
    )
    return (Figure(BESIDE_PRIORS, lambda: drawing.draw(None), alt=drawing.alt, caption=caption),)


def _picture(posterior: Posterior) -> tuple[Figure, ...]:
    """Coefficients on one scale, where there are several."""
    model = posterior.model
    if not model.facts.is_regression or int((spreads_of(model) > 0).sum()) < 2:
        return ()
    drawing = plots.coefficients(posterior, standardized=True, prob=PROB)
    return (
        Figure(
            "posterior",
            lambda: drawing.draw(None),
            alt=f"Posterior means of the coefficients with their {LABEL}, on the scale of one standard deviation",
            caption=f"Posterior means and {LABEL} of the coefficients, times the standard deviations of their columns.",
        ),
    )


def validation(agreement: PosteriorAgreement) -> Section:
    """The section on the posterior when it is computed another way."""
    rows = []
    for row in agreement.rows.to_dict("records"):
        places = decimals(float(row["reference_sd"]), digits=3)
        numbers = (number(float(row[name]), places) for name in ("mean", "reference", "sd", "reference_sd"))
        rows.append((code(row["term"]), *numbers))
    head = ("parameter", "mean", "reference", "standard deviation", "reference")
    blocks: list[Block] = [Paragraph(literal(agreement.sentence)), Table(head, tuple(rows), "lrrrr")]
    if agreement.log_evidence is not None and agreement.reference_log_evidence is not None:
        ours, theirs = (number(value, 6) for value in (agreement.log_evidence, agreement.reference_log_evidence))
        blocks.append(Paragraph(f"The log evidence is {ours}, by the reference {theirs}."))
    return Section("Validation", tuple(blocks))
