"""Figures have the same bytes on any processor: round-off of coordinates is not seen, nor of what makes names."""

import re

import numpy as np

from stattools import figures
from stattools.figures.settled import settled


def drawn(noise):
    """A figure with clip paths, markers and text, of numbers that differ in the last digits."""
    x = np.linspace(0.0, 1.0, 30) * (1.0 + noise)
    return figures.svg(lambda: figures.means(x, np.exp(x), 0.1 + 0.01 * x, xlabel="x", ylabel="y"))


def test_round_off_changes_no_byte():
    assert drawn(0.0) == drawn(3e-16) == drawn(1e-9)
    assert drawn(0.0) != drawn(1e-3)


def test_names_are_numbered_and_all_of_them_are_defined():
    text = drawn(0.0).decode()
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    assert {name[0] for name in used} >= {"m", "p"}
    assert used <= set(re.findall(r'id="([^"]+)"', text))
    assert not re.search(r'[mp][0-9a-f]{10}["\)]', text)
    assert settled(text) == text


def test_coordinates_are_rounded_and_nothing_else():
    before = 'g transform="translate(1.23456 -0.0004) scale(0.015625)" style="opacity: 0.1234" d="M 1e-05 9.999"'
    after = 'g transform="translate(1.23 0) scale(0.015625)" style="opacity: 0.1234" d="M 1e-05 10"'
    assert settled(before) == after
