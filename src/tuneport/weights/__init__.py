"""The files a run leaves: checkpoints with hashes, and what is in them."""

from tuneport.weights.checkpoint import (
    Manifest,
    find_damage,
    list_checkpoints,
    new_checkpoint,
    prune_checkpoints,
    read_manifest,
    remove_unfinished,
)
from tuneport.weights.expected_size import expected_adapter_weights, expected_checkpoint_bytes
from tuneport.weights.export_order import (
    EXPORT_MANIFEST_FILE,
    NUMBERS_OF_FORMAT,
    ORDER_FILE,
    ExportFormat,
    ExportOrder,
    NumberFormat,
    expected_export_bytes,
    file_facts,
)
from tuneport.weights.parity import (
    LIKELIEST_TOKENS,
    TOLERANCES,
    GreedyAnswer,
    Parity,
    ReferenceAnswer,
    ReferenceAnswers,
    compare_answers,
)
from tuneport.weights.starting_point import adapter_to_continue
from tuneport.weights.trained_weights import (
    ADAPTER_CONFIG_FILE,
    ADAPTER_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    AdapterFacts,
    TrainedWeights,
    read_adapter_facts,
    read_trained_weights,
)
from tuneport.weights.vllm_limits import VLLM_RANKS, vllm_reads_adapter

__all__ = [
    "ADAPTER_CONFIG_FILE",
    "ADAPTER_FILE",
    "EXPORT_MANIFEST_FILE",
    "LIKELIEST_TOKENS",
    "MODEL_FILE",
    "NUMBERS_OF_FORMAT",
    "ORDER_FILE",
    "TOKENIZER_FILE",
    "TOLERANCES",
    "VLLM_RANKS",
    "AdapterFacts",
    "ExportFormat",
    "ExportOrder",
    "GreedyAnswer",
    "Manifest",
    "NumberFormat",
    "Parity",
    "ReferenceAnswer",
    "ReferenceAnswers",
    "TrainedWeights",
    "adapter_to_continue",
    "compare_answers",
    "expected_adapter_weights",
    "expected_checkpoint_bytes",
    "expected_export_bytes",
    "file_facts",
    "find_damage",
    "list_checkpoints",
    "new_checkpoint",
    "prune_checkpoints",
    "read_adapter_facts",
    "read_manifest",
    "read_trained_weights",
    "remove_unfinished",
    "vllm_reads_adapter",
]
