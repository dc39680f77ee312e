"""What a user can do, in our words, one file per resource."""

from tuneport.catalog import BaseModel, PullProgress
from tuneport.data import CheckReport
from tuneport.jobs import Checkpoint, Job, JobError, JobEvent, JobProgress, JobStatus, RequestedHyperparameters
from tuneport.store import Page
from tuneport.workspace.comparisons import ComparisonRequest, Comparisons, ComparisonState
from tuneport.workspace.files import Files, StoredFile, Upload
from tuneport.workspace.jobs import JobRequest, Jobs
from tuneport.workspace.machine import MachineReport, ModelFit
from tuneport.workspace.models import CatalogEntry, Model, Models, TunedModel
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.workspace import Workspace

__all__ = [
    "BaseModel",
    "CatalogEntry",
    "CheckReport",
    "Checkpoint",
    "ComparisonRequest",
    "ComparisonState",
    "Comparisons",
    "Files",
    "Job",
    "JobError",
    "JobEvent",
    "JobProgress",
    "JobRequest",
    "JobStatus",
    "Jobs",
    "MachineReport",
    "Model",
    "ModelFit",
    "Models",
    "Page",
    "PageRequest",
    "PullProgress",
    "RequestedHyperparameters",
    "StoredFile",
    "TunedModel",
    "Upload",
    "Workspace",
]
