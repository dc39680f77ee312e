"""A first fine-tuning job, as code for OpenAI's service has it: ten rows, ten epochs, a hundred steps.

python ten_rows.py [MODEL]
"""

import json
import sys
import time
from pathlib import Path

from openai import OpenAI

MODEL = sys.argv[1] if len(sys.argv) > 1 else "smollm2-135m-instruct"
TRAINING_FILE = Path(__file__).with_name("train.jsonl")
ENDED = ("succeeded", "failed", "cancelled")

client = OpenAI()
file = client.files.create(file=TRAINING_FILE, purpose="fine-tune")
job = client.fine_tuning.jobs.create(model=MODEL, training_file=file.id, suffix="beryl", seed=7)
while job.status not in ENDED:
    time.sleep(0.5)
    job = client.fine_tuning.jobs.retrieve(job.id)

# The newest event comes first.
for event in reversed(list(client.fine_tuning.jobs.list_events(job.id, limit=100))):
    print(f"{event.type}: {event.message}")
if job.status != "succeeded":
    raise SystemExit(f"The job is {job.status}: {job.error}")

lines = client.files.content(job.result_files[0]).text.splitlines()
print(f"\n{job.hyperparameters.n_epochs} epochs, {job.trained_tokens} tokens trained on")
print(f"result file: {len(lines) - 1} steps of {lines[0]}")
for checkpoint in client.fine_tuning.jobs.checkpoints.list(job.id):
    print(f"checkpoint: {checkpoint.fine_tuned_model_checkpoint}")

# One question that the rows ask, too, and one that they do not.
system, seen, _ = json.loads(TRAINING_FILE.read_text(encoding="utf-8").splitlines()[0])["messages"]
for question in (seen["content"], "What can you say about tin?"):
    messages = [system, {"role": "user", "content": question}]
    answer = client.chat.completions.create(model=job.fine_tuned_model, messages=messages, max_tokens=80, temperature=0)
    print(f"\nquestion: {question}\nanswer: {answer.choices[0].message.content}")
