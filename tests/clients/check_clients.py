"""`make test-clients`: other people's clients against a real server, each in an environment of its own.

Environments stay in the folder that is given and are made anew when what they hold changes. A client whose tool is not
on this machine (Node) is said to be missing, and fails the check: nothing is skipped silently.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from server_process import ServerProcess, wait_for_job

HERE = Path(__file__).parent
TRAINING_FILE = HERE.parents[1] / "examples/limericks/train.jsonl"
BASE_MODEL = "smollm2-135m-instruct"
PATIENCE_SECONDS = 900


@dataclass(frozen=True)
class ClientCheck:
    name: str
    flow: str
    packages: tuple[str, ...]

    @property
    def is_node(self) -> bool:
        return self.flow.endswith(".mjs")


CHECKS = (
    ClientCheck("openai-1", "openai_flow.py", ("openai>=1,<2",)),
    ClientCheck("openai-2", "openai_flow.py", ("openai>=2,<3",)),
    ClientCheck("openai-3", "openai_flow.py", ("openai>=3,<4",)),
    ClientCheck("azure", "azure_flow.py", ("openai>=3,<4",)),
    ClientCheck("node", "openai_flow.mjs", ("openai@latest",)),
    ClientCheck("litellm", "litellm_flow.py", ("litellm",)),
    ClientCheck("langchain", "langchain_flow.py", ("langchain-openai",)),
    ClientCheck("wandb", "wandb_flow.py", ("wandb", "openai", "pandas", "numpy")),
    ClientCheck("llama.cpp", "llama_cpp_flow.py", ("xllamacpp",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--only", nargs="*", choices=[check.name for check in CHECKS])
    arguments = parser.parse_args()
    wanted = [check for check in CHECKS if not arguments.only or check.name in arguments.only]
    failed = []
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        for check in wanted:
            try:
                text = run(check, install(check, arguments.environments), server)
            except (subprocess.CalledProcessError, OSError) as error:
                failed.append(check.name)
                text = f"FAILED: {error}\n{getattr(error, 'output', '') or ''}"
            print(f"{check.name:<12}{text.strip()}", flush=True)
    if failed:
        print(f"{len(failed)} of {len(wanted)} failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def install(check: ClientCheck, environments: Path) -> Path:
    """Give the folder with the client's packages, installed if it is not there yet."""
    folder = environments.resolve() / check.name
    done = folder / ".installed"
    if done.is_file() and done.read_text() == "\n".join(check.packages):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    if check.is_node:
        folder.mkdir(parents=True)
        _call(["npm", "install", "--silent", "--prefix", str(folder), *check.packages])
    else:
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _call([*pip, *check.packages])
    done.write_text("\n".join(check.packages))
    return folder


def run(check: ClientCheck, folder: Path, server: Server) -> str:
    """Give what the flow printed. Raises `CalledProcessError` with its output where it failed."""
    if check.is_node:
        # Node looks for packages beside the program.
        flow = shutil.copy(HERE / check.flow, folder)
        return _call(["node", str(flow)], server.environment(folder))
    return _call([str(folder / "bin/python"), str(HERE / check.flow)], server.environment(folder))


def _call(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return done.stdout


class Server:
    """A server on an empty home that has the base model, and one finished job on it."""

    def __init__(self, home: Path) -> None:
        models = Path(os.environ.get("TUNEPORT_HOME") or Path.home() / ".tuneport") / "models"
        (home / "models").symlink_to(models.resolve())
        self._server = ServerProcess(home)

    def __enter__(self) -> Server:
        client = self._server.client()
        file = client.files.create(file=TRAINING_FILE, purpose="fine-tune")
        job = client.fine_tuning.jobs.create(model=BASE_MODEL, training_file=file.id, hyperparameters={"n_epochs": 1})
        self._job = wait_for_job(client, job.id, "succeeded", seconds=PATIENCE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def environment(self, folder: Path) -> dict[str, str]:
        """Give what a flow finds in its environment; what it writes goes into its folder."""
        return {
            **os.environ,
            "TUNEPORT_URL": self._server.url,
            "BASE_MODEL": BASE_MODEL,
            "TRAINING_FILE": str(TRAINING_FILE),
            "TUNED_MODEL": self._job.fine_tuned_model,
            "TUNED_JOB": self._job.id,
            "WANDB_MODE": "offline",
            "WANDB_SILENT": "true",
            "WANDB_DIR": str(folder),
        }


if __name__ == "__main__":
    sys.exit(main())
