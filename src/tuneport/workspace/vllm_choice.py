"""Does vLLM answer on this server?"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from tuneport.config import Settings
from tuneport.core import InvalidRequest
from tuneport.inference import VllmOptions

log = logging.getLogger(__name__)


def chosen_vllm(settings: Settings, *, has_gpu: Callable[[], bool]) -> VllmOptions | None:
    """Give how vLLM is to be used; `None` where it is not. Raises `InvalidRequest` for a command that is none."""
    command = settings.vllm_command
    if command is None:
        return None
    if not (command.is_absolute() and command.is_file() and os.access(command, os.X_OK)):
        raise InvalidRequest(
            f"'vllm_command' is {str(command)!r}, which is no program. Give the whole path of 'vllm' in its "
            "environment, or leave the setting out.",
            code="invalid_setting",
        )
    if not 0 < settings.vllm_memory_share <= 1:
        raise InvalidRequest(
            f"'vllm_memory_share' is {settings.vllm_memory_share}. Give a share of a GPU's memory, above 0 and at "
            "most 1.",
            code="invalid_setting",
        )
    if not settings.vllm_without_gpu and not has_gpu():
        log.warning("no NVIDIA GPU is found, so 'vllm_command' is not used; with 'vllm_without_gpu' it is")
        return None
    return VllmOptions(command, settings.vllm_memory_share, settings.vllm_max_rank)
