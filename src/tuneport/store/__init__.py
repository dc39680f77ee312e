"""Where records and bytes live: tables and migrations, blobs by address."""

from tuneport.store.blobs import Blobs, BlobWriter
from tuneport.store.database import Database, open_database
from tuneport.store.page import Page, read_page
from tuneport.store.tables import ComparisonRow, FileRow, JobEventRow, JobRow, ModelRow

__all__ = [
    "BlobWriter",
    "Blobs",
    "ComparisonRow",
    "Database",
    "FileRow",
    "JobEventRow",
    "JobRow",
    "ModelRow",
    "Page",
    "open_database",
    "read_page",
]
