"""All laws of the exam: recodings, data without a maximum, known digits, influence."""

from __future__ import annotations

from stattools.qualification.exam.influence import OF_ROWS
from stattools.qualification.exam.known_digits import KNOWN_DIGITS
from stattools.qualification.exam.law import Law
from stattools.qualification.exam.no_maximum import NO_MAXIMUM
from stattools.qualification.exam.recodings import RECODINGS

LAWS: tuple[Law, ...] = (*RECODINGS, *NO_MAXIMUM, *KNOWN_DIGITS, *OF_ROWS)
