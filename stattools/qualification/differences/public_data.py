"""Public data of the comparisons: facts of published studies, in as few characters as they can be read from.

Sources, all public: `lung`, `bladder2` and `ovarian` of R's survival, `quine` of MASS, `Orthodont` of nlme, `cbpp` of
lme4; the trial of three drugs and the table of drugs and diseases are examples of the SAS manual.
"""

from __future__ import annotations

from functools import cache
from typing import Any

type Columns = dict[str, Any]


@cache
def lung() -> Columns:
    """170 patients with lung cancer whose covariates are all known, and whether they lost weight."""
    return _numbers(LUNG, "age sex ecog meal lost")


@cache
def bladder() -> Columns:
    """Recurrences of bladder tumours of 85 patients: a row for each spell until the next tumour, or the end (+)."""
    rows: list[dict[str, int]] = []
    persons = [(1, one) for one in PLACEBO.split(",")] + [(2, one) for one in THIOTEPA.split(",")]
    for person, (rx, text) in enumerate(persons):
        number, size, *ends = text.split()
        starts = [0, *(int(end.rstrip("+")) for end in ends)]
        rows += [
            {
                "id": person,
                "rx": rx,
                "number": int(number),
                "size": int(size),
                "start": start,
                "stop": int(end.rstrip("+")),
                "event": int("+" not in end),
            }
            for start, end in zip(starts, ends, strict=False)
        ]
    return {name: [row[name] for row in rows] for name in rows[0]}


@cache
def ovarian() -> Columns:
    """26 patients with ovarian cancer: days, whether they died, age, residual disease, treatment."""
    return _numbers(OVARIAN, "days died age residual rx")


@cache
def growth() -> Columns:
    """A distance in the face of 27 children at ages 8, 10, 12 and 14."""
    distance = [float(number) for number in GROWTH.split()]
    return {
        "distance": distance,
        "age": [8, 10, 12, 14] * 27,
        "sex": ["male"] * 64 + ["female"] * 44,
        "child": [child for child in range(27) for _ in range(4)],
    }


@cache
def herds() -> Columns:
    """Cases of pleuropneumonia among the cattle of 15 herds in four periods."""
    return _numbers(HERDS, "herd period ill size")


@cache
def absences() -> Columns:
    """Days that 146 children were absent from school."""
    return {
        "days": [int(number) for number in ABSENCES.split()],
        "sex": ["M"] * 31 + ["F"] * 38 + ["M"] * 35 + ["F"] * 42,
        "group": ["A"] * 69 + ["N"] * 77,
    }


@cache
def drug_trial() -> Columns:
    """Scores before and after one of three drugs, ten patients each."""
    return {**_numbers(DRUG_TRIAL, "pre post"), "drug": ["A"] * 10 + ["C"] * 10 + ["E"] * 10}


@cache
def diseases() -> Columns:
    """Changes of blood pressure with four drugs in three diseases, unbalanced."""
    cells = [(drug, disease, cell.split()) for drug, disease, cell in _cells(DISEASES)]
    return {
        "y": [float(number) for *_, cell in cells for number in cell],
        "drug": [drug for drug, _, cell in cells for _ in cell],
        "disease": [disease for _, disease, cell in cells for _ in cell],
    }


def _cells(text: str) -> list[tuple[str, str, str]]:
    cells = [one.strip() for one in text.split(",")]
    return [(str(place // 3 + 1), str(place % 3 + 1), cell) for place, cell in enumerate(cells)]


def _numbers(text: str, names: str) -> Columns:
    rows = [[float(number) for number in row.split()] for row in text.split(",")]
    return {name: [row[place] for row in rows] for place, name in enumerate(names.split())}


LUNG = """
68 1 0 1225 1, 57 1 1 1150 1, 74 1 1 513 0, 68 2 2 384 1, 71 2 2 538 1, 53 1 1 825 1, 61 1 2 271 1, 57 1 1 1025
1, 57 1 1 2600 1, 70 1 1 1150 0, 63 1 2 1025 1, 56 2 2 238 1, 67 1 1 1025 1, 49 2 0 1175 0, 58 1 0 975 1, 70 2 1
825 1, 60 1 0 1025 0, 70 1 3 1075 1, 53 1 1 875 0, 74 1 2 305 1, 69 2 1 1025 0, 73 1 2 388 1, 60 2 2 925 0, 61 1
2 1075 1, 65 1 2 513 1, 66 2 1 875 1, 74 1 2 1225 1, 64 2 1 1175 1, 70 1 1 975 1, 73 2 2 1075 1, 59 2 0 363 1,
68 1 1 1025 1, 76 2 2 625 0, 74 1 0 463 1, 63 1 1 1025 1, 74 1 0 1425 1, 50 2 1 1175 1, 68 1 0 1025 0, 58 1 0
1175 1, 59 1 1 1300 1, 65 2 0 338 1, 58 2 1 1225 1, 64 2 1 1075 0, 75 2 2 438 1, 48 1 1 1300 1, 65 2 1 1025 0,
69 1 1 1125 0, 68 1 2 825 1, 67 2 2 538 1, 64 2 0 1025 1, 68 1 0 1039 0, 67 1 1 488 1, 63 1 0 1175 0, 48 2 1 538
1, 74 1 2 1175 0, 53 2 1 825 1, 71 2 1 1075 1, 51 2 0 1300 0, 56 2 1 1225 0, 81 1 0 731 1, 73 1 0 169 1, 59 1 0
768 1, 55 1 1 1500 1, 42 1 1 1425 1, 44 2 1 588 0, 44 1 1 1025 1, 71 1 1 1100 1, 62 2 1 1150 1, 61 1 0 1175 1,
44 2 1 588 1, 72 1 2 910 1, 63 1 0 975 0, 66 1 1 875 1, 57 2 1 280 1, 72 1 2 288 1, 64 1 1 910 0, 58 2 0 710 1,
69 2 1 1175 1, 66 1 1 875 1, 54 2 1 975 0, 55 1 1 975 1, 75 2 2 925 1, 69 1 0 575 1, 44 1 1 1175 1, 80 1 1 1030
1, 76 1 2 413 1, 49 1 2 675 1, 68 1 2 1300 1, 66 1 2 613 1, 80 1 1 346 1, 60 2 2 675 1, 69 2 1 910 0, 72 1 2 768
0, 70 1 0 1025 1, 66 1 1 925 1, 50 1 1 1075 1, 64 1 1 993 0, 77 2 2 750 1, 59 2 1 925 1, 47 1 0 1225 1, 67 1 0
313 1, 74 2 2 96 1, 54 1 1 975 0, 56 1 0 1500 1, 73 2 2 1225 0, 74 1 1 413 1, 76 1 2 1500 1, 65 2 1 1075 0, 57 1
1 513 1, 71 1 0 775 1, 54 1 1 1225 1, 82 1 0 413 1, 70 1 1 1175 0, 55 1 2 1025 1, 69 1 2 713 1, 62 1 2 475 1, 63
1 1 538 0, 56 2 1 825 1, 62 2 0 588 1, 44 2 1 2450 1, 69 1 2 2450 1, 63 1 1 875 1, 64 1 1 413 1, 57 2 0 1075 1,
46 1 0 860 1, 61 1 1 730 0, 65 1 0 1025 0, 61 1 1 825 1, 58 2 0 1225 1, 56 1 1 768 1, 43 2 0 338 1, 53 1 1 1225
1, 59 2 1 1025 0, 56 1 2 1225 0, 53 2 1 588 1, 74 2 0 588 0, 60 1 0 975 1, 39 1 0 1225 0, 51 2 0 1225 0, 45 2 0
975 1, 72 2 2 463 1, 58 1 0 1300 1, 64 1 1 1025 1, 53 1 0 1225 1, 72 1 1 488 1, 64 1 1 825 1, 71 1 1 1300 0, 70
1 0 1175 1, 63 2 1 825 0, 52 2 0 975 0, 60 1 1 1275 0, 64 2 1 488 1, 73 1 1 2200 1, 63 2 0 1025 0, 50 2 0 635 1,
63 2 0 413 0, 50 2 2 1025 0, 60 2 0 488 0, 67 1 1 413 1, 69 1 1 1075 0, 65 1 1 1025 1, 76 1 2 825 1, 70 2 2 131
1, 57 2 0 725 1, 67 1 1 1500 1, 71 2 1 1025 0, 39 1 0 2350 0, 75 2 2 1025 1, 66 1 1 1075 1, 58 2 1 1060 0
"""
PLACEBO = """
1 3 1+, 2 1 4+, 1 1 7+, 5 1 10+, 4 1 6 10+, 1 1 14+, 1 1 18+, 1 3 5 18+, 1 1 12 16 18+, 3 3 23+, 1 3 10 15 23+,
1 1 3 16 23, 3 1 3 9 21 23+, 2 3 7 10 16 24, 1 1 3 15 25, 1 2 26+, 8 1 1 26+, 1 4 2 26, 1 2 25 28+, 1 4 29+, 1 2
29+, 4 1 29+, 1 6 28 30, 1 5 2 17 22 30+, 2 1 3 6 8 12, 1 3 12 15 24 31+, 1 2 32+, 2 1 34+, 2 1 36+, 3 1 29 36+,
1 2 37+, 4 1 9 17 22 24, 5 1 16 19 23 29, 1 2 41+, 1 1 3 43+, 2 6 6 43+, 2 1 3 6 9 44+, 1 1 9 11 20 26, 1 1 18
48+, 1 3 49+, 3 1 35 51+, 1 7 17 53+, 3 1 3 15 46 51, 1 1 59+, 3 2 2 15 24 30, 1 3 5 14 19 27, 2 3 2 8 12 13
"""
THIOTEPA = """
1 3 1+, 1 1 1+, 8 1 5, 1 2 9+, 1 1 10+, 1 1 13+, 2 6 3 14+, 5 3 1 3 5 7, 5 1 18+, 1 3 17 18+, 5 1 2 19+, 1 1 17
19 21+, 1 1 22+, 1 3 25+, 1 5 25+, 1 1 25+, 1 1 6 12 13 26+, 1 1 6 27+, 2 1 2 29+, 8 3 26 35 36+, 1 1 38+, 1 1
22 23 27 32, 6 1 4 16 23 27, 3 1 24 26 29 40, 3 2 41+, 1 1 41+, 1 1 1 27 43+, 1 1 44+, 6 1 2 20 23 27, 1 2 45+,
1 4 2 46+, 1 4 46+, 3 3 49+, 1 1 50+, 4 1 4 24 47 50+, 3 4 54+, 2 1 38 54+, 1 3 59+
"""
OVARIAN = """
59 1 72.3315 2 1, 115 1 74.4932 2 1, 156 1 66.4658 2 1, 421 0 53.3644 2 2, 431 1 50.3397 2 1, 448 0 56.4301 1 1,
464 1 56.937 2 2, 475 1 59.8548 2 2, 477 0 64.1753 2 1, 563 1 55.1781 1 2, 638 1 56.7562 1 1, 744 0 50.1096 1 2,
769 0 59.6301 2 2, 770 0 57.0521 2 2, 803 0 39.2712 1 1, 855 0 43.1233 1 1, 1040 0 38.8932 2 1, 1106 0 44.6 1 1,
1129 0 53.9068 1 2, 1206 0 44.2055 2 2, 1227 0 59.589 1 2, 268 1 74.5041 2 1, 329 1 43.137 2 1, 353 1 63.2192 1
2, 365 1 64.4247 2 2, 377 0 58.3096 1 2
"""
GROWTH = """
26 25 29 31 21.5 22.5 23 26.5 23 22.5 24 27.5 25.5 27.5 26.5 27 20 23.5 22.5 26 24.5 25.5 27 28.5 22 22 24.5
26.5 24 21.5 24.5 25.5 23 20.5 31 26 27.5 28 31 31.5 23 23 23.5 25 21.5 23.5 24 28 17 24.5 26 29.5 22.5 25.5
25.5 26 23 24.5 26 30 22 21.5 23.5 25 21 20 21.5 23 21 21.5 24 25.5 20.5 24 24.5 26 23.5 24.5 25 26.5 21.5 23
22.5 23.5 20 21 21 22.5 21.5 22.5 23 25 23 23 23.5 24 20 21 22 21.5 16.5 19 19 19.5 24.5 25 28 28
"""
HERDS = """
1 1 2 14, 1 2 3 12, 1 3 4 9, 1 4 0 5, 2 1 3 22, 2 2 1 18, 2 3 1 21, 3 1 8 22, 3 2 2 16, 3 3 0 16, 3 4 2 20, 4 1
2 10, 4 2 0 10, 4 3 2 9, 4 4 0 6, 5 1 5 18, 5 2 0 25, 5 3 0 24, 5 4 1 4, 6 1 3 17, 6 2 0 17, 6 3 0 18, 6 4 1 20,
7 1 8 16, 7 2 1 10, 7 3 3 9, 7 4 0 5, 8 1 12 34, 9 1 2 9, 9 2 0 6, 9 3 0 8, 9 4 0 6, 10 1 1 22, 10 2 1 22, 10 3
0 18, 10 4 2 22, 11 1 0 25, 11 2 5 27, 11 3 3 22, 11 4 1 22, 12 1 2 10, 12 2 1 8, 12 3 0 6, 12 4 0 5, 13 1 1 21,
13 2 2 24, 13 3 0 19, 13 4 0 23, 14 1 11 19, 14 2 0 2, 14 3 0 3, 14 4 0 2, 15 1 1 19, 15 2 1 15, 15 3 1 15, 15 4
0 15
"""
ABSENCES = """
2 11 14 5 5 13 20 22 6 6 15 7 14 6 32 53 57 14 16 16 17 40 43 46 8 23 23 28 34 36 38 3 5 11 24 45 5 6 6 9 13 23
25 32 53 54 5 5 11 17 19 8 13 14 20 47 48 60 81 2 0 2 3 5 10 14 21 36 40 6 17 67 0 0 2 7 11 12 0 0 5 5 5 11 17 3
4 22 30 36 8 0 1 5 7 16 27 0 30 10 14 27 41 69 25 10 11 20 33 5 7 0 1 5 5 5 5 7 11 15 5 14 6 6 7 28 0 5 14 2 2 3
8 10 12 1 1 9 22 3 3 5 15 18 22 37
"""
DRUG_TRIAL = """
11 6, 8 0, 5 2, 14 8, 19 11, 6 4, 10 13, 6 1, 11 8, 3 0, 6 0, 6 2, 7 3, 8 1, 18 18, 8 4, 19 14, 8 9, 5 1, 15 9,
16 13, 13 10, 11 18, 9 5, 21 23, 16 12, 12 5, 12 16, 7 1, 12 20
"""
DISEASES = """
42 44 36 13 19 22, 33 26 33 21, 31 -3 25 25 24, 28 23 34 42 13, 34 33 31 36, 3 26 28 32 4 16,
1 29 19, 11 9 7 1 -6, 21 1 9 3, 24 9 22 -2 15, 27 12 12 -5 16 15, 22 7 25 5 12
"""
