# The two commands of the README are `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVERS := .servers
SERVERS_FROM := tests/servers
export UV_SYSTEM_CERTS = 1
export DO_NOT_TRACK = 1
# Python keeps what it compiled: without it every start compiles its libraries anew, some seconds each.
export PYTHONDONTWRITEBYTECODE =
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test test-servers lint lock lock-servers docs bench detection clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.ready ## Build the environment, ingest the shipped sample through Prefect, publish evidence.duckdb and its pages
	@evidence run --sample; code=$$?; evidence pages && exit $$code

test: $(VENV)/.ready lint ## Lint, types and all tests; no network
	@pytest -n 2 --dist loadgroup

test-servers: $(VENV)/.ready $(SERVERS)/koop/.ready $(SERVERS)/ckan/.ready $(SERVERS)/s3/.ready ## Our clients against servers that we did not write: Koop (ArcGIS), CKAN and an object store
	@pytest tests/servers

lint: $(VENV)/.ready ## Ruff, formatting, types
	@ruff check . && ruff format --check . && mypy

lock: ## Resolve requirements.lock and requirements-bench.lock anew from pyproject.toml
	@test -x $(BIN)/uv || ($(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock)
	@$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -o requirements.lock
	@$(BIN)/uv pip compile --group bench --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -o requirements-bench.lock

lock-servers: $(VENV)/.ready ## Resolve anew what the servers of test-servers consist of
	@uv pip compile $(SERVERS_FROM)/requirements-ckan.in --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock-servers" -o $(SERVERS_FROM)/requirements-ckan.lock
	@uv pip compile $(SERVERS_FROM)/requirements-s3.in --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock-servers" -o $(SERVERS_FROM)/requirements-s3.lock
	@cd $(SERVERS_FROM)/koop && npm install --package-lock-only

docs: $(VENV)/.ready ## Write what is generated: prefect.yaml, the reference under docs, the schema of declarations
	@evidence deployments --write && python -m flows.reference

bench: $(VENV)/.ready $(VENV)/bench/.ready ## Our whole pipeline against the limit and against peers, in one run, as ratios
	@python -m bench

detection: $(VENV)/.ready ## Measure what the change detector sees and what it alarms at for nothing (about five minutes)
	@python -m bench.detection

clean: ## Remove the environment, the servers and the sample's home
	@rm -rf $(VENV) $(SERVERS) home

# The environment is made from the lock file alone; every package is checked against its hash.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "Building the environment in $(VENV) (once; about 700 MB) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q flows tasks expectations warehouse
	@touch $@

# polars and dlt are measured beside us and are no part of the project: an environment of their own.
$(VENV)/bench/.ready: requirements-bench.lock $(VENV)/.ready
	@echo "Building the environment of the peers in $(VENV)/bench (once; about 500 MB) ..."
	@$(PYTHON) -m venv $(VENV)/bench
	@$(BIN)/uv pip install --quiet --python $(VENV)/bench/bin/python --require-hashes -r requirements-bench.lock
	@touch $@

# The servers are installed from locks of their own, with hashes, and nothing of them enters our environment.
$(SERVERS)/koop/.ready: $(wildcard $(SERVERS_FROM)/koop/* $(SERVERS_FROM)/koop/.npmrc) | $(VENV)/.ready
	@python -m tests.servers.needed
	@echo "Installing Koop in $(SERVERS)/koop (once; about 70 MB) ..."
	@rm -rf $(SERVERS)/koop && mkdir -p $(SERVERS)/koop
	@cp $(SERVERS_FROM)/koop/* $(SERVERS_FROM)/koop/.npmrc $(SERVERS)/koop/
	@cd $(SERVERS)/koop && npm ci --silent
	@touch $@

$(SERVERS)/ckan/.ready: $(SERVERS_FROM)/requirements-ckan.lock | $(VENV)/.ready
	@python -m tests.servers.needed
	@echo "Installing CKAN in $(SERVERS)/ckan (once; about 180 MB) ..."
	@rm -rf $(SERVERS)/ckan && $(PYTHON) -m venv $(SERVERS)/ckan
	@$(BIN)/uv pip install --quiet --python $(SERVERS)/ckan/bin/python --require-hashes -r $(SERVERS_FROM)/requirements-ckan.lock
	@touch $@

$(SERVERS)/s3/.ready: $(SERVERS_FROM)/requirements-s3.lock | $(VENV)/.ready
	@echo "Installing moto in $(SERVERS)/s3 (once; about 100 MB) ..."
	@rm -rf $(SERVERS)/s3 && $(PYTHON) -m venv $(SERVERS)/s3
	@$(BIN)/uv pip install --quiet --python $(SERVERS)/s3/bin/python --require-hashes -r $(SERVERS_FROM)/requirements-s3.lock
	@touch $@
