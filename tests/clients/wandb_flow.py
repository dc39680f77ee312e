"""A finished job's metrics, with wandb's own logger, offline."""

import os
import sys

import openai
import wandb
from wandb.integration.openai.fine_tuning import WandbLogger


def main() -> None:
    client = openai.OpenAI(base_url=os.environ["TUNEPORT_URL"] + "/v1", api_key="none", max_retries=0)
    # What only W&B's own server can do, and the logger asks for offline, too: a login, and a file to be found again.
    WandbLogger._logged_in = True
    wandb.Run.use_artifact = lambda *_, **__: None
    state = WandbLogger.sync(
        fine_tune_job_id=os.environ["TUNED_JOB"],
        openai_client=client,
        project="tuneport",
        wait_for_job_success=False,
    )
    assert state == "🎉 wandb sync completed successfully", state
    print(f"wandb's WandbLogger: {state}")


if __name__ == "__main__":
    sys.exit(main())
