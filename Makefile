# A facade: the plain commands behind each target stand in CONTRIBUTING.md.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-slow lint clean check-python

help:         ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.core ## Open and merge pull requests on an example service, and show what happens
	@$(BIN)/fixbot demo

test: .venv/.dev  ## Run the tests
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: .venv/.dev ## Run the long tests
	$(BIN)/python -m pytest -n 2 -m slow || [ $$? -eq 5 ] # 5: there is none

lint: .venv/.dev  ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:        ## Remove the environment and all caches
	rm -rf .venv .*_cache .hypothesis .coverage* build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.core: INSTALL = .
.venv/.dev: INSTALL = .[test,lint]
.venv/.core .venv/.dev: pyproject.toml constraints.txt | check-python
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '$(INSTALL)'
	touch $@

check-python:
	@$(PYTHON) -c 'import sys; v = "%d.%d" % sys.version_info[:2]; sys.exit(sys.version_info < (3, 11) and "fixbot needs Python 3.11 or newer, and $(PYTHON) is %s; try: make PYTHON=python3.11" % v)'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(PYTHON) -c 'import sys; print("The venv module is missing; on Debian and Ubuntu: apt install python%d.%d-venv" % sys.version_info[:2])'; exit 1; }
