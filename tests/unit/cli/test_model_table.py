from tuneport.cli.model_table import deployment_row


def test_a_deployment_that_stays_has_no_end():
    deployment = {"name": "a", "model": "tiny", "sku": "pinned", "last_used_at": 0, "expires_at": None}

    assert deployment_row(deployment)[-1] == "no end"
