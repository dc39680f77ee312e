# The contributor's vocabulary. Everything goes into .venv; models and jobs go into TUNEPORT_HOME (~/.tuneport).

PYTHON ?= python3
TUNEPORT_HOME ?= $(HOME)/.tuneport
export TUNEPORT_HOME
BASE_MODEL := smollm2-135m-instruct
BIN := .venv/bin
PLATFORM := $(shell $(PYTHON) -c 'import platform, sys; print(f"cp{sys.version_info.major}{sys.version_info.minor}-{sys.platform}-{platform.machine()}")')
HASHED := $(wildcard constraints-$(PLATFORM).txt)
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALLED := .venv/.installed
FUZZ_SECONDS ?= 60
# Two lanes that take about as long as each other.
ONE_LANE := tests/contracts tests/unit/data
OTHER_LANE := tests/flows tests/numerics tests/unit --ignore=tests/unit/data

.DEFAULT_GOAL := help
.PHONY: help setup quickstart test test-clients fuzz fuzz-wire check docs bench

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

setup: $(INSTALLED) ## Virtual environment, pinned install, base model; done again it does nothing
	@test -e "$(TUNEPORT_HOME)/models/$(BASE_MODEL)/model.json" || { \
		echo "==> Base model $(BASE_MODEL) into $(TUNEPORT_HOME)" && \
		$(BIN)/tuneport models pull $(BASE_MODEL); }

quickstart: setup ## Set-up, then the main job on the shipped example: check, fine-tune, measure, serve
	$(BIN)/tuneport run examples/smart-home/train.jsonl --validation examples/smart-home/validation.jsonl --suffix smart-home --n-epochs 1 --batch-size 8 --seed 1

# Tests of servers wait for other processes most of their time: the others use that.
test: check ## Install, check, then all tests that need no GPU
	@echo "$(BIN)/pytest $(ONE_LANE), and beside it $(OTHER_LANE)"
	@nice $(BIN)/pytest $(OTHER_LANE) > .other-tests.log 2>&1 & others=$$!; \
	$(BIN)/pytest $(ONE_LANE); status=$$?; \
	wait $$others || status=1; \
	cat .other-tests.log; exit $$status

test-clients: setup ## Other clients (openai 1 to 3, Azure, Node, litellm, LangChain, W&B) and llama.cpp, each in an environment of its own
	PYTHONPATH=tests $(BIN)/python tests/clients/check_clients.py --environments .clients

fuzz: $(INSTALLED) ## Property tests with new examples; a minute each (FUZZ_SECONDS=60) for bytes that break check, convert or fix
	@$(PIP) install --quiet --no-build-isolation -c constraints.txt -e '.[dev,fuzz]'
	$(BIN)/pytest -m hypothesis --hypothesis-profile random tests/unit
	@for work in check convert fix; do \
		echo "$(BIN)/python tests/fuzz/fuzz_data.py $$work --seconds $(FUZZ_SECONDS)"; \
		$(BIN)/python tests/fuzz/fuzz_data.py $$work --seconds $(FUZZ_SECONDS) || exit 1; done

fuzz-wire: setup ## 2,000 requests and more made from our own description, against a server
	TUNEPORT_FUZZ_CASES=2400 $(BIN)/pytest tests/contracts/test_wire_fuzz.py

check: $(INSTALLED) ## Format, lint, types, import table, generated pages, in under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@for page in docs/write_*.py; do echo "$(BIN)/python $$page --check"; $(BIN)/python $$page --check || exit 1; done

docs: $(INSTALLED) ## Write the generated pages anew
	@for page in docs/write_*.py; do echo "$(BIN)/python $$page"; $(BIN)/python $$page || exit 1; done

bench: setup ## The benchmarks, each a ratio against a peer in one run; installs the peers, takes hours
	@$(PIP) install --quiet --no-build-isolation -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python -m benchmarks

$(INSTALLED): pyproject.toml $(wildcard constraints*.txt)
	@echo "==> Virtual environment in .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tuneport needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
ifneq ($(HASHED),)
	@echo "==> Pinned packages with hashes, from $(HASHED)"
	@$(PIP) install --quiet --require-hashes --no-deps -r $(HASHED)
else
	@echo "==> Pinned packages, from constraints.txt (no hashes are kept for $(PLATFORM))"
	@$(PIP) install --quiet -c constraints.txt hatchling editables
endif
	@echo "==> torch and Tuneport itself"
	@$(PIP) install --quiet --no-build-isolation -c constraints.txt -e '.[dev]'
	@touch $@
