import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from tuneport.core import InvalidRequest
from tuneport.store import Database, FileRow, OwnRows, of_all_projects, read_page


def files_of(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {row.id: row.filename for row in session.scalars(select(FileRow))}


def test_the_whole_database_has_the_records_of_every_project(database: Database):
    assert files_of(database) == {"file-a": "x", "file-b": "x"}


QUERIES = {
    "rows": select(FileRow.id).order_by(FileRow.seq),
    "by id": select(FileRow.id).where(FileRow.id.in_(["file-a", "file-b"])),
    "another name": select(aliased(FileRow).id),
    "in a subquery": select(FileRow.id).where(FileRow.id.in_(select(aliased(FileRow).id))),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_project_finds_its_own_records_only(database: Database, query):
    with database.of_project("proj_a").read() as session:
        assert session.scalars(query).all() == ["file-a"]


def test_a_project_counts_its_own_records_only(database: Database):
    with database.of_project("proj_b").read() as session:
        assert session.scalar(select(func.count()).select_from(FileRow)) == 1


def test_a_page_cannot_begin_after_a_record_of_another_project(database: Database):
    with database.of_project("proj_a").read() as session, pytest.raises(InvalidRequest, match="not in this list"):
        read_page(session, OwnRows(FileRow), after="file-b", limit=10)


def test_a_project_changes_its_own_records_only(database: Database):
    with database.of_project("proj_a").write() as session:
        session.execute(update(FileRow).values(filename="y"))

    assert files_of(database) == {"file-a": "y", "file-b": "x"}


def test_a_project_deletes_its_own_records_only(database: Database):
    with database.of_project("proj_b").write() as session:
        session.execute(delete(FileRow))

    assert files_of(database) == {"file-a": "x"}


def test_a_query_for_all_projects_sees_over_the_walls(database: Database):
    with database.of_project("proj_a").read() as session:
        assert session.scalars(of_all_projects(select(FileRow.id).order_by(FileRow.seq))).all() == ["file-a", "file-b"]
        assert session.scalars(select(FileRow.id)).all() == ["file-a"]
