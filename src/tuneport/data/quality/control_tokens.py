"""Control tokens of chat templates, written out in text."""

from __future__ import annotations

import re

_WIDE_BAR = "\uff5c"
_TOKEN = re.compile(
    rf"<\|[a-z][a-z0-9_]{{1,40}}\|>|<{_WIDE_BAR}[\w\u2581]{{1,40}}{_WIDE_BAR}>|\[/?INST\]|<</?SYS>>|</s>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>"
    r"|\[/?(?:TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS|SYSTEM_PROMPT)\]"
)
_BETWEEN_BARS = frozenset(
    f"<|{name}|>"
    for name in (
        *("im_start", "im_end", "im_sep", "endoftext", "endofprompt", "fim_prefix", "fim_middle", "fim_suffix"),
        *("begin_of_text", "end_of_text", "start_header_id", "end_header_id", "eot_id", "eom_id", "python_tag"),
        *("system", "user", "assistant", "end", "start", "message", "channel", "return", "call", "tool"),
    )
)


def control_token_kinds(text: str) -> set[str]:
    """Give the control tokens in a text; one between bars that no known model has is `<|...|>`."""
    return {_kind(token) for token in _TOKEN.findall(text)}


def _kind(token: str) -> str:
    is_between_bars = token.startswith(("<|", f"<{_WIDE_BAR}"))
    return "<|...|>" if is_between_bars and token not in _BETWEEN_BARS else token
