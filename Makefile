# make run    sets everything up, loads the landscape and serves it on http://127.0.0.1:8000
# make test   sets up what tests need and runs them
# make thorough  runs what takes long besides: other kinds of kills, clusters and databases
# make check  everything that must hold before a change is done: style, types, layers, docs, tests
# make frontend  builds the scripts of the map and the network from frontend/; needs Node.js 20
# make frontend-check  proves that the committed build is what frontend/ gives
# make setup  the set-up alone; the command is then .venv/bin/baken

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/stamps
# Some tests wait, for a browser or a clock: one more than there are processors. The long ones, those
# in browsers, come first.
TESTERS := $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
export UV_LINK_MODE ?= copy

.PHONY: run test thorough check lint docs screenshots setup setup-tests lock clean help frontend frontend-check

help:
	@sed -n 's/^# //p' Makefile

run: setup
	@$(BIN)/baken serve

test: setup-tests
	@$(BIN)/python -m pytest --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder

thorough: setup-tests
	@$(BIN)/python -m pytest -m thorough --numprocesses $(TESTERS)

check: lint docs test

lint: setup-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/baken landscape check landscapes/flanders-health
	$(BIN)/python -m tools.translations
	$(BIN)/baken guide check landscapes/flanders-health

docs: setup-tests
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

screenshots: setup-tests
	$(BIN)/python -m tools.screenshots

setup: $(STAMPS)/run $(STAMPS)/linker
setup-tests: $(STAMPS)/tests $(STAMPS)/linker

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Baken needs Python 3.11 or newer: say which with  make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python cannot make virtual environments here. On Debian: apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements.lock pyproject.toml
	@echo "Installing Baken into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock || \
	  { echo "The packages could not be installed; pip's own words are above. Is PyPI within reach?"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

# A small registry and one text are enough to compile all of the linker.
$(STAMPS)/linker: $(STAMPS)/run $(wildcard src/baken/linker/*.py)
	@echo "Compiling the linker (once; up to a minute)"
	@$(BIN)/baken registry build src/baken/testing_data/registry.jsonl -o .venv/registry-sample >/dev/null 2>$@.log && \
	  $(BIN)/baken link --registry .venv/registry-sample "KU Leuven" >/dev/null 2>>$@.log || { cat $@.log; exit 1; }
	@touch $@

$(STAMPS)/tests: $(STAMPS)/run requirements-dev.lock scripts/install-browser scripts/install-java scripts/install-imap
	@echo "Installing what tests need into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@scripts/install-browser
	@scripts/install-java
	@scripts/install-imap
	@touch $@

# Only for who changes frontend/: what it builds is committed. Packages run no scripts of their own.
frontend: $(STAMPS)/frontend
	@cd frontend && node build.mjs

frontend-check: $(STAMPS)/frontend
	@cd frontend && npm run --silent check

$(STAMPS)/frontend: frontend/package.json frontend/package-lock.json
	@command -v npm >/dev/null || \
	  { echo "Building the frontend needs Node.js 20 or newer with npm. On Debian: apt-get install npm"; exit 1; }
	@echo "Installing the frontend's packages into frontend/node_modules"
	@cd frontend && npm ci --ignore-scripts --silent
	@mkdir -p $(STAMPS) && touch $@

# The extra “link” reads Parquet, which a set-up command is to do; Spark is for those who ask for it.
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --extra link -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --extra link --extra postgres --extra spark --group dev -o requirements-dev.lock

clean:
	rm -rf .venv .baken site dist build frontend/node_modules
