"""`python -m tuneport.inference MODEL_FOLDER SOCKET [--task embedding]`: the engine process of the server."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

from tuneport.core import hide_package, sleep_while_waiting


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tuneport.inference", description=__doc__)
    parser.add_argument("model_folder", type=Path)
    parser.add_argument("--quantization", choices=["none", "nf4"], default="none")
    parser.add_argument("--task", choices=["text", "embedding"], default="text")
    parser.add_argument("socket", type=Path)
    arguments = parser.parse_args()
    # Ctrl-C in a terminal reaches the whole group; the server decides when its engine ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    # Everything is on disk: no library may look anything up.
    os.environ["HF_HUB_OFFLINE"] = "1"
    sleep_while_waiting()
    if arguments.quantization == "none":
        # peft imports it wherever it is installed, which takes two seconds.
        hide_package("bitsandbytes")
    from tuneport.inference.engine import serve_embedder, serve_engine

    if arguments.task == "embedding":
        serve_embedder(arguments.model_folder, arguments.socket)
        return
    serve_engine(arguments.model_folder, arguments.socket, quantization=arguments.quantization)


if __name__ == "__main__":
    main()
