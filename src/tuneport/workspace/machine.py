"""What this machine is, and what fits on it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from tuneport.catalog import BaseModel, is_pulled, list_models
from tuneport.config import Settings
from tuneport.core import Machine, read_machine

SHOWN_PACKAGES = ("tuneport", "torch", "transformers", "peft", "tokenizers", "safetensors", "fastapi", "sqlalchemy")


@dataclass(frozen=True)
class MethodFit:
    needs_bytes: int
    fits: bool


@dataclass(frozen=True)
class ModelFit:
    name: str
    methods: dict[str, MethodFit]
    is_pulled: bool


@dataclass(frozen=True)
class MachineReport:
    machine: Machine
    versions: dict[str, str | None]
    """`None`: not installed."""
    models: list[ModelFit]


def report_machine(settings: Settings) -> MachineReport:
    machine = read_machine(settings.home)
    return MachineReport(
        machine=machine,
        versions={"python": machine.python, **{package: _version(package) for package in SHOWN_PACKAGES}},
        models=[_fit(model, machine, settings) for model in list_models(settings)],
    )


def _fit(model: BaseModel, machine: Machine, settings: Settings) -> ModelFit:
    room = max([machine.memory_bytes, *(gpu.memory_bytes for gpu in machine.gpus)])
    methods = {method: MethodFit(needs, needs <= room) for method, needs in model.memory_bytes.items()}
    return ModelFit(name=model.name, methods=methods, is_pulled=is_pulled(model, settings))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
