"""docs/moves.md says what the table of moves says."""

from tools.moves_document import DOCUMENT, document


def test_the_document_is_the_table():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tools.moves_document"
