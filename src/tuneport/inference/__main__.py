"""`python -m tuneport.inference MODEL_FOLDER SOCKET`: the engine process of the server, of our own code or vLLM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from tuneport.core import ENGINE_SPINS, hide_package, spin_while_waiting
from tuneport.inference.vllm import VllmOptions, VllmProgram


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tuneport.inference", description=__doc__)
    parser.add_argument("model_folder", type=Path)
    parser.add_argument("--quantization", choices=["none", "nf4"], default="none")
    parser.add_argument("--task", choices=["text", "embedding"], default="text")
    parser.add_argument("--vllm", type=Path, help="the program that computes, if not our own code")
    parser.add_argument("--vllm-memory-share", type=float)
    parser.add_argument("--vllm-max-rank", type=int)
    parser.add_argument("--context-tokens", type=int)
    parser.add_argument("socket", type=Path)
    arguments = parser.parse_args()
    # Ctrl-C in a terminal reaches the whole group; the server decides when its engine ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if arguments.vllm is not None:
        return _serve_vllm(arguments)
    _serve(arguments)
    return 0


def _serve_vllm(arguments: argparse.Namespace) -> int:
    from tuneport.inference.vllm.serving import serve_vllm

    options = VllmOptions(arguments.vllm, arguments.vllm_memory_share, arguments.vllm_max_rank)
    return serve_vllm(arguments.model_folder, arguments.socket, VllmProgram(options, arguments.context_tokens))


def _serve(arguments: argparse.Namespace) -> None:
    # Everything is on disk: no library may look anything up.
    os.environ["HF_HUB_OFFLINE"] = "1"
    spin_while_waiting(ENGINE_SPINS)
    if arguments.quantization == "none":
        # peft imports it wherever it is installed, which takes two seconds.
        hide_package("bitsandbytes")
    from tuneport.inference.engine import serve_embedder, serve_engine

    if arguments.task == "embedding":
        serve_embedder(arguments.model_folder, arguments.socket)
        return
    serve_engine(arguments.model_folder, arguments.socket, quantization=arguments.quantization)


if __name__ == "__main__":
    sys.exit(main())
