"""`tuneport models`: base models and tuned ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

models = typer.Typer(no_args_is_help=True, help="List, pull, show, export and delete models.")

ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Name of a base model or of a tuned one, `ft:…`.")]
TunedModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Name of a tuned model, `ft:…`.")]


@models.command("list")
@plain_errors
def list_models(as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """List the base models that can be had and the tuned ones that are there."""
    from tuneport.cli.base_model import list_base_models
    from tuneport.cli.connection import connect
    from tuneport.cli.model_table import alias_row, base_model_row, tuned_model_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint) as client:
        base = list_base_models(client) or []
        others = _without_base_models(client.get("models")["data"], base)
    tuned = [model for model in others if model["id"].startswith("ft:")]
    aliases = [model for model in others if model not in tuned and "tuneport" in model]
    if as_json:
        screen.document({"base": base, "tuned": tuned, "aliases": aliases})
        return
    screen.table(("base model", "parameters", "licence", "on disk"), [base_model_row(model) for model in base])
    if tuned:
        screen.say()
        screen.table(("tuned model", "created"), [tuned_model_row(model) for model in tuned])
    if aliases:
        screen.say()
        screen.table(("alias", "stands for"), [alias_row(model) for model in aliases])


def _without_base_models(models: list[dict[str, Any]], base: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {model["name"] for model in base}
    return [model for model in models if model["id"] not in names]


@models.command("pull")
@plain_errors
def pull_model(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Name in the list, hf:organization/name or a folder.")
    ],
    name: Annotated[str | None, typer.Option(help="Name to give a model from the hub or a folder.")] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Get a base model, so that jobs need not wait for it."""
    from tuneport.cli.base_model import pull_model
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    # The server has another working folder, so a folder is named in full.
    if source.startswith((".", "~", "/")):
        source = str(Path(source).expanduser().resolve())
    with connect(endpoint, needs="base models to pull") as client:
        record = pull_model(client, screen, source, name=name)
    if as_json:
        screen.document(record)
    else:
        screen.say(f"{record['name']} is ready.")


@models.command("show")
@plain_errors
def show_model(model: ModelName, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Show all that is known of a model."""
    from tuneport.cli.base_model import find_base_model, list_base_models
    from tuneport.cli.connection import connect
    from tuneport.cli.parity_text import parity_lines
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    record: dict[str, Any]
    with connect(endpoint) as client:
        base = None if model.startswith("ft:") else list_base_models(client)
        record = client.get(f"models/{model}") if base is None else find_base_model(base, model)
    if as_json:
        screen.document(record)
        return
    facts = record.pop("tuneport", None) or {}
    for field, value in {**record, **{name: value for name, value in facts.items() if name != "parity"}}.items():
        screen.say(f"{field.replace('_', ' ')}: {value}")
    for line in parity_lines({"tuneport": facts}):
        screen.say(f"served {line}" if line.startswith("engine") else f"exported as {line}")


@models.command("export")
@plain_errors
def export_model(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name of a tuned model or of a checkpoint.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for its files.")],
    export_format: Annotated[
        Literal["adapter", "merged", "gguf", "ollama", "vllm"],
        typer.Option("--format", help="`merged` is what transformers loads; `vllm` and `ollama` come ready to serve."),
    ] = "merged",
    quantization: Annotated[
        str | None, typer.Option(help="How the weights are held: f32, bf16, f16, and q8_0 in GGUF.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an export that is there already.")] = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Write a tuned model for other programs, proved to say what it said in training."""
    from tuneport.cli.connection import connect
    from tuneport.cli.export_follow import export_model, require_free_folder
    from tuneport.cli.parity_text import parity_line
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    require_free_folder(out, replaces=force)
    body = {"model": model, "format": export_format, "quantization": quantization}
    with connect(endpoint, needs="exports") as client:
        export = export_model(client, screen, body, out)
    if as_json:
        screen.document({**export, "folder": str(out.resolve())})
        return
    screen.say(f"{out} has {export['model']} as {export['format']} ({export['quantization']}).")
    parity = export["parity"]
    screen.say(parity_line("proved", parity) if parity else "Training kept no answers of this model to prove it by.")


@models.command("delete")
@plain_errors
def delete_model(model: TunedModelName, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Delete a tuned model with its files."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint) as client:
        answer = client.delete(f"models/{model}")
    if as_json:
        screen.document(answer)
    else:
        screen.say(f"{model} is deleted.")


@models.command("alias")
@plain_errors
def add_alias(
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="Name that requests use, such as a hosted model's.")],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Base model that answers under it.")],
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Let a name of your choice stand for a base model; `tuneport models list` shows all."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="aliases") as client:
        answer = client.post("tuneport/aliases", {"alias": alias, "model": model})
    if as_json:
        screen.document(answer)
    else:
        screen.say(f"{alias} stands for {answer['model']}.")


@models.command("unalias")
@plain_errors
def remove_alias(
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="Name to forget.")],
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Remove an alias; models that were tuned under it stay."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="aliases") as client:
        answer = client.delete(f"tuneport/aliases/{alias}")
    if as_json:
        screen.document(answer)
    else:
        screen.say(f"{alias} stands for nothing now.")
