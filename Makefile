# Two commands do everything: `make up` runs the product, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WEB_STAMP := web/node_modules/.installed
PAGES := src/industriverse/interfaces/rest/pages/index.html
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)
# Needed by some suites only; installed where the caller allows it, else those suites skip.
TEST_PACKAGES := chromium postgresql strace

.PHONY: help up test setup web check fix pins schemas test-packages graph-servers test-solvers bench-peers

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

up: $(STAMP) $(PAGES) ## Install, build, start; the page opens on http://127.0.0.1:8000
	$(BIN)/industriverse serve --demo

setup: $(STAMP) graph-servers ## Install everything into .venv, and what the tests run beside it

web: $(PAGES) ## Build the pages

test: $(STAMP) $(PAGES) test-packages ## Lint, types, floors, pages, then every test
	$(MAKE) check
	cd web && npm run --silent test
	$(BIN)/pytest -q -n 2 --dist loadfile src tests --ignore tests/integration --ignore tests/e2e --ignore tests/kill
	$(BIN)/pytest -q -n 2 --dist loadfile tests/integration tests/kill
	# One worker for each server that the browser visits.
	$(BIN)/pytest -q -n 2 --dist loadgroup tests/e2e

test-solvers: $(STAMP) ## Solvers and laws against analytic and published answers, some twenty minutes
	INDUSTRIVERSE_TEST_SOLVERS=1 $(BIN)/pytest -q -n 2 --dist worksteal \
	  tests/unit/engines/simulation tests/unit/engines/forecast/laws \
	  tests/unit/services/test_agents_bench.py tests/unit/services/test_forecast_bench.py \
	  tests/unit/services/test_regime_model.py tests/integration/test_bench_proofs.py \
	  tests/integration/test_bench_intervals.py tests/integration/test_ensemble_processes.py

check: $(STAMP) $(WEB_STAMP) ## Lint, types and floors
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache
	cd web && npx tsc --noEmit

fix: $(STAMP) ## Format and mend what a machine can
	$(BIN)/ruff format src tests
	$(BIN)/ruff check --fix src tests

pins: ## Re-resolve and export the pins with hashes, after a change of pyproject.toml
	$(BIN)/uv lock --quiet
	$(BIN)/uv export --quiet --frozen --format requirements.txt --no-emit-project --no-header \
	  --no-annotate --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	  requirements-uv.in --output-file requirements-uv.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	  --universal --group bench --constraint requirements.txt --output-file requirements-bench.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	  --universal requirements-stream-peers.in --output-file requirements-stream-peers.txt

bench-peers: $(STAMP) ## Install the peers that the benchmarks run ours beside
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements-bench.txt
	# Those that follow streams need an older NumPy than we do: an environment of their own.
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	$(BIN)/uv pip sync --quiet --require-hashes --python .venv-peers/bin/python requirements-stream-peers.txt

test-packages:
ifeq ($(INDUSTRIVERSE_TEST_INSTALL),1)
	@dpkg -s $(TEST_PACKAGES) >/dev/null 2>&1 || \
	  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(TEST_PACKAGES) >/dev/null)
	@$(MAKE) --no-print-directory graph-servers
endif

# Before the tests, which have a limit of time. What cannot be had is said, and stops nothing.
graph-servers: $(STAMP) ## Fetch the graph servers that the tests run, into the user's cache
	@$(BIN)/python -m tests.neo4j_server || true
	@$(BIN)/python -m tests.arcadedb_server || true

$(STAMP): requirements.txt requirements-uv.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-uv.txt
	# Compiled once here, where no file is written later: a cold start then takes half the time.
	$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.txt requirements-uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	# Kept beside the sources; else the first stream that is followed waits half a minute.
	$(BIN)/python -m industriverse.apps.compiled_loops
	touch $@

$(WEB_STAMP): web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund
	touch $@

$(PAGES): $(WEB_STAMP) $(WEB_SOURCES)
	cd web && npm run --silent build

schemas: $(STAMP) ## Write docs/schemas and docs/openapi.json from the code
	$(BIN)/python -m industriverse.apps.schemas docs
