"""No public name, member or signature changes unseen: a change shows in `tests/fixtures/public_face.txt`."""

from tests.public_face import FILE, public_face


def test_the_public_face_is_as_written_down():
    assert public_face() == FILE.read_text(encoding="utf-8"), "if this is meant: python -m tests.public_face"
