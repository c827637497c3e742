# Cartable: the doors of the workshop. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help install develop demo serve test test_sqlite test_postgresql test_browser check format bench soak lock messages clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: .venv/.runtime ## the environment that runs Cartable; leaves .venv/bin/cartable

.venv/bin/uv: requirements/uv.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.runtime: .venv/bin/uv requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip sync --quiet --require-hashes requirements/runtime.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

develop: .venv/.development ## the same, with the tools of the tests

.venv/.development: .venv/.runtime requirements/development.txt
	$(BIN)/uv pip install --quiet --require-hashes -r requirements/development.txt
	@touch $@

demo: install ## an invented département, then the site on http://127.0.0.1:8000
	$(BIN)/cartable demo --serve

serve: install ## the site, on the database that is there
	$(BIN)/cartable serve

test: develop check ## everything that must be true before a change lands, two runs at a time
	$(MAKE) --jobs=2 --no-print-directory test_sqlite test_postgresql test_browser

test_sqlite: develop
	$(BIN)/pytest -q -m "not soak and not browser"

test_postgresql: develop
	$(BIN)/pytest -q -p no:cacheprovider -m "store and not soak and not browser" --store postgresql

test_browser: develop
	$(BIN)/pytest -q -p no:cacheprovider -m "browser and not soak"

check: develop ## format, lint, types, floors, templates, migrations, catalogues
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint src/cartable/web
	$(BIN)/python -m django makemigrations --check --dry-run --settings cartable.config.settings
	$(BIN)/python scripts/check_catalogues.py

format: develop ## put the code in order
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

bench: develop ## the measured figures of docs/benchmarks.md
	$(BIN)/python -m benchmarks

soak: develop ## the long runs
	$(BIN)/pytest -q -m soak
	$(BIN)/pytest -q -m "soak and store" --store postgresql

lock: .venv/bin/uv ## compile the requirements again: names, versions, hashes
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) -c requirements/runtime.txt requirements/development.in -o requirements/development.txt

clean: ## remove what was built; the data under var/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
