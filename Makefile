# Every command of the project. Works with Python 3.11, git and make; takes uv where it is there.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
UV ?= $(shell command -v uv)
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
LOCK := --quiet --universal --generate-hashes --python-version 3.11 --extra build \
	--custom-compile-command "make lock"
CODE := tui_agent tests bench docs

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never

.PHONY: help install demo check format lint types imports test golden docs docs-check site smoke bench snap capabilities lock clean
.DEFAULT_GOAL := help

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

install: $(VENV)/.runtime ## Make .venv with the agent in it
demo: $(VENV)/.runtime ## Watch it fix a failing test in a throw-away repository
	@$(BIN)/agent demo

check: format lint types imports test docs-check smoke ## Everything that CI runs

format: $(VENV)/.dev ## Is every file formatted? (ruff format mends it)
	$(BIN)/ruff format --check $(CODE)

lint: $(VENV)/.dev ## Ruff, all rules
	$(BIN)/ruff check $(CODE)

types: $(VENV)/.dev ## Mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.dev ## Who may import whom
	$(BIN)/lint-imports --no-logo

test: $(VENV)/.dev ## The tests
	$(BIN)/python -m pytest -q -n $(WORKERS)

golden: $(VENV)/.dev ## Record the golden sessions again, after a change that was meant
	$(BIN)/python -m tests.sessions.record
	$(BIN)/agent replay --check tests/sessions/*.agentz

snap: $(VENV)/.dev ## Draw the reference screens again
	$(BIN)/python -m pytest -q tests/ui --snapshot-update

capabilities: $(VENV)/.dev ## What is promised, and which test proves it
	$(BIN)/python -m tests.capabilities

bench: $(VENV)/.dev ## Our own figures; informs, never fails
	$(BIN)/python -m bench

docs: $(VENV)/.dev ## Write the generated reference, draw the pictures
	$(BIN)/python docs/generate.py
	$(BIN)/python -m docs.draw

docs-check: $(VENV)/.dev ## Are reference and pictures what the code says? Is the site whole?
	$(BIN)/python docs/generate.py --check
	$(BIN)/python -m docs.draw --check
	@$(SITE) --strict --site-dir build/site-check

site: $(VENV)/.dev ## Build the pages as a site that needs no network
	@$(SITE)
	@echo "open build/site/index.html"

lock: ## Resolve the dependencies again (needs uv)
	uv pip compile $(LOCK) pyproject.toml -o requirements.txt
	uv pip compile $(LOCK) --extra dev pyproject.toml -o requirements-dev.txt

clean: ## Remove what these commands made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

SITE = NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# The environment. Byte code is written at install, also where PYTHONDONTWRITEBYTECODE is set:
# without it, every start of the litellm host would compile for ten seconds.
define COMPILE
	$(BIN)/python -m compileall -q tui_agent
endef

ifneq ($(UV),)
$(VENV)/.runtime: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements.txt
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	$(COMPILE)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.txt
	@touch $@
else
$(VENV)/.runtime: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --compile --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(COMPILE)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --compile --require-hashes -r requirements-dev.txt
	@touch $@
endif

# The wheel, in an environment that has nothing of the checkout.
SMOKE := build/smoke
smoke: $(VENV)/.dev ## Install the wheel in a fresh environment and use it
	rm -rf $(SMOKE)
	$(BIN)/python -m hatchling build -t wheel -d $(SMOKE) > /dev/null 2>&1
ifneq ($(UV),)
	$(UV) venv --quiet --python $(PYTHON) $(SMOKE)/venv
	VIRTUAL_ENV=$(SMOKE)/venv $(UV) pip install --quiet --require-hashes -r requirements.txt
	VIRTUAL_ENV=$(SMOKE)/venv $(UV) pip install --quiet --no-deps $(SMOKE)/*.whl
else
	$(PYTHON) -m venv $(SMOKE)/venv
	$(SMOKE)/venv/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements.txt
	$(SMOKE)/venv/bin/python -m pip install --quiet --no-deps $(SMOKE)/*.whl
endif
	cd $(SMOKE) && venv/bin/python -c "import tui_agent as t, pathlib as p; assert 'smoke' in p.Path(t.__file__).parts"
	cd $(SMOKE) && env -i HOME="$$PWD/home" PATH=/usr/bin:/bin venv/bin/agent --version
	cd $(SMOKE) && env -i HOME="$$PWD/home" PATH=/usr/bin:/bin venv/bin/agent demo < /dev/null > demo.txt 2>&1 || { cat demo.txt; exit 1; }
	@tail -n 3 $(SMOKE)/demo.txt
