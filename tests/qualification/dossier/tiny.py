"""A qualification of three tests, made in no time."""

from pathlib import Path

from stattools.qualification.dossier import filing, installed
from stattools.qualification.dossier.procedure import Observation, Procedure, Requirement, run
from stattools.qualification.dossier.qualifying import Dossier
from stattools.qualification.reading import Reading

VALUES = {"mean": 2.0, "spread": 0.5}


SURROUNDINGS = {"stattools": "0.1.0", "numpy": "2.3", "linear algebra": "openblas"}


def procedures(*given, values=None, good=True):
    values = VALUES if values is None else values

    def observe(effort):
        return Observation(good, "as it is", tuple(Reading(name, value, 1e-6) for name, value in values.items()))

    return (
        Procedure("inspection: files", "installation", lambda effort: Observation(True, "all")),
        Procedure("answer: mean", "operation", observe, ("fair",)),
        Procedure("law: scale", "performance", lambda effort: Observation(True, "right for ols")),
    )


REQUIREMENTS = (
    Requirement("installation", "Files", "Files are those that were shipped.", ("inspection: *",)),
    Requirement("operation", "Means", "A mean is a mean.", ("answer: mean",)),
    Requirement("performance", "Laws", "Scale changes nothing.", ("law: *",)),
)


def dossier(wanted=None, requirements=REQUIREMENTS):
    records = tuple(run(one) for one in wanted or procedures())
    return Dossier(records, "usual", SURROUNDINGS, None, requirements)


def settle(monkeypatch):
    """An installation of two files."""
    monkeypatch.setattr(installed, "code", lambda: {"a.py": "1", "b.py": "2"})
    monkeypatch.setattr(installed, "surroundings", lambda: SURROUNDINGS)
    monkeypatch.setattr(installed, "files_of_package", lambda: "2 files, all as shipped")


def file(folder: Path, monkeypatch, found=None) -> Path:
    """Write it without a PDF, and with two files of code."""

    def refuse(*given):
        raise filing.IncompatibleError("there is no pandoc here")

    monkeypatch.setattr(filing, "converted", refuse)
    settle(monkeypatch)
    filing.filed(dossier() if found is None else found, folder, command="stattools qualify --out filed")
    return folder
