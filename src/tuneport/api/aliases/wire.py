"""Aliases of base models; only Tuneport has them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class CreateAliasRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    alias: str
    model: str


class AliasObject(BaseModel):
    object: Literal["tuneport.alias"] = "tuneport.alias"
    alias: str
    model: str


class AliasList(BaseModel):
    object: Literal["list"] = "list"
    data: list[AliasObject]


class DeletedAlias(BaseModel):
    object: Literal["tuneport.alias"] = "tuneport.alias"
    alias: str
    deleted: Literal[True] = True
