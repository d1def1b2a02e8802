"""What an audit is made of."""

from __future__ import annotations

from dataclasses import dataclass

from stattools.interface.arrays import Floats
from stattools.text.one_line import prints
from stattools.validation.explaining.finding import Finding


@prints
@dataclass(frozen=True, eq=False)
class Evidence:
    """`maximum` and `right_se` are NaN where there is none, +-inf where separated."""

    findings: tuple[Finding, ...]
    exists: bool
    distance: float
    decrement: float
    gain: float
    maximum: Floats
    right_se: Floats
    has_se: bool

    @property
    def serious(self) -> list[Finding]:
        """The findings that make the numbers wrong."""
        return [finding for finding in self.findings if finding.serious]
