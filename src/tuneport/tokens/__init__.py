"""`Example` → `TokenizedRow`s of a `Sample` → `Forest`: chat templates, token ids, loss weights, shared prefixes."""

from tuneport.tokens.answer_text import AnswerText
from tuneport.tokens.call_reader import AnswerPiece, CallPiece
from tuneport.tokens.call_shape import CallShape
from tuneport.tokens.chat_template import ChatTemplate, Piece
from tuneport.tokens.forest import Forest, build_forest, common_prefix, cut_into_micro_batches
from tuneport.tokens.input_text import InputTokenizer
from tuneport.tokens.loss_view import LossRow, LossToken, view_loss
from tuneport.tokens.openai_encoding import OPENAI_ENCODING, CountTexts, openai_token_counter
from tuneport.tokens.order import order_of_epoch
from tuneport.tokens.parity_prompts import DraftedPrompt, ParityPrompt, choose_prompts
from tuneport.tokens.renderer import Renderer, TokenizedRow
from tuneport.tokens.sample import Sample, tokenize_sample
from tuneport.tokens.shares import share_samples
from tuneport.tokens.sharing import Sharing
from tuneport.tokens.spread import Bin, Spread
from tuneport.tokens.statistics import LineCount, Statistics, count_file

__all__ = [
    "OPENAI_ENCODING",
    "AnswerPiece",
    "AnswerText",
    "Bin",
    "CallPiece",
    "CallShape",
    "ChatTemplate",
    "CountTexts",
    "DraftedPrompt",
    "Forest",
    "InputTokenizer",
    "LineCount",
    "LossRow",
    "LossToken",
    "ParityPrompt",
    "Piece",
    "Renderer",
    "Sample",
    "Sharing",
    "Spread",
    "Statistics",
    "TokenizedRow",
    "build_forest",
    "choose_prompts",
    "common_prefix",
    "count_file",
    "cut_into_micro_batches",
    "openai_token_counter",
    "order_of_epoch",
    "share_samples",
    "tokenize_sample",
    "view_loss",
]
