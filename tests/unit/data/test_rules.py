"""Each rule speaks on its own sample, and the documentation tells them all."""

import gzip
import json
from pathlib import Path

import pytest

from tuneport.data.rules import MAX_LINE_BYTES, MAX_VALUES, PREFERENCE_RULES, RULES
from tuneport.data.rules_table import rules_table

USER = {"role": "user", "content": "Hi"}
REPLY = {"role": "assistant", "content": "Hello"}
BETTER = {"role": "assistant", "content": "Good evening"}
TOOL = {"type": "function", "function": {"name": "ring", "parameters": {"type": "object", "properties": {}}}}


def chat(*messages, **row):
    return [{"messages": list(messages), **row}]


def tool_call(name="ring", arguments="{}", call_id="call_1"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calls(*made, **row):
    return chat(USER, {"role": "assistant", "tool_calls": list(made)}, **{"tools": [TOOL], **row})


def pair(given=None, **row):
    """A preference row; a key that is `None` is left out."""
    whole = {"input": given or {"messages": [USER]}, "preferred_output": [REPLY], "non_preferred_output": [BETTER]}
    return [{key: value for key, value in {**whole, **row}.items() if value is not None}]


GOOD_LINE = json.dumps(chat(USER, REPLY)[0])

SAMPLES = {
    "empty_file": b"\n \n",
    "compressed_file": gzip.compress(GOOD_LINE.encode()),
    "utf16_file": GOOD_LINE.encode("utf-16-le"),
    "csv_file": "prompt,completion\nHi,Hello\n",
    "json_array": f"[{GOOD_LINE},\n{GOOD_LINE}]",
    "pretty_printed": json.dumps(chat(USER, REPLY)[0], indent=2),
    "wrong_format": pair(),
    "mixed_formats": [chat(USER, REPLY)[0], {"prompt": "Hi", "completion": "Hello"}],
    "nothing_to_learn": chat(USER, {**REPLY, "weight": 0}),
    "repeated_row": chat(USER, REPLY) * 2,
    "line_too_long": GOOD_LINE + " " * MAX_LINE_BYTES + "\n" + GOOD_LINE,
    "not_utf8": GOOD_LINE.replace("Hello", "Grüße").encode("latin-1"),
    "odd_space": GOOD_LINE + "\u3000\n",
    "comment_line": f"// greetings\n{GOOD_LINE}\n",
    "trailing_comma": GOOD_LINE + ",\n",
    "python_literal": f"{GOOD_LINE}\n{chat(USER, REPLY)[0]}\n",
    "curly_quotes": GOOD_LINE.replace('"', "\u201d"),
    "several_objects": GOOD_LINE + GOOD_LINE,
    "unfinished_line": GOOD_LINE[:-20] + "\n" + GOOD_LINE,
    "cut_off_file": GOOD_LINE[:-20],
    "lone_surrogate": GOOD_LINE.replace("Hello", "\\ud83d"),
    "number_out_of_range": GOOD_LINE.replace('"Hello"', "1e999"),
    "nested_too_deep": '{"messages": ' + "[" * 2000 + "]" * 2000 + "}",
    "too_many_values": '{"messages": [' + "[]," * MAX_VALUES + "[]]}",
    "invalid_json": GOOD_LINE.replace('"role"', "role"),
    "row_not_object": [[USER, REPLY]],
    "missing_messages": [{"message": [USER, REPLY]}],
    "unknown_row_key": chat(USER, REPLY, score=1),
    "messages_not_list": [{"messages": "Hi"}],
    "no_messages": chat(),
    "message_not_object": chat(USER, "Hello"),
    "missing_role": chat(USER, {"content": "Hello"}),
    "unknown_role": chat(USER, {"role": "bot", "content": "Hello"}),
    "unknown_message_key": chat(USER, {**REPLY, "score": 1}),
    "misplaced_key": chat({**USER, "tool_call_id": "call_1"}, REPLY),
    "missing_content": chat(USER, {"role": "assistant", "content": None}),
    "content_not_text": chat(USER, {"role": "assistant", "content": 5}),
    "image_content": chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}, REPLY),
    "blank_reply": chat(USER, {"role": "assistant", "content": " \n"}),
    "name_not_text": chat({**USER, "name": 5}, REPLY),
    "misplaced_weight": chat({**USER, "weight": 1}, REPLY),
    "unknown_weight": chat(USER, {**REPLY, "weight": 0.5}),
    "no_assistant": chat(USER),
    "no_final_reply": chat(REPLY, USER),
    "row_without_loss": chat(USER, {**REPLY, "weight": 0}) + chat(USER, REPLY),
    "assistant_after_assistant": chat(USER, REPLY, REPLY),
    "prompt_too_long": chat({"role": "user", "content": "ladder " * 6000}, REPLY),
    "tools_not_list": calls(tool_call(), tools="[]"),
    "tools_twice": calls(tool_call(), functions=[{"name": "ring"}]),
    "malformed_tool": calls(tool_call(), tools=[{"name": "ring"}]),
    "malformed_tool_name": calls(tool_call("ring me"), tools=[{"type": "function", "function": {"name": "ring me"}}]),
    "repeated_tool": calls(tool_call(), tools=[TOOL, TOOL]),
    "parallel_not_bool": calls(tool_call(), parallel_tool_calls="no"),
    "calls_not_parallel": calls(tool_call(), tool_call(call_id="call_2"), parallel_tool_calls=False),
    "malformed_call": calls({"type": "function", "function": {"name": "ring", "arguments": "{}"}}),
    "repeated_call_id": calls(tool_call(), tool_call()),
    "tool_not_declared": calls(tool_call("sing")),
    "arguments_not_text": calls(tool_call(arguments={})),
    "arguments_not_json": calls(tool_call(arguments="")),
    "arguments_not_object": calls(tool_call(arguments="[1]")),
    "arguments_double_encoded": calls(tool_call(arguments='"{}"')),
    "arguments_break_schema": calls(tool_call(arguments='{"loud": true}')),
    "missing_call_id": chat(*calls(tool_call())[0]["messages"], {"role": "tool", "content": "1"}, REPLY, tools=[TOOL]),
    "unknown_call_id": chat(USER, {"role": "tool", "tool_call_id": "call_9", "content": "1"}, REPLY),
    "call_not_answered": chat(*calls(tool_call())[0]["messages"], USER, REPLY, tools=[TOOL]),
    "missing_input": [{"preferred_output": [REPLY], "non_preferred_output": [BETTER]}],
    "input_not_object": pair(input="Hi"),
    "unknown_preference_key": pair(score=1),
    "unknown_input_key": pair({"messages": [USER], "model": "m"}),
    "no_input_messages": pair({"messages": []}),
    "input_ends_on_assistant": pair({"messages": [USER, REPLY]}),
    "missing_output": pair(preferred_output=None),
    "output_spelled_twice": pair(preferred_completion=[REPLY]),
    "output_not_one_message": pair(preferred_output=[REPLY, REPLY]),
    "output_not_assistant": pair(preferred_output=[USER]),
    "identical_outputs": pair(preferred_output=[BETTER]),
    "weight_ignored": pair(preferred_output=[{**REPLY, "weight": 0}]),
    "unknown_text_key": [{"prompt": "Hi", "completion": "Hello", "id": 1}],
    "prompt_not_text": [{"prompt": 5, "completion": "Hello"}],
    "completion_not_text": [{"prompt": "Hi"}],
    "empty_completion": [{"prompt": "Hi", "completion": ""}],
    "no_chat_template": [{"prompt": "Hi", "completion": "Hello"}],
}
REINFORCEMENT_ROW = {"messages": [USER], "answer": "8"}
OPTIONS = {
    "too_few_rows": {"is_training_file": True},
    "method_not_trainable": {"method": "reinforcement"},
    "no_final_question": {"method": "reinforcement"},
    **{code: {"method": "dpo"} for code in PREFERENCE_RULES},
}
SAMPLES["too_few_rows"] = GOOD_LINE
SAMPLES["method_not_trainable"] = [REINFORCEMENT_ROW]
SAMPLES["no_final_question"] = [REINFORCEMENT_ROW, REINFORCEMENT_ROW | {"messages": [USER, REPLY]}]


def test_every_rule_has_a_sample():
    assert SAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize("code", SAMPLES)
def test_rule_speaks_on_its_sample(check, code):
    report = check(SAMPLES[code], **OPTIONS.get(code, {}))

    assert report.counts_by_code.get(code) == 1
    problems = report.errors if RULES[code].severity == "error" else report.warnings
    assert code in [problem.code for problem in problems]


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.severity == "warning"])
def test_a_warning_alone_leaves_the_file_good(check, code):
    report = check(SAMPLES[code], **OPTIONS.get(code, {}))

    assert report.is_good
    assert report.job_failure() is None


@pytest.mark.requirement("R15.1")
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("row_not_object", "data_type"),
        ("missing_messages", "missing_messages_list"),
        ("missing_role", "message_missing_key"),
        ("unknown_message_key", "message_unrecognized_key"),
        ("unknown_role", "unrecognized_role"),
        ("missing_content", "missing_content"),
        ("no_assistant", "example_missing_assistant_message"),
        ("not_utf8", None),
    ],
)
def test_a_problem_has_the_name_that_the_cookbook_gives_it(check, code, name):
    problems = [problem.to_json() for problem in check(SAMPLES[code]).errors]

    assert {problem["cookbook_name"] for problem in problems if problem["code"] == code} == {name}


def test_documentation_has_the_table_of_rules():
    page = (Path(__file__).parents[3] / "docs/data-checks.md").read_text(encoding="utf-8")

    assert page.endswith(rules_table())
