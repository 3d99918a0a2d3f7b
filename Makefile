# Two commands matter: `make run` and `make test`. Everything else serves them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
ONCE ?=
BUS ?=
SEED ?= 2017
MINUTES ?= 2
MUTANTS ?=

.PHONY: run test check lock fmt bench chaos clean

run: $(VENV)/.installed
	@ONCE=$(ONCE) BUS=$(BUS) SEED=$(SEED) $(BIN)/shenchi run

test: $(VENV)/.installed
	$(BIN)/pytest

check: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.simulation
	$(BIN)/python -m deploy.manifests

bench: $(VENV)/.installed
	$(BIN)/python -m bench

chaos: $(VENV)/.installed
	@MINUTES=$(MINUTES) MUTANTS=$(MUTANTS) BUS=$(BUS) SEED=$(SEED) $(BIN)/python -m tests.chaos

fmt: $(VENV)/.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# uv comes out of the lock itself; it then installs the rest in a second.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	@grep -A 400 '^uv==' requirements.lock | awk 'NR>1 && /^[a-z]/ {exit} {print}' > $(VENV)/uv.lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock: $(VENV)/.installed
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--extra dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .local
