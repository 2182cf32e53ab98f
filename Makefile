# Two commands are enough: `make report` builds the reports, `make test` runs every check.
# Each installs what it needs into .venv the first time; only Python (3.11 or later) and make must be there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
STUDIES := $(sort $(patsubst data/%/study.yml,%,$(wildcard data/*/study.yml)))

# The pages are tested in a browser; Debian's Chromium is enough, and so is an installed Google Chrome.
BROWSERS := chromium chromium-browser google-chrome-stable google-chrome

.PHONY: report test browser setup lab style pair display-list images lock reference validation benchmark simulate clean

report: $(VENV)/.installed  ## build every report that is not current
	@for study in $(STUDIES); do $(BIN)/blina-dli run $$study --all-cuts || exit $$?; done

test: $(VENV)/.installed-for-test browser style  ## style, types, floors, tests
	$(BIN)/python -m pytest

browser:  ## a browser for the tests of the pages: installed where that can be done, else named
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Chromium, in which the pages are tested."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
		echo "The tests of the pages need Chromium or Google Chrome: apt-get install chromium (as root) on Debian or Ubuntu,"; \
		echo "an installed Google Chrome elsewhere. Without it they fail."; \
	fi

style: $(VENV)/.installed-for-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(VENV)/.installed $(VENV)/.quarto-tried  ## install; try the optional Quarto once

lab: $(VENV)/.installed-for-lab  ## open JupyterLab on the chapters
	cd notebooks && ../$(BIN)/jupyter lab

pair: $(VENV)/.installed  ## bring the notebook of each chapter in step with its script
	$(BIN)/jupytext --quiet --sync notebooks/*.py

display-list: $(VENV)/.installed  ## write docs/display.md, what a chapter can show
	$(BIN)/python docs/make_display_list.py

images: $(VENV)/.installed-for-test $(VENV)/.installed-for-lab browser  ## take the pictures of README.md and docs/editing.md from the built reports
	$(BIN)/python docs/images/make_images.py

reference:  ## compute the reference values of the tests again; needs R with survival and cmprsk
	Rscript tests/reference/make_reference.R

validation: $(VENV)/.installed  ## compare every statistic with R's frozen answers; writes docs/validation.md
	$(BIN)/python tests/reference/validation.py

benchmark: $(VENV)/.installed  ## time the statistics, beside R where it is present; writes benchmarks/results.md
	$(BIN)/python benchmarks/run.py

simulate: $(VENV)/.installed  ## write the synthetic raw tables of the protocol study again, byte for byte
	$(BIN)/python -m helpers.simulation data/zhengzhou

lock:  ## pin all packages again; needs uv
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		--extra build --extra test --constraint requirements.lock pyproject.toml --output-file requirements-test.lock

clean:  ## remove the environment and the caches, not the reports
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0]) \
		if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-for-test: requirements-test.lock $(VENV)/.installed
	$(PIP) install --quiet --require-hashes -r requirements-test.lock
	@touch $@

$(VENV)/.installed-for-lab: $(VENV)/.installed
	$(PIP) install --quiet --editable '.[lab]'
	@touch $@

$(VENV)/.quarto-tried: | $(VENV)/.installed
	@$(PIP) install --quiet --retries 0 --editable '.[quarto]' >/dev/null 2>&1 \
		&& echo "Quarto is installed; reports are rendered with it." \
		|| echo "Quarto could not be downloaded; reports are rendered with Pandoc and Typst."
	@touch $@
