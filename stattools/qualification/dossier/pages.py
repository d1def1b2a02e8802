"""The file that an inspector signs, as a document: what is claimed, what was tested, what failed, who signs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from stattools.qualification.differences import DIFFERENCES, PAGES
from stattools.qualification.dossier import installed
from stattools.qualification.dossier.qualifying import Dossier, ShownRequirement, name_of
from stattools.reporting import sections
from stattools.reporting.document import Block, Bullets, Document, Listing, Paragraph, Section, Table, literal
from stattools.reporting.provenance import code_version
from stattools.reporting.tables import count, facts

SHORT = 16
"""Letters of a hash that a page shows; the manifest has all 64."""
WORDS = 240
"""Letters of what a test found that a page shows; its file has all."""
PHASES = {
    "installation": "Installation qualification",
    "operation": "Operational qualification",
    "performance": "Performance qualification",
}
ASKED = {
    "installation": "Is what is installed what was shipped, and does its arithmetic do what statistics needs?",
    "operation": "Does each part do what it says? Numbers are compared with formulas, distributions of SciPy, loops, "
    "dense matrices, quadrature and independent programs.",
    "performance": "Does it do so on this machine, with data of certified answers, with simulations whose truth is "
    "known, and under changes of the data that must change nothing?",
}
EXTENTS = {
    "quick": "Without simulations.",
    "usual": "With simulations of the usual size.",
    "full": "With simulations of ten times the usual size.",
}
ROLES = ("Performed by", "Reviewed by", "Approved by")


def document(found: Dossier, results: Sequence[dict[str, Any]], *, command: str) -> Document:
    """The whole file; `results` are those of the manifest, with their hashes."""
    blocks = (
        Section("What this is", (Paragraph(_about(found)),)),
        sections.conclusion(conclusion(found)),
        Section("Deviations", _deviations(found)),
        Section("Signatures", _signatures()),
        Section("Requirements", (Paragraph(MATRIX), _matrix(found.matrix))),
        *(_phase(phase, found, results) for phase in PHASES),
        *_differences(found),
        Section("What this does not show", (Bullets(LIMITS),)),
        _environment(found, command),
    )
    return Document(f"Qualification of stattools {code_version()}", blocks)


MATRIX = (
    "Each requirement is a sentence that a test can show to be false. The chapters below name the tests of each, what "
    "they found, and the first letters of the SHA-256 of their evidence, a file of its own in `evidence`."
)
DIFFER = (
    "Programs differ where each is right under its own convention. Each difference of the public comparisons of CAMIS "
    "that touches a model of ours is computed again: under the convention that is named, our numbers are those that "
    "the program prints, to their last digit, and under the other they are not. What a program prints is from the "
    "page, or from a run of R 4.5.0, SciPy, statsmodels or scikit-learn on these data. SAS was not run: where a page "
    "shows its numbers in a picture only, its row has those of R with what the page names as the convention of SAS."
)
LIMITS = (
    "That a model suits a question: whoever uses it shows that with the data at hand (`stattools report`).",
    "That a test says all there is to say of its requirement: it can show it to be false, and did not.",
    "Who wrote a file: a hash only sees that it was changed. Keep that of the manifest beside the signatures.",
)


def conclusion(found: Dossier) -> str:
    """The verdict in a sentence."""
    verdicts = [one.verdict for one in found.matrix]
    many = f"{count(len(found.records))} tests"
    untested = verdicts.count("not tested")
    rest = f" {count(untested)} could not be tested, for the reason that stands there." if untested else ""
    if found.ok:
        return (
            f"**Pass.** Of {count(len(verdicts))} requirements {count(verdicts.count('pass'))} are met in {many}.{rest}"
        )
    failed = f"{count(verdicts.count('fail'))} are not met"
    return f"**Fail.** Of {count(len(verdicts))} requirements {failed}, in {many}; see the deviations.{rest}"


def _about(found: Dossier) -> str:
    nist = " NIST's certified data sets are in `data/nist`." if found.nist else ""
    return (
        "Whether stattools, as it is installed on this machine, does what is required of it: its installation (IQ), "
        f"its operation (OQ) and its performance (PQ). {EXTENTS[found.extent]}{nist} `manifest.json` has the hash of "
        "every file and every number with its tolerance. `stattools verify` on this folder needs no network: it looks "
        "at all files, runs the tests again on any machine, and names what moved: a file, the data, a version, or the "
        "round-off of the platform."
    )


def _deviations(found: Dossier) -> tuple[Block, ...]:
    if not found.deviations:
        return (Paragraph("None."),)
    return (Bullets(tuple(literal(_cut(one, 400)) for one in found.deviations)),)


def _signatures() -> tuple[Block, ...]:
    blank = "_" * 16
    rows = tuple((role, blank, blank, blank, blank) for role in ROLES)
    return (
        Table(("", "name", "role", "date", "signature"), rows, "lllll"),
        Paragraph(f"SHA-256 of `manifest.json`, copied by hand: {'_' * 32}"),
    )


def _matrix(matrix: Sequence[ShownRequirement]) -> Table:
    rows = tuple(
        (str(one.number), literal(one.requirement.text), _passed(one), _verdict(one.verdict)) for one in matrix
    )
    return Table(("", "requirement", "tests passed", "verdict"), rows, "rlrc")


def _passed(one: ShownRequirement) -> str:
    return f"{sum(record.verdict == 'pass' for record in one.records)} of {len(one.records)}" if one.records else ""


def _verdict(word: str) -> str:
    return f"**{word}**" if word == "fail" else word


def _phase(phase: str, found: Dossier, results: Sequence[dict[str, Any]]) -> Section:
    known = {one["test"]: one for one in results}
    mine = [one for one in found.matrix if one.requirement.phase == phase]
    chapters = []
    told: dict[str, int] = {}
    for area, some in groupby(mine, lambda one: one.requirement.area):
        rows = []
        for one in some:
            for record in one.records:
                name = record.procedure.name
                first = told.setdefault(name, one.number)
                said = _cut(record.observation.words, WORDS) if first == one.number else f"see requirement {first}"
                verdict = _verdict(record.verdict)
                digest = f"`{known[name]['sha256'][:SHORT]}`"
                rows.append((str(one.number), literal(name), literal(said), verdict, digest))
            if not one.records:
                why = "its tests are simulations, which were left out" if one.left_out else "no test ran"
                rows.append((str(one.number), "", why, _verdict(one.verdict), ""))
        table = Table(("", "test", "found", "verdict", "SHA-256"), tuple(rows), "rllcl")
        chapters.append(Section(area, (table,)))
    return Section(PHASES[phase], (Paragraph(ASKED[phase]), *chapters))


def _differences(found: Dossier) -> tuple[Section, ...]:
    """What programs print, and ours under the convention of each; then the public pages that were read."""
    records = {one.procedure.name: one for one in found.records if one.observation.rows}
    chapters = []
    for one in DIFFERENCES:
        record = records.get(name_of(one))
        if record is None:
            continue
        rows = tuple(tuple(map(literal, row)) for row in record.observation.rows)
        where = f"{literal(one.cause)} The data: {literal(one.data)}; [the page of CAMIS]({one.page}); {one.model}."
        table = Table(
            ("program", "its convention", "from", f"prints {literal(', '.join(one.quantities))}", "ours"), rows, "lllrr"
        )
        chapters.append(Section(one.subject, (Paragraph(where), table)))
    if not chapters:
        return ()
    pages = tuple((f"[{literal(one.subject)}]({one.address})", one.standing, literal(one.note)) for one in PAGES)
    read = Section("The pages that were read", (Table(("page", "to us", "why"), pages, "lll"),))
    return (Section("Known differences between SAS, R and Python", (Paragraph(DIFFER), *chapters, read)),)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _environment(found: Dossier, command: str) -> Section:
    files = installed.files_of_package()
    return Section(
        "Provenance",
        (
            Paragraph("This command writes the qualification again; its numbers may differ in last digits elsewhere:"),
            Listing(command, "sh"),
            facts(found.surroundings | {"files of the package": files}, ("environment", "version")),
        ),
    )
