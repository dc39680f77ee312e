"""A finished job's metrics, with wandb's own logger, offline."""

import os
import sys

import openai
from wandb.integration.openai.fine_tuning import WandbLogger


def main() -> None:
    client = openai.OpenAI(base_url=os.environ["TUNEPORT_URL"] + "/v1", api_key="none", max_retries=0)
    state = WandbLogger.sync(
        fine_tune_job_id=os.environ["TUNED_JOB"],
        openai_client=client,
        project="tuneport",
        wait_for_job_success=False,
        log_datasets=True,
    )
    assert state == "🎉 wandb sync completed successfully", state
    print(f"wandb's WandbLogger: {state}")


if __name__ == "__main__":
    sys.exit(main())
