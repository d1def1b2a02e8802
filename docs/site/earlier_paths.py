"""Anchors by which links found the reference before its files moved into rooms: none of them vanishes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from griffe import AliasResolutionError, Extension, Module, Object

EARLIER = {
    "stattools.bayes": "stattools",
    "stattools.bayes.empirical_bayes": "stattools.conjugate.shrinkage",
    "stattools.bayes.posterior": "stattools.bayes",
    "stattools.bayes.prior_checks": "stattools.conjugate",
    "stattools.data.files": "stattools.data",
    "stattools.data.tables": "stattools.data",
    "stattools.inference": "stattools",
    "stattools.inference.arviz": "stattools.export",
    "stattools.inference.diagnostics": "stattools",
    "stattools.inference.storage.loading": "stattools.storage",
    "stattools.interface": "stattools",
    "stattools.models.model": "stattools.model",
    "stattools.models.regressions": "stattools.models",
    "stattools.models.samples": "stattools.models",
    "stattools.series": "stattools",
    "stattools.validation.explaining": "stattools.validation",
}
"""Where a room's files were; the longest name that a path begins with counts."""


def earlier(path: str) -> str | None:
    """The path that an object had, None where it is what it was.

    >>> earlier("stattools.bayes.conjugate.normal.Normal.mean")
    'stattools.conjugate.normal.Normal.mean'
    """
    rooms = [room for room in EARLIER if path.startswith(f"{room}.")]
    return EARLIER[room] + path.removeprefix(room) if (room := max(rooms, key=len, default="")) else None


class EarlierPaths(Extension):
    """Gives each object of the package the name that it had."""

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        """Called once for the package."""
        self._name(pkg)

    def _name(self, obj: Object) -> None:
        if (path := earlier(obj.path)) is not None:
            self._alias(obj, path)
        for member in obj.members.values():
            if not member.is_alias:
                self._name(member)  # type: ignore[arg-type]
            elif (path := earlier(member.path)) is not None:
                with suppress(AliasResolutionError):  # a private name, or another package's
                    self._alias(member.final_target, path)  # type: ignore[union-attr]

    def _alias(self, obj: Object, path: str) -> None:
        obj.aliases[path] = obj  # type: ignore[assignment]
