"""Raw file → `Example` and its kin: formats and checks by line."""

from tuneport.data.check import DEFAULT_LONGEST_ROW_TOKENS, TRAINABLE_METHODS, check_file
from tuneport.data.example import AnyExample, Example, Message, PreferenceExample, Role, TextExample, ToolCall
from tuneport.data.examples import read_examples
from tuneport.data.formats import Format
from tuneport.data.problems import Problem
from tuneport.data.report import CheckReport
from tuneport.data.rules import RULES, Rule

__all__ = [
    "DEFAULT_LONGEST_ROW_TOKENS",
    "RULES",
    "TRAINABLE_METHODS",
    "AnyExample",
    "CheckReport",
    "Example",
    "Format",
    "Message",
    "PreferenceExample",
    "Problem",
    "Role",
    "Rule",
    "TextExample",
    "ToolCall",
    "check_file",
    "read_examples",
]
