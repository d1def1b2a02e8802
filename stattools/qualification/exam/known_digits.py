"""Laws of known digits: closed forms, data whose digits were published, and the higher of two maxima.

Longley's digits are those of NIST; Dobson's counts, Gehan's times and the yields of dyestuff have closed forms or
were computed again in the tests. The two likelihoods with two maxima were searched on a grid.

Source: Longley, J. Am. Stat. Assoc. 62 (1967), 819-841; Dobson, An Introduction to Generalized Linear Models (1990),
93; Gehan, Biometrika 52 (1965), 203-223; Davies & Goldsmith, Statistical Methods in Research and Production (1972).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.qualification.exam.law import Answer, Law
from stattools.qualification.exam.recodings import Expected


def exactly(b: Any, se: Any = None) -> Expected:
    """An answer that is known, whatever the fit before was."""

    def expect(model: str, before: Any, errors: Any) -> Answer:
        return np.asarray(b), np.full(np.shape(b), np.nan) if se is None else np.asarray(se)

    return expect


LONGLEY = (
    "t = '''60323 61122 60171 61187 63221 63639 64989 63761 66019 67857 68169 66513 68655\n"
    "69564 69331 70551 83 88.5 88.2 89.5 96.2 98.1 99 100 101.2 104.6 108.4 110.8 112.6 114.2 115.7 116.9 234289\n"
    "259426 258054 284599 328975 346999 365385 363112 397469 419180 442769 444546 482704 502601 518173 554894 2356\n"
    "2325 3682 3351 2099 1932 1870 3578 2904 2822 2936 4681 3813 3931 4806 4007 1590 1456 1616 1650 3099 3594 3547\n"
    "3350 3048 2857 2798 2637 2552 2514 2572 2827 107608 108632 109773 110929 112075 113270 115094 116219 117388\n"
    "118734 120445 121950 123366 125368 127852 130081'''; t = np.array(t.split(), float).reshape(6, 16)\n"
    "X, y = np.vstack([t[1:], np.arange(1947, 1963)]).T, t[0]"
)
GEHAN = (
    "time = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35, 1, 1, 2, 2, 3, 4, 4, 5, 5]\n"
    "time = np.array([*time, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0])\n"
    "X = np.repeat([[0.0], [1.0]], 21, axis=0)\n"
    "event = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1] + [0] * 5 + [1] * 21)"
)
SPECTOR = (
    "gpa = '2.66 2.89 3.28 2.92 4 2.86 2.76 2.87 3.03 3.92 2.63 3.32 3.57 3.26 3.53 2.74 2.75 2.83 3.12 3.16 2.06'\n"
    "gpa += ' 3.62 2.89 3.51 3.54 2.83 3.39 2.67 3.65 4 3.1 2.39'\n"
    "tuce = '20 22 24 12 21 17 17 21 25 29 20 23 23 25 26 19 25 19 23 25 22 28 14 26 24 27 17 24 21 23 21 19'\n"
    "X = np.array([gpa.split(), tuce.split(), [0] * 18 + [1] * 14], float).T\n"
    "y = np.array(list('00001000010001000001010011101101'), int)"
)
DYESTUFF = (
    "y = [1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560, 1445, 1440, 1595]\n"
    "y = np.array([*y, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445.0])\n"
    "g, X = np.repeat(np.arange(6), 5), np.empty((30, 0))"
)
CLINICS = (
    "r = np.random.default_rng(10570); J = int(r.integers(4, 9)); m = r.integers(2, 7, J); m[0] = r.integers(12, 30)\n"
    "g = np.repeat(np.arange(J), m); n = len(g); x = np.round(r.normal(size=n) + r.normal(size=J)[g] * 4, 1)\n"
    "u = r.normal(size=J) * r.choice([0.5, 1, 2]); X = x[:, None]\n"
    "y = np.round(u[g] + 0.3 * x * r.choice([0, 1]) + r.normal(size=n), 1)"
)
OUTLIERS = (
    "X = np.array([0.7, 1.1, -9.3, -0.1, 14.3, 0.2, -0.7, 4.1, 1.1, 3.3])[:, None]\n"
    "y = np.array([1, 1, 1, 0, 1, 0, 0, 1, 1, 1])"
)

_DIGITS: tuple[Law, ...] = (
    Law("closed form of a table", "log odds and log odds ratio of a 2 x 2 table", ("logistic",),
        "m = [30, 20, 10, 40]; X = np.repeat([[0.0], [0.0], [1.0], [1.0]], m, axis=0); y = np.repeat([1, 0, 1, 0], m)",
        exactly([np.log(1.5), np.log(1 / 6)], [np.sqrt(1 / 30 + 1 / 20), np.sqrt(1 / 30 + 1 / 20 + 1 / 10 + 1 / 40)])),
    Law("closed form of rates", "log rates of two levels", ("poisson",),
        "X = np.repeat([[0.0], [1.0]], 5, axis=0); y = np.array([3, 5, 2, 4, 6, 9, 7, 8, 12, 4])",
        exactly([np.log(4.0), np.log(2.0)], [np.sqrt(1 / 20), np.sqrt(1 / 20 + 1 / 40)])),
    Law("certified polynomial", "degree 5, all coefficients 1; residuals (-1)^x C(20, x) are orthogonal to each power",
        ("linear",), "from math import comb; x = np.arange(21.0); X = np.column_stack([x, x**2, x**3, x**4, x**5])\n"
        "y = 1 + X.sum(axis=1) + np.array([(-1) ** k * comb(20, k) for k in range(21)])", exactly(np.ones(6))),
    Law("closed form of balanced groups", "the mean, and its error from the mean squares", ("mixed",),
        "g = np.repeat(np.arange(6), 5); e = np.tile([-2.0, -1, 0, 1, 2], 6); X = np.empty((30, 0))\n"
        "y = np.repeat([1.0, 5, 9, 2, 6, 13], 5) + e", exactly([6.0], [np.sqrt(100.0 / 30)])),
    Law("published: Longley", "employment, the digits of NIST", ("linear",), LONGLEY,
        exactly([-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359,
                 -0.0511041056535807, 1829.15146461355],
                [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675,
                 0.226073200069370, 455.478499142212])),
    Law("published: Spector", "grades, Greene's logit", ("logistic",), SPECTOR,
        exactly([-13.02135, 2.82611, 0.09516, 2.37869], [4.93132, 1.26294, 0.14155, 1.06456])),
    Law("published: Dobson", "counts of a trial, in closed form", ("poisson",),
        "y = np.array([18, 17, 15, 20, 10, 20, 25, 13, 12]); k, j = np.tile([0, 1, 2], 3), np.repeat([0, 1, 2], 3)\n"
        "X = np.column_stack([k == 1, k == 2, j == 1, j == 2]).astype(float)",
        exactly([np.log(21.0), np.log(40 / 63), np.log(47 / 63), 0.0, 0.0],
                [0.1708987, 0.2021708, 0.1927423, 0.2, 0.2])),
    Law("published: Gehan", "remission of leukemia, ties by Efron", ("Cox",), GEHAN,
        exactly([1.57213], [0.41240])),
    Law("published: dyestuff", "yields of six batches, in closed form", ("mixed",), DYESTUFF,
        exactly([1527.5], [np.sqrt(11271.5 / 30)])),
    Law("two maxima of groups", "two restricted maxima: the higher one, or a word that there are two", ("mixed",),
        CLINICS, exactly([0.4251256, -0.3146396])),
    Law("two maxima of outliers", "two maxima of a cauchit link: the higher one, or a word that there are two",
        ("cauchit",), OUTLIERS, exactly([-1.5072947, 3.5002978])),
)  # fmt: skip

KNOWN_DIGITS = tuple(replace(law, alone=True) for law in _DIGITS)
