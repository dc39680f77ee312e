"""Tokens out. This face is torch-free: the engine itself lives in a process of its own."""

from tuneport.inference.client import EngineClient
from tuneport.inference.engines import Engines
from tuneport.inference.protocol import EmbedRequest, EndEvent, FinishReason, GenerateRequest, TokenEvent

__all__ = ["EmbedRequest", "EndEvent", "EngineClient", "Engines", "FinishReason", "GenerateRequest", "TokenEvent"]
