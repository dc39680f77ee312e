from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneport.core import InvalidRequest
from tuneport.inference import check_schema

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


def nested(depth):
    schema = {}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ([], "is []"),
        ("x", "is 'x'"),
        ({"enum": ["x" * 120_000]}, "is 120014 characters long"),
        (nested(5000), "is nested deeper than 100 levels"),
    ],
)
def test_what_is_no_object_or_too_large_is_refused(schema, found):
    with pytest.raises(InvalidRequest) as refusal:
        check_schema(schema, is_strict=False, param="x")

    assert f"'x' {found}" in refusal.value.message


def test_a_schema_on_which_the_library_breaks_is_refused():
    schema = {"allOf": None, "exclusiveMinimum": [-2.2250738585e-313, {"maximum": "\x07¯ú·", "enum": "\x07¯ú·"}]}

    with pytest.raises(InvalidRequest, match="Invalid schema in 'x'"):
        check_schema(schema, is_strict=False, param="x")


SCHEMA_WORDS = (
    "type", "properties", "items", "required", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "pattern", "format",
    "minLength", "maximum", "minItems", "prefixItems", "not", "x-guidance", "additionalProperties", "a",
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from(["object", "string", "array", "integer", "#", "#/$defs/a", "date", "^a*$"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(SCHEMA_WORDS), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(SCHEMA_WORDS), json_values, max_size=5), st.booleans())
def test_whatever_comes_as_a_schema_is_taken_or_refused(schema, is_strict):
    with suppress(InvalidRequest):
        assert check_schema(schema, is_strict=is_strict, param="x").schema.keys() >= schema.keys()
