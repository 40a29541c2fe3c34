# Two commands matter to a newcomer: `make review` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help review test setup check lint types imports docs format authoring benchmark wheel clean

help: ## list what make can do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: $(STAMP) ## make .venv with the locked dependencies and the `ranvier` command

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Ranvier needs Python 3.11 or later; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
		{ echo "Could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

review: setup ## restore the shipped review, recompute it, write build/mmn/index.html
	@$(BIN)/ranvier demo --to build

test: setup ## run every test
	@$(BIN)/pytest -n 2 --dist loadgroup -q

check: lint types imports test docs ## all that CI asks for: lint, types, contracts, tests, docs

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup
	@$(BIN)/pyright

imports: setup
	@$(BIN)/lint-imports

docs: setup
	@$(BIN)/pytest -q tests/test_docs.py

format: setup ## format the code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

authoring: setup ## write reviews/mmn anew from the facts in reviews/authoring
	@$(BIN)/python -m reviews.authoring

benchmark: setup ## measure: rebuild of a million events, reading of files of records
	@$(BIN)/python benchmarks/rebuild.py
	@$(BIN)/python benchmarks/records.py

wheel: setup ## build the wheel into dist/
	@$(BIN)/pip wheel --quiet --no-build-isolation --no-deps -w dist .

clean: ## remove what was built
	@rm -rf build dist $(VENV)
