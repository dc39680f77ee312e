"""What a person may choose: server `Settings`, and `RunSpec` of one training run in small sections."""

from tuneport.config.auto import Hyperparameters, auto_batch_size, auto_epochs, resolve_hyperparameters
from tuneport.config.presets import PRESETS, Preset, PresetName
from tuneport.config.read_settings import read_settings
from tuneport.config.run_folder import (
    KEPT_FILE,
    DataReport,
    Forecast,
    ForecastError,
    MemoryPlan,
    RunEvent,
    RunEventKind,
    RunFolder,
    RunResult,
    StepMetrics,
)
from tuneport.config.run_spec import (
    AdapterSection,
    CadenceSection,
    DataSection,
    MethodSection,
    ModelSection,
    OptimizerSection,
    RunSpec,
    RuntimeSection,
    ScheduleSection,
)
from tuneport.config.settings import DEFAULT_PORT, DEFAULT_PROJECT, LOOPBACK_HOSTS, Settings, default_home
from tuneport.config.training_options import TrainingOptions

__all__ = [
    "DEFAULT_PORT",
    "DEFAULT_PROJECT",
    "KEPT_FILE",
    "LOOPBACK_HOSTS",
    "PRESETS",
    "AdapterSection",
    "CadenceSection",
    "DataReport",
    "DataSection",
    "Forecast",
    "ForecastError",
    "Hyperparameters",
    "MemoryPlan",
    "MethodSection",
    "ModelSection",
    "OptimizerSection",
    "Preset",
    "PresetName",
    "RunEvent",
    "RunEventKind",
    "RunFolder",
    "RunResult",
    "RunSpec",
    "RuntimeSection",
    "ScheduleSection",
    "Settings",
    "StepMetrics",
    "TrainingOptions",
    "auto_batch_size",
    "auto_epochs",
    "default_home",
    "read_settings",
    "resolve_hyperparameters",
]
