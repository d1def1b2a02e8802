"""An SVG of Matplotlib without what differs between processors: round-off in coordinates, and names made from it.

Matplotlib prints coordinates to a millionth of a point, where the last digits of an estimate show, and names clip paths
and markers by a hash of coordinates to all their digits.
"""

from __future__ import annotations

import re

PLACES = 2
"""Decimals of a coordinate: a hundredth of a point, 3.5 micrometers, is not seen."""

COORDINATES = re.compile(r' (?:d|x|y|x1|x2|y1|y2|width|height)="[^"]*"|(?:translate|rotate|matrix)\([^()]*\)')
NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
NAME = re.compile(r'id="(p|m|h|image|C\w*_)([0-9a-f]{10})"')


def settled(text: str) -> str:
    """The SVG with its coordinates rounded, and its hashed names numbered in the order in which they are defined.

    >>> settled('<path id="m0123456789" d="M 1.2345678 -0.0000001"/><use xlink:href="#m0123456789"/>')
    '<path id="m1" d="M 1.23 0"/><use xlink:href="#m1"/>'
    """
    names: dict[str, str] = {}
    for kind, digest in NAME.findall(text):
        names.setdefault(kind + digest, f"{kind}{len(names) + 1}")
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"').replace(f'#{old}"', f'#{new}"').replace(f"#{old})", f"#{new})")
    return COORDINATES.sub(lambda found: NUMBER.sub(_rounded, found[0]), text)


def _rounded(number: re.Match[str]) -> str:
    value = round(float(number[0]), PLACES) + 0.0  # no minus before a zero
    return f"{value:.{PLACES}f}".rstrip("0").rstrip(".")
