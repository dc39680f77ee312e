"""Is a grammar one that the engine will take?"""

from __future__ import annotations

from llguidance import LLMatcher


def grammar_problem(grammar: str) -> str | None:
    """Say what is wrong with a grammar, in llguidance's words; `None` where nothing is."""
    try:
        is_error, messages = LLMatcher.validate_grammar_with_warnings(grammar)
    except BaseException as error:
        # A defect of the library ends as an exception that has no public name and is no `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        return f"it can't be read ({error})"
    return messages[0] if is_error else None
