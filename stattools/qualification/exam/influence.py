"""Laws of influence: Cook's distances are what a step of Newton without the row does, leverages are those of the rows.

`b` of an answer are the Cook's distances of all rows and then their leverages. Both are asked of least squares and of
canonical links, where packages mean the same by them. The numbers were made by solving each step by itself, which the
tests do again.

Source: Cook, Technometrics 19 (1977), 15-18; Pregibon, Annals of Statistics 9 (1981), 705-724.
"""

from __future__ import annotations

from dataclasses import replace

from stattools.qualification.exam.known_digits import exactly
from stattools.qualification.exam.law import Law
from stattools.qualification.exam.recodings import COEFFICIENTS, SAME_MEANS, same

INFLUENCE = ("influence, linear", "influence, logistic", "influence, poisson")
"""Models whose answer is the influence of the rows."""
DATA = "X = np.arange(8.0)[:, None]; y = np.array({})"

LEFT_OUT = (
    Law("rows left out of least squares", "Cook's distances by leaving out, and leverages", INFLUENCE[:1],
        DATA.format([1.0, 3, 2, 5, 4, 8, 6, 20]),
        exactly([0.12120046, 0.053511165, 0.011881115, 0.00011436764, 0.054103044, 0.009819103, 0.42554219, 1.9392074,
                 0.41666667, 0.27380952, 0.17857143, 0.13095238, 0.13095238, 0.17857143, 0.27380952, 0.41666667])),
    Law("rows left out of log odds", "Cook's distances by a step of Newton, and leverages", INFLUENCE[1:2],
        DATA.format([0, 0, 1, 0, 1, 1, 0, 1]),
        exactly([0.088448572, 0.093039511, 0.32346869, 0.092396397, 0.092396397, 0.08819038, 0.8116195, 0.088448572,
                 0.34533423, 0.28274215, 0.21053443, 0.16138919, 0.16138919, 0.21053443, 0.28274215, 0.34533423])),
    Law("rows left out of log rates", "Cook's distances by a step of Newton, and leverages", INFLUENCE[2:],
        DATA.format([1, 0, 3, 2, 6, 5, 9, 25]),
        exactly([0.04202283, 0.10750202, 0.21215303, 0.017874099, 0.085446281, 0.095593089, 0.22886802, 2.564725,
                 0.14085065, 0.16810336, 0.18796203, 0.19307838, 0.18084012, 0.17154768, 0.25525561, 0.70236216])),
)  # fmt: skip

OF_ROWS: tuple[Law, ...] = (
    *(replace(law, alone=True) for law in LEFT_OUT),
    *(
        replace(law, name=f"influence, {law.name}", models=INFLUENCE, expect=same)
        for law in COEFFICIENTS
        if law.name in SAME_MEANS
    ),
)
"""Columns that span the same space give each row the same influence."""
