"""Every check of a data file: its stable code, how grave it is, and what is allowed.

`docs/data-checks.md` is written from this file; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

MIN_TRAINING_ROWS = 10
MAX_LINE_BYTES = 64 * 2**20
MAX_VALUES = 1_000_000
"""Of a line: an empty list takes two bytes in a file, and sixty in memory."""
MAX_DEPTH = 254
"""What is nested deeper can be read, and not written again."""
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
ROW_KEYS = ("messages", "tools", "parallel_tool_calls", "functions")
PREFERENCE_KEYS = ("input", "preferred_output", "non_preferred_output")
INPUT_KEYS = ("messages", "tools", "parallel_tool_calls")
TEXT_KEYS = ("prompt", "completion")
MESSAGE_KEYS = ("role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call")

_USE_A_ROLE = f"Use one of {', '.join(map(repr, ROLES))}."
_USE_MESSAGE_KEYS = f"Use {', '.join(map(repr, MESSAGE_KEYS))}."


@dataclass(frozen=True)
class Rule:
    severity: Severity
    when: str
    """When the check speaks, for the documentation."""
    allowed: str
    """What is allowed instead, as an instruction."""
    cookbook_name: str | None = None
    """What the check of OpenAI's cookbook calls it; `None` where it does not look for it."""


def _error(when: str, allowed: str, cookbook_name: str | None = None) -> Rule:
    return Rule("error", when, allowed, cookbook_name)


def _warning(when: str, allowed: str) -> Rule:
    return Rule("warning", when, allowed)


FILE_RULES: Mapping[str, Rule] = {
    "empty_file": _error("the file has no rows", "Write one JSON object per line."),
    "too_few_rows": _error(
        f"a training file has fewer than {MIN_TRAINING_ROWS} rows (a validation file may be shorter)",
        f"Give at least {MIN_TRAINING_ROWS} rows; 50 good ones are a sensible start.",
    ),
    "compressed_file": _error(
        "the first bytes are those of gzip, zip, zstd, bzip2, xz or Parquet", "Unpack it and give plain UTF-8 text."
    ),
    "utf16_file": _error("the file is UTF-16 or UTF-32", "Save it as UTF-8."),
    "csv_file": _error("the first line is the head of a table", "Turn each record into one JSON object per line."),
    "json_array": _error(
        "the file is one JSON list", "Write each element on its own line, without brackets and commas."
    ),
    "pretty_printed": _error("objects are indented over several lines", "Write each object on one line."),
    "wrong_format": _error("the rows are made for another method", "Give rows in the format of the job's method."),
    "mixed_formats": _error("a row is in another format than the rows before it", "Give all rows in one format."),
    "method_not_trainable": _error("the method cannot be trained yet", "Use the method 'supervised' or 'dpo'."),
    "nothing_to_learn": _error("every assistant message has weight 0", "Give at least one assistant message weight 1."),
    "repeated_row": _warning("a line is the same as an earlier one", "Keep it once, unless the weight is meant."),
}

LINE_RULES: Mapping[str, Rule] = {
    "line_too_long": _error(
        f"a line is longer than {MAX_LINE_BYTES // 2**20} MiB", "Write one JSON object per line, line break after each."
    ),
    "not_utf8": _error("a line has bytes that are not UTF-8", "Save the file as UTF-8."),
    "odd_space": _error(
        "what looks like a space or like nothing, and is none to JSON, stands outside of a text: a no-break space, "
        "U+3000, U+2028, a byte order mark in mid-file",
        "Use plain spaces, or none.",
    ),
    "comment_line": _error("a line is a comment", "Remove it: JSON lines have no comments."),
    "trailing_comma": _error("a comma follows the object, or the last element in it", "Remove the comma."),
    "python_literal": _error(
        "a line is Python's repr of a dict", "Write it with json.dumps: double quotes, true, false, null."
    ),
    "curly_quotes": _error("keys or texts stand in typographic quotes", 'Use the plain double quote, ".'),
    "several_objects": _error("more than one JSON value stands on a line", "Put each object on its own line."),
    "unfinished_line": _error(
        "a line ends in the middle of its JSON",
        "Write one whole object per line; a line break inside a text is written \\n.",
    ),
    "cut_off_file": _error("the last line ends in mid-JSON, without a line break", "Upload the whole file again."),
    "lone_surrogate": _error(
        "a text has half of a \\ud83d\\ude00 pair, which UTF-8 cannot hold",
        "Write both halves, or the character itself.",
    ),
    "number_out_of_range": _error("a number is too big for 64-bit floats", "Use a smaller number, or a text."),
    "nested_too_deep": _error(f"lists and objects are nested more than {MAX_DEPTH} deep", "Flatten the row."),
    "too_many_values": _error(
        f"a line has more than {MAX_VALUES:,} values", "Write one row per line; a row is one conversation."
    ),
    "invalid_json": _error("a line is not JSON for another reason", "Write one JSON object per line."),
    "row_not_object": _error("a row is not a JSON object", "Write {'messages': [...]}.", "data_type"),
}

CHAT_RULES: Mapping[str, Rule] = {
    "missing_messages": _error(
        "a row has no 'messages' and is in no known format", "Write {'messages': [...]}.", "missing_messages_list"
    ),
    "unknown_row_key": _error("a row has a key that no chat row has", f"Use {', '.join(map(repr, ROW_KEYS))}."),
    "messages_not_list": _error("'messages' is not a list", "Write a list of messages."),
    "no_messages": _error(
        "'messages' is an empty list", "Give at least one assistant message.", "missing_messages_list"
    ),
    "message_not_object": _error("a message is not an object", "Write {'role': ..., 'content': ...}."),
    "missing_role": _error("a message has no role", _USE_A_ROLE, "message_missing_key"),
    "unknown_role": _error("a message has an unknown role", _USE_A_ROLE, "unrecognized_role"),
    "unknown_message_key": _error("a message has an unknown key", _USE_MESSAGE_KEYS, "message_unrecognized_key"),
    "misplaced_key": _error(
        "a message has a key that its role cannot have",
        "'tool_calls' and 'function_call' are for assistant messages, 'tool_call_id' is for tool messages.",
    ),
    "missing_content": _error(
        "a message has no content, and makes no tool call",
        "Give a text; only an assistant message with calls has none.",
        "missing_content",
    ),
    "content_not_text": _error("content is neither text nor a list of text parts", "Give a text.", "missing_content"),
    "image_content": _error(
        "content has an image, sound, video or file part",
        "Leave the row out, or say in text what the part shows: only text is supported here.",
    ),
    "blank_reply": _warning(
        "an assistant message is empty or only white space", "Give the reply that should be learned."
    ),
    "name_not_text": _error("'name' is not a text", "Give a text, or leave it out."),
    "misplaced_weight": _error(
        "'weight' stands on a message of another role", "Put weight on assistant messages only."
    ),
    "unknown_weight": _error("a weight is neither 0 nor 1", "Use 0 (not trained) or 1 (trained)."),
    "no_assistant": _error(
        "a row has no assistant message",
        "End the row with the reply that should be learned.",
        "example_missing_assistant_message",
    ),
    "no_final_reply": _error(
        "a row does not end with an assistant message", "End the row with the reply that should be learned."
    ),
    "row_without_loss": _warning(
        "every assistant message of a row has weight 0", "Give one weight 1, or remove the row: it teaches nothing."
    ),
    "assistant_after_assistant": _warning(
        "two assistant messages follow each other", "Join them, or put the user's message between."
    ),
    "prompt_too_long": _warning(
        "the text before the first trained reply is longer than the model reads, by four characters a token",
        "Shorten it: rows are cut at their end, so nothing of the reply would be trained.",
    ),
}

TOOL_RULES: Mapping[str, Rule] = {
    "tools_not_list": _error("'tools' (or 'functions') is not a list", "Give a list of tools."),
    "tools_twice": _error("a row has both 'tools' and the older 'functions'", "Use 'tools' only."),
    "malformed_tool": _error(
        "a tool lacks a part", "Write {'type': 'function', 'function': {'name': ..., 'parameters': {...}}}."
    ),
    "malformed_tool_name": _error(
        "a function's name has other characters, or more than 64", "Use letters, digits, '_' and '-', at most 64."
    ),
    "repeated_tool": _error("two tools of a row have one name", "Give each function its own name."),
    "parallel_not_bool": _error("'parallel_tool_calls' is neither true nor false", "Use true or false."),
    "calls_not_parallel": _warning(
        "a message makes several calls in a row with 'parallel_tool_calls': false",
        "Set it to true, or split the calls.",
    ),
    "malformed_call": _error(
        "a tool call lacks a part",
        "Write {'id': ..., 'type': 'function', 'function': {'name': ..., 'arguments': '<JSON text>'}}.",
    ),
    "repeated_call_id": _error("two calls of a message have one id", "Give each call its own id."),
    "tool_not_declared": _error("the called function is not in the row's tools", "Declare it, or call a declared one."),
    "arguments_not_text": _error("a call's arguments are not a text", "Write the arguments as JSON text (json.dumps)."),
    "arguments_not_json": _error(
        "a call's arguments are not JSON", "Write a JSON object as text; '{}' if there are none."
    ),
    "arguments_not_object": _error("a call's arguments are JSON, but no object", "Write a JSON object as text."),
    "arguments_double_encoded": _warning(
        "a call's arguments are JSON text inside JSON text; they are trained as they are",
        "Encode the arguments once.",
    ),
    "arguments_break_schema": _warning(
        "arguments differ from the function's parameters, or these are no JSON Schema",
        "Make the call fit the function's parameters; the model learns what it sees.",
    ),
    "missing_call_id": _error("a tool message has no 'tool_call_id'", "Name the id of the call that it answers."),
    "unknown_call_id": _error("a tool message answers no open call", "Name the id of a call just made."),
    "call_not_answered": _error(
        "another message follows a tool call that got no result",
        "Answer each call with a tool message, or end the row on the call.",
    ),
}

_PREFERENCE_ROW = "Write {'input': {'messages': [...]}, 'preferred_output': [...], 'non_preferred_output': [...]}."

PREFERENCE_RULES: Mapping[str, Rule] = {
    "missing_input": _error("a row for 'dpo' has no 'input'", _PREFERENCE_ROW),
    "input_not_object": _error("'input' is not an object", "Write {'messages': [...]}, with 'tools' where there are."),
    "unknown_preference_key": _error(
        "a preference row has an unknown key", f"Use {', '.join(map(repr, PREFERENCE_KEYS))}."
    ),
    "unknown_input_key": _error("'input' has an unknown key", f"Use {', '.join(map(repr, INPUT_KEYS))}."),
    "no_input_messages": _error("'messages' in 'input' is an empty list", "Give at least the user's message."),
    "input_ends_on_assistant": _error(
        "'input' ends with an assistant message", "End the input before the answer: the two outputs are the answers."
    ),
    "missing_output": _error("a preference row lacks one of its two answers", _PREFERENCE_ROW),
    "output_spelled_twice": _error(
        "an answer is there as '..._output' and as '..._completion'",
        "Use 'preferred_output' and 'non_preferred_output'.",
    ),
    "output_not_one_message": _error("an answer is not a list of exactly one message", "Write a list of one message."),
    "output_not_assistant": _error("an answer has another role than 'assistant'", "Use the role 'assistant'."),
    "identical_outputs": _warning(
        "the two answers of a row are the same", "Remove the row: where nothing is preferred, nothing can be learned."
    ),
    "weight_ignored": _warning(
        "a message of the input has weight 1, or an answer has weight 0",
        "Leave the weights out: both answers are always trained, and the input never is.",
    ),
}

TEXT_RULES: Mapping[str, Rule] = {
    "unknown_text_key": _error(
        "a row of prompt and completion has an unknown key", f"Use {', '.join(map(repr, TEXT_KEYS))}."
    ),
    "prompt_not_text": _error("'prompt' is missing, or no text", "Give a text; '' if the completion stands alone."),
    "completion_not_text": _error("'completion' is missing, or no text", "Give the text that should be learned."),
    "empty_completion": _error("a completion is empty", "Give the text that should be learned."),
    "no_chat_template": _warning(
        "the file has rows of prompt and completion, which are trained as they are, without the model's chat template",
        "For a model that chats, write {'messages': [{'role': 'user', ...}, {'role': 'assistant', ...}]} instead.",
    ),
}

REINFORCEMENT_RULES: Mapping[str, Rule] = {
    "no_final_question": _error(
        "a row for 'reinforcement' does not end with the user's message",
        "End it with what is asked: the model writes the answer.",
    ),
}

RULES: Mapping[str, Rule] = {
    **FILE_RULES,
    **LINE_RULES,
    **CHAT_RULES,
    **TOOL_RULES,
    **PREFERENCE_RULES,
    **TEXT_RULES,
    **REINFORCEMENT_RULES,
}
