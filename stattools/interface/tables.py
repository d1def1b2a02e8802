"""Tables of the package that are kept as data, in TOML files beside the file that reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def table_beside(file: str, name: str) -> dict[str, Any]:
    """What the file `name` says that stands beside `file`, the reader's own `__file__`."""
    return tomllib.loads(Path(file).with_name(name).read_text(encoding="utf-8"))
