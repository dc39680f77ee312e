"""Makes sure that the server has a base model, and shows the download where it has not."""

from __future__ import annotations

from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.human_numbers import share_text, size_text
from tuneport.cli.screen import Screen
from tuneport.core import NotFound

_TITLES = {"downloading": "Downloading", "converting": "Converting", "ready": "Ready"}


def list_base_models(client: Client) -> list[dict[str, Any]] | None:
    """Give the catalog with what is pulled; `None` where the server is not Tuneport and has no such list."""
    try:
        models: list[dict[str, Any]] = client.get("tuneport/models")["data"]
    except NotFound:
        return None
    return models


def find_base_model(models: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Give the record of `name` or of its alias; raises `NotFound` with the known names."""
    for model in models:
        if name == model["name"] or name in model.get("aliases", ()):
            return model
    known = ", ".join(repr(model["name"]) for model in models)
    raise NotFound(
        f"There is no base model {name!r}. Known are {known}. "
        "`tuneport models pull hf:organization/name` adds one from the Hugging Face hub.",
        code="model_not_found",
        param="model",
    )


def find_base_name(client: Client, model: str) -> str:
    """Give the base model of a tuned one, `ft:BASE:organization:suffix:id`, and any other model as it is.

    BASE may be an alias, so a server of ours is believed. Raises `NotFound` for a tuned model that is not there.
    """
    if not model.startswith("ft:"):
        return model
    facts: dict[str, str] = client.get(f"models/{model}").get("tuneport", {})
    return facts.get("base_model", model.split(":")[1])


def is_missing(client: Client, name: str) -> bool:
    """Say whether the base model `name` has to be pulled; raises `NotFound` if the catalog has none of that name."""
    models = list_base_models(client)
    return models is not None and not find_base_model(models, name)["pulled"]


def pull_model(client: Client, screen: Screen, source: str, *, name: str | None = None) -> dict[str, Any]:
    """Pull with a progress bar; gives the model's record."""
    body = {"source": source, **({"name": name} if name else {})}
    record: dict[str, Any] = {}
    with screen.bar(source) as bar:
        for event in client.stream("tuneport/models", body):
            record = event.get("model", record)
            bar.update(event.get("bytes_done") or 0, event.get("bytes_total"), _detail(event))
    return record


def _detail(event: dict[str, Any]) -> str:
    title: str = _TITLES.get(event["stage"], event["stage"])
    done, total = event.get("bytes_done"), event.get("bytes_total")
    if event["stage"] != "downloading" or not done:
        return title
    if not total:
        return f"{title} {size_text(done)}"
    return f"{title} {share_text(done / total)} of {size_text(total)}"
