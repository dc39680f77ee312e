"""`python -m tuneport.export FOLDER`: fill the folder as its export_order.json says, which is removed.

Standard output has one JSON object a line: {"stage": …} while it works, at last {"parity": …} or {"error": …}.
It ends when its standard input does, so that none goes on after the server that started it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from tuneport.core import TuneportError, hide_package
from tuneport.weights import ORDER_FILE, ExportOrder, read_trained_weights

EXIT_FAILED, EXIT_STOPPED = 1, 143


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tuneport.export", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder.resolve()
    threading.Thread(target=_end_with_input, daemon=True).start()
    # Everything is on disk: no library may look anything up.
    os.environ["HF_HUB_OFFLINE"] = "1"
    order_file = folder / ORDER_FILE
    order = ExportOrder.model_validate_json(order_file.read_bytes())
    # It names folders of this machine, and is no part of what leaves it.
    order_file.unlink()
    if read_trained_weights(order.checkpoint).quantization == "none":
        # peft imports it wherever it is installed, which takes two seconds.
        hide_package("bitsandbytes")
    from tuneport.export import write_export

    try:
        parity = write_export(order, folder, on_stage=lambda stage: _say({"stage": stage}))
    except TuneportError as error:
        _say({"error": {"code": error.code, "message": error.message}})
        return EXIT_FAILED
    _say({"parity": None if parity is None else parity.model_dump()})
    return 0


def _say(report: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    # Not through sys.stdin: its lock, held here, would break the interpreter's own end.
    while os.read(0, 1024):
        pass
    os._exit(EXIT_STOPPED)


if __name__ == "__main__":
    sys.exit(main())
