"""The exported F16 GGUF in llama.cpp: by the template in the file, token for token what the engine answers."""

import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import xllamacpp

URL = os.environ["TUNEPORT_URL"] + "/v1/"
LOOK_SECONDS = 0.5
N_ROWS = 4
ROWS_WITH_TOOLS = Path(__file__).parents[2] / "examples/smart-home/train.jsonl"
LARGEST_DIFFERENCE = 0.05
"""Of a log-probability in nats, as F16 is allowed. Of two tokens nearer than that, either may be the likeliest."""
ASKED = {"max_tokens": 32, "temperature": 0, "logprobs": True, "top_logprobs": 5}


def main() -> None:
    requests = [
        *requests_of(Path(os.environ["TRAINING_FILE"])),
        *requests_of(ROWS_WITH_TOOLS),
        {"messages": [{"role": "user", "content": "Name a colour. Grüße, 東京 🎈"}]},
    ]
    with tempfile.TemporaryDirectory() as folder:
        llama_cpp = load(export_to(Path(folder) / "model.gguf"))
        compared = [compare(llama_cpp, {**ASKED, **request}) for request in requests]
    n_tokens, largest = sum(n for n, _ in compared), max(nats for _, nats in compared)
    print(f"llama.cpp: {n_tokens} tokens of {len(requests)} answers alike, log-probabilities within {largest:.1e}")


def requests_of(file: Path) -> list[dict[str, Any]]:
    """Give what asks for the answers of the first rows."""
    rows = [json.loads(line) for line in file.read_text().splitlines()[:N_ROWS]]
    return [{"messages": row["messages"][:-1], **({"tools": row["tools"]} if "tools" in row else {})} for row in rows]


def load(file: Path) -> xllamacpp.Server:
    parameters = xllamacpp.CommonParams()
    parameters.model.path, parameters.n_ctx, parameters.n_parallel = str(file), 2048, 1
    parameters.warmup, parameters.verbosity = False, -1
    return xllamacpp.Server(parameters)


def export_to(file: Path) -> Path:
    export = ask("tuneport/exports", {"model": os.environ["TUNED_MODEL"], "format": "gguf", "quantization": "f16"})
    path = f"tuneport/exports/{export['id']}"
    while export["status"] in ("queued", "running"):
        time.sleep(LOOK_SECONDS)
        export = ask(path)
    assert export["status"] == "succeeded", export["error"]
    urllib.request.urlretrieve(f"{URL}{path}/files/{file.name}/content", file)
    return file


def ask(path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def compare(llama_cpp: xllamacpp.Server, body: dict[str, Any]) -> tuple[int, float]:
    """Give how many tokens were compared, and the largest difference of a log-probability."""
    ours = ask("chat/completions", {**body, "model": os.environ["TUNED_MODEL"]})
    theirs = llama_cpp.handle_chat_completions(body)
    assert theirs["usage"]["prompt_tokens"] == ours["usage"]["prompt_tokens"], (ours, theirs)
    largest, n_tokens = 0.0, 0
    our_tokens, their_tokens = tokens_of(ours), tokens_of(theirs)
    for mine, other in zip(our_tokens, their_tokens, strict=False):
        if is_part_of_character(mine):
            return n_tokens, largest
        if mine["bytes"] != other["bytes"]:
            assert margin(mine) < LARGEST_DIFFERENCE, (mine, other)
            return n_tokens, largest
        n_tokens += 1
        largest = max(largest, abs(mine["logprob"] - other["logprob"]))
        assert largest < LARGEST_DIFFERENCE, (mine, other)
    assert len(our_tokens) == len(their_tokens), (ours, theirs)
    return n_tokens, largest


def tokens_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Give an answer's tokens without the stop token, which llama.cpp lists, too."""
    return [token for token in answer["choices"][0]["logprobs"]["content"] if token["bytes"]]


def is_part_of_character(token: dict[str, Any]) -> bool:
    """Say whether llama.cpp would list it as one with those of the character's other bytes."""
    try:
        bytes(token["bytes"]).decode()
    except UnicodeDecodeError:
        return True
    return False


def margin(token: dict[str, Any]) -> float:
    """Give by how much the likeliest token is likelier than the next."""
    first, second = sorted((each["logprob"] for each in token["top_logprobs"]), reverse=True)[:2]
    return float(first - second)


if __name__ == "__main__":
    sys.exit(main())
