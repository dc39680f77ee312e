"""Tokens out. This face is torch-free: the engine itself lives in a process of its own."""

from tuneport.inference.client import EngineClient
from tuneport.inference.engines import Engines
from tuneport.inference.grammars import (
    CallRule,
    FormRule,
    GrammarRule,
    JsonRule,
    answer_grammar,
    check_form,
    check_schema,
    form_from_json,
)
from tuneport.inference.observation import Exchange
from tuneport.inference.protocol import (
    EmbedRequest,
    EndEvent,
    FinishReason,
    GenerateRequest,
    TokenEvent,
    TokenLogprob,
)
from tuneport.inference.vllm import VllmOptions

__all__ = [
    "CallRule",
    "EmbedRequest",
    "EndEvent",
    "EngineClient",
    "Engines",
    "Exchange",
    "FinishReason",
    "FormRule",
    "GenerateRequest",
    "GrammarRule",
    "JsonRule",
    "TokenEvent",
    "TokenLogprob",
    "VllmOptions",
    "answer_grammar",
    "check_form",
    "check_schema",
    "form_from_json",
]
