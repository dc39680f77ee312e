"""A base model in memory with adapters attached: the one place that touches transformers' model classes and peft."""

from tuneport.models.adapters import ADAPTER_FILE, attach_adapter, read_adapter, save_adapter, trainable_parameters
from tuneport.models.base import free_memory_bytes, load_base, pick_device, use_threads
from tuneport.models.edge_logprobs import EdgeLogprobs, edge_logprobs
from tuneport.models.forest_attention import ATTENTION_NAME

__all__ = [
    "ADAPTER_FILE",
    "ATTENTION_NAME",
    "EdgeLogprobs",
    "attach_adapter",
    "edge_logprobs",
    "free_memory_bytes",
    "load_base",
    "pick_device",
    "read_adapter",
    "save_adapter",
    "trainable_parameters",
    "use_threads",
]
