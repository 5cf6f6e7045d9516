# `make run` and `make test` are all that a fresh machine with Python 3.11 needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint test-live bench docs rulebook clean

run: $(VENV)/.run rulebook
	@$(BIN)/holdfast check examples/estate || true
	@echo
	@echo "That was a small AI estate with planted mistakes. Its clean twin:"
	@$(BIN)/holdfast check examples/estate-clean
	@echo
	@echo "Now try:  $(BIN)/holdfast check PATH/TO/YOUR/REPOSITORY"

test: $(VENV)/.test rulebook
	$(BIN)/python -m pytest -m "not live" -n auto --cov --cov-report=
	$(BIN)/coverage report --include 'src/holdfast/core/*,src/holdfast/engine/*' --fail-under 100
	$(BIN)/coverage report --omit 'src/holdfast/core/*,src/holdfast/engine/*' --fail-under 95

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-live: $(VENV)/.live rulebook
	tests/live/setup
	$(BIN)/python -m pytest -m live

bench: $(VENV)/.test rulebook  # CORPORA=folder of the public repositories, checked out
	$(BIN)/python benchmarks/run.py $(CORPORA)

docs: $(VENV)/.run rulebook
	$(BIN)/python -m holdfast.cli.reference docs/reference

rulebook: $(VENV)/.run
	@$(BIN)/python -m holdfast.app.rulebook

$(VENV)/.run: pyproject.toml hatch_build.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.live: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,live]'
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

clean:
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache src/holdfast/rulebook.json
