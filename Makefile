# Everything a developer does here. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo up check fmt fmt-check lint types imports template test test-browser bench \
	bench-tracking bench-attribution bench-reports build build-tracker deploy \
	account connect validate import replay-rejected lock clean chromium

VENVS := $(CURDIR)/.local/venvs
BIN := $(VENVS)/dev/bin
PYTHON := PYTHONPATH=layers/headwater $(BIN)/python

# Where the tests and the demo find the other environments.
export HEADWATER_EMULATOR_PYTHON := $(VENVS)/emulator/bin/python
export HEADWATER_LAMBDA_PYTHON := $(VENVS)/lambda/bin/python
export HEADWATER_SAM := $(VENVS)/sam/bin/sam
export SAM_CLI_TELEMETRY := 0

# `sam build` insists on the runtime's Python. The lambda environment has the one that setup found.
SAM := PATH="$(VENVS)/lambda/bin:$$PATH" $(HEADWATER_SAM)
RUNTIME = $(shell $(HEADWATER_LAMBDA_PYTHON) -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
# An environment of samconfig.toml: default, staging or prod.
ENV ?= default
STACK ?= headwater

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make the Python environments in .local/ (once; fast when they are current)
	@python3 -m local.setup

demo: setup ## Run the whole system on this machine, once, and show a report
	@$(PYTHON) -m local.demo

up: setup ## The same, and keep it running until Ctrl-C
	@$(PYTHON) -m local.demo up

check: fmt-check lint types imports template ## Everything that can be checked without running

fmt: setup ## Format the code and sort its imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --select I .

fmt-check: setup
	$(BIN)/ruff format --check .

lint: setup ## Lint and check the spelling
	$(BIN)/ruff check .
	$(BIN)/codespell

types: setup ## Check the types
	$(BIN)/mypy

imports: setup ## Check that imports point inwards
	PYTHONPATH=layers/headwater $(BIN)/lint-imports

template: setup ## Check the template and the state machine
	$(SAM) validate --lint
	npx --no-install asl-validator --yaml-path statemachines/order_pipeline.asl.yaml

# Three on two cores: they wait for the local AWS, and for the processes that they start there.
# Modules are compiled once, whatever the shell says: else each of many processes does it anew.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup ## Run the tests; ARGS="-k rebill -n 0" narrows them
	$(BIN)/pytest -n 3 --dist loadgroup $(ARGS)

CHROMIUM ?= $(or $(shell command -v chromium || command -v chromium-browser || command -v google-chrome),/usr/bin/chromium)
test-browser: export CHROMIUM := $(CHROMIUM)
# Delivery is tested in Firefox, too, where there is one (`apt-get install firefox-esr`).
test-browser: export FIREFOX ?= $(shell command -v firefox-esr || command -v firefox)
test-browser: build-tracker ## Test the tracking script in Chromium (Debian's is installed where none is)
	@test -x "$(CHROMIUM)" || $(MAKE) --no-print-directory chromium
	node --test --test-concurrency=2 tests/browser/*.test.js
	$(BIN)/pytest -n 0 -q tests/integration/test_shopping.py

chromium:
	@test -x "$$(command -v apt-get)" || { echo "Install Chromium and name it: make test-browser CHROMIUM=/path"; exit 1; }
	$(if $(shell command -v sudo),sudo) apt-get update -qq
	$(if $(shell command -v sudo),sudo) apt-get install -y -qq --no-install-recommends chromium

bench: setup ## Measure against the budgets; fails on what became slower
	$(PYTHON) -m benchmarks $(ARGS)

bench-tracking: setup ## The script's size, the collector, the filter of bots, a million broken inputs; ARGS=--help
	$(PYTHON) -m benchmarks.tracking $(ARGS)

bench-reports: setup ## The reports of a year, and of five: time, growth, memory; ARGS=--help
	$(PYTHON) -m benchmarks --only report --only customers --only years $(ARGS)

bench-attribution: setup ## The attribution engine beside a floor, plain SQL and its peers; ARGS=--help
	$(PYTHON) -m benchmarks.attribution $(ARGS)

build-tracker: setup ## Build the tracking script; fails where it is over its budget
	@$(PYTHON) -m local.build_tracker

build: build-tracker ## Build the functions and layers
	$(SAM) build --cached --parallel --parameter-overrides LambdaRuntime=$(RUNTIME)
	@$(PYTHON) -m local.layers $(HEADWATER_LAMBDA_PYTHON)

deploy: build ## Deploy to AWS; ENV=staging or prod chooses the samconfig environment
	@# Parameters given here would replace those of samconfig.toml, so the default runtime it is.
	@test "$(RUNTIME)" = python3.13 || { echo "Deploying needs Python 3.13, not $(RUNTIME)."; exit 1; }
	$(SAM) deploy --config-env $(ENV)

account: setup ## Create an account on a stack: NAME=acme STACK=headwater
	@$(PYTHON) -m local.create_account --stack "$(STACK)" --name "$(NAME)"

replay-rejected: setup ## Send refused hits again: NAME=acme STACK=headwater FROM=2026-11-20 TO=2026-11-21
	@$(PYTHON) -m local.replay_rejected --stack "$(STACK)" --name "$(NAME)" --from "$(FROM)" $(if $(TO),--to "$(TO)")

connect: setup ## Connect a store, ad platform or CRM, with questions; ARGS=--help lists what can be given
	@$(PYTHON) -m local.connect_source $(ARGS)

validate: setup ## Test a store's tracking: ARGS="--url 'https://…' --kind sales"
	@$(PYTHON) -m local.validate_tracking $(ARGS)

import: setup ## Import a file: FILE=clicks.csv KIND=touchpoints, YES=1 asks nothing; UNDO=<import> takes it back
	@$(PYTHON) -m local.import_file $(if $(FILE),--file "$(FILE)") $(if $(KIND),--kind "$(KIND)") \
		$(if $(YES),--yes) $(if $(UNDO),--undo "$(UNDO)") $(ARGS)

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.12 \
	--no-emit-index-url --no-emit-find-links $(ARGS)
lock: export UV_CUSTOM_COMPILE_COMMAND := make lock
lock: setup ## Pin what is allowed now; ARGS=--upgrade takes newer versions
	$(LOCK) --generate-hashes pyproject.toml --group dev --output-file requirements/dev.txt
	$(LOCK) --no-annotate --constraint requirements/dev.txt pyproject.toml \
		--output-file layers/dependencies/requirements.txt
	for name in emulator lambda sam peer_dp6 peer_channel_attribution; do \
		$(LOCK) --generate-hashes requirements/$$name.in --output-file requirements/$$name.txt; \
	done
	npm install --package-lock-only --ignore-scripts

clean: ## Remove all that was made here, environments and local data included
	rm -rf .local .aws-sam node_modules .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
