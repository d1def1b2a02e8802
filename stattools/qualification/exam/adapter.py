"""An adapter: how a package fits the models of the exam, in lines of Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Adapter:
    """`models` are lines by model, which make `b`, `se` (where the package has standard errors) and `said` (a flag in
    words, such as "not converged"), from the names that the problem makes. `remedies` are documented settings that are
    tried where an answer is wrong: their words, and what is put in the place of what. `predictions` are lines which
    make `b` the fitted means of the rows, in any order of categories.
    """

    name: str
    words: str
    models: Mapping[str, str]
    remedies: tuple[tuple[str, str, str], ...] = ()
    predictions: Mapping[str, str] = field(default_factory=dict[str, str])
