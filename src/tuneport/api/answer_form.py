"""What a request demands of its answer's form: JSON, a schema, or Tuneport's own regular expressions and grammars."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tuneport.api.wire_fields import TAG, kind_tag
from tuneport.core import InvalidRequest
from tuneport.workspace import FormRule, GrammarRule, JsonRule, check_form

SchemaName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
GRAMMAR_FIELD = "tuneport.grammar.definition"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextFormat(_Request):
    type: Literal["text"]


class JsonObjectFormat(_Request):
    type: Literal["json_object"]


class NamedSchema(_Request):
    name: SchemaName
    description: str | None = None
    schema_: Annotated[dict[str, Any] | None, Field(alias="schema")] = None
    strict: bool | None = None


class JsonSchemaFormat(_Request):
    """As chat completions have it."""

    type: Literal["json_schema"]
    json_schema: NamedSchema


class FlatJsonSchemaFormat(NamedSchema):
    """As responses have it."""

    type: Literal["json_schema"]
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


_FORMATS = "a format's type is 'text', 'json_object' or 'json_schema'"
ChatFormat = Annotated[
    Annotated[TextFormat, Tag(f"{TAG}text")]
    | Annotated[JsonObjectFormat, Tag(f"{TAG}json_object")]
    | Annotated[JsonSchemaFormat, Tag(f"{TAG}json_schema")],
    Discriminator(kind_tag, custom_error_type="unknown_format", custom_error_message=_FORMATS),
]
ResponseFormat = Annotated[
    Annotated[TextFormat, Tag(f"{TAG}text")]
    | Annotated[JsonObjectFormat, Tag(f"{TAG}json_object")]
    | Annotated[FlatJsonSchemaFormat, Tag(f"{TAG}json_schema")],
    Discriminator(kind_tag, custom_error_type="unknown_format", custom_error_message=_FORMATS),
]


class GrammarRequest(_Request):
    syntax: Literal["regex", "lark"]
    definition: Annotated[str, Field(min_length=1)]


class OwnRequest(_Request):
    """What only Tuneport knows of a request; OpenAI's client sends it in `extra_body`."""

    grammar: GrammarRequest | None = None
    """What the answer is held to."""


def form_of(
    asked: TextFormat | JsonObjectFormat | JsonSchemaFormat | FlatJsonSchemaFormat | None,
    own: OwnRequest | None,
    *,
    param: str,
) -> FormRule | None:
    """Give the answer's form in our words; `param` is the field of `asked`. Raises `InvalidRequest`."""
    form, place = _json_form(asked), param
    if own is not None and own.grammar is not None:
        if form is not None:
            raise InvalidRequest(
                f"The request has {param!r} and 'tuneport.grammar'. An answer has one form; send one of them.",
                code="invalid_value",
                param="tuneport.grammar",
            )
        return _checked(GrammarRule(own.grammar.syntax, own.grammar.definition), GRAMMAR_FIELD)
    match asked:
        case JsonSchemaFormat():
            place = f"{param}.json_schema.schema"
        case FlatJsonSchemaFormat():
            place = f"{param}.schema"
    return None if form is None else _checked(form, place)


def _checked(form: FormRule, param: str) -> FormRule:
    check_form(form, param=param)
    return form


def _json_form(
    asked: TextFormat | JsonObjectFormat | JsonSchemaFormat | FlatJsonSchemaFormat | None,
) -> FormRule | None:
    match asked:
        case JsonObjectFormat():
            return JsonRule()
        case JsonSchemaFormat():
            return _schema_form(asked.json_schema)
        case FlatJsonSchemaFormat():
            return _schema_form(asked)
    return None


def _schema_form(named: NamedSchema) -> JsonRule:
    # OpenAI's schema may be left out, which then is that of any value.
    return JsonRule(named.schema_ or {}, named.strict is True, named.name, named.description)


def format_object(form: FormRule | None, *, is_flat: bool) -> dict[str, Any] | None:
    """Give an answer's form in OpenAI's words; `None` where it is free or OpenAI has no word for it."""
    if not isinstance(form, JsonRule):
        return None
    if form.schema is None:
        return {"type": "json_object"}
    named = {"name": form.name, "description": form.description, "schema": form.schema, "strict": form.is_strict}
    return {"type": "json_schema", **named} if is_flat else {"type": "json_schema", "json_schema": named}
