# Two commands do all the set-up: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
export ENVIRONMENT ?= development

.DEFAULT_GOAL := help
.PHONY: help test check format lint types imports migrations deploy openapi

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(VENV)/dev: requirements-dev.lock
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/demo

test: $(VENV)/dev ## all tests; uses DATABASE_URL and CELERY_BROKER_URL when set
	$(RUN) -m pytest

format: $(VENV)/dev ## format the code
	$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .

lint: $(VENV)/dev
	$(VENV)/bin/ruff format --check . && $(VENV)/bin/ruff check .

types: $(VENV)/dev
	$(VENV)/bin/mypy .

imports: $(VENV)/dev
	$(VENV)/bin/lint-imports

migrations: $(VENV)/dev
	$(RUN) manage.py makemigrations --check --dry-run
