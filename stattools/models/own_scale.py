"""Parameters that all rows share, such as alpha, on their own scale: a model has them behind a link, as log alpha."""

from __future__ import annotations

from stattools.interface.arrays import Floats
from stattools.likelihoods.links import LINKS, Link
from stattools.models.model import Model


def shared(model: Model) -> dict[int, tuple[str, Link]]:
    """By the number of the coefficient: the name of the parameter, and its link.

    >>> import stattools as st
    >>> model = st.negative_binomial("visits ~ age", {"visits": [0, 9, 1, 4], "age": [20, 30, 40, 50]})
    >>> {k: (name, link.name) for k, (name, link) in shared(model).items()}
    {2: ('alpha', 'log')}
    """
    predictor = model.predictor
    beside = slice(predictor.n_first, None)
    others = zip(predictor.constant[beside], predictor.parts[beside], model.likelihood.others, strict=True)
    return {part.start: (name, LINKS[link]) for alone, part, (name, link) in others if alone}


def on_own_scale(model: Model, theta: Floats) -> Floats:
    """theta (..., q) with the shared parameters as they are: alpha instead of log alpha."""
    theta = theta.copy()
    for k, (_, link) in shared(model).items():
        theta[..., k] = link.mean(theta[..., k])
    return theta


def behind_links(model: Model, theta: Floats) -> Floats:
    """The inverse of `on_own_scale`."""
    theta = theta.copy()
    for k, (_, link) in shared(model).items():
        theta[..., k] = link.of(theta[..., k])
    return theta
