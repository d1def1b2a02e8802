"""An adapter: how a package fits the models of the exam, in lines of Python, as `adapters.toml` has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stattools.interface.tables import table_beside


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


def _read(said: dict[str, Any]) -> Adapter:
    lines = {**said.get("parts", {}), **said["models"]}

    def whole(text: str) -> str:
        return re.sub(r"<([a-z]\w*[\w ]*)>", lambda name: whole(lines[name[1]]), text, flags=re.IGNORECASE)

    models, predictions = (
        {model: whole(text) for model, text in said.get(of, {}).items()} for of in ("models", "predictions")
    )
    return Adapter(said["name"], said["words"], models, tuple(map(tuple, said.get("remedies", ()))), predictions)


_SAID = table_beside(__file__, "adapters.toml")

ADAPTERS: dict[str, Adapter] = {one["name"]: _read(one) for one in _SAID["package"]}
"""How each package fits the models of the exam, by its name."""
