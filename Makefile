# `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
REHEARSAL := $(VENV)/.rehearsal
DEVELOPMENT := $(VENV)/.development
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
EXAMPLE := examples/without-stackery
TEMPLATES := templates/private-packages.yaml templates/role-check.yaml $(EXAMPLE)/private-packages.yaml \
    $(EXAMPLE)/build-account.yaml $(EXAMPLE)/build-roles.yaml

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[36m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: template
template: $(RUNTIME) ## Write templates/ from repositories.yaml
	@$(BIN)/private-packages template

.PHONY: test
test: $(DEVELOPMENT) ## Run all tests, or those that T names: make test T=tests/hooks
	@$(BIN)/pytest --numprocesses auto $(T)

.PHONY: quick
quick: $(DEVELOPMENT) ## Run the fast tests, which need no server, no Node.js and no browser
	@$(BIN)/pytest --numprocesses auto -m 'not server and not node and not browser and not slow' $(T)

.PHONY: soak
soak: $(DEVELOPMENT) ## Run for an hour what `make test` has a sample of
	@FAULTS=all $(BIN)/pytest -s tests/e2e/test_role_check_faults.py tests/e2e/test_hostile_accounts.py \
	    tests/e2e/test_leaks.py tests/e2e/test_interruptions.py tests/e2e/test_spoiled_answers.py
	@ANSWERS=3000 $(BIN)/pytest -s tests/private_packages/commands/test_any_answer.py
	@JOURNEYS=200 STEPS=30 $(BIN)/pytest -s tests/e2e/test_journeys.py
	@COMPOSITIONS=2000 $(BIN)/pytest -s tests/hooks/test_compositions.py
	@COMPOSITIONS=100 $(BIN)/pytest -s tests/e2e/hooks/test_compositions.py

.PHONY: coverage
coverage: $(DEVELOPMENT) ## Run all tests and tell which lines and branches none of them reaches
	@rm -rf .coverage && mkdir .coverage
	@$(BIN)/coverage run -m pytest --numprocesses auto $(T)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: lint
lint: $(DEVELOPMENT) ## Check style, types, layers, templates and shell scripts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/cfn-lint --include-checks I -- $(TEMPLATES)
	@$(MAKE) --no-print-directory shellcheck

.PHONY: shellcheck
shellcheck: $(DEVELOPMENT) ## Check the shell scripts, and a hook with all that a hook can have
	@$(BIN)/shellcheck --enable=all .ci/run release/build release/verify scan/environment scan/guard scan/run
	@$(BIN)/python -m tests.hooks.sample | $(BIN)/shellcheck --enable=all -

.PHONY: check
check: lint scan docs test fresh ## Do all that CI does: lint, scan, make the site, test, and see that the templates are fresh

.PHONY: scan
scan: $(DEVELOPMENT) ## Run security scanners over templates, code and history
	@scan/run

.PHONY: sbom
sbom: $(RUNTIME) ## Write sbom.cdx.json, what the command depends on, as CycloneDX
	@scan/environment scan/cyclonedx-bom
	@$(VENV)/scan/cyclonedx-bom/bin/cyclonedx-py requirements requirements.txt --output-reproducible \
	    --output-format JSON --output-file sbom.cdx.json

.PHONY: release
release: $(DEVELOPMENT) ## Make dist/ of this commit: archive, wheel, templates, SBOM, provenance, checksums
	@release/build

.PHONY: verify-release
verify-release: ## Verify dist/, or the folder that FROM names
	@release/verify $(or $(FROM),dist)

.PHONY: fresh
fresh: $(RUNTIME) ## See that templates/, and the example, are what their repositories.yaml gives
	@$(BIN)/private-packages template --check
	@$(BIN)/private-packages template --check --config $(EXAMPLE)/repositories.yaml --output-dir $(EXAMPLE)

.PHONY: rehearse
rehearse: $(REHEARSAL) ## Deploy to an imitation of AWS on this machine, step by step
	@$(BIN)/python -m tests.e2e.rehearse

.PHONY: docs
docs: $(BIN)/python ## Make the site of README and docs/ in build/site, which needs no network to be read
	@scan/environment scan/sphinx
	@rm -rf build
	@$(VENV)/scan/sphinx/bin/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs \
	    --doctree-dir build/doctrees . build/site
	@echo 'Open build/site/index.html.'

.PHONY: acceptance
acceptance: $(DEVELOPMENT) ## Try on AWS what no imitation can tell: PROFILE=… [BUILD_PROFILE=…] [ORG_PROFILE=… OU=…] [CLEANUP=1]
	@$(BIN)/python -m acceptance --profile '$(or $(PROFILE),$(error Name the profile of an account: make acceptance PROFILE=…))' \
	    $(if $(BUILD_PROFILE),--build-profile '$(BUILD_PROFILE)') $(if $(ORG_PROFILE),--org-profile '$(ORG_PROFILE)') \
	    $(if $(OU),--ou '$(OU)') $(if $(REGION),--region '$(REGION)') $(if $(CLEANUP),--cleanup)

.PHONY: pictures
pictures: $(DEVELOPMENT) ## Record the moving pictures in docs/pictures/ anew
	@$(BIN)/python -m pictures

.PHONY: benchmark
benchmark: $(DEVELOPMENT) ## Print one table of what this takes and what others take
	@$(BIN)/python -m benchmarks

.PHONY: lock
lock: $(DEVELOPMENT) ## Pin the newest dependencies, with their hashes
	@$(LOCK) --extra build --extra rehearse --extra dev --output-file requirements-dev.txt pyproject.toml
	@$(LOCK) --constraint requirements-dev.txt --extra build --output-file requirements.txt pyproject.toml
	@$(LOCK) --constraint requirements-dev.txt --extra rehearse --output-file requirements-rehearse.txt pyproject.toml
	@for tool in scan/*.in tests/e2e/hooks/python/*.in; do $(LOCK) --output-file "$${tool%.in}.txt" "$$tool"; done
	@$(LOCK) --constraint requirements-dev.txt --no-strip-extras --output-file benchmarks/peers.txt benchmarks/peers.in

.PHONY: clean
clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) build .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; say which with make PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what the generator needs…'
	@$(INSTALL) --only-binary :all: --require-hashes --requirement requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(REHEARSAL): requirements-rehearse.txt $(RUNTIME)
	@echo 'Installing an imitation of AWS…'
	@$(INSTALL) --only-binary :all: --require-hashes --requirement requirements-rehearse.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo 'Installing what development needs…'
	@$(INSTALL) --only-binary :all: --require-hashes --requirement requirements-dev.txt
	@touch $@
