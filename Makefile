# Two commands matter: `make demo` shows kvitt, `make test` proves it. Neither needs an account.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?=
RESET  ?=
SCHEDULES ?=
SEED   ?=
TIME   ?= 60

.PHONY: fuzz audit sbom help install demo test check coverage unit kill proof format simulate planted screenshots mutants lock clean
.DEFAULT_GOAL := help

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.run ## Set up the environment in .venv, nothing else

demo: $(VENV)/.run ## Start a shop, a Klarna and kvitt on one port (PORT=8000, RESET=1 starts over)
	@$(BIN)/kvitt demo $(if $(PORT),--port $(PORT)) $(if $(RESET),--reset)

test: check unit coverage ## Set everything up and run every test
	@echo "All checks and tests passed."

check: $(VENV)/.dev ## Format, lint, types, import contracts, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src

coverage: $(VENV)/.dev ## See that the domain's own tests take every branch of it (no random examples)
	$(BIN)/python -m pytest -q tests/unit/domain -m "not hypothesis" --cov=kvitt.domain --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

unit: $(VENV)/.dev ## Run the test suite
	@scripts/services
	KVITT_TEST_CHROMIUM="$$(scripts/browser)" $(BIN)/python -m pytest -n 2 --dist loadgroup

kill: $(VENV)/.dev ## Kill real workers, as often as asked (KILLS=1000 SEED=1)
	cd tests && ../$(BIN)/python -m kills --kills $(or $(KILLS),1000) --seed $(or $(SEED),1)

proof: $(VENV)/.dev ## Simulate, plant, kill, fuzz, and write TESTED.md of it (SCHEDULES=100000 KILLS=400 SEED=1)
	rm -f test-output/simulation.jsonl test-output/kills.jsonl
	$(MAKE) simulate SCHEDULES=$(or $(SCHEDULES),100000) SEED=$(or $(SEED),1)
	$(MAKE) planted
	$(MAKE) kill KILLS=$(or $(KILLS),400) SEED=$(or $(SEED),1)
	scripts/fuzz 20
	$(BIN)/python scripts/tested

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: $(VENV)/.dev ## Fuzz every reader of other people's bytes (TIME=60 seconds each)
	scripts/fuzz $(TIME)

audit: $(VENV)/.dev ## Ask for known weaknesses of what is locked (needs a network)
	scripts/audit

sbom: $(VENV)/.dev ## Write the list of parts, sbom.json, from the lock
	scripts/sbom sbom.json

simulate: $(VENV)/.dev ## Run SCHEDULES=… of the simulation from SEED=… over all cores
	PYTHONPATH=tests $(BIN)/python -m simulation $(if $(SCHEDULES),--schedules $(SCHEDULES)) $(if $(SEED),--seed $(SEED))

planted: $(VENV)/.dev ## Plant every bug in turn and see the simulation notice each
	PYTHONPATH=tests $(BIN)/python -m simulation.planted

screenshots: $(VENV)/.dev ## Take the README's pictures anew
	KVITT_TEST_CHROMIUM="$$(scripts/browser)" $(BIN)/python scripts/screenshots

mutants: $(VENV)/.mutants ## Change the code that decides in every small way: does a test notice? (FILES="money.py" for some)
	$(BIN)/python scripts/mutants $(FILES)

lock: $(VENV)/.dev ## Write the hash-locked requirements anew
	scripts/lock

clean: ## Remove the environment and everything that was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis test-output

$(VENV)/.run: requirements/run.txt pyproject.toml
	@scripts/venv $(VENV) $(PYTHON)
	@echo "Installing kvitt into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.mutants: $(VENV)/.dev requirements/mutants.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutants.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
