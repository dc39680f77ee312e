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
    "holds": {"type": "array", "items": {"type": "string"}},
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
        ({"holds": ["grain", 5]}, "the argument 'holds' is a list, with the item 5, not of type string"),
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


LAMP = {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]}
NESTED = {
    "type": "object",
    "properties": {
        "lamp": LAMP,
        "levels": {"type": "array", "items": {"type": "integer", "maximum": 100}},
        "when": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/time"}]},
    },
    "$defs": {"time": {"type": "object", "properties": {"hour": {"type": "integer"}}, "additionalProperties": False}},
}


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"lamp": {"room": "attic"}, "levels": [1, 2], "when": {"hour": 7}}, None),
        ({"lamp": {"room": 3}}, "'lamp.room'"),
        ({"lamp": {}}, "'lamp': \"room\" is a required"),
        ({"levels": [1, "2"]}, "'levels' is a list, with the item '2'"),
        ({"levels": [101]}, "'levels.0'"),
        ({"when": {"minute": 1}}, "'when'"),
    ],
)
def test_what_is_nested_is_looked_at_too(arguments, where):
    found = list(Parameters(NESTED).differences(arguments))

    assert found == [] if where is None else where in found[0]


@pytest.mark.parametrize(
    ("others", "is_fit"),
    [
        ({}, False),
        ({"additionalProperties": False}, False),
        ({"additionalProperties": True}, True),
        ({"additionalProperties": {"type": "integer"}}, True),
        ({"additionalProperties": {"type": "string"}}, False),
        ({"patternProperties": {"^x-": {"type": "integer"}}}, True),
        ({"patternProperties": {"^x-": {"type": "string"}}}, False),
    ],
)
def test_other_names_are_judged_by_what_the_schema_says_of_them(others, is_fit):
    parameters = Parameters({"type": "object", "properties": {"a": {"type": "string"}}, **others})

    assert (list(parameters.differences({"a": "b", "x-level": 3})) == []) is is_fit


def test_parameters_that_are_no_schema_are_told_where_more_than_their_top_counts():
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "dict", "properties": {}}}}}

    (found,) = Parameters(schema).differences({"a": []})

    assert found.startswith('the function\'s parameters are no JSON Schema: "dict"')


def test_schemas_that_lie_elsewhere_or_cost_too_much_are_not_followed():
    references = {f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2} for level in range(40)}
    deep = {"type": "object"}
    for _ in range(300):
        deep = {"allOf": [deep]}

    for schema in (
        {"$ref": "http://127.0.0.1:9/schema"},
        {"$ref": "#/$defs/d0", "$defs": references},
        deep,
        {"$ref": "#"},
    ):
        assert list(Parameters({"properties": {}, **schema}).differences({"a": 1})) == []
