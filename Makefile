# Two commands matter: `make run` and `make test`. Everything else serves them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
ONCE ?=
BUS ?=
SEED ?= 2017
MINUTES ?= 2
MUTANTS ?=
EXAMPLES ?= 50
# Dozens of processes read the same modules: compiled once, each begins two seconds earlier.
export PYTHONDONTWRITEBYTECODE =
COMPILED := --compile-bytecode
THIS = VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help run test unit check lock fmt bench chaos fuzz clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.running ## start everything and play the year at http://127.0.0.1:8000 (ONCE=1, SEED=n, BUS=kafka)
	@ONCE=$(ONCE) BUS=$(BUS) SEED=$(SEED) $(BIN)/shenchi run

test: $(VENV)/.installed ## all tests
	$(BIN)/pytest

# One process: the rules are done before a second one has started.
unit: $(VENV)/.installed ## rules and steps alone, within seconds: no database, no process, no played world
	$(BIN)/pytest -n 0 tests/unit --ignore=tests/unit/deploy --ignore=tests/unit/scenario

check: $(VENV)/.installed ## linters, types, import contracts, the simulation, what is deployed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.simulation
	$(BIN)/python -m deploy.manifests

bench: $(VENV)/.installed ## ratios of ours to a peer or to the physical limit
	$(BIN)/python -m bench

fuzz: $(VENV)/.installed ## try every operation of every document EXAMPLES=50 times and more, and print how often
	@EXAMPLES=$(EXAMPLES) $(BIN)/pytest -n 2 --dist loadscope -rA tests/fuzz > $(VENV)/fuzz.txt; code=$$?; \
		grep -E "requests|bad |FAILED|ERROR|passed|failed|^E" $(VENV)/fuzz.txt; exit $$code

chaos: $(VENV)/.installed ## kill processes for MINUTES=2 and compare everything with everything (BUS=kafka, MUTANTS=1, SEED=n)
	@MINUTES=$(MINUTES) MUTANTS=$(MUTANTS) BUS=$(BUS) SEED=$(SEED) $(BIN)/python -m tests.chaos

fmt: $(VENV)/.installed ## format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What running needs: the local part of the lock, added to what is there. uv comes out of the lock itself by pip, which
# has then done its work; it installs the rest in a second, and compiles it in ten.
$(VENV)/.running: requirements.lock pyproject.toml deploy/runtime.py
	@echo "Packages are installed into $(VENV) ..."
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python deploy/runtime.py local > $(VENV)/local.lock.txt
	@grep -A 400 '^uv==' $(VENV)/local.lock.txt | awk 'NR>1 && /^[a-z]/ {exit} {print}' > $(VENV)/uv.lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip uninstall --quiet pip setuptools
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet $(COMPILED) --require-hashes --no-deps -r $(VENV)/local.lock.txt
	$(THIS)
	@touch $@

# What developing needs: all of the lock, and nothing else.
$(VENV)/.installed: $(VENV)/.running
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet $(COMPILED) --require-hashes requirements.lock
	$(THIS)
	@touch $@

lock: $(VENV)/.installed ## resolve the dependencies anew
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--extra setup --extra dev pyproject.toml --output-file requirements.lock

clean: ## forget the environment and the state of this folder
	rm -rf $(VENV) .local
