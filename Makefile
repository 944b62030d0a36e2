# Everything that is done with this project. Needs Python 3.11 or newer, and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PYTHONDONTWRITEBYTECODE :=   # programs that are started a thousand times start from compiled code

PYTHON ?= python3
WORKERS ?= 2
TURNS ?= 20
BIN := .venv/bin

.PHONY: help setup demo test torture sabotage check check-format check-lint check-types check-imports check-docs bench bench-sync bench-compare bench-report docs lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## a private environment in .venv, exactly as locked; all other targets see to it themselves

demo: setup ## from nothing: legacy database, embedded platform, full load, and the books ARGS="--clients N"
	@$(BIN)/migrate demo $(ARGS)

test: setup ## all tests, databases and ODBC drivers included ARGS="-k name"
	@{ tools/system-packages && tools/axe-core; } || [[ "$${CI:-}" != true ]]
	@$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: check-format check-lint check-types check-imports check-docs ## format, lint, types, who may import whom, generated documents

check-format: setup
	$(BIN)/ruff format --check --output-format concise
check-lint: setup
	$(BIN)/ruff check
check-types: setup
	$(BIN)/mypy
	$(BIN)/mypy tests
check-imports: setup
	$(BIN)/lint-imports --no-logo
check-docs: setup
	$(BIN)/python tools/docs.py --check

torture: setup ## faults and kills many times over, for hours: before a release TURNS=20 ARGS="--seed N"
	@TORTURE=1 $(BIN)/python -m pytest -n 0 --timeout 86400 --torture $(TURNS) $(ARGS) \
	    tests/integration/test_full_load.py tests/integration/test_killed_nets.py tests/integration/test_faults.py \
	    tests/integration/test_nth_call.py tests/integration/test_clocks.py tests/property/test_histories.py \
	    tests/unit/test_equity.py tests/integration/test_reconcile_rows.py tests/integration/test_reconcile_quick.py \
	    tests/integration/test_reconcile_resume.py tests/integration/test_reconcile_moving.py
	@for turn in $$(seq $$(($(TURNS) * 2 / 3))); do \
	    $(BIN)/python -m pytest -q -n 0 $(ARGS) tests/integration/test_cli.py -k interrupted_run; \
	done

sabotage: setup ## take the safeguards away one at a time: each time a test must fail ARGS="--quick"
	@$(BIN)/python tools/sabotage.py $(ARGS)

bench: .venv/.bench ## the benchmark; results go to docs/benchmarks.md
	@$(BIN)/python -m bench $(ARGS)

bench-sync: .venv/.bench ## the benchmark of sync; results go to docs/benchmarks-sync.md ARGS="--clients N"
	@$(BIN)/python -m bench.sync $(ARGS)

bench-compare: .venv/.bench .venv-rivals/.ready ## the benchmark of comparing; results go to docs/benchmarks-compare.md ARGS="--rows N"
	@$(BIN)/python -m bench.compare $(ARGS)

bench-report: setup ## what a report costs; results go to docs/benchmarks-report.md
	@$(BIN)/python -m bench.report $(ARGS)

docs: setup ## write the generated documents again
	@$(BIN)/python tools/docs.py

lock: setup ## resolve anew within pyproject.toml and write requirements/*.lock; PACKAGES="a b" upgrades only those
	@tools/lock $(PACKAGES)

clean: ## remove what can be made again, the environment included
	rm -rf .venv .venv-rivals .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist demo

.venv/.ready: tools/environment requirements/bootstrap.lock requirements/dev.lock pyproject.toml
	@PYTHON=$(PYTHON) tools/environment requirements/dev.lock
	@touch $@

# The benchmark's lock holds everything that the tests' lock holds, in the same versions.
.venv/.bench: .venv/.ready requirements/bench.lock
	@PYTHON=$(PYTHON) tools/environment requirements/bench.lock
	@touch $@

# Programs that are measured beside ours and want other versions of the same packages.
.venv-rivals/.ready: .venv/.ready requirements/rivals.lock
	@$(PYTHON) -m venv --clear .venv-rivals
	@.venv-rivals/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r requirements/rivals.lock
	@touch $@
