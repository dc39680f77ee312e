"""Mistakes that leave no doubt are put right; all else stays as it is, and is told."""

import json

import pytest

from tuneport.core import DataError
from tuneport.data import check_file, fix_file
from tuneport.data.fix.text_repairs import read_repaired

ROW = {"messages": [{"role": "user", "content": "Hi, {you}"}, {"role": "assistant", "content": "“Hello”, [friend],"}]}
LINE = json.dumps(ROW, ensure_ascii=False)


def call(**changes):
    function = {"name": "turn_on", "arguments": '{"lamp": "desk"}', **changes}
    return {
        "messages": [
            {"role": "user", "content": "Light!"},
            {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": function}]},
        ],
        "tools": [{"type": "function", "function": {"name": "turn_on"}}],
    }


@pytest.fixture
def fix(write):
    def fix(content):
        written = []
        report = fix_file(write(content), written.append)
        return report, b"".join(written)

    return fix


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        (LINE.encode("utf-16"), {"utf16_file": 1}),
        (LINE.encode("utf-32-be"), {"utf16_file": 1}),
        (b"\xef\xbb\xbf" + LINE.encode(), {"byte_order_mark": 1}),
        (f"{LINE}\r\n", {"windows_line_ends": 1}),
        (f"\n{LINE}\n \n", {"blank_line": 2}),
        (f"// rows\n# more\n{LINE}\n", {"comment_line": 2}),
        (f"{LINE},\n", {"trailing_comma": 1}),
        (LINE.removesuffix("}]}") + "},],}\n", {"trailing_comma": 1}),
        (f"{ROW!r}\n", {"python_literal": 1}),
        (f"{ROW!r},\n", {"python_literal": 1}),
        (f"\u3000{LINE}\u00a0\n", {"odd_space": 1}),
        (LINE.replace(": ", ":\u2009") + ",\u00a0\n\u200b\n", {"odd_space": 2, "trailing_comma": 1}),
        (f"# rows\n\ufeff{LINE}\n", {"comment_line": 1, "odd_space": 1}),
        (f"[{LINE}]\n", {"json_array": 1}),
        (json.dumps([ROW], indent=2), {"json_array": 1}),
        (json.dumps(ROW, indent=2), {"pretty_printed": 1}),
        (json.dumps(ROW, indent=2).encode("utf-16"), {"utf16_file": 1, "pretty_printed": 1}),
        (json.dumps(ROW["messages"]), {"row_not_object": 1}),
        (json.dumps({"message": ROW["messages"]}), {"missing_messages": 1}),
        (json.dumps({"messages": json.dumps(ROW["messages"])}), {"messages_not_list": 1}),
        (LINE.replace("assistant", "asistant"), {"unknown_role": 1}),
        (LINE.replace('"user"', '"human"').replace("assistant", "gpt"), {"unknown_role": 2}),
    ],
)
def test_a_known_mistake_is_put_right(fix, content, counts):
    report, written = fix(content)

    assert [json.loads(line) for line in written.splitlines()] == [ROW]
    assert (report.counts, report.n_rows, report.n_left) == (counts, 1, 0)


def test_functions_of_the_older_kind_are_decoded_as_tools_are(fix):
    report, written = fix(json.dumps(ROW | {"functions": json.dumps([{"name": "f"}])}))

    assert json.loads(written) == ROW | {"functions": [{"name": "f"}]}
    assert report.counts == {"tools_not_list": 1}


def test_a_comment_in_a_list_takes_no_rows_with_it_and_gives_none(fix):
    report, written = fix(f'[{LINE},\n# the "old rows\n{LINE},{LINE},\n// see [1]\n{LINE}]')

    assert [json.loads(line) for line in written.splitlines()] == [ROW] * 4
    assert (report.counts, report.n_left) == ({"json_array": 1, "comment_line": 2}, 0)


def test_a_comment_is_dropped_only_where_nothing_follows_it():
    assert read_repaired(b'# old\n{"a": 1}') is None


def test_curly_quotes_are_put_right_as_delimiters_and_stay_inside_of_texts(fix):
    text = '{“messages”: [{“role”: “assistant”, "content": "“Hello”"}]}'

    report, written = fix(text)

    assert json.loads(written) == {"messages": [{"role": "assistant", "content": "“Hello”"}]}
    assert report.counts == {"curly_quotes": 1}


def test_several_objects_on_a_line_get_a_line_each(fix):
    report, written = fix(f"{LINE}{LINE}, {LINE}\n")

    assert [json.loads(line) for line in written.splitlines()] == [ROW] * 3
    assert (report.counts, report.n_changed) == ({"several_objects": 1}, 3)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [({"lamp": "desk"}, "arguments_not_text"), (json.dumps('{"lamp": "desk"}'), "arguments_double_encoded")],
)
def test_arguments_become_text_that_is_encoded_once(fix, arguments, kind):
    report, written = fix([call(arguments=arguments)])

    function = json.loads(written)["messages"][1]["tool_calls"][0]["function"]
    assert json.loads(function["arguments"]) == {"lamp": "desk"}
    assert report.counts == {kind: 1}


def test_a_call_without_its_type_gets_it(fix):
    row = call()
    del row["messages"][1]["tool_calls"][0]["type"]

    report, written = fix([row])

    assert json.loads(written) == call()
    assert report.counts == {"malformed_call": 1}


def test_answers_of_preference_rows_are_put_right_too(fix):
    answer = [{"role": "asistant", "content": "a"}]

    report, written = fix([{"input": ROW, "preferred_output": answer, "non_preferred_output": answer}])

    assert report.counts == {"unknown_role": 2}
    assert json.loads(written)["non_preferred_output"][0]["role"] == "assistant"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{messages: []}", "invalid_json"),
        ('{"messages": [{"role": "user"}', "unfinished_line"),
        ('{"a": "tab\there", "b": "\\/"}', "invalid_json"),
        ('{"a": NaN}', "invalid_json"),
        ('{"a": 1e999}', "number_out_of_range"),
        ("{'a': (1, 2)}", "python_literal"),
        ("{'a': 1e999}", "python_literal"),
        ("{'a': open('x')}", "python_literal"),
        ("{“a”: “he said “no” twice”}", "curly_quotes"),
        ('{"a": "\\ud83d"}', "lone_surrogate"),
        (b'{"a": "\xe9"}', "not_utf8"),
    ],
)
def test_what_could_be_read_in_two_ways_stays_as_it_is_and_is_told(fix, line, code):
    line = line.encode() if isinstance(line, str) else line

    report, written = fix(line + b"\n" + LINE.encode() + b"\n")

    assert written == line + b"\n" + LINE.encode() + b"\n"
    assert [(left.line, left.code) for left in report.left] == [(1, code)]
    assert (report.counts, report.n_changed) == ({}, 0)


@pytest.mark.parametrize("start", ['{"a": "', '{"a": nope, "b": "', "{'a': \""])
def test_a_long_line_that_ends_inside_of_a_text_is_left_soon(fix, start):
    line = start + '\\"' * 2**18

    report, written = fix(f"{line}\n{LINE}\n")

    assert written.decode() == f"{line}\n{LINE}\n"
    assert report.n_left == 1


def test_a_very_long_line_is_relieved_of_its_last_comma_only(fix):
    line = LINE.replace("Hi", "x" * 2**20)

    report, written = fix(f"{line},\n{line.removesuffix('}')},}}\n")

    assert written.decode().splitlines()[1] == line.removesuffix("}") + ",}"
    assert (report.counts, [(left.line, left.code) for left in report.left]) == (
        {"trailing_comma": 1},
        [(2, "trailing_comma")],
    )


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"arguments": '{"id": 12345678901234567890123}'}, "number_out_of_range"),
        ({"arguments": '{"id": 18446744073709551616}'}, "number_out_of_range"),
        ({"arguments": '{"id": 0.12345678901234567890}'}, "number_out_of_range"),
        ({"arguments": '{"id": 1e-400}'}, "number_out_of_range"),
        ({"arguments": '{"id": 1, "id": 2}'}, "repeated_key"),
    ],
)
def test_a_row_that_would_say_something_else_stays_as_it_is_and_is_told(fix, row, code):
    texts = [
        json.dumps(call(arguments="ARGUMENTS")).replace('"ARGUMENTS"', row["arguments"]),
        '{"message": [{"role": "user"}], "x": ' + row["arguments"] + "}",
        '{"message": [{"role": "user"}], "x": ' + row["arguments"] + "},",
        json.dumps({"tools": f"[{row['arguments']}]"}),
    ]

    report, written = fix("\n".join(texts))

    assert written.decode().splitlines() == texts
    assert [(left.line, left.code) for left in report.left] == [(line, code) for line in (1, 2, 3, 4)]
    assert (report.counts, report.n_changed) == ({}, 0)


@pytest.mark.parametrize(
    ("line", "code"),
    [("{'a': 1, 'a': 2}", "repeated_key"), ("{'é': [0.12345678901234567890]}", "number_out_of_range")],
)
def test_python_that_json_would_say_otherwise_stays_as_it_is(fix, line, code):
    report, written = fix(line)

    assert (written.decode(), [left.code for left in report.left]) == (f"{line}\n", [code])


def test_a_row_over_several_lines_that_cannot_be_repaired_comes_onto_one_only_where_it_is_json(fix):
    row = '{\n"message": [{"role": "user"}], "x": 1e-400}'
    python = "{'a': 1, # one\n'a': 2}"

    report, written = fix(f"[\n{row},\n{python}]")

    assert written.decode() == row.replace("\n", " ") + f"\n{python}\n"
    assert [left.code for left in report.left] == ["number_out_of_range", "repeated_key"]


def test_numbers_that_are_only_spelt_otherwise_do_not_keep_a_row_from_repair(fix):
    report, written = fix('{"message": [{"role": "user"}], "x": [1.50, -9223372036854775808, 1E2, -0.0]}')

    assert json.loads(written)["x"] == [1.5, -(2**63), 100, 0]
    assert report.n_left == 0


def test_a_row_over_several_lines_comes_onto_one_with_its_numbers_and_keys_as_they_are(fix):
    report, written = fix('[\n  {\n    "a": 12345678901234567890123,\n    "a": 1.50\n  }\n]')

    assert written == b'{ "a": 12345678901234567890123, "a": 1.50 }\n'
    assert (report.counts, report.n_left) == ({"json_array": 1}, 0)


@pytest.mark.parametrize(("role", "meant"), [("nurse", "nurse"), ("USER ", "user"), ("Gpt", "assistant")])
def test_a_role_that_is_only_a_little_like_a_known_one_is_kept(fix, role, meant):
    _, written = fix([{"messages": [{"role": role, "content": "a"}]}])

    assert json.loads(written)["messages"][0]["role"] == meant


def test_a_row_nested_too_deep_to_be_written_stays_as_it_is(fix):
    deep = '{"messages": "[]", "x": ' + "[" * 300 + "]" * 300 + "}"

    report, written = fix(deep)

    assert written.decode() == deep + "\n"
    assert report.n_left == 1


def test_a_good_row_keeps_its_bytes(fix):
    line = '{ "messages" :[ {"role":"assistant","content":"\\u00e9 1.50"} ], "x": 1.50 }'

    report, written = fix(f"{line}\n\n")

    assert written.decode() == f"{line}\n"
    assert report.n_changed == 0


def test_the_first_three_changes_are_shown_before_and_after(fix):
    report, _ = fix(f"{LINE},\n" * 5)

    assert [example.line for example in report.examples] == [1, 2, 3]
    assert report.examples[0].before.endswith("},") or report.examples[0].before.endswith("...")
    assert report.n_changed == 5


def test_nothing_but_repairs_makes_the_file_good(fix, tmp_path):
    content = (
        "\n".join([f"{LINE},", f"{ROW!r}", "", *[LINE.replace("Hi", str(number)) for number in range(10)]])
    ).encode("utf-16")

    _, written = fix(content)

    fixed = tmp_path / "fixed.jsonl"
    fixed.write_bytes(written)
    assert check_file(fixed).is_good


@pytest.mark.parametrize(
    ("content", "code"), [(b"PK\x03\x04", "compressed_file"), ("question,answer\na,b\n", "csv_file")]
)
def test_what_has_no_rows_to_repair_is_refused(fix, content, code):
    with pytest.raises(DataError) as caught:
        fix(content)

    assert caught.value.code == code


def test_an_empty_file_stays_empty(fix):
    report, written = fix(b"")

    assert (written, report.counts) == (b"", {})
