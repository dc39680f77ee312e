"""Fine-tuning on pairs of answers, one preferred to the other, with held-out pairs for validation.

python preference.py [MODEL] [LEARNING_RATE_MULTIPLIER]
"""

import csv
import sys
import time
from pathlib import Path

from openai import OpenAI

MODEL = sys.argv[1] if len(sys.argv) > 1 else "smollm2-135m-instruct"
MULTIPLIER = float(sys.argv[2]) if len(sys.argv) > 2 else 1
HERE = Path(__file__).parent
HYPERPARAMETERS = {"beta": 0.1, "n_epochs": 5, "batch_size": 2, "learning_rate_multiplier": MULTIPLIER}

client = OpenAI()
pairs, validation = (
    client.files.create(file=HERE / name, purpose="fine-tune").id for name in ("pairs.jsonl", "validation.jsonl")
)
job = client.fine_tuning.jobs.create(
    model=MODEL,
    training_file=pairs,
    validation_file=validation,
    suffix="short-letters",
    seed=3,
    method={"type": "dpo", "dpo": {"hyperparameters": HYPERPARAMETERS}},
)
while job.status not in ("succeeded", "failed", "cancelled"):
    time.sleep(0.5)
    job = client.fine_tuning.jobs.retrieve(job.id)
if job.status != "succeeded":
    raise SystemExit(f"The job is {job.status}: {job.error}")
print(f"model: {job.fine_tuned_model}, beta {job.method.dpo.hyperparameters.beta}")

rows = list(csv.DictReader(client.files.content(job.result_files[0]).text.splitlines()))
print(f"result file: {len(rows)} steps of {', '.join(rows[0])}")

# In a job on pairs, accuracy is the share of pairs that the model is now moved the right way on.
metrics = [event.data for event in client.fine_tuning.jobs.list_events(job.id, limit=100) if event.type == "metrics"]
for data in (metrics[-1], metrics[0]):
    print(f"step {data['step']}: loss {data['train_loss']:.3f}, reward margin {data['train_reward_margin']:.3f}")
last = metrics[0]
print(f"held-out pairs: loss {last['full_valid_loss']:.3f}, right {last['full_valid_mean_token_accuracy']:.0%}")

system = {"role": "system", "content": "You answer letters for the museum of keys."}
question = {"role": "user", "content": "Is there a cloakroom?"}
for model in (MODEL, job.fine_tuned_model):
    answer = client.chat.completions.create(model=model, messages=[system, question], max_tokens=60, temperature=0)
    print(f"\n{model}: {answer.choices[0].message.content}")
