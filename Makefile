# `make` lists the targets. Each prepares what it needs and repeats nothing that is done already.
.DEFAULT_GOAL := help
SHELL := bash
HOST ?= 127.0.0.1
PORT ?= 8000
DATA_DIR ?= var
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.14 python3.12,$(shell $(python) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $(python))))
BIN := $(CURDIR)/.venv/bin
WEB := platform/web
MANIFEST := $(WEB)/dist/.vite/manifest.json
CLIENT_SOURCES := $(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null) $(WEB)/vite.config.ts $(WEB)/svelte.config.js $(WEB)/tsconfig.json
GIVEN := $(if $(filter file,$(origin DATA_DIR)),,DATA_DIR=$(DATA_DIR))
SALON := env SALON_HOST=$(HOST) SALON_PORT=$(PORT) SALON_DATA_DIR=$(abspath $(DATA_DIR)) $(BIN)/python manage.py
export PATH := $(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run dev backup restore client test check test-stack test-chaos bench-live bench-photos bench-serving soak format types lock clean programs

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: .venv/run-ready $(MANIFEST) ## start Salon on this machine (PORT=8000 HOST=127.0.0.1 DATA_DIR=var)
	@$(SALON) migrate --verbosity 0
	@exec $(SALON) serve

dev: .venv/test-ready $(MANIFEST) ## the same, and start again whenever a file changes
	@$(SALON) migrate --verbosity 0
	@(cd $(WEB) && npm exec -- vite build --watch --logLevel warn) & trap "kill $$! 2>/dev/null" EXIT; \
	SALON_DEBUG=1 watchfiles --filter python '$(SALON) serve' accounts rooms platform/salon

backup: ## the Compose stack, or DATA_DIR if you give it, into one file while it runs (TO=FILE)
	@$(GIVEN) deploy/backup $(TO)

restore: ## bring it back: FROM=FILE, and REPLACE=yes where there are people already
	@$(GIVEN) deploy/restore "$(FROM)" $(if $(REPLACE),--replace)

client: $(MANIFEST) ## build the browser client

test: .venv/test-ready $(MANIFEST) programs ## run everything: lint, types, Python, client and browser tests
	@tests/run

check: .venv/test-ready $(WEB)/node_modules/ready ## lint and types only
	@tests/run check

test-stack: .venv/test-ready programs ## build the Compose stack, bring it up and test it through its port (needs a Docker Engine; about five minutes)
	@tests/stack/run $(ARGS)

test-chaos: .venv/test-ready programs ## two servers, forty members, and everything that can go wrong (about four minutes)
	@python -m tests.chaos $(ARGS)

bench-live: .venv/test-ready programs ## measure the live core against its peers (about four minutes, on a quiet machine)
	@python -m tests.bench.live $(ARGS)

bench-photos: .venv/test-ready programs ## measure Salon's pictures against Pillow's and sharp's, and a server full of uploads (about six minutes)
	@python -m tests.bench.photos $(ARGS)

bench-serving: .venv/test-ready programs ## measure pictures through nginx beside the same file without a check (about two minutes)
	@python -m tests.bench.serving $(ARGS)

soak: .venv/test-ready programs ## a thousand sockets for ten minutes: does anything grow?
	@python -m tests.bench.soak $(ARGS)

format: .venv/test-ready $(WEB)/node_modules/ready ## bring all files into the house's form
	@ruff check --fix --quiet . ; ruff format --quiet . ; cd $(WEB) && npm run --silent format -- --log-level warn

types: .venv/test-ready $(WEB)/node_modules/ready ## make the client's types from the API's own document
	@mkdir -p var && python manage.py openapi > var/openapi.json && cd $(WEB) && npm run --silent types

lock: .venv/test-ready ## pin the newest versions that pyproject.toml allows
	@uv pip compile --quiet --upgrade --universal --generate-hashes --no-header pyproject.toml -o requirements.txt
	@uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --group build -o requirements-build.txt
	@uv pip compile --quiet --upgrade --universal --generate-hashes --no-header pyproject.toml --group build --group dev -o requirements-dev.txt

programs: # what the tests drive: PostgreSQL, Redis, nginx, Caddy, wrk, Chromium, exiftool and unzip
	@tests/programs

clean: ## remove what was built and installed here (never the data in var/)
	rm -rf .venv $(WEB)/node_modules $(WEB)/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Salon needs Python 3.12 or newer. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

.venv/run-ready: requirements.txt requirements-build.txt | .venv/bin/pip
	@echo "Installing what Salon needs (about a minute, once)"
	@pip install --quiet --require-hashes -r requirements.txt -r requirements-build.txt
	@touch $@

.venv/test-ready: requirements-dev.txt | .venv/bin/pip
	@echo "Installing what the tests need (about two minutes, once)"
	@pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run-ready

$(WEB)/node_modules/ready: $(WEB)/package-lock.json $(WEB)/package.json | .venv/run-ready
	@echo "Installing what the browser client needs"
	@cd $(WEB) && npm ci --silent --no-audit --no-fund
	@touch $@

$(MANIFEST): $(CLIENT_SOURCES) $(WEB)/node_modules/ready
	@echo "Building the browser client"
	@cd $(WEB) && npm run --silent build -- --logLevel warn
