"""Fine-tuning on tool calls, then the loop of a program that has the calls made: ask, call, tell, answer.

python function_calling.py [MODEL] [LEARNING_RATE_MULTIPLIER]
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from openai import OpenAI

MODEL = sys.argv[1] if len(sys.argv) > 1 else "smollm2-135m-instruct"
MULTIPLIER = float(sys.argv[2]) if len(sys.argv) > 2 else "auto"
TRAINING_FILE = Path(__file__).with_name("train.jsonl")
ROW = json.loads(TRAINING_FILE.read_text(encoding="utf-8").splitlines()[0])
SHELVES = {"kale": (4, 9), "parsley": (3, 11), "tomatoes": (5, 2)}


def find_seeds(plant: str = "", **_: Any) -> dict[str, Any]:
    shelf, packets = SHELVES.get(plant, (None, 0))
    return {"shelf": shelf, "packets": packets}


def lend_seeds(**_: Any) -> dict[str, Any]:
    return {"due": "30 September"}


FUNCTIONS = {"find_seeds": find_seeds, "lend_seeds": lend_seeds}

client = OpenAI()
file = client.files.create(file=TRAINING_FILE, purpose="fine-tune")
hyperparameters = {"n_epochs": 5, "learning_rate_multiplier": MULTIPLIER}
method = {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}
job = client.fine_tuning.jobs.create(model=MODEL, training_file=file.id, suffix="seeds", seed=1, method=method)
while job.status not in ("succeeded", "failed", "cancelled"):
    time.sleep(0.5)
    job = client.fine_tuning.jobs.retrieve(job.id)
if job.status != "succeeded":
    raise SystemExit(f"The job is {job.status}: {job.error}")
print(f"model: {job.fine_tuned_model}")

for question in ("Do you have any kale?", "One packet of parsley, please."):
    print(f"\nquestion: {question}")
    messages: list[Any] = [ROW["messages"][0], {"role": "user", "content": question}]
    # A model may call again after an answer of the tool; three rounds are enough here.
    for _ in range(3):
        completion = client.chat.completions.create(
            model=job.fine_tuned_model,
            messages=messages,
            tools=ROW["tools"],
            parallel_tool_calls=False,
            max_tokens=120,
            temperature=0,
        )
        answer = completion.choices[0].message
        messages.append(answer)
        if not answer.tool_calls:
            break
        for call in answer.tool_calls:
            result = json.dumps(FUNCTIONS[call.function.name](**json.loads(call.function.arguments)))
            print(f"call: {call.function.name}({call.function.arguments}) gives {result}")
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    print(f"answer: {answer.content}")
