"""Writing a qualification into a folder: pages, evidence, data, and last the manifest of all of them."""

from __future__ import annotations

import json
from pathlib import Path

from stattools.errors import DomainError, IncompatibleError
from stattools.interface.writing import Drafts, reasons
from stattools.qualification.dossier import installed
from stattools.qualification.dossier.manifest import NAME, SELF, evidence, manifest, results, sha256
from stattools.qualification.dossier.pages import document
from stattools.qualification.dossier.qualifying import Dossier
from stattools.reporting.converted import converted
from stattools.reporting.document import Document
from stattools.reporting.html import html
from stattools.reporting.markdown import markdown

PAGE = "qualification"


def check_folder(folder: Path) -> None:
    """Raise DomainError for a folder that has other files than those of a qualification: they would be in the way."""
    if folder.exists() and not folder.is_dir():
        raise DomainError(f"qualify writes a folder; {folder} is a file. Give another name.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / NAME).is_file():
        raise DomainError(f"qualify writes a folder of its own; {folder} has other files. Give a new name.")


def filed(found: Dossier, folder: Path, *, command: str, nist: Path | None = None) -> tuple[str, str]:
    """Write the folder; the SHA-256 of its manifest, and in words which page could not be made and why ("" if none).

    A qualification that was there is replaced; files beside it that are not its own, such as a signed page, stay.
    """
    check_folder(folder)
    names = tuple({name: None for one in found.records for name in one.procedure.data})
    data = installed.data(names, nist)
    told = [one | {SELF: sha256(evidence(one))} for one in results(found, data, nist)]
    page = document(found, told, command=command)
    files = {one["evidence"]: evidence(one) for one in told}
    files[f"{PAGE}.md"] = markdown(page, figures=PAGE).encode()
    files[f"{PAGE}.html"] = html(page, {}).encode()
    portable, why = _portable(page, folder)
    files |= {f"{PAGE}.pdf": portable} if portable else {}
    if nist is not None:
        used = {path for name in names for path in installed.files_of(name, nist) if name.startswith("NIST ")}
        files |= {f"data/nist/{path.relative_to(nist).as_posix()}": path.read_bytes() for path in sorted(used)}
    files[NAME] = manifest(found, told, files, data)
    _replace(folder, files)
    return sha256(files[NAME]), why


def _portable(page: Document, folder: Path) -> tuple[bytes, str]:
    try:
        return converted(page, ".pdf", folder), ""
    except IncompatibleError as error:
        return b"", f"No PDF: {error}"


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    """Put all files in place, the manifest last, and remove those of an older qualification."""
    old: list[str] = []
    if (folder / NAME).is_file():
        try:
            old = list(json.loads((folder / NAME).read_bytes())["files"])
        except (ValueError, KeyError, TypeError):
            old = []
    with Drafts("qualify") as drafts:
        for name, content in files.items():
            path = folder / name
            with reasons(path, "qualify"):
                path.parent.mkdir(parents=True, exist_ok=True)
            drafts.add(path, lambda file, content=content: file.write(content))
        drafts.publish()
    for name in old:
        if name not in files and ".." not in Path(name).parts and not Path(name).is_absolute():
            (folder / name).unlink(missing_ok=True)
