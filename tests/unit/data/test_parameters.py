"""What a schema says of arguments, at its top level."""

import pytest

from tuneport.data.parameters import Parameters

PROPERTIES = {
    "ship": {"type": "string"},
    "berth": {"type": "integer", "enum": [4, 7]},
    "draught": {"type": "number"},
    "crew": {"type": ["array", "null"], "enum": [["Ada"], None]},
    "cargo": {"type": "strnig"},
    "flag": {"type": ["string", "vexillum"]},
    "day": True,
}


def differences(arguments, **schema):
    return list(Parameters({"properties": PROPERTIES, **schema}).differences(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        {"ship": "Möwe", "berth": 4, "draught": 3.5},
        {"berth": 7.0, "draught": 3},
        {"crew": ["Ada"]},
        {"crew": None},
        {"cargo": 5, "flag": [1], "day": {}},
    ],
    ids=["plain", "whole number", "list of an enum", "null of an enum", "unknown types allow anything"],
)
def test_arguments_that_fit_have_no_difference(arguments):
    assert differences(arguments) == []


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"ship": 5}, "the argument 'ship' is 5, not of type string"),
        ({"draught": True}, "the argument 'draught' is true, not of type number"),
        ({"berth": 4.5}, "the argument 'berth' is 4.5, not of type integer"),
        ({"berth": 5}, "the argument 'berth' is 5, which is not in its enum"),
        ({"crew": ["Bob"]}, "the argument 'crew' is a list, which is not in its enum"),
        ({"crew": "Ada"}, "the argument 'crew' is 'Ada', not of type array or null"),
        ({"Ship": "Möwe"}, "the argument 'Ship' is not declared"),
    ],
)
def test_an_argument_that_does_not_fit_is_told(arguments, found):
    assert differences(arguments) == [found]


def test_true_is_not_one_in_an_enum():
    schema = {"properties": {"berth": {"enum": [1]}}}

    assert list(Parameters(schema).differences({"berth": True})) != []
    assert list(Parameters(schema).differences({"berth": 1})) == []


def test_a_required_name_is_missed_once_however_often_it_is_required():
    assert differences({}, required=["ship", "ship", 5, "berth"]) == [
        "the required argument 'ship' is missing",
        "the required argument 'berth' is missing",
    ]


@pytest.mark.parametrize("schema", [None, [], {}, {"required": ["ship"]}, {"properties": []}])
def test_a_schema_that_declares_no_names_allows_any(schema):
    assert list(Parameters(schema).differences({"ship": 1})) == []
