"""Rows of every format that is read, each with all that its format has: what hostile files are made from."""

from __future__ import annotations

import json
from typing import Any

SYSTEM = {"role": "system", "content": "Answer like a harbour master."}
USER = {"role": "user", "content": "Which berth for the Möwe? 🚢"}
REPLY = {"role": "assistant", "content": 'Berth 4, "quay" side.\n', "weight": 1}
BETTER = {"role": "assistant", "content": "Berth 7: the Möwe draws 3.5 m."}
PARAMETERS = {
    "type": "object",
    "properties": {
        "ship": {"type": "string"},
        "berth": {"type": "integer", "enum": [4, 7]},
        "until": {"type": ["string", "null"]},
    },
    "required": ["ship"],
}
FUNCTION = {"name": "assign_berth", "description": "Give a ship its berth.", "parameters": PARAMETERS}
ARGUMENTS = json.dumps({"ship": "Möwe", "berth": 4})
CALL = {"id": "call_1", "type": "function", "function": {"name": "assign_berth", "arguments": ARGUMENTS}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "done"}
OLDER_CALL = {"role": "assistant", "content": None, "function_call": {"name": "assign_berth", "arguments": ARGUMENTS}}
OLDER_RESULT = {"role": "function", "name": "assign_berth", "content": "done"}
PARTS = {
    "role": "user",
    "name": "Ada",
    "content": [{"type": "text", "text": "Which "}, {"type": "text", "text": "one?"}],
}
TOOLS = [{"type": "function", "function": FUNCTION}]

SEED_ROWS: tuple[dict[str, Any], ...] = (
    {"messages": [SYSTEM, USER, REPLY]},
    {"messages": [PARTS, {**REPLY, "weight": 0}, USER, REPLY]},
    {"messages": [USER, CALLING, RESULT, REPLY], "tools": TOOLS, "parallel_tool_calls": False},
    {"messages": [USER, OLDER_CALL, OLDER_RESULT, REPLY], "functions": [FUNCTION]},
    {"input": {"messages": [SYSTEM, USER]}, "preferred_output": [BETTER], "non_preferred_output": [REPLY]},
    {"input": {"messages": [USER], "tools": TOOLS}, "preferred_output": [CALLING], "non_preferred_output": [BETTER]},
    {"prompt": "Tide at noon:", "completion": " 2.1 m"},
    {"messages": [USER], "expected": {"berth": 4}},
)
SEEDS_ELSEWHERE: tuple[Any, ...] = (
    {"conversations": [{"from": "human", "value": "Tide?"}, {"from": "gpt", "value": "2.1 m"}], "system": "Be brief."},
    {"instruction": "Name the tide.", "input": "noon", "output": "2.1 m", "history": [["a", "b"]]},
    {"prompt": "Tide?", "chosen": "2.1 m", "rejected": "none"},
    {"question": "Tide?", "answer": "2.1 m"},
    [USER, REPLY],
)
"""Records of other programs."""
