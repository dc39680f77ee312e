"""Upload, job, events, checkpoints, chat: with whatever `openai` package is installed."""

import os
import sys
import time

import openai


def main() -> None:
    client = openai.OpenAI(base_url=os.environ["TUNEPORT_URL"] + "/v1", api_key="none", max_retries=0)
    with open(os.environ["TRAINING_FILE"], "rb") as rows:
        file = client.files.create(file=rows, purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model=os.environ["BASE_MODEL"], training_file=file.id, hyperparameters={"n_epochs": 1}, suffix="clients"
    )
    job = wait(client, job)
    events = [event.message for event in client.fine_tuning.jobs.list_events(job.id, limit=50)]
    assert events[0] == "The job has successfully completed", events
    assert any(message.startswith("Step 10/10: training loss=") for message in events), events
    assert client.fine_tuning.jobs.checkpoints.list(job.id).data == []
    results = client.files.content(job.result_files[0]).text
    assert results.startswith("step,train_loss"), results
    answer = client.chat.completions.create(
        model=job.fine_tuned_model, messages=[{"role": "user", "content": "Carbon?"}], max_tokens=16
    )
    streamed = "".join(
        chunk.choices[0].delta.content or ""
        for chunk in client.chat.completions.create(
            model=job.fine_tuned_model,
            messages=[{"role": "user", "content": "Carbon?"}],
            max_tokens=16,
            temperature=0,
            stream=True,
        )
        if chunk.choices
    )
    assert answer.choices[0].message.content, answer
    assert streamed
    assert client.models.retrieve(job.fine_tuned_model).id == job.fine_tuned_model
    assert client.models.delete(job.fine_tuned_model).deleted
    assert client.files.delete(file.id).deleted
    print(f"openai {openai.__version__}: file, job, {len(events)} events, results, chat, stream, deletion")


def wait(client: openai.OpenAI, job):
    while job.status not in ("succeeded", "failed", "cancelled"):
        time.sleep(0.5)
        job = client.fine_tuning.jobs.retrieve(job.id)
    assert job.status == "succeeded", job
    return job


if __name__ == "__main__":
    sys.exit(main())
