from tuneport.cli.cost_text import show_costs

COST = {
    "job_id": "ftjob-1",
    "created_at": 1,
    "status": "succeeded",
    "hours": 1.5,
    "tokens": 120_000,
    "is_billed": True,
    "price": 3.36,
    "electricity_price": 0.15,
}
PRICES = {
    "currency": "EUR",
    "training_hour": 2.0,
    "million_training_tokens": 3.0,
    "training_watts": 250.0,
    "kilowatt_hour": 0.4,
}
SHEET = {"prices": PRICES, "not_billed": ["jobs that failed", "waiting"]}


def test_sheet_has_a_line_a_job_their_sum_and_the_rules(screen):
    failed = COST | {"job_id": "ftjob-2", "status": "failed", "is_billed": False, "price": 0.0}

    show_costs(screen, SHEET | {"data": [COST, failed]})

    assert "not billed" in next(line for line in screen.text.splitlines() if "ftjob-2" in line)
    assert "Together: 3.36 EUR, and electricity for 0.30." in screen.text
    assert (
        "Prices: 2 an hour of training, 3 a million tokens; 250 W while it trains, 0.4 a kilowatt hour." in screen.text
    )
    assert "Not billed: jobs that failed; waiting." in screen.text


def test_sheet_without_the_price_of_electricity_says_that_it_is_not_counted(screen):
    prices = PRICES | {"kilowatt_hour": None}

    show_costs(screen, SHEET | {"data": [COST | {"electricity_price": None}], "prices": prices})

    assert "Together: 3.36 EUR.\n" in screen.text
    assert "a million tokens; electricity is not counted." in screen.text
