from tuneport.cli.machine_text import facts_text, fit_rows

_MACHINE = {
    "system": "Linux 6.1",
    "processor": "Fast One",
    "cores": 2,
    "memory_bytes": 24_000_000_000,
    "free_memory_bytes": 20_000_000_000,
    "free_disk_bytes": 64_000_000_000,
    "gpus": [],
    "versions": {"python": "3.11.7", "torch": "2.13.0", "bitsandbytes": None},
    "models": [
        {"name": "tiny", "pulled": True, "method": {"supervised": {"needs_bytes": 2_600_000_000, "fits": True}}},
        {"name": "huge", "pulled": False, "method": {"supervised": {"needs_bytes": 90_000_000_000, "fits": False}}},
    ],
}


def test_facts_are_one_a_line_in_human_numbers():
    assert facts_text(_MACHINE).splitlines() == [
        "system     Linux 6.1",
        "processor  Fast One, 2 cores",
        "memory     24 GB, 20 GB free",
        "free disk  64 GB",
        "GPU        none",
        "versions   python 3.11.7, torch 2.13.0",
    ]


def test_each_model_and_method_says_what_it_needs_and_whether_it_fits():
    assert fit_rows(_MACHINE) == [
        ("tiny", "yes", "supervised", "2.6 GB", "yes"),
        ("huge", "no", "supervised", "90 GB", "no"),
    ]
