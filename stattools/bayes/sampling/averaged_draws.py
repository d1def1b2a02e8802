"""Effects, means of groups, their differences and ratios, and functions of the parameters: of each draw, summed up.

What `fit.marginal_effects`, `fit.means`, `fit.contrasts` and `fit.function` estimate has a posterior: each draw of the
coefficients has its average predicted mean at each level, its difference or ratio, and its average slope. Nothing is
linearized, and kinks of functions do no harm. Cost: rows times draws for each level and slope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from stattools.bayes.sampling.drawn import Drawn, Kind, ends
from stattools.errors import DomainError
from stattools.inference.arviz.layout import expectations
from stattools.inference.effects.averages import SLOPE, Move, average_slope, sloping, values_of
from stattools.inference.effects.means import asked_effects, head_of, moves_of
from stattools.inference.effects.means import values_of as levels_asked
from stattools.inference.effects.moved_rows import Population, holding, noted, population
from stattools.interface.arguments import require_truth
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.model import behind_links
from stattools.numerics.sums import power_of_two


def summary(draws: Floats, prob: float, kind: Kind) -> dict[str, Floats]:
    """mean, sd, median, lower, upper of draws (S, m)."""
    unit = power_of_two(np.abs(draws).max(axis=0))
    draws = draws / unit
    lower, upper = ends(draws, prob, kind)
    columns = {"mean": draws.mean(axis=0), "sd": draws.std(axis=0, ddof=1), "median": np.median(draws, axis=0)}
    return {name: unit * found for name, found in (columns | {"lower": lower, "upper": upper}).items()}


def average_draws(posterior: Drawn, rows: Population, moves: Sequence[Move]) -> dict[Move, Floats]:
    """The average mean of each move for every draw, or the average slope, (S, K)."""
    return {
        move: _slopes(posterior, holding(rows, dict(move.held)), str(move.name))
        if move.value is SLOPE
        else _means(posterior, rows, move)
        for move in moves
    }


def _means(posterior: Drawn, rows: Population, move: Move) -> Floats:
    block, model = rows.block(rows.X(move.moved) if move.moved else rows.unmoved), rows.model
    moved = replace(model, rows=replace(model.rows, X=block.X, offset=block.offset, low=None))
    mean = expectations(moved, posterior.flat)
    return np.tensordot(mean, np.asarray(block.weight), axes=(1, 0)).reshape(len(mean), -1)


def _slopes(posterior: Drawn, rows: Population, name: str) -> Floats:
    model = rows.model
    block, change = sloping(rows, name)
    draws = behind_links(model, posterior.flat[:, : model.predictor.size])
    return np.stack([average_slope(theta, model, block, change) for theta in draws])


def means_of_draws(
    posterior: Any, variable: str | None, by: Any, values: Any, prob: float, kind: Kind, **data: Any
) -> pd.DataFrame:
    """[category, by, variable,] mean, sd, median, lower, upper: see `Posterior.means`."""
    rows = _rows(posterior, "means", **data)
    groups = moves_of(rows, variable, levels_asked(rows, "means", variable, values), by)
    moves = [move for _, each in groups for move in each]
    found = average_draws(posterior, rows, moves)
    draws = np.stack([found[move] for move in moves], axis=2)  # (S, K, m)
    head = head_of(posterior.model, [move.moved for move in moves], draws.shape[1])
    return noted(pd.DataFrame(head | summary(draws.reshape(len(draws), -1), prob, kind)), rows.note)


def contrasts_of_draws(
    posterior: Any, variable: str, by: Any, values: Any, ratio: bool, prob: float, kind: Kind, **data: Any
) -> pd.DataFrame:
    """[category, by,] contrast, mean, sd, median, lower, upper, probability: see `Posterior.contrasts`."""
    require_truth(ratio, "ratio= of contrasts")
    rows = _rows(posterior, "contrasts", **data)
    ordered = levels_asked(rows, "contrasts", variable, values)
    heads, parts = [], []
    for cell, each in moves_of(rows, variable, ordered, by):
        found = {move.value: draws for move, draws in average_draws(posterior, rows, each).items()}
        for first, second in combinations(ordered, 2):
            if ratio and not (found[first] > 0).all():
                raise DomainError(f"ratio=True needs means above 0; that of {first!r} is not in every draw.")
            parts.append(found[second] / found[first] if ratio else found[second] - found[first])
            heads.append(dict(cell) | {"contrast": f"{second} {'/' if ratio else '-'} {first}"})
    draws = np.stack(parts, axis=2)
    flat = draws.reshape(len(draws), -1)
    columns = head_of(posterior.model, heads, draws.shape[1]) | summary(flat, prob, kind)
    return noted(pd.DataFrame(columns | {"probability": (flat > float(ratio)).mean(axis=0)}), rows.note)


def effects_of_draws(
    posterior: Any,
    at: Any,
    variables: Any,
    discrete: Any,
    by: Any,
    prob: float,
    kind: Kind,
    data: Any,
    offset: Any,
    exposure: Any,
) -> pd.DataFrame:
    """[by, category,] term, mean, sd, median, lower, upper, probability: see `Posterior.marginal_effects`."""
    who = "marginal_effects"
    asked = asked_effects(posterior._rows(who), at, variables, discrete, data, offset, exposure)
    _require_rows(posterior, who, asked.rows)

    def effects(rows: Population) -> pd.DataFrame:
        terms, found = asked.effects(rows, average_draws(posterior, rows, asked.moves))
        draws = np.stack(found, axis=2)  # (S, K, effects)
        flat = draws.reshape(len(draws), -1)
        head = head_of(posterior.model, [{"term": term} for term in terms], draws.shape[1])
        return pd.DataFrame(head | summary(flat, prob, kind) | {"probability": (flat > 0).mean(axis=0)})

    return noted(asked.by_level(by, effects), asked.rows.note)


def function_of_draws(
    posterior: Drawn, function: Callable[[Mapping[str, float]], Any], prob: float, kind: Kind
) -> pd.DataFrame:
    """mean, sd, median, lower, upper of a function of the parameters: see `Posterior.function`."""
    found = [values_of(function, posterior.names, draw) for draw in posterior.flat]
    if len({len(value) for value in found}) > 1:
        raise DomainError("the function of the parameters has more numbers at some draws than at others.")
    return pd.DataFrame(summary(np.stack(found), prob, kind))


def _rows(posterior: Any, who: str, data: Any, offset: Any, exposure: Any) -> Population:
    rows = population(posterior._rows(who), data, offset, exposure, "overall")
    _require_rows(posterior, who, rows)
    return rows


def _require_rows(posterior: Any, who: str, rows: Population) -> None:
    """DomainError for rows that are elsewhere."""
    if rows.elsewhere is not None:
        where = posterior.model.rows.place
        raise DomainError(f"{who} of a posterior needs rows at hand, and those of the model are {where}: give data=.")
