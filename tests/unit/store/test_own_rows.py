from sqlalchemy import bindparam

from tuneport.store import Database, FileRow, OwnRows, ProjectRow, as_they_are

FILES = OwnRows(FileRow)
BY_ID = OwnRows(FileRow, FileRow.id == bindparam("file_id"))


def ids_of(database: Database, rows: OwnRows, **values: str) -> list[str]:
    with database.read() as session:
        return sorted(row.id for row in rows.read(session, as_they_are, **values))


def test_each_project_reads_its_own_rows_by_the_same_statement(database: Database):
    found = [ids_of(database.of_project(project), FILES) for project in ("proj_a", "proj_b", "proj_c", "proj_a")]

    assert found == [["file-a"], ["file-b"], [], ["file-a"]]


def test_the_whole_database_reads_the_rows_of_every_project_before_and_after_a_project_did(database: Database):
    rows = OwnRows(FileRow)

    found = [ids_of(reader, rows) for reader in (database, database.of_project("proj_a"), database)]

    assert found == [["file-a", "file-b"], ["file-a"], ["file-a", "file-b"]]


def test_row_of_another_project_is_not_found_by_its_id(database: Database):
    own = database.of_project("proj_a")

    assert ids_of(own, BY_ID, file_id="file-a") == ["file-a"]
    assert ids_of(own, BY_ID, file_id="file-b") == []


def test_further_conditions_narrow_the_rows(database: Database):
    assert ids_of(database, FILES.where(FileRow.id != "file-a")) == ["file-b"]
    assert ids_of(database, FILES) == ["file-a", "file-b"]


def test_rows_that_belong_to_no_project_are_read_in_any(database: Database):
    with database.of_project("proj_a").read() as session:
        found = OwnRows(ProjectRow).read(session, as_they_are)

    assert [row.id for row in found] == ["proj_default"]
