"""What an answer is held to, as one grammar for the engine. Torch-free: requests are checked before work starts."""

from tuneport.inference.grammars.answer import answer_grammar, check_form
from tuneport.inference.grammars.one_lark import as_one_lark
from tuneport.inference.grammars.rules import CallRule, FormRule, GrammarRule, JsonRule, form_from_json
from tuneport.inference.grammars.schema import check_schema

__all__ = [
    "CallRule",
    "FormRule",
    "GrammarRule",
    "JsonRule",
    "answer_grammar",
    "as_one_lark",
    "check_form",
    "check_schema",
    "form_from_json",
]
