"""The anchors of the documentation: no place that a link may lead to vanishes.

`python -m tests.anchors` compares the inventory of the site that was built (`.site/objects.inv`) with
`tests/fixtures/anchors.txt`, and adds what is new where it is called with `--add`.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path

FILE = Path(__file__).parent / "fixtures" / "anchors.txt"
INVENTORY = Path(__file__).parents[1] / ".site" / "objects.inv"
HEADER = 4
"""Lines before the compressed part of an inventory."""


def anchors(inventory: bytes) -> set[str]:
    """Names of all objects in an inventory of Sphinx's format."""
    for _ in range(HEADER):
        inventory = inventory.partition(b"\n")[2]
    return {line.split(" ", 1)[0] for line in zlib.decompress(inventory).decode().splitlines()}


def main() -> int:
    known, built = set(FILE.read_text(encoding="utf-8").split()), anchors(INVENTORY.read_bytes())
    gone = sorted(known - built)
    if gone:
        print("These places of the documentation are gone; links to them break:", *gone, sep="\n  ")
        return 1
    if "--add" in sys.argv:
        FILE.write_text("".join(f"{name}\n" for name in sorted(built)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
