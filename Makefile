# Two commands do all the set-up: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
export ENVIRONMENT ?= development
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo demo-check demo-claim clean test check format lint types imports migrations deploy openapi standards bench faults explore manage

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

# One virtual environment, filled from hash-pinned locks. A broken install leaves none behind.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11."; exit 1; }
	@echo "Installing into $(VENV) (about a minute the first time) ..."
	@{ test -x $(RUN) || $(PYTHON) -m venv $(VENV); } \
		&& $(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(1) \
		|| { echo "The install failed: see the lines above. 'rm -rf $(VENV)' and try again."; exit 1; }
	@touch $@
endef

$(VENV)/demo: requirements.lock
	$(call install,requirements.lock)

$(VENV)/dev: requirements-dev.lock
	$(call install,requirements-dev.lock)
	@touch $(VENV)/demo

demo: $(VENV)/demo ## the whole product with a year of invented use, on http://127.0.0.1:8000
	@$(RUN) -m demo serve --port $(PORT)

demo-check: $(VENV)/demo ## the same from scratch without staying up; prints one JSON summary
	@$(RUN) -m demo check

demo-claim: ## play a provider: make demo-claim CODE=... redeems it and claims the first instalment
	@$(RUN) -m demo claim "$(CODE)" --port $(PORT)

clean: ## forget the demo and its database
	@if [ -x $(RUN) ]; then $(RUN) -m demo forget; else rm -rf var; fi

test: $(VENV)/dev ## all tests; uses DATABASE_URL and CELERY_BROKER_URL when set
	@$(RUN) -m pytest --numprocesses=$(if $(DATABASE_URL),0,auto)

check: lint types imports migrations deploy openapi standards test ## what has to pass before a change lands

format: $(VENV)/dev ## format the code
	$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .

lint: $(VENV)/dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: $(VENV)/dev
	$(VENV)/bin/mypy .

imports: $(VENV)/dev
	$(VENV)/bin/lint-imports

migrations: $(VENV)/dev
	$(RUN) manage.py makemigrations --check --dry-run

deploy: $(VENV)/dev
	$(RUN) -m tests.deploy

openapi: $(VENV)/dev
	$(RUN) manage.py openapi --check

SPECTRAL := docs/standards/node_modules/.bin/spectral

standards: ## read the API's description by the NL API Design Rules; needs npm
	@if command -v npm >/dev/null; then $(MAKE) --silent $(SPECTRAL) \
		&& $(SPECTRAL) lint --fail-severity warn -r docs/standards/nl-api-design-rules-2.2.yaml docs/openapi.yaml; \
	else echo "npm is not here: the NL API Design Rules are not checked."; fi

$(SPECTRAL): docs/standards/package-lock.json
	@npm ci --silent --prefix docs/standards && touch $@

bench: $(VENV)/dev ## a benchmark by name: make bench NAME=posting
	@$(RUN) -m benchmarks $(NAME)

faults: $(VENV)/dev ## kill everything at random for ten minutes (SECONDS, SEED), then read the books
	@$(RUN) -m tests.faults --seconds $(or $(SECONDS),600) --seed $(or $(SEED),1)

explore: $(VENV)/dev ## new paths through the state machines of money, until stopped or found wrong (SEED, ROUNDS, EXAMPLES)
	@for seed in $$(seq $(or $(SEED),1) $$(($(or $(SEED),1) + $(or $(ROUNDS),10) - 1))); do \
		echo "Seed $$seed:"; \
		MACHINE_EXAMPLES=$(or $(EXAMPLES),20) $(RUN) -m pytest -q --tb=short --numprocesses=2 \
			--hypothesis-profile=exploring --hypothesis-seed=$$seed \
			tests/ledger/test_machine.py tests/payouts/test_machine.py || exit 1; done

manage: $(VENV)/demo ## a management command: make manage ARGS="check_ledger"
	@$(RUN) manage.py $(ARGS)
