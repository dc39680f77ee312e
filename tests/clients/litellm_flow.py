"""Upload, job, chat: with litellm."""

import os
import sys
import time

import litellm

litellm.telemetry = False
litellm.suppress_debug_info = True


def main() -> None:
    server = {"custom_llm_provider": "openai", "api_base": os.environ["TUNEPORT_URL"] + "/v1", "api_key": "none"}
    with open(os.environ["TRAINING_FILE"], "rb") as rows:
        file = litellm.create_file(file=rows, purpose="fine-tune", **server)
    job = litellm.create_fine_tuning_job(
        model=os.environ["BASE_MODEL"], training_file=file.id, hyperparameters={"n_epochs": 1}, **server
    )
    while job.status not in ("succeeded", "failed", "cancelled"):
        time.sleep(0.5)
        job = litellm.retrieve_fine_tuning_job(fine_tuning_job_id=job.id, **server)
    assert job.status == "succeeded", job
    answer = litellm.completion(
        model=f"openai/{job.fine_tuned_model}",
        messages=[{"role": "user", "content": "Carbon?"}],
        max_tokens=16,
        api_base=server["api_base"],
        api_key="none",
    )
    assert answer.choices[0].message.content, answer
    print("litellm: file, job, chat")


if __name__ == "__main__":
    sys.exit(main())
