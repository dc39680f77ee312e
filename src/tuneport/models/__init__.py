"""A base model in memory with adapters attached: the one place that touches transformers' model classes and peft."""

from tuneport.models.adapters import attach_adapter, load_adapter, read_adapter, save_adapter
from tuneport.models.base import free_memory_bytes, load_base, pick_device, use_threads, weights_dtype
from tuneport.models.edge_logprobs import EdgeLogprobs, edge_logprobs
from tuneport.models.encoder import load_encoder
from tuneport.models.engine_limits import why_engine_cannot_answer
from tuneport.models.forest_attention import ATTENTION_NAME
from tuneport.models.hidden_states import choose_attention
from tuneport.models.layer_kinds import layer_kinds
from tuneport.models.layers import compile_layers, recompute_activations
from tuneport.models.merged_model import load_merged
from tuneport.models.next_logprobs import next_logprobs
from tuneport.models.prefix_sharing import read_model_config, why_rows_stay_separate
from tuneport.models.sharding import shard_layers
from tuneport.models.trained_model import prepare_training, read_weights, save_weights, trainable_parameters

__all__ = [
    "ATTENTION_NAME",
    "EdgeLogprobs",
    "attach_adapter",
    "choose_attention",
    "compile_layers",
    "edge_logprobs",
    "free_memory_bytes",
    "layer_kinds",
    "load_adapter",
    "load_base",
    "load_encoder",
    "load_merged",
    "next_logprobs",
    "pick_device",
    "prepare_training",
    "read_adapter",
    "read_model_config",
    "read_weights",
    "recompute_activations",
    "save_adapter",
    "save_weights",
    "shard_layers",
    "trainable_parameters",
    "use_threads",
    "weights_dtype",
    "why_engine_cannot_answer",
    "why_rows_stay_separate",
]
