# Everything a person does here. `make` alone lists it; nothing is installed outside .venv.

# The first Python on the path that is new enough; `make PYTHON=/some/python3` names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input -qq
# Wheels only: a machine without a compiler gets a clear "no such wheel", never a failed build.
INSTALL := $(PIP) install --require-hashes --only-binary :all: --root-user-action=ignore -r
# Arguments for pytest: make test ARGS="tests/storage -k ledger"
ARGS ?=
# Processes that share the tests, each with its own PostgreSQL and browser; 0 is one process, which --pdb and -s need.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup try try-teams test everywhere playground check lint types contracts format bench docs reliability lock wheel clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

try: .venv/runtime ## set up what is needed and open the sandbox: no account anywhere
	@$(PY) -m bot try

try-teams: .venv/runtime ## the same, and on Teams in Microsoft's Agents Playground: it says how to open that
	@$(PY) -m bot try --on teams $(ARGS)

setup: .venv/dev ## only the set-up, for running and for testing

test: .venv/dev ## set everything up and run every test
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

everywhere: .venv/dev ## the transcripts that name no product once more: with everybody on Teams, and in the sandbox
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal tests/conversations --on teams $(ARGS)
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal tests/conversations --on web $(ARGS)

playground: .venv/dev ## drive Microsoft's Agents Playground through a whole consultation: needs npm and Chromium
	@$(PY) -m pytest -m playground tests/teams/test_playground.py $(ARGS)

check: lint types contracts test ## what CI runs: lint, types, contracts, tests

lint: .venv/dev
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

types: .venv/dev
	@$(PY) -m mypy

contracts: .venv/dev
	@$(PY) -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo

format: .venv/dev ## put the code in shape
	@$(PY) -m ruff check --fix-only
	@$(PY) -m ruff format

bench: .venv/dev ## measure a press beside bare Bolt and stock botbuilder; writes docs/performance.md
	@$(PY) -m tests.bench
	@$(PY) -m tests.bench.teams
	@$(PY) -m tests.bench.walk
	@$(PY) -m tests.bench.ledger
	@$(PY) -m tests.bench.digest

docs: .venv/dev ## write the generated pages of docs/policy anew: drawings, coverage, presses, proof
	@$(PY) -m bot book draw
	@$(PY) -m bot book coverage policy/books/justus.toml --write docs/policy/coverage.md
	@$(PY) -m bot book presses policy/books/justus.toml --write docs/policy/presses.md
	@$(PY) -m bot book prove policy/books/justus.toml --write docs/policy/proof.md

reliability: .venv/dev ## break the book and the program, and press a thousand times at once: half an hour or more
	@$(PY) -m tests.reliability.presses
	@$(PY) -m tests.reliability.tampering --times 10000
	@$(PY) -m tests.reliability.destruction --count 10000
	@$(PY) -m tests.reliability.machine --steps 50000 --processes 2
	@$(PY) -m tests.reliability.machine.weakened
	@$(PY) -m tests.reliability

# Lock files hold names, versions and hashes, for every platform at once, and no address of any index.
LOCK := $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

lock: .venv/dev ## pin the newest versions that pyproject.toml allows
	@$(LOCK) --upgrade -o requirements.lock pyproject.toml
	@$(LOCK) --upgrade --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	@! grep -nE '://|index-url|find-links' requirements.lock requirements-dev.lock

wheel: .venv/dev ## build dist/confer-*.whl
	@$(PIP) wheel --no-deps --no-build-isolation -w dist .

clean: ## remove .venv and every cache
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find bot policy storage tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each file under .venv/ says which lock was last installed in full.

.venv/python:
	@test -n "$(PYTHON)" || { echo "Confer needs Python 3.11 or newer; none was found. Install it, or: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Confer needs Python 3.11 or newer, and $(PYTHON) is not that." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment: its venv or ensurepip part is missing." >&2; \
		echo "On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

.venv/runtime: requirements.lock | .venv/python
	@echo "Installing what Confer runs on (under a minute) ..."
	@$(INSTALL) requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock requirements.lock | .venv/python
	@echo "Installing what Confer runs on and is tested with (a minute or two) ..."
	@$(INSTALL) requirements-dev.lock
	@touch .venv/runtime $@
