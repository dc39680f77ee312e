"""What is asked for with a job, made whole by a preset, and held against itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tuneport.config import PRESETS, Preset, PresetName, TrainingOptions
from tuneport.core import InvalidRequest
from tuneport.jobs import RequestedHyperparameters
from tuneport.workspace.tuning_choice import TuningChoice


@dataclass(frozen=True)
class JobRequest:
    model: str
    """A base model, or a tuned one or a checkpoint to go on from."""
    training_file: str
    validation_file: str | None = None
    method: str = "supervised"
    hyperparameters: RequestedHyperparameters = field(default_factory=RequestedHyperparameters)
    suffix: str | None = None
    seed: int | None = None
    """`None` takes a random one."""
    metadata: dict[str, str] = field(default_factory=dict)
    stop_after_worse_epochs: int | None = None
    """End early once the full validation loss has not improved for so many epochs; `None` never does."""
    tuning: TuningChoice | None = None
    """`None` trains a plain adapter, or goes on as the tuned model began."""
    training: TrainingOptions = field(default_factory=TrainingOptions)
    preset: PresetName | None = None
    """Whose values count where the request leaves one out."""
    gives_way: bool = False
    """Whether it is set aside while another job waits for the accelerator."""
    training_type: str | None = None
    """Azure's word for how it is to be run; kept and shown."""
    remarks: tuple[str, ...] = ()
    """What was asked for and will not be done; told as warnings of the job."""


def made_whole(request: JobRequest) -> JobRequest:
    """Give the request with what its preset says where it leaves something out.

    Raises `InvalidRequest` for what contradicts itself.
    """
    _require_measurable(request)
    _require_one_rate(request)
    return request if request.preset is None else _with_preset(request, PRESETS[request.preset])


def _with_preset(request: JobRequest, preset: Preset) -> JobRequest:
    tuning, wanted = request.tuning or TuningChoice(), request.hyperparameters
    training = preset.training
    if request.method != "supervised" or wanted.learning_rate_multiplier != "auto":
        training = training.model_copy(update={"learning_rate": None})
    return replace(
        request,
        tuning=replace(
            tuning,
            rank=tuning.rank or preset.rank,
            alpha=tuning.alpha or (preset.alpha if tuning.rank is None else None),
            dropout=preset.dropout if tuning.dropout is None else tuning.dropout,
            quantization=tuning.quantization or preset.quantization,
        ),
        training=request.training.over(training),
        hyperparameters=replace(
            wanted,
            n_epochs=(preset.n_epochs or "auto") if wanted.n_epochs == "auto" else wanted.n_epochs,
            batch_size=(preset.batch_size or "auto") if wanted.batch_size == "auto" else wanted.batch_size,
        ),
    )


def _require_measurable(request: JobRequest) -> None:
    if request.stop_after_worse_epochs is not None and request.validation_file is None:
        raise InvalidRequest(
            f"'tuneport.stop_after_worse_epochs' is {request.stop_after_worse_epochs}, and there is no "
            "'validation_file' by whose loss an epoch could be worse. Give one, or leave the field out.",
            code="validation_file_missing",
            param="tuneport.stop_after_worse_epochs",
        )


def _require_one_rate(request: JobRequest) -> None:
    multiplier = request.hyperparameters.learning_rate_multiplier
    if request.training.learning_rate is not None and multiplier != "auto":
        raise InvalidRequest(
            f"'learning_rate_multiplier' is {multiplier}, and 'tuneport.training.learning_rate' is "
            f"{request.training.learning_rate}, which takes the place of the automatic rate and of its multiplier. "
            "Give one of them.",
            code="learning_rate_given_twice",
            param="tuneport.training.learning_rate",
        )
