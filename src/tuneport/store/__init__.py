"""Where records and bytes live: tables and migrations, blobs by address."""

from tuneport.store.answer_tables import CompletionRow, ResponseRow
from tuneport.store.batch_tables import BatchRow
from tuneport.store.blobs import Blobs, BlobWriter
from tuneport.store.database import Database, open_database
from tuneport.store.deployment_tables import DeploymentRow
from tuneport.store.export_table import ExportRow
from tuneport.store.idempotency_table import IdempotentAnswerRow
from tuneport.store.key_tables import KeyRow, PermissionRow, ProjectRow
from tuneport.store.outbox import EVENT_TYPES
from tuneport.store.own_rows import OwnRows, Reader, Record, as_they_are
from tuneport.store.page import Page, read_page, unknown_cursor
from tuneport.store.parts import Parts
from tuneport.store.project_session import archived_project, of_all_projects
from tuneport.store.tables import ComparisonRow, FileRow, JobEventRow, JobRow, ModelRow
from tuneport.store.upload_tables import UploadPartRow, UploadRow
from tuneport.store.webhook_tables import DeliveryRow, WebhookRow

__all__ = [
    "EVENT_TYPES",
    "BatchRow",
    "BlobWriter",
    "Blobs",
    "ComparisonRow",
    "CompletionRow",
    "Database",
    "DeliveryRow",
    "DeploymentRow",
    "ExportRow",
    "FileRow",
    "IdempotentAnswerRow",
    "JobEventRow",
    "JobRow",
    "KeyRow",
    "ModelRow",
    "OwnRows",
    "Page",
    "Parts",
    "PermissionRow",
    "ProjectRow",
    "Reader",
    "Record",
    "ResponseRow",
    "UploadPartRow",
    "UploadRow",
    "WebhookRow",
    "archived_project",
    "as_they_are",
    "of_all_projects",
    "open_database",
    "read_page",
    "unknown_cursor",
]
