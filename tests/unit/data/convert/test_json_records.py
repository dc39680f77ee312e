"""Records of other programs, in JSON of any layout → rows."""

import json

import pytest

CALL = {"from": "function_call", "value": '{"name": "add", "arguments": {"a": 1}}'}


def turns(*said):
    return [{"from": speaker, "value": text} for speaker, text in zip(("human", "gpt") * 4, said, strict=False)]


def test_rows_come_out_of_every_layout_of_json(convert, chat):
    records = [{"question": "a", "answer": "b"}, {"question": "c", "answer": "d"}]
    lines = "\n".join(map(json.dumps, records))
    indented = "\n".join(json.dumps(record, indent=2) for record in records)

    for text in (lines, indented, json.dumps(records), json.dumps(records, indent=1)):
        assert convert(text)[1] == [chat("a", "b"), chat("c", "d")]


def test_a_record_that_is_broken_is_told_with_its_line(convert):
    report, rows = convert('{"question": "a", "answer": "b"}\n{broken\n5\n')

    assert len(rows) == 1
    assert [refused.where for refused in report.refused] == ["line 2", "line 3"]


def test_sharegpt_becomes_chat(convert, chat):
    report, rows = convert([{"id": 7, "conversations": turns("a", "b"), "system": "Be brief."}])

    assert rows == [chat("a", "b", "Be brief.")]
    assert (report.shapes, report.notes) == ({"sharegpt": 1}, {"key 'id' left out": 1})


def test_what_nobody_answered_is_left_out_and_noted(convert, chat):
    report, rows = convert([{"conversations": turns("a", "b", "thanks")}])

    assert rows == [chat("a", "b")]
    assert report.notes == {"messages after the last reply left out": 1}


def test_calls_and_results_of_sharegpt_get_ids(convert):
    tools = json.dumps([{"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}])
    conversation = [
        {"from": "human", "value": "1?"},
        CALL,
        {"from": "observation", "value": "1"},
        {"from": "gpt", "value": "one"},
    ]

    _, rows = convert([{"conversations": conversation, "tools": tools}])

    messages = rows[0]["messages"]
    assert messages[1]["tool_calls"][0]["id"] == messages[2]["tool_call_id"]
    assert json.loads(messages[1]["tool_calls"][0]["function"]["arguments"]) == {"a": 1}
    assert rows[0]["tools"][0]["type"] == "function"


def test_what_a_turn_says_besides_is_kept_or_noted(convert):
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    parts = [{"type": "text", "text": "1"}, {"type": "text", "text": "?"}]
    conversation = [
        {"role": "user", "content": parts, "name": "ann", "weight": 0},
        {"role": "assistant", "content": None, "tool_calls": [call], "weight": 0},
        {"role": "tool", "content": "1", "tool_call_id": "c1"},
        {"from": "gpt", "value": "one", "weight": 1, "markdown": None, "score": 3},
    ]

    report, rows = convert([{"conversations": conversation, "tools": [{"name": "add"}]}])

    assert rows[0]["messages"] == [
        {"role": "user", "content": "1?", "name": "ann"},
        {"role": "assistant", "content": None, "tool_calls": [call], "weight": 0},
        {"role": "tool", "content": "1", "tool_call_id": "c1"},
        {"role": "assistant", "content": "one", "weight": 1},
    ]
    assert report.notes == {"key 'weight' of turns left out": 1, "key 'score' of turns left out": 1}


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        ([{"from": "narrator", "value": "x"}], "from 'narrator'"),
        ([{"from": "tool", "value": "x"}], "no turn before it is a call"),
        (turns("only a question"), "no message of the assistant"),
        (turns("a", ""), "value of turn 2' is empty"),
        ([], "no list of turns"),
        (["a"], "turn 1 is no object"),
    ],
)
def test_conversations_that_make_no_row_are_told(convert, conversation, reason):
    report, rows = convert([{"conversations": conversation}])

    assert rows == []
    assert reason in report.refused[0].reason


def test_alpaca_becomes_chat(convert, chat):
    records = [
        {"instruction": "Add", "input": "1 + 1", "output": "2"},
        {"instruction": "Say hi", "input": "", "output": "hi", "system": "Be kind."},
        {"instruction": "And?", "output": "c", "history": [["a", "b"]]},
    ]

    report, rows = convert(records)

    assert rows[:2] == [chat("Add\n\n1 + 1", "2"), chat("Say hi", "hi", "Be kind.")]
    assert [message["content"] for message in rows[2]["messages"]] == ["a", "b", "And?", "c"]
    assert report.shapes == {"alpaca": 3}


@pytest.mark.parametrize(
    ("prompt", "completion"),
    [("Hi\n\n###\n\n", " yes END"), ("Hi ->", " yes\n"), ("Hi\n=====\n", " yes###"), ("Hi", "yes")],
)
def test_prompt_and_completion_lose_the_old_marks_when_asked(convert, chat, prompt, completion):
    record = {"prompt": prompt, "completion": completion}

    assert convert([record], strips_marks=True)[1] == [chat("Hi", "yes")]
    assert convert([record])[1] == [chat(prompt, completion)]


def test_marks_within_a_text_stay(convert, chat):
    record = {"prompt": "# a -> b?", "completion": "THE END of it"}

    assert convert([record], strips_marks=True)[1] == [chat("# a -> b?", "THE END of it")]


ASKED, GOOD, BAD = (
    {"role": role, "content": text} for role, text in (("user", "q"), ("assistant", "x"), ("assistant", "y"))
)


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "q", "chosen": "x", "rejected": "y"},
        {"question": "q", "chosen": GOOD, "rejected": BAD},
        {"prompt": [ASKED], "chosen": [GOOD], "rejected": [BAD]},
        {"prompt": [ASKED], "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"chosen": json.dumps([ASKED, GOOD]), "rejected": json.dumps([ASKED, BAD])},
        {
            "conversations": turns("q"),
            "chosen": {"from": "gpt", "value": "x"},
            "rejected": {"from": "gpt", "value": "y"},
        },
        {"instruction": "q", "input": "", "chosen": "x", "rejected": "y"},
    ],
)
def test_chosen_and_rejected_become_a_preference_row_however_they_are_written(convert, record):
    report, rows = convert([record])

    assert rows == [{"input": {"messages": [ASKED]}, "preferred_output": [GOOD], "non_preferred_output": [BAD]}]
    assert (report.format, report.shapes) == ("preference", {"pairs": 1})


def test_turns_of_pairs_keep_their_calls_and_their_texts(convert):
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    chosen = {"role": "assistant", "tool_calls": [call]}
    rejected = {"role": "assistant", "content": [{"type": "text", "text": "y"}], "score": 1}

    report, rows = convert([{"prompt": "q", "chosen": [chosen], "rejected": [rejected], "tools": [{"name": "add"}]}])

    assert rows[0]["preferred_output"][0]["tool_calls"] == [call]
    assert rows[0]["non_preferred_output"] == [BAD]
    assert report.notes == {"key 'score' of turns left out": 1}


@pytest.mark.parametrize("words", ["output", "completion"])
def test_preference_rows_go_through_as_they_are(convert, words):
    row = {"input": {"messages": [ASKED]}, f"preferred_{words}": [GOOD], f"non_preferred_{words}": [BAD]}

    report, rows = convert([row, row | {"id": 7, "input": json.dumps(row["input"])}, row | {"input": {"messages": 3}}])

    assert rows == [row, row]
    assert (report.format, report.shapes, report.n_refused) == ("preference", {"preference": 2}, 1)
    assert report.notes == {"key 'id' left out": 1}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"chosen": "x", "rejected": "y"}, "is not told by the row"),
        ({"chosen": [ASKED, GOOD], "rejected": [GOOD, BAD]}, "do not begin with the same messages"),
        ({"prompt": "other", "chosen": [ASKED, GOOD], "rejected": "y"}, "other messages before them"),
        ({"prompt": "q", "chosen": [ASKED], "rejected": "y"}, "does not end on a message of the assistant"),
        ({"prompt": "q", "chosen": "", "rejected": "y"}, "'chosen' is empty"),
    ],
)
def test_pairs_that_make_no_row_are_told(convert, record, reason):
    report, rows = convert([record])

    assert rows == []
    assert reason in report.refused[0].reason


def test_rows_of_two_formats_are_not_mixed(convert):
    report, rows = convert([{"question": "a", "answer": "b"}, {"prompt": "q", "chosen": "x", "rejected": "y"}])

    assert len(rows) == 1
    assert "it makes a preference row, the records before it made chat rows" in report.refused[0].reason


def test_chat_rows_keep_what_rows_may_have_and_lose_the_rest(convert):
    message = {"role": "assistant", "content": "b", "weight": 1, "mood": "good"}

    report, rows = convert([{"messages": [{"role": "user", "content": "a"}, message], "source": "web", "tools": None}])

    assert rows == [
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 1}]}
    ]
    assert report.notes == {"key 'source' left out": 1, "key 'mood' of messages left out": 1}


def test_a_constant_system_message_goes_to_rows_that_have_none(convert, chat):
    records = [{"question": "a", "answer": "b"}, {"question": "c", "answer": "d", "system": "Own."}]

    report, rows = convert(records, system="Given.")

    assert rows == [chat("a", "b", "Given."), chat("c", "d", "Own.")]
    assert report.notes == {"system messages of the file kept": 1}


def test_every_row_passes_the_check(convert):
    report, rows = convert([{"messages": [{"role": "wizard", "content": "a"}, {"role": "assistant", "content": "b"}]}])

    assert rows == []
    assert "role 'wizard'" in report.refused[0].reason


def test_a_shape_that_is_named_is_not_told_by_the_keys(convert, chat):
    record = {"instruction": "a", "output": "b", "chosen": "x", "rejected": "y"}

    assert convert([record], source="alpaca")[1] == [chat("a", "b")]


def test_a_list_of_messages_is_a_record(convert, chat):
    assert convert([chat("a", "b")["messages"]], source="json")[1] == [chat("a", "b")]
