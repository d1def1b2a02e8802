"""Is the posterior a distribution? Proper priors always make one; flat ones only where the data determine the rest.

A flat prior leaves the posterior improper where the likelihood does not fall along some direction of the coefficients
that have it: where columns are combinations of others, or where they separate the outcomes. For `st.ols` with flat
sigma the density falls like sigma^-(n - p), which has a finite integral for n - p > 1 only. Source: Albert & Anderson
(1984); Gelman et al., Bayesian Data Analysis (2013), sec. 14.2.

Is the posterior of ordered outcomes a distribution? Flat priors of slopes need outcomes that overlap along them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.priors.assignment import Priors
from stattools.bayes.sampling.target import Mode
from stattools.errors import IdentificationError
from stattools.inference.existence import check_size, separation
from stattools.inference.existence.boundaries import check_labels
from stattools.inference.existence.rank import check_rank
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.models.questions import AnyModel
from stattools.models.samples.normal import NormalSample
from stattools.series.statespace.structural import Structural

REMEDY = "Give them a proper prior, such as st.Normal(0, 2.5), or leave prior= out for the weakly informative default."


def check_ordered(model: Model, flat: NDArray[np.bool_]) -> None:
    """IdentificationError where flat priors, those of the coefficients that `flat` marks, leave the posterior improper.

    The slope of a scale needs a proper prior always: as it grows, half of the rows become certain and the others a
    coin's toss between the lowest and the highest label, and the likelihood need not fall. Labels that no row has need
    proper priors of their thresholds.

    >>> import stattools as st
    >>> model = st.ordinal([1, 1, 2, 2, 3, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], names=["dose"])
    >>> check_ordered(model, np.array([True, False, False]))
    Traceback (most recent call last):
    ...
    stattools.errors.IdentificationError: the posterior of Ordinal logistic regression is improper: under the flat ...
    """
    predictor = model.predictor
    scales = [predictor.parts[number] for number, to in predictor.taken_up if not to]
    if names := [model.names[k] for part in scales for k in range(part.start, part.stop) if flat[k]]:
        raise IdentificationError(
            f"the posterior of {model.title} may be improper: under the flat prior of {', '.join(names)} the "
            f"likelihood need not fall as the scale grows without end. {REMEDY}"
        )
    thresholds = [flat[part].any() for part, alone in zip(predictor.parts, predictor.constant, strict=True) if alone]
    part = _of_flat(model, flat)
    listed = ", ".join(name for name, is_flat in zip(model.names, flat, strict=True) if is_flat)
    try:
        if any(thresholds):
            check_labels(model)
        check_size(part)
        check_rank(part)
    except IdentificationError as error:
        raise IdentificationError(
            f"the posterior of {model.title} is improper: under the flat prior of {listed} the data do not determine "
            f"them. {error} {REMEDY}"
        ) from error
    found = separation(part)
    if found is not None:
        raise IdentificationError(
            f"the posterior of {model.title} is improper: under the flat prior of {listed} the outcomes are separated "
            f"({found.sentence}), and the likelihood never falls in that direction. {REMEDY}"
        )


def _of_flat(model: Model, flat: NDArray[np.bool_]) -> Model:
    """The model of the columns whose coefficients have flat priors alone, with thresholds that are free, without a
    scale.
    """
    predictor, family = model.predictor, model.likelihood
    taken, cuts = dict(predictor.taken_up), sum(predictor.constant)
    each: list[set[int]] = [set(), set()]
    for number, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        if taken.get(number):
            marked = zip(use or (), flat[part], strict=True)
            each[number > 0] |= {column for column, is_flat in marked if is_flat}
    columns = [0, *sorted(each[0] | each[1])]
    main, effects = (tuple(map(columns.index, sorted(one))) for one in each)
    likelihood: Any = replace(family, partial=bool(effects), scaled=False)  # type: ignore[call-arg]
    own = ((),) * cuts + (effects,) * (cuts if effects else 0)
    narrow = Linear(len(columns), likelihood.width, own, main, likelihood.facts.taken_up)
    changes: Any = {"design": Names(tuple(model.terms[k] for k in columns)), "predictor": narrow}
    rows = replace(model.rows, X=model.rows.X[:, columns], low=None)
    return replace(model, rows=rows, likelihood=likelihood, start=np.zeros(narrow.size), **changes)


class Names:
    """Stands for a design of which only the names are needed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.formula = None


NEAR, FAR = 1e2, 1e4
"""Standard deviations from the mode."""


def check_propriety(model: Any, priors: Priors) -> None:
    """IdentificationError, with the reason, where a flat prior leaves the posterior improper.

    >>> import stattools as st
    >>> from stattools.bayes.priors.assignment import assign
    >>> model = st.logistic([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0], names=["dose"])
    >>> check_propriety(model, assign(model, {"Intercept": st.Flat()}))
    >>> check_propriety(model, assign(model, st.Flat()))
    Traceback (most recent call last):
    ...
    stattools.errors.IdentificationError: the posterior of Logistic regression is improper: under the flat prior ...
    """
    if priors.is_proper:
        return
    if isinstance(model, NormalSample):
        _check_sample(model, priors)
    elif isinstance(model, Structural):
        _check_structural(model, priors)
    elif model.facts.is_regression:
        _check_rows(model, priors)


def _check_rows(model: Model, priors: Priors) -> None:
    """`check_propriety` of rows; of those in files the sample is looked at: what it determines, all rows determine."""
    sample = model.sampled
    try:
        _check_regression(sample, priors)
    except IdentificationError as error:
        if len(sample.rows.X) == len(model.rows.X):
            raise
        raise IdentificationError(
            f"in a sample of {len(sample.rows.X):,} of {len(model.rows.X):,} rows {error}"
        ) from error


def _check_regression(model: Model, priors: Priors) -> None:
    """The columns with flat priors have to be determined, the outcomes not separated along them."""
    predictor = model.predictor
    flat = np.array([not prior.is_proper for prior in priors.each])
    if predictor.taken_up:
        check_ordered(model, flat)
        return
    main = np.arange(predictor.columns)[predictor.first]
    columns = flat[: predictor.size_first].reshape(-1, len(main))
    some = np.isin(np.arange(predictor.columns), main[columns.any(axis=0)])
    for own, part in zip(predictor.own, predictor.parts[predictor.n_first :], strict=True):
        if own and flat[part].any():
            _determined(model, np.isin(np.arange(predictor.columns), np.array(own)[flat[part]]))
    if some.any():
        part = _determined(model, some)
        found = None if model.has_scale else separation(part)
        if found is not None and _within(found.directions, columns[:, columns.any(axis=0)]):
            raise IdentificationError(
                f"the posterior of {model.title} is improper: under the flat prior of {_listed(model, some)} the "
                f"outcomes are separated ({found.sentence}), and the likelihood never falls in that direction. {REMEDY}"
            )
    if model.has_scale and flat[-1]:
        spare = model.n - int(columns.sum())
        if spare <= 1:
            raise IdentificationError(
                f"the posterior of {model.title} is improper: with sigma flat it needs at least two more observations "
                f"than coefficients with a flat prior; got {model.n:g} and {int(columns.sum())}. Use "
                "sigma=st.HalfCauchy(scale) or more rows."
            )


def _determined(model: Model, some: np.ndarray) -> Model:
    """The model of some columns alone, if the data determine their coefficients."""
    part = model if some.all() and not any(model.predictor.own) else _among(model, some)
    try:
        check_size(part)
        check_rank(part)
    except IdentificationError as error:
        raise IdentificationError(
            f"the posterior of {model.title} is improper: under the flat prior of {_listed(model, some)} the data do "
            f"not determine them. {error} {REMEDY}"
        ) from error
    return part


def check_tails(model: AnyModel, center: Mode) -> None:
    """IdentificationError where the density of your own likelihood with a flat prior does not fall fast enough.

    Along each axis from the mode it has to fall faster than 1 / distance, measured between a hundred and ten thousand
    standard deviations; a density that does not has no finite integral.
    """
    density = center.target
    if density.priors.is_proper or not model.facts.is_function:
        return
    for j, prior in enumerate(density.priors.each):
        step = np.zeros(len(center.center))
        step[j] = float(np.linalg.norm(center.W[j]))
        for side in (-1.0, 1.0) if not prior.is_proper else ():
            near, far = (density.evaluate(center.center + side * r * step, 0).loglik for r in (NEAR, FAR))
            if np.isfinite(near) and not far < near - np.log(FAR / NEAR):
                raise IdentificationError(
                    f"the posterior of {density.title} is improper: under the flat prior of {density.priors.names[j]} "
                    f"its density does not fall as {density.priors.names[j]} goes to "
                    f"{'infinity' if side > 0 else 'the other end'}. {REMEDY}"
                )


def _check_sample(model: NormalSample, priors: Priors) -> None:
    """With the mean flat, sigma^(1 - n) times its prior has to have a finite integral; with sigma flat for n > 2."""
    g = model.size
    for arm in range(g if model.sd is None else 0):
        flat_mean, flat_scale = (not priors.each[k].is_proper for k in (arm, g + arm))
        need = 2 + flat_mean
        if flat_scale and model.counts[arm] < need:
            raise IdentificationError(
                f"the posterior of {model.title} is improper: with {priors.names[g + arm]} flat it needs at least "
                f"{need} measurements; got {model.counts[arm]}. {REMEDY}"
            )


def _check_structural(model: Structural, priors: Priors) -> None:
    """The likelihood falls like v^(-(n - d) / 2) as the variances v grow, d the number of flat states."""
    flat = [p.name for p, prior in zip(priors.parameters, priors.each, strict=True) if not prior.is_proper]
    variances = [name for name in flat if name in model.positive]
    spare = model.n - model.diffuse - len(flat) + len(variances)
    if variances and spare <= 2 * len(variances):
        raise IdentificationError(
            f"the posterior of {model.title} is improper: with {', '.join(variances)} flat it needs more than "
            f"{2 * len(variances) + model.diffuse + len(flat) - len(variances)} observations; got {model.n:g}. Give "
            "the variances a proper prior, such as st.HalfCauchy(scale)."
        )


def _among(model: Model, some: np.ndarray) -> Model:
    """The model of the chosen columns alone: directions along which the others stay where they are."""
    names = tuple(np.array(model.terms)[some].tolist())
    design = Names(names)
    predictor, count = model.predictor, int(some.sum())
    narrow: Any = replace(predictor, columns=count, own=((),) * len(predictor.own), main=None)
    rows = replace(model.rows, X=model.rows.X[:, some], low=None)
    changes: Any = {"design": design, "predictor": narrow, "rows": rows}
    return replace(model, **changes)


def _within(directions: np.ndarray, flat: np.ndarray) -> bool:
    """Does a direction move coefficients with flat priors only? For one block of coefficients always."""
    return bool(flat.all() or any(not np.any((np.abs(d.reshape(flat.shape)) > 1e-9) & ~flat) for d in directions))


def _listed(model: Model, some: np.ndarray) -> str:
    names = [name for name, chosen in zip(model.terms, some, strict=True) if chosen]
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
