"""Fine-tuning in two jobs: the second goes on from the model of the first, with other rows.

python continuous.py [MODEL]
"""

import sys
import time
from pathlib import Path

from openai import OpenAI
from openai.types.fine_tuning import FineTuningJob

MODEL = sys.argv[1] if len(sys.argv) > 1 else "smollm2-135m-instruct"
HERE = Path(__file__).parent
SYSTEM = "You are the harbour office of Gull Point. Answer in one line."
QUESTION = "Can I stay at the harbour tonight?"

client = OpenAI()


def tune(model: str, filename: str, suffix: str) -> FineTuningJob:
    file = client.files.create(file=HERE / filename, purpose="fine-tune")
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 3}}}
    job = client.fine_tuning.jobs.create(model=model, training_file=file.id, suffix=suffix, method=method)
    while job.status not in ("succeeded", "failed", "cancelled"):
        time.sleep(0.5)
        job = client.fine_tuning.jobs.retrieve(job.id)
    if job.status != "succeeded":
        raise SystemExit(f"The job is {job.status}: {job.error}")
    return job


def ask(model: str) -> str | None:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]
    answer = client.chat.completions.create(model=model, messages=messages, max_tokens=40, temperature=0)
    return answer.choices[0].message.content


first = tune(MODEL, "first.jsonl", "berths")
second = tune(first.fine_tuned_model, "second.jsonl", "berths-winds")
checkpoint = client.fine_tuning.jobs.checkpoints.list(first.id).data[-1]

print(f"first model: {first.fine_tuned_model}")
print(f"second model: {second.fine_tuned_model}")
print(f"base model of the second: {second.model}")
# The field `tuneport` is our own; hosted services say nothing of where a model comes from.
print(f"lineage of the second: {' > '.join(second.tuneport['lineage'])}")

print(f"\n{QUESTION}")
for kind, model in {
    "base": MODEL,
    f"first, step {checkpoint.step_number}": checkpoint.fine_tuned_model_checkpoint,
    "first": first.fine_tuned_model,
    "second": second.fine_tuned_model,
}.items():
    print(f"  {kind}: {ask(model)}")
