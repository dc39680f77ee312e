"""Where records and bytes live: tables and migrations, blobs by address."""

from tuneport.store.batch_tables import BatchRow
from tuneport.store.blobs import Blobs, BlobWriter
from tuneport.store.database import Database, open_database
from tuneport.store.deployment_tables import DeploymentRow
from tuneport.store.import_tables import FileImportRow
from tuneport.store.outbox import EVENT_TYPES
from tuneport.store.page import Page, read_page
from tuneport.store.tables import ComparisonRow, FileRow, JobEventRow, JobRow, ModelRow
from tuneport.store.upload_tables import UploadPartRow, UploadRow
from tuneport.store.webhook_tables import DeliveryRow, WebhookRow

__all__ = [
    "EVENT_TYPES",
    "BatchRow",
    "BlobWriter",
    "Blobs",
    "ComparisonRow",
    "Database",
    "DeliveryRow",
    "DeploymentRow",
    "FileImportRow",
    "FileRow",
    "JobEventRow",
    "JobRow",
    "ModelRow",
    "Page",
    "UploadPartRow",
    "UploadRow",
    "WebhookRow",
    "open_database",
    "read_page",
]
