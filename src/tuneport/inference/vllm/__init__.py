"""vLLM as the engine: a program of its own environment, in front of which stands a process that speaks our protocol."""

from tuneport.inference.vllm.options import VllmOptions, VllmProgram

__all__ = ["VllmOptions", "VllmProgram"]
