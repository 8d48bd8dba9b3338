# The front door. Everything runs in .venv, on a PostgreSQL and a Valkey from wheels unless DATABASE_URL and REDIS_URL
# name others. Variables given to make (make demo ONCE=1 HOST=0.0.0.0) reach the programs through the environment.

PYTHON ?= python3
VENV := .venv/bin/
STATE = $${ENGRAM_STATE:-.engram}
EMBEDDED := $(VENV)python -m config.embedded

.PHONY: help demo code run test lint audit sbom browser translations bench fault fuzz mutants e2e clean
# The checks load the settings of an installation, which want a secret.
lint: export SECRET_KEY := only-for-the-checks-0123456789-abcdefghijklmnopqrstuvwxyz

help:  ## show what there is
	@echo "make …"
	@sed -n 's/^\([a-z0-9]*\): *[a-z]*  *## /  \1\t/p' Makefile

demo:  ## an example study in this folder, from nothing: API, admin and an inbox
	@$(PYTHON) config/bootstrap.py requirements/embedded.txt
	@exec $(EMBEDDED) exec -- $(VENV)python -m config.demo

code:  ## the one-time code that the demo's member of staff signs in with
	@exec $(VENV)python -m config.demo.one_time_codes

run:  ## the same processes on the data that is there
	@$(PYTHON) config/bootstrap.py requirements/embedded.txt
	@exec $(EMBEDDED) exec -- $(VENV)python -m config.demo serve

test: lint  ## all checks, then all tests
	@exec $(EMBEDDED) exec --throwaway -- $(VENV)python -m pytest -n 2

lint:  ## style, types, the rule of imports, migrations
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	$(VENV)python -m ruff check .
	$(VENV)python -m ruff format --check .
	$(VENV)python -m mypy .
	$(VENV)lint-imports
	$(EMBEDDED) exec --throwaway -- $(VENV)python manage.py makemigrations --check --dry-run

audit:  ## look up known vulnerabilities of what runs in production
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@$(VENV)python .ci/audit.py

sbom: SBOM ?= build/sbom.json
sbom:  ## write a bill of materials of what runs in production (CycloneDX)
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@mkdir -p "$(dir $(SBOM))"
	@$(VENV)python -W ignore::UserWarning -m cyclonedx_py requirements requirements/production.txt --pyproject pyproject.toml \
	    --output-reproducible --short-PURLs --validate --output-file "$(SBOM)"
	@echo "$(SBOM)"

browser:  ## open pages and mails in Chromium: content security policies, accessibility; pictures of mails in build/email
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@exec $(EMBEDDED) exec --throwaway -- $(VENV)python -m pytest tests/browser/pages_under_csp.py tests/browser/mails.py tests/browser/mail_links.py

translations:  ## find the texts to translate, update locale/ and compile it; say what is missing
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@$(VENV)python -m tests.translations

bench:  ## measure the ratios that docs/ promise
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@mkdir -p build
	@exec $(EMBEDDED) exec --state "$(STATE)/bench" -- $(VENV)python -m tests.benchmarks

fault:  ## kill processes at random and look for lost logs
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@mkdir -p build
	@exec $(EMBEDDED) exec --state "$(STATE)/fault" -- $(VENV)python -m tests.faults

fuzz:  ## 100 000 generated requests, 20 000 histories of devices that synchronise, guidance of 10 000 simulated weeks
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@mkdir -p build
	@exec $(EMBEDDED) exec --throwaway -- $(VENV)python -m tests.security

mutants:  ## break each safeguard once: its test has to notice
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@mkdir -p build
	@exec $(EMBEDDED) exec --throwaway -- $(VENV)python -m tests.mutations

e2e:  ## a generated TypeScript client and a browser against the real processes
	@$(PYTHON) config/bootstrap.py requirements/development.txt
	@mkdir -p build
	@exec $(EMBEDDED) exec --throwaway -- $(VENV)python -m tests.e2e

clean:  ## remove what tests and measurements left; the data of demo and run stay
	@for state in test bench fault; do \
	    if [ -d "$(STATE)/$$state" ]; then $(EMBEDDED) delete --state "$(STATE)/$$state" || exit 1; fi; \
	done
	rm -rf clients/typescript/dist clients/typescript/compiled
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
