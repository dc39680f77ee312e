"""One export from top to bottom: its files, and the proof that they say what the trained model said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from tuneport.core import InvalidRequest, TrainingFailed
from tuneport.export.adapter_folder import write_adapter_folder
from tuneport.export.gguf_file import write_gguf
from tuneport.export.manifest import write_manifest
from tuneport.export.merged_folder import write_merged_folder
from tuneport.export.modelfile import write_modelfile
from tuneport.export.proof import prove_adapter, prove_folder, prove_gguf
from tuneport.export.vllm import serves_adapter, write_vllm_script
from tuneport.weights import ExportOrder, Parity, read_trained_weights

OnStage = Callable[[str], None]
GGUF_NAME = "model.gguf"


def write_export(order: ExportOrder, folder: Path, *, on_stage: OnStage) -> Parity | None:
    """Fill `folder`, which exists; gives the verdict on it, `None` for a model of which training kept no answers.

    `on_stage` is told what happens: "writing", "proving". Raises `InvalidRequest` for a model that the format can't
    hold, and `TrainingFailed` (code `parity_mismatch`) where the export does not say what the model said in training.
    """
    on_stage("writing")
    parity = _write(order, folder, on_stage)
    if parity is not None and not parity.is_equal:
        raise TrainingFailed(
            f"The export of {order.model!r} as {order.format} ({order.numbers}) does not answer as the model did in "
            f"training: {parity.difference}; {parity.tolerance} is allowed. Nothing of it was kept. Choose another "
            "format, and report this with the message.",
            code="parity_mismatch",
        )
    write_manifest(order, folder, parity)
    return parity


def _write(order: ExportOrder, folder: Path, on_stage: OnStage) -> Parity | None:
    match order.format:
        case "adapter":
            return _write_adapter(order, folder, on_stage)
        case "merged":
            return _write_merged(order, folder, on_stage)
        case "gguf":
            return _write_gguf(order, folder, on_stage)
        case "ollama":
            write_modelfile(order, folder, GGUF_NAME)
            return _write_gguf(order, folder, on_stage)
        case "vllm":
            # vLLM reads an adapter only beside a base model that it can fetch, and not every kind of adapter.
            with_adapter = serves_adapter(order)
            write_vllm_script(order, folder, with_adapter=with_adapter)
            return (_write_adapter if with_adapter else _write_merged)(order, folder, on_stage)
        case _ as never:
            assert_never(never)


def _write_adapter(order: ExportOrder, folder: Path, on_stage: OnStage) -> Parity | None:
    if read_trained_weights(order.checkpoint).kind == "full":
        raise InvalidRequest(
            f"The model {order.model!r} was trained as a whole, so it has no adapter. Use the format 'merged'.",
            code="no_adapter",
            param="format",
        )
    write_adapter_folder(order, folder)
    on_stage("proving")
    return prove_adapter(order, folder)


def _write_merged(order: ExportOrder, folder: Path, on_stage: OnStage) -> Parity | None:
    write_merged_folder(order, folder)
    on_stage("proving")
    return prove_folder(order, folder)


def _write_gguf(order: ExportOrder, folder: Path, on_stage: OnStage) -> Parity | None:
    write_gguf(order, folder / GGUF_NAME)
    on_stage("proving")
    return prove_gguf(order, folder / GGUF_NAME)
