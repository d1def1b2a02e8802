"""What objects of other packages say of themselves, read by tables: a name, and what it means where it is absent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any


def attributes(of: Any, table: Mapping[str, Any]) -> Any:
    """The attributes that the table names; its value for one that the object has not, or that is None.

    >>> attributes(3.0, {"real": 0, "scale": 1.0})
    namespace(real=3.0, scale=1.0)
    """
    found = {name: getattr(of, name, None) for name in table}
    return SimpleNamespace(**{name: table[name] if value is None else value for name, value in found.items()})


def release(package: str, called: str | None = None) -> str:
    """A package with its version, which is loaded where an object of it is; its name alone where it is not.

    >>> release("no_such_package", "Nobody's")
    "Nobody's"
    """
    version = attributes(sys.modules.get(package), {"__version__": ""}).__version__
    return f"{called or package} {version}".rstrip()
