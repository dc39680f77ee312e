"""`Example` → `TokenizedRow`s of a `Sample` → `Forest`: chat templates, token ids, loss weights, shared prefixes."""

from tuneport.tokens.answer_text import AnswerText
from tuneport.tokens.chat_template import ChatTemplate, Piece
from tuneport.tokens.forest import Forest, build_forest, common_prefix, cut_into_micro_batches
from tuneport.tokens.input_text import InputTokenizer
from tuneport.tokens.loss_view import LossRow, LossToken, view_loss
from tuneport.tokens.renderer import Renderer, TokenizedRow
from tuneport.tokens.sample import Sample, tokenize_sample
from tuneport.tokens.shares import share_samples
from tuneport.tokens.tool_calls import CALL_START, ParsedAnswer, parse_answer

__all__ = [
    "CALL_START",
    "AnswerText",
    "ChatTemplate",
    "Forest",
    "InputTokenizer",
    "LossRow",
    "LossToken",
    "ParsedAnswer",
    "Piece",
    "Renderer",
    "Sample",
    "TokenizedRow",
    "build_forest",
    "common_prefix",
    "cut_into_micro_batches",
    "parse_answer",
    "share_samples",
    "tokenize_sample",
    "view_loss",
]
