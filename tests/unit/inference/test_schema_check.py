import pytest

from tuneport.core import InvalidRequest
from tuneport.inference import check_schema
from tuneport.inference.grammars.closing import closed

NOT = {"not": {"type": "string"}}
FLOAT = {"type": "float"}


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (FLOAT, "#"),
        ({"type": "object", "properties": {"a": {"type": "array", "items": FLOAT}}}, "#/properties/a/items"),
        ({"$defs": {"d": {"anyOf": [{"type": "null"}, FLOAT]}}, "$ref": "#/$defs/d"}, "#/$defs/d/anyOf/1"),
        ({"type": "object", "properties": {"b": {"enum": []}}, "required": ["b"]}, "#/properties/b"),
        ({"type": "string", "pattern": "(?=a)b"}, "#"),
        ({"$ref": "#/$defs/nothing"}, "#"),
        ({"$ref": "https://example.org/schema.json"}, "#"),
        ({"enum": []}, "#"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_strict", [True, False])
def test_a_wrong_schema_is_refused_with_its_place(schema, place, is_strict):
    with pytest.raises(InvalidRequest) as refusal:
        check_schema(schema, is_strict=is_strict, param="tools.0.function.parameters")

    assert f"Invalid schema in 'tools.0.function.parameters': at '{place}': " in refusal.value.message
    assert refusal.value.message.endswith("Change that part of the schema.")
    assert (refusal.value.code, refusal.value.param) == ("invalid_schema", "tools.0.function.parameters")


@pytest.mark.parametrize(
    ("part", "keyword"),
    [
        (NOT, "not"),
        ({"type": "array", "uniqueItems": True}, "uniqueItems"),
        ({"if": {"const": 1}, "then": {}}, "if"),
        ({"type": "string", "format": "postcode"}, "postcode"),
    ],
)
def test_a_keyword_that_cannot_be_held_is_refused_in_a_strict_schema_and_told_otherwise(part, keyword):
    schema = {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": part}}}}

    notice = check_schema(schema, is_strict=False, param="x").notice
    with pytest.raises(InvalidRequest) as refusal:
        check_schema(schema, is_strict=True, param="x")

    for told in (notice, refusal.value.message):
        assert "at '#/properties/a/properties/b': " in told
        assert keyword in told
    assert "send 'strict': false" in refusal.value.message


def test_a_schema_that_is_all_held_has_no_notice():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}

    assert check_schema(schema, is_strict=False, param="x").notice == ""


@pytest.mark.parametrize("schema", [[], "x", True, {"enum": ["x" * 120_000]}])
def test_what_is_no_object_or_too_large_is_refused(schema):
    with pytest.raises(InvalidRequest, match=r"'x' (is|has)"):
        check_schema(schema, is_strict=False, param="x")


def test_objects_are_closed_to_properties_that_they_do_not_name():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": {"properties": {"b": {}}}}},
        "$defs": {"d": {"properties": {"c": {}}}},
    }

    closer = closed(schema)

    assert closer["additionalProperties"] is False
    assert closer["properties"]["a"]["items"]["additionalProperties"] is False
    assert closer["$defs"]["d"]["additionalProperties"] is False


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"properties": {"a": {}}, "additionalProperties": {"type": "integer"}},
        {"properties": {"a": {}}, "allOf": [{"properties": {"b": {}}}]},
        {"properties": {"a": {}}, "patternProperties": {"^b": {}}},
    ],
)
def test_objects_that_have_properties_from_elsewhere_stay_open(schema):
    assert closed(schema) == schema


def test_a_schema_that_closing_would_leave_without_a_value_stays_open():
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["b"]}

    assert "additionalProperties" not in check_schema(schema, is_strict=True, param="x").schema
