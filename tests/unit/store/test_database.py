from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text

from tuneport.store import Database, FileRow, JobRow, open_database
from tuneport.store.migrate import MIGRATIONS, NEWEST
from tuneport.store.tables import Table

OLD_JOB = """
    INSERT INTO jobs (id, created_at, status, base_model, method, training_file, seed, hyperparameters, reasons, labels,
                      tuned_model, attempt, n_crashes, metrics_offset, events_offset, last_step)
    VALUES ('ftjob-old', 1, 'running', 'tiny', 'supervised', 'file-a', 7, '{}', '{}', '{}', 'ft:tiny', 1, 0, 0, 0, 0)
"""


def a_file(name: str) -> FileRow:
    return FileRow(id=name, project_id="proj_a", created_at=1, filename="rows.jsonl", purpose="fine-tune", n_bytes=3)


def add_and_fail(database: Database) -> None:
    with database.write() as session:
        session.add(a_file("file-a"))
        session.flush()
        raise RuntimeError


def ids_in(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(FileRow.id).order_by(FileRow.seq)))


def test_record_is_there_after_the_database_is_opened_again(tmp_path: Path):
    first = open_database(tmp_path / "tuneport.db")
    with first.write() as session:
        session.add(a_file("file-a"))
    first.close()

    second = open_database(tmp_path / "tuneport.db")

    assert ids_in(second) == ["file-a"]
    second.close()


def test_nothing_of_a_transaction_stays_after_an_error(tmp_path: Path):
    database = open_database(tmp_path / "tuneport.db")

    with pytest.raises(RuntimeError):
        add_and_fail(database)

    assert ids_in(database) == []
    database.close()


def test_migrations_make_exactly_the_tables_that_the_code_knows(tmp_path: Path):
    database = open_database(tmp_path / "tuneport.db")

    with database.read() as session:
        differences = compare_metadata(MigrationContext.configure(session.connection()), Table.metadata)

    assert differences == []
    database.close()


def test_newest_names_the_last_migration():
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_database_is_in_wal_mode_and_syncs_fully(tmp_path: Path):
    database = open_database(tmp_path / "tuneport.db")

    with database.read() as session:
        connection = session.connection()
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()

    assert (mode, synchronous) == ("wal", 2)
    database.close()


def test_a_job_of_an_older_database_begins_at_its_base_model(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path / 'tuneport.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(OLD_JOB))
    engine.dispose()

    database = open_database(tmp_path / "tuneport.db")

    with database.read() as session:
        job = session.scalars(select(JobRow)).one()
    assert (job.lineage, job.stop_after_worse_epochs, job.project_id) == ([], None, "proj_default")
    database.close()
