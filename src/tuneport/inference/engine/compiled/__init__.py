"""Models of Llama's kind as compiled code for CPUs: packed weights, shared blocks of keys and values, many adapters."""

from tuneport.inference.engine.compiled.adapter_arrays import is_plain_adapter
from tuneport.inference.engine.compiled.model_arrays import why_not_compiled
from tuneport.inference.engine.compiled.runtime import CompiledRuntime

__all__ = ["CompiledRuntime", "is_plain_adapter", "why_not_compiled"]
