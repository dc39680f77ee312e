"""How vLLM is started: its program, what it may take, and the words for that."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuneport.weights import VLLM_RANKS

BASE_NAME = "base"
"""What the model without an adapter is called towards vLLM; adapters are called by their folders."""
ADAPTERS_AT_ONCE = 16
"""Different ones in one batch, which take memory of the GPU."""
ADAPTERS_LOADED = 64
"""The others wait in the machine's memory."""
_OTHER_PYTHON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


@dataclass(frozen=True)
class VllmOptions:
    command: Path
    """The program, in an environment of its own."""
    memory_share: float
    max_rank: int


@dataclass(frozen=True)
class VllmProgram:
    """vLLM for one model."""

    options: VllmOptions
    context_tokens: int

    def arguments(self) -> tuple[str, ...]:
        """Give what the engine process is told."""
        options = self.options
        return (
            f"--vllm={options.command}",
            f"--vllm-memory-share={options.memory_share}",
            f"--vllm-max-rank={options.max_rank}",
            f"--context-tokens={self.context_tokens}",
        )


def serve_arguments(program: VllmProgram, model_folder: Path, socket: Path) -> list[str]:
    """Give the command line by which vLLM serves a model at `socket`, and nowhere else."""
    options = program.options
    rank = next((rank for rank in VLLM_RANKS if rank >= options.max_rank), VLLM_RANKS[-1])
    return [
        *(str(options.command), "serve", str(model_folder)),
        *("--served-model-name", BASE_NAME, "--uds", str(socket)),
        *("--max-model-len", str(program.context_tokens), "--gpu-memory-utilization", f"{options.memory_share:g}"),
        # As it was trained: docs/gpus-and-processes.md says which numbers that are.
        *("--dtype", "bfloat16"),
        *("--enable-lora", "--max-lora-rank", str(rank)),
        *("--max-loras", str(ADAPTERS_AT_ONCE), "--max-cpu-loras", str(ADAPTERS_LOADED)),
        # The grammars are those of the engine that is built in, so the library is the same.
        *("--structured-outputs-config.backend", "guidance"),
        # A request says everything itself: nothing of the model's own defaults is added to it.
        *("--generation-config", "vllm"),
        *("--enable-prompt-tokens-details", "--disable-uvicorn-access-log"),
    ]


def serve_environment(options: VllmOptions, environment: Mapping[str, str]) -> dict[str, str]:
    """Give vLLM's environment: this one, without what belongs to this Python, and offline."""
    kept = {name: value for name, value in environment.items() if name not in _OTHER_PYTHON}
    programs = os.pathsep.join([str(options.command.parent), environment.get("PATH", "")])
    return kept | {
        # Kernels are compiled by programs beside its own.
        "PATH": programs,
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
    }
