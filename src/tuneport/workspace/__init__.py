"""What a user can do, in our words, one file per resource."""

from tuneport.catalog import BaseModel, PullProgress
from tuneport.data import (
    CheckReport,
    Container,
    ConvertOptions,
    ConvertReport,
    DedupeBy,
    DedupeReport,
    FixReport,
    MappedPart,
    Message,
    Shape,
    SplitOptions,
    SplitReport,
    ToolCall,
)
from tuneport.inference import FormRule, GrammarRule, JsonRule, check_form
from tuneport.jobs import (
    Checkpoint,
    Job,
    JobError,
    JobEvent,
    JobProgress,
    JobStatus,
    RequestedHyperparameters,
    Runner,
    Tuning,
)
from tuneport.store import Page
from tuneport.tokens import CallPiece
from tuneport.workspace.answer_rules import require_sound_calls, rule_notices
from tuneport.workspace.batch_answers import LineAnswer
from tuneport.workspace.batch_record import Batch, BatchProblem, BatchRequest, BatchUsage, plain_endpoint
from tuneport.workspace.batch_status import BatchStatus
from tuneport.workspace.callers import OWNER_KEY_ID, Caller
from tuneport.workspace.chat import (
    ChatAnswer,
    ChatCompletion,
    ChatDelta,
    ChatOrder,
    ChatRequest,
    ChoiceDelta,
    StartedChat,
    TextRequest,
    TokenChance,
    ToolChoice,
    Usage,
)
from tuneport.workspace.chat_completions import ChatCompletions, StoredMessage
from tuneport.workspace.choices import choices_of, collect_answers, total_usage
from tuneport.workspace.comparison_record import ComparisonRequest, ComparisonState
from tuneport.workspace.comparison_rows import MAX_COMPARED_ROWS
from tuneport.workspace.comparisons import Comparisons
from tuneport.workspace.costs import NOT_BILLED, JobCost
from tuneport.workspace.deployment_record import Deployment, DeploymentRequest
from tuneport.workspace.deployments import Deployments
from tuneport.workspace.elsewhere import price_of_job
from tuneport.workspace.embedding import EmbeddingAnswer, EmbeddingRequest
from tuneport.workspace.export_record import Export, ExportRequest
from tuneport.workspace.exports import Exports
from tuneport.workspace.file_imports import FileImports, ImportRequest
from tuneport.workspace.file_record import StoredFile
from tuneport.workspace.files import Files, Upload
from tuneport.workspace.idempotency import IdempotentAnswers, KeptAnswer, key_reused
from tuneport.workspace.job_request import JobRequest
from tuneport.workspace.jobs import Jobs
from tuneport.workspace.keys import SCOPES, Key, Scope
from tuneport.workspace.machine import MachineReport, ModelFit
from tuneport.workspace.models import CatalogEntry, Model, Models, TunedModel
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.permissions import Permission
from tuneport.workspace.preferences import HeldOutPreferences
from tuneport.workspace.project import Project
from tuneport.workspace.projects import ProjectRecord
from tuneport.workspace.report_context import ReportRequest
from tuneport.workspace.report_progress import OnProgress, ReportProgress
from tuneport.workspace.response import Response, ResponseRequest, StartedResponse
from tuneport.workspace.response_items import CallItem, CallOutputItem, Item, TextItem, call_item_id, text_item_id
from tuneport.workspace.responses import Responses
from tuneport.workspace.row_loss import RowLoss, RowLossRequest
from tuneport.workspace.text_completions import StartedText, TextCompletion, TextCompletions, TextOrder
from tuneport.workspace.tuning_choice import TuningChoice
from tuneport.workspace.upload_record import PartedUpload, PartedUploadRequest, UploadPart
from tuneport.workspace.webhook_record import Webhook
from tuneport.workspace.workspace import Workspace

__all__ = [
    "MAX_COMPARED_ROWS",
    "NOT_BILLED",
    "OWNER_KEY_ID",
    "SCOPES",
    "BaseModel",
    "Batch",
    "BatchProblem",
    "BatchRequest",
    "BatchStatus",
    "BatchUsage",
    "CallItem",
    "CallOutputItem",
    "CallPiece",
    "Caller",
    "CatalogEntry",
    "ChatAnswer",
    "ChatCompletion",
    "ChatCompletions",
    "ChatDelta",
    "ChatOrder",
    "ChatRequest",
    "CheckReport",
    "Checkpoint",
    "ChoiceDelta",
    "ComparisonRequest",
    "ComparisonState",
    "Comparisons",
    "Container",
    "ConvertOptions",
    "ConvertReport",
    "DedupeBy",
    "DedupeReport",
    "Deployment",
    "DeploymentRequest",
    "Deployments",
    "EmbeddingAnswer",
    "EmbeddingRequest",
    "Export",
    "ExportRequest",
    "Exports",
    "FileImports",
    "Files",
    "FixReport",
    "FormRule",
    "GrammarRule",
    "HeldOutPreferences",
    "IdempotentAnswers",
    "ImportRequest",
    "Item",
    "Job",
    "JobCost",
    "JobError",
    "JobEvent",
    "JobProgress",
    "JobRequest",
    "JobStatus",
    "Jobs",
    "JsonRule",
    "KeptAnswer",
    "Key",
    "LineAnswer",
    "MachineReport",
    "MappedPart",
    "Message",
    "Model",
    "ModelFit",
    "Models",
    "OnProgress",
    "Page",
    "PageRequest",
    "PartedUpload",
    "PartedUploadRequest",
    "Permission",
    "Project",
    "ProjectRecord",
    "PullProgress",
    "ReportProgress",
    "ReportRequest",
    "RequestedHyperparameters",
    "Response",
    "ResponseRequest",
    "Responses",
    "RowLoss",
    "RowLossRequest",
    "Runner",
    "Scope",
    "Shape",
    "SplitOptions",
    "SplitReport",
    "StartedChat",
    "StartedResponse",
    "StartedText",
    "StoredFile",
    "StoredMessage",
    "TextCompletion",
    "TextCompletions",
    "TextItem",
    "TextOrder",
    "TextRequest",
    "TokenChance",
    "ToolCall",
    "ToolChoice",
    "TunedModel",
    "Tuning",
    "TuningChoice",
    "Upload",
    "UploadPart",
    "Usage",
    "Webhook",
    "Workspace",
    "call_item_id",
    "check_form",
    "choices_of",
    "collect_answers",
    "key_reused",
    "plain_endpoint",
    "price_of_job",
    "require_sound_calls",
    "rule_notices",
    "text_item_id",
    "total_usage",
]
