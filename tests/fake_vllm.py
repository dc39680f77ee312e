"""A program that speaks vLLM's routes, without a model. It answers "I am NAME." as the adapter, or base, that is asked.

Asked "crash", it kills itself in mid-answer; asked "mumble", it says what is no JSON; asked "go on", it never ends.
What it is told it writes to `told.jsonl` beside itself: its command line first, then requests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from tokenizers import Tokenizer

TOLD = "told.jsonl"
MOST_LIKELY = {"token_id:7": -0.5, "token_id:8": -1.0, "token_id:9": -3.0}


def write_fake_vllm(folder: Path) -> Path:
    """Write the program to `folder`, which will have `told.jsonl` as well, and give it."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "vllm"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        f"from fake_vllm import main\nmain({str(folder / TOLD)!r})\n"
    )
    program.chmod(0o755)
    return program


def told(program: Path, kind: str) -> list[dict]:
    """Give what the program was told: of the kinds "start", "/v1/completions" and so on."""
    lines = (program.parent / TOLD).read_text().splitlines()
    return [record["body"] for record in map(json.loads, lines) if record["kind"] == kind]


def build(arguments: argparse.Namespace, note) -> Starlette:
    adapters: dict[str, str] = {}
    tokenizer = Tokenizer.from_file(f"{arguments.model}/tokenizer.json")

    def health(_: Request) -> Response:
        return Response()

    async def load(request: Request) -> Response:
        body = await request.json()
        note("/v1/load_lora_adapter", body)
        if not (Path(body["lora_path"]) / "adapter_config.json").is_file():
            return refusal(404, "No adapter found")
        if body["lora_name"] in adapters:
            return refusal(400, "has already been loaded")
        adapters[body["lora_name"]] = body["lora_path"]
        return PlainTextResponse("Success")

    async def unload(request: Request) -> Response:
        body = await request.json()
        note("/v1/unload_lora_adapter", body)
        return PlainTextResponse("Success") if adapters.pop(body["lora_name"], None) else refusal(404, "not found")

    async def complete(request: Request) -> Response:
        body = await request.json()
        note("/v1/completions", body)
        if body["model"] not in {arguments.served_model_name, *adapters}:
            return refusal(404, f"The model `{body['model']}` does not exist.")
        return StreamingResponse(stream(body, tokenizer), media_type="text/event-stream")

    routes = {"load_lora_adapter": load, "unload_lora_adapter": unload, "completions": complete}
    return Starlette(
        routes=[
            Route("/health", health),
            *(Route(f"/v1/{path}", endpoint, methods=["POST"]) for path, endpoint in routes.items()),
        ]
    )


def refusal(status: int, message: str) -> Response:
    return JSONResponse({"error": {"message": message, "type": "Error", "code": status}}, status)


async def stream(body: dict, tokenizer: Tokenizer) -> AsyncIterator[str]:
    prompt = tokenizer.decode(body["prompt"])
    for token_ids, reason in answer(body, tokenizer, goes_on="go on" in prompt):
        yield chunk({"choices": [choice(body, token_ids, reason)]})
        # Each token is on its way before the next.
        await asyncio.sleep(0.001)
        if "crash" in prompt:
            os.kill(os.getpid(), signal.SIGKILL)
        if "mumble" in prompt:
            yield "data: {mumble\n\n"
    usage = {"prompt_tokens": len(body["prompt"]), "prompt_tokens_details": {"cached_tokens": 3}}
    yield chunk({"choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


def answer(body: dict, tokenizer: Tokenizer, *, goes_on: bool):
    text = tokenizer.encode(f"I am {Path(body['model']).name}.").ids
    while goes_on:
        yield text, None
    text = text[: body["max_tokens"]]
    yield from ([[token_id], None] for token_id in text[:-1])
    if len(text) == body["max_tokens"] or not body["stop_token_ids"]:
        yield text[-1:], "length"
    else:
        # Two at once, as it does when it is in a hurry; the second is where it stops.
        yield [text[-1], body["stop_token_ids"][0]], "stop"


def choice(body: dict, token_ids: list[int], reason: str | None) -> dict:
    record = {"index": 0, "text": "", "finish_reason": reason, "token_ids": token_ids, "logprobs": None}
    if body.get("logprobs") is not None:
        drawn = [{f"token_id:{token_id}": -2.0, **MOST_LIKELY} for token_id in token_ids]
        record["logprobs"] = {"token_logprobs": [-2.0] * len(token_ids), "top_logprobs": drawn}
    return record


def chunk(record: dict) -> str:
    return f"data: {json.dumps(record)}\n\n"


def main(file: str) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("kind", choices=["serve"])
    parser.add_argument("model")
    for name in ("--served-model-name", "--uds", "--dtype", "--generation-config"):
        parser.add_argument(name, required=True)
    for name in ("--max-model-len", "--max-lora-rank", "--max-loras", "--max-cpu-loras"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--gpu-memory-utilization", type=float, required=True)
    parser.add_argument("--structured-outputs-config.backend", choices=["guidance"], required=True)
    for name in ("--enable-lora", "--enable-prompt-tokens-details", "--disable-uvicorn-access-log"):
        parser.add_argument(name, action="store_true", required=True)
    arguments = parser.parse_args()
    if os.environ.get("VLLM_ALLOW_RUNTIME_LORA_UPDATING") != "True" or "PYTHONPATH" in os.environ:
        parser.error("wrong environment")

    def note(kind: str, body: dict) -> None:
        with Path(file).open("a") as lines:
            lines.write(json.dumps({"kind": kind, "body": body}) + "\n")

    note("start", {"pid": os.getpid(), **vars(arguments)})
    uvicorn.run(build(arguments, note), uds=arguments.uds, log_level="warning")
