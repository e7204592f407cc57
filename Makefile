# Everything sets itself up in .venv; nothing needs root. `make` lists what there is.

PYTHON ?= python3
# Test processes side by side; 0 runs the tests in one.
JOBS ?= 2
PYTEST_ARGS ?=
UV_ARGS ?=

# Byte code stays, whatever this machine prefers: without it every process starts five seconds later.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# Without compiling: Python does that, and only for what it comes to use.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-compile
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --custom-compile-command "make requirements" $(UV_ARGS)

.DEFAULT_GOAL := help
.PHONY: help demo test check static bench mutants simulate chaos hostile scenarios stories fmt requirements clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/runtime ## see it work: example candidates, no account, no key; ARGS="--port 8001"
	$(BIN)/python app.py demo $(ARGS)

test: $(VENV)/dev ## run the tests; options for pytest go into PYTEST_ARGS
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(PYTEST_ARGS)

check: static test ## all that a change has to pass: static checks, then the tests

static: $(VENV)/dev ## check format, lint, types, and who imports whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/bench ## measure what the design costs and buys; ARGS=--quick for less, --write for docs
	$(BIN)/python -m bench $(ARGS)

mutants: $(VENV)/dev ## try whether the tests notice slips in the rules; ARGS="--only bot/domain/policy.py"
	PYTHONHASHSEED=0 $(BIN)/python -m tests.campaigns.mutants $(ARGS)

simulate: $(VENV)/dev ## play ten thousand candidates for a fortnight; ARGS="--processes 500" for fewer
	$(BIN)/python -m tests.campaigns.simulation $(ARGS)

chaos: $(VENV)/dev ## let 500 candidates write while all servers die again and again; ARGS="--seed 7"
	$(BIN)/python -m tests.campaigns.chaos $(ARGS)

hostile: $(VENV)/dev ## let a model that wants to do harm answer ten thousand times; ARGS="--turns 1000"
	$(BIN)/python -m tests.campaigns.hostile $(ARGS)

scenarios: $(VENV)/dev ## find a slip in the rules under which each scenario fails; ARGS="--only news_only"
	PYTHONHASHSEED=0 $(BIN)/python -m tests.campaigns.scenarios $(ARGS)

stories: $(VENV)/dev ## let everything happen in any order until something breaks; ARGS="--seed 7"
	$(BIN)/python -m tests.campaigns.machine $(ARGS)

fmt: $(VENV)/dev ## format the code, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: $(VENV)/dev ## pin again what pyproject.toml asks for; UV_ARGS=--upgrade for the newest
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml -o requirements-dev.txt --extra dev --constraints requirements.txt
	$(LOCK) pyproject.toml -o requirements-bench.txt --extra dev --extra bench \
	  --constraints requirements-dev.txt

clean: ## remove .venv and everything else that can be made again
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp says that what its list names is installed. The longer list contains the shorter one.

$(VENV)/runtime: requirements.txt | $(BIN)/python
	@echo "Installing Hearback into $(VENV). This is done once and takes a minute or two."
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt | $(BIN)/python
	@echo "Installing Hearback and its tools into $(VENV). This is done once and takes a minute or two."
	$(INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/runtime

$(VENV)/bench: requirements-bench.txt | $(BIN)/python
	@echo "Installing Hearback and what it is compared with into $(VENV). This is done once."
	$(INSTALL) -r requirements-bench.txt
	@touch $@ $(VENV)/dev $(VENV)/runtime

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name yours: make demo PYTHON=/path/to/python"; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Hearback needs Python 3.11 or newer, and $$($(PYTHON) --version) is older. Name a newer one: make demo PYTHON=python3.12"; \
	  exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: sudo apt install python3-venv"; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
