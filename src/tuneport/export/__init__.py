"""Tuned models for other programs: adapters, merged weights, GGUF, and the proof that each still says the same."""

from tuneport.export.write_export import write_export

__all__ = ["write_export"]
