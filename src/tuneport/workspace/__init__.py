"""What a user can do, in our words, one file per resource."""

from tuneport.catalog import BaseModel, PullProgress
from tuneport.data import CheckReport, Message, ToolCall
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
from tuneport.workspace.chat import ChatAnswer, ChatDelta, ChatRequest, TextRequest, Usage
from tuneport.workspace.comparison_record import ComparisonRequest, ComparisonState
from tuneport.workspace.comparisons import Comparisons
from tuneport.workspace.files import Files, StoredFile, Upload
from tuneport.workspace.jobs import JobRequest, Jobs
from tuneport.workspace.machine import MachineReport, ModelFit
from tuneport.workspace.models import CatalogEntry, Model, Models, TunedModel
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.preferences import HeldOutPreferences
from tuneport.workspace.project import Project
from tuneport.workspace.tuning_choice import TuningChoice
from tuneport.workspace.workspace import Workspace

__all__ = [
    "BaseModel",
    "CatalogEntry",
    "ChatAnswer",
    "ChatDelta",
    "ChatRequest",
    "CheckReport",
    "Checkpoint",
    "ComparisonRequest",
    "ComparisonState",
    "Comparisons",
    "Files",
    "HeldOutPreferences",
    "Job",
    "JobError",
    "JobEvent",
    "JobProgress",
    "JobRequest",
    "JobStatus",
    "Jobs",
    "MachineReport",
    "Message",
    "Model",
    "ModelFit",
    "Models",
    "Page",
    "PageRequest",
    "Project",
    "PullProgress",
    "RequestedHyperparameters",
    "Runner",
    "StoredFile",
    "TextRequest",
    "ToolCall",
    "TunedModel",
    "Tuning",
    "TuningChoice",
    "Upload",
    "Usage",
    "Workspace",
]
