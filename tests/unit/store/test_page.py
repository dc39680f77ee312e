from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneport.core import InvalidRequest
from tuneport.store import Database, FileRow, OwnRows, open_database, read_page


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db").of_project("proj_a")
    with database.write() as session:
        for letter in "abcde":
            purpose = "batch" if letter == "b" else "fine-tune"
            session.add(FileRow(id=letter, created_at=1, filename="x", purpose=purpose, n_bytes=1))
            session.flush()
    yield database
    database.close()


def test_first_page_is_the_newest_records(database: Database):
    with database.read() as session:
        page = read_page(session, OwnRows(FileRow), after=None, limit=2)

    assert [row.id for row in page.items] == ["e", "d"]
    assert page.has_more


def test_last_page_has_no_more(database: Database):
    with database.read() as session:
        page = read_page(session, OwnRows(FileRow), after="c", limit=2)

    assert [row.id for row in page.items] == ["b", "a"]
    assert not page.has_more


def test_ascending_order_goes_on_after_the_cursor(database: Database):
    with database.read() as session:
        page = read_page(session, OwnRows(FileRow), after="c", limit=9, order="asc")

    assert [row.id for row in page.items] == ["d", "e"]


def test_selection_is_kept_across_pages(database: Database):
    rows = OwnRows(FileRow, FileRow.purpose == "fine-tune")

    with database.read() as session:
        page = read_page(session, rows, after="c", limit=9)

    assert [row.id for row in page.items] == ["a"]


def test_unknown_cursor_is_refused_by_name(database: Database):
    with database.read() as session, pytest.raises(InvalidRequest, match="'zzz'") as caught:
        read_page(session, OwnRows(FileRow), after="zzz", limit=2)

    assert caught.value.param == "after"
