# Needs Python 3.11 or newer, Node.js 18 or newer with npm, and make. Everything else goes into .venv, node_modules and
# web/static/vendor; only a browser for the tests may be added to the system, where it has none.

PYTHON ?= python3
JOBS   ?= 3
ARGS   ?=

BIN  := .venv/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

ICONS := web/static/vendor/icons.svg
NAMED := $(wildcard web/templates/*.html web/templates/*/*.html engine/render/templates/*.html engine/render/templates/*/*.html field_catalogs/*.yaml)
WORDS := $(patsubst %.po,%.mo,$(wildcard locales/*/LC_MESSAGES/ui.po))

.PHONY: help setup run test lint bench i18n screenshots requirements clean
.DEFAULT_GOAL := help

help: ## print this list
	@sed -n 's/^\([a-z0-9]*\):.*## /  make \1\t/p' Makefile | expand -t 22

setup: .venv/.run $(ICONS) $(WORDS) ## make .venv with the fieldloom command, and the browser files

run: setup ## set up, fill the database with samples, serve
	@$(BIN)/fieldloom init --samples
	@exec $(BIN)/fieldloom serve

test: setup .venv/.dev ## all tests; ARGS='-k search' picks some, JOBS=1 runs them in one process
	@$(BIN)/python -m tools.browser
	@$(BIN)/python -m tools.gettext
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup .venv/.dev ## style, types, and the syntax of the scripts
	$(BIN)/ruff check .
	$(BIN)/mypy
	@for file in web/static/js/*.js tools/*.mjs; do node --check "$$file" || exit 1; done

bench: setup .venv/.bench ## measure against the peers
	$(BIN)/python -m bench.run $(ARGS)

i18n: .venv/.dev ## bring locales/*/LC_MESSAGES/ui.po up to date and name what is missing
	$(BIN)/python -m tools.i18n $(ARGS)

screenshots: setup .venv/.dev ## take the pictures of the documentation
	@$(BIN)/python -m tools.browser
	$(BIN)/python -m tools.screenshots $(ARGS)

requirements: .venv/.dev ## raise the pinned versions to the newest that fit
	$(PIP) pip-tools
	for name in run dev bench; do $(LOCK) --upgrade -o requirements/$$name.txt requirements/$$name.in || exit 1; done

clean: ## remove what set-up made; your data in instance/ stays
	rm -rf .venv node_modules web/static/vendor build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis $(WORDS)

# -- set-up: each stamp is renewed only when what it is made from has changed ------------------------

.venv/.made:
	@$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: requirements/run.txt pyproject.toml | .venv/.made
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.run
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.bench: requirements/bench.txt .venv/.dev
	$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@

node_modules/.made: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Fieldloom's pages need npm for set-up: install Node.js 18 or newer." >&2; exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(ICONS): node_modules/.made tools/front_assets.mjs $(NAMED)
	@npm run --silent assets

%/ui.mo: %/ui.po | .venv/.run
	@$(BIN)/pybabel --quiet compile -i $< -o $@
