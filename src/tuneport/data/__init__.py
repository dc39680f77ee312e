"""Raw file → `Example` and its kin: formats and checks by line."""

from tuneport.data.balance import Balance, ToolUse
from tuneport.data.check import DEFAULT_LONGEST_ROW_TOKENS, TRAINABLE_METHODS, check_file
from tuneport.data.convert import (
    CONTAINERS,
    MAPPED_PARTS,
    SHAPES,
    Container,
    ConvertOptions,
    ConvertReport,
    MappedPart,
    Shape,
    convert_file,
)
from tuneport.data.dedupe import DedupeBy, DedupeReport, dedupe_file
from tuneport.data.example import AnyExample, Example, Message, PreferenceExample, Role, TextExample, ToolCall
from tuneport.data.examples import NumberedExample, RefusedRow, read_example, read_examples, read_sound_examples
from tuneport.data.fix import FixReport, fix_file
from tuneport.data.formats import Format
from tuneport.data.languages import Languages, LanguageSample
from tuneport.data.prices import Price, PriceTable, read_prices
from tuneport.data.problems import N_SHOWN, Problem
from tuneport.data.reading import OnRead
from tuneport.data.report import CheckReport
from tuneport.data.rules import RULES, Rule
from tuneport.data.size import judge_size
from tuneport.data.split import SplitOptions, SplitReport, split_file
from tuneport.data.trained_prompts import find_trained_lines

__all__ = [
    "CONTAINERS",
    "DEFAULT_LONGEST_ROW_TOKENS",
    "MAPPED_PARTS",
    "N_SHOWN",
    "RULES",
    "SHAPES",
    "TRAINABLE_METHODS",
    "AnyExample",
    "Balance",
    "CheckReport",
    "Container",
    "ConvertOptions",
    "ConvertReport",
    "DedupeBy",
    "DedupeReport",
    "Example",
    "FixReport",
    "Format",
    "LanguageSample",
    "Languages",
    "MappedPart",
    "Message",
    "NumberedExample",
    "OnRead",
    "PreferenceExample",
    "Price",
    "PriceTable",
    "Problem",
    "RefusedRow",
    "Role",
    "Rule",
    "Shape",
    "SplitOptions",
    "SplitReport",
    "TextExample",
    "ToolCall",
    "ToolUse",
    "check_file",
    "convert_file",
    "dedupe_file",
    "find_trained_lines",
    "fix_file",
    "judge_size",
    "read_example",
    "read_examples",
    "read_prices",
    "read_sound_examples",
    "split_file",
]
