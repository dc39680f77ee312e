"""Whatever a file holds, the checks answer; and what they call good can be read."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tuneport.core import DataError
from tuneport.data import check_file, read_examples
from tuneport.data.rules import MESSAGE_KEYS, ROLES, ROW_KEYS

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
calls = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["a", "b", "", None, 1]),
        "type": st.sampled_from(["function", "x"]),
        "function": st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["ring", "x y", None]),
                "arguments": st.sampled_from(["{}", '{"n": 1}', '"{}"', "", 5]),
            },
        )
        | json_values,
    },
)
parameters = st.fixed_dictionaries(
    {},
    optional={
        "required": st.lists(json_values, max_size=2) | json_values,
        "properties": st.fixed_dictionaries(
            {}, optional={"n": st.fixed_dictionaries({}, optional={"type": json_values, "enum": json_values})}
        )
        | json_values,
    },
)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(ROLES) | json_values},
    optional={
        **{key: json_values for key in MESSAGE_KEYS if key not in ("role", "tool_calls", "content", "weight")},
        "content": st.text(max_size=5) | json_values,
        "weight": st.sampled_from([0, 1, 1.0, True, None, "1", [], -1]),
        "tool_calls": st.lists(calls | json_values, max_size=3) | json_values,
    },
)
tools = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("function")},
        optional={
            "function": st.fixed_dictionaries(
                {"name": st.sampled_from(["ring", "x y", None])}, optional={"parameters": parameters | json_values}
            )
        },
    )
    | json_values,
    max_size=2,
)
rows = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(ROW_KEYS, json_values),
        "messages": st.lists(messages, max_size=5) | json_values,
        "tools": tools | json_values,
    },
)
answers = st.lists(messages, max_size=2) | json_values
preference_rows = st.fixed_dictionaries(
    {},
    optional={
        "input": st.fixed_dictionaries({}, optional={"messages": st.lists(messages, max_size=3), "tools": tools})
        | json_values,
        **dict.fromkeys(("preferred_output", "non_preferred_output", "preferred_completion"), answers),
    },
)
text_rows = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("prompt", "completion", "id"), st.text(max_size=3) | json_values)
)
any_rows = rows | preference_rows | text_rows | json_values


def check_and_read(content: bytes, method: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(content)
        report = check_file(path, method=method, is_training_file=False)
        assert (report.job_failure() is None) == report.is_good
        json.dumps(report.to_json()).encode()
        if method == "reinforcement":
            return
        try:
            n_examples = sum(1 for _ in read_examples(path, method=method))
        except DataError:
            assert not report.is_good
        else:
            assert n_examples == report.n_rows


@given(st.binary(max_size=200), st.sampled_from(["supervised", "dpo"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_the_checks_crash(content, method):
    check_and_read(content, method)


@given(st.lists(any_rows, max_size=4), st.sampled_from(["supervised", "dpo", "reinforcement"]))
@settings(max_examples=200, deadline=None)
def test_no_json_makes_the_checks_crash(values: list[Any], method: str):
    check_and_read("\n".join(map(json.dumps, values)).encode(), method)
