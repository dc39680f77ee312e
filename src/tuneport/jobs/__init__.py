"""Queue, status machine, and runners that start work in a child process."""

from tuneport.jobs.environment import CheckedFiles, Environment, FileWarning, Preparation
from tuneport.jobs.gate import Gate, Verdict
from tuneport.jobs.job import (
    Checkpoint,
    Job,
    JobError,
    JobEvent,
    RequestedHyperparameters,
    checkpoint_of,
    checkpoint_or_model_of,
    event_of,
    job_of,
)
from tuneport.jobs.progress import JobProgress, read_progress
from tuneport.jobs.queue import NewJob, add_job, cancel_job, delete_job, find_job_row, pause_job, read_job, resume_job
from tuneport.jobs.result_file import last_of_each_step
from tuneport.jobs.runners import LocalRunner, Runner, RunProcess, training_command
from tuneport.jobs.status import ALLOWED_MOVES, CANCELLABLE, HOLDS_ACCELERATOR, PAUSABLE, TERMINAL, JobStatus
from tuneport.jobs.supervisor import Supervisor
from tuneport.jobs.tuning import DEFAULT_RANK, Tuning, default_alpha
from tuneport.jobs.worker import Worker, keep_trying

__all__ = [
    "ALLOWED_MOVES",
    "CANCELLABLE",
    "DEFAULT_RANK",
    "HOLDS_ACCELERATOR",
    "PAUSABLE",
    "TERMINAL",
    "CheckedFiles",
    "Checkpoint",
    "Environment",
    "FileWarning",
    "Gate",
    "Job",
    "JobError",
    "JobEvent",
    "JobProgress",
    "JobStatus",
    "LocalRunner",
    "NewJob",
    "Preparation",
    "RequestedHyperparameters",
    "RunProcess",
    "Runner",
    "Supervisor",
    "Tuning",
    "Verdict",
    "Worker",
    "add_job",
    "cancel_job",
    "checkpoint_of",
    "checkpoint_or_model_of",
    "default_alpha",
    "delete_job",
    "event_of",
    "find_job_row",
    "job_of",
    "keep_trying",
    "last_of_each_step",
    "pause_job",
    "read_job",
    "read_progress",
    "resume_job",
    "training_command",
]
