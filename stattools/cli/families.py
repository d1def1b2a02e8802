"""The regressions of the command line, and the columns that may stand beside their formula."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import typer

from stattools.interface.names.answers import did_you_mean, plain, vocabulary, word_of
from stattools.models.regressions.glm import FAMILIES
from stattools.models.regressions.glm import GENERALIZED as OF_ANY_LINK

GLM = "glm"
KNOWN = tuple(family for family in FAMILIES if family != GLM)
"""Those whose link goes without saying."""
OF_GLM = ("family", "link", "scale")
AUDITED = ("cox", "linear_mixed")
"""Models that are audited beside the regressions."""


def known(family: str) -> str:
    """The name of a regression, however its parts are joined; wrong usage if there is none of this name.

    >>> known("Negative-Binomial")
    'negative_binomial'
    """
    found = word_of(family, KNOWN)
    if found in KNOWN:
        return found
    ours = family_of(family)
    meant = f" Did you mean {ours}?" if ours else did_you_mean(family, KNOWN)
    raise typer.BadParameter(f"{family!r} is no family; known are {', '.join(KNOWN)}.{meant}")


def known_or_glm(family: str) -> str:
    """The name of a regression, or "glm", which has its family and its link beside it.

    >>> known_or_glm("GLM"), known_or_glm("gamma")
    ('glm', 'gamma')
    """
    return GLM if family.strip().lower() == GLM else known(family)


def known_or_of_glm(family: str) -> str:
    """The name of a regression, or of a family that only glm has.

    >>> known_or_of_glm("Gamma"), known_or_of_glm("inverse_gaussian")
    ('gamma', 'inverse-gaussian')
    """
    found = word_of(family, tuple(OF_ANY_LINK))
    return found if found in OF_ANY_LINK and word_of(family, KNOWN) not in KNOWN else known(family)


def known_or_audited(family: str) -> str:
    """The name of a regression, of a family that only glm has, or of a model that is audited beside them.

    >>> known_or_audited("Cox"), known_or_audited("gamma")
    ('cox', 'gamma')
    """
    found = word_of(family, AUDITED)
    return found if found in AUDITED else known_or_of_glm(family)


def regression_of(family: str | None, link: str | None, scale: str | None) -> tuple[str | None, str | None]:
    """The regression of an option `--family`, None where it is to be guessed, and the family of glm, which a link and a
    scale belong to.

    >>> regression_of("gamma", None, None), regression_of("gamma", "inverse", None), regression_of("beta", None, None)
    (('gamma', None), ('glm', 'gamma'), ('glm', 'beta'))
    """
    if family is None and (link is not None or scale is not None):
        option = "--link" if scale is None else "--scale"
        raise typer.BadParameter(f"{option} is one of a family of glm: name it, such as --family gamma.")
    if family in AUDITED and link is None and scale is None:
        return family, None
    of_glm = family is not None and (family not in KNOWN or link is not None or scale is not None)
    return (GLM, family) if of_glm else (family, None)


def family_of(name: str) -> str | None:
    """Our family of the name that somebody gives it; None where nobody does.

    >>> family_of("logit"), family_of("xyzzy")
    ('logistic', None)
    """
    if (found := word_of(name, KNOWN)) in KNOWN:
        return found
    return next(
        (ours for ours, theirs in vocabulary().values["family"].items() if plain(name) in map(plain, theirs.split())),
        None,
    )


def taken(family: Callable[..., Any], /, **columns: str | None) -> dict[str, str]:
    """The columns that were named; wrong usage if the family has no such option."""
    given = {name: column for name, column in columns.items() if column is not None}
    for name in given.keys() - signature(family).parameters.keys():
        elsewhere = " It is an option of glm: stattools fit glm DATA FORMULA --family NAME." if name in OF_GLM else ""
        raise typer.BadParameter(f"{family.__name__} has no {name}.{elsewhere}", param_hint=f"--{name}")
    if family.__name__ == GLM and "family" not in given:
        raise typer.BadParameter(
            "glm needs the family of the outcome, such as gamma, beta or inverse-gaussian.",
            param_hint="--family",
        )
    return given
