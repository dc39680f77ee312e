"""Facts about this machine, without importing torch."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

CONTAINER = Path("/sys/fs/cgroup")
"""Where Linux tells a container its limits."""
LIMIT_FILES = ("memory.max", "memory/memory.limit_in_bytes")
USED_FILES = ("memory.current", "memory/memory.usage_in_bytes")
STATISTICS_FILES = ("memory.stat", "memory/memory.stat")
"""In control groups of version 2 and 1."""


@dataclass(frozen=True)
class Gpu:
    name: str
    memory_bytes: int


@dataclass(frozen=True)
class Machine:
    system: str
    python: str
    processor: str
    cores: int
    """Cores this process may use, not those of the host."""
    memory_bytes: int
    """In a container, what that may use; so is what is free."""
    free_memory_bytes: int
    free_disk_bytes: int
    gpus: tuple[Gpu, ...]


def read_machine(folder: Path) -> Machine:
    """Give the facts; free disk is that of the disk which holds `folder`, or its nearest parent that exists."""
    while not folder.exists():
        folder = folder.parent
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        processor=_processor_name(),
        cores=available_cores(),
        memory_bytes=machine_memory_bytes(),
        free_memory_bytes=free_machine_memory_bytes(),
        free_disk_bytes=shutil.disk_usage(folder).free,
        gpus=_read_gpus(),
    )


def machine_memory_bytes() -> int:
    """Give the memory of the machine, or of the container that this process is in, if that has less."""
    total = int(psutil.virtual_memory().total)
    limit = _container_bytes(*LIMIT_FILES)
    return total if limit is None else min(total, limit)


def free_machine_memory_bytes() -> int:
    """Give the memory that is free now, of the machine or of the container that this process is in."""
    free = int(psutil.virtual_memory().available)
    limit, used = _container_bytes(*LIMIT_FILES), _container_bytes(*USED_FILES)
    return free if limit is None or used is None else min(free, max(0, limit - used + _container_cached_bytes()))


def _container_bytes(*names: str) -> int | None:
    """Read a number of the container's control group; `None` where there is none, or no limit."""
    text = _container_text(*names).strip()
    return int(text) if text.isdigit() else None


def _container_cached_bytes() -> int:
    """Give what the container's files take in memory, which counts as used and is given up where it is needed."""
    counts = dict(line.split() for line in _container_text(*STATISTICS_FILES).splitlines())
    return int(counts.get("active_file", 0)) + int(counts.get("inactive_file", 0))


def _container_text(*names: str) -> str:
    """Give the first of these files that is there; "" where none is."""
    return next((file.read_text() for name in names if (file := CONTAINER / name).is_file()), "")


def available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor_name() -> str:
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        for line in cpu_info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _read_gpus() -> tuple[Gpu, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    if answer.returncode != 0:
        return ()
    rows = [line.rpartition(",") for line in answer.stdout.splitlines() if line.strip()]
    return tuple(Gpu(name=name.strip(), memory_bytes=int(mebibytes) * 2**20) for name, _, mebibytes in rows)
