# From a bare Python 3.11 and make: `make demo` shows the main job, `make test` is all that CI runs.
PYTHON ?= python3
BIN := .venv/bin

INSTALLED := .venv/.installed
PROJECTS := tap-sonar/pyproject.toml target-splynx/pyproject.toml sandbox/pyproject.toml

.PHONY: help install demo test lint docs generate screenshots clean

help:
	@echo "make demo      start a Sonar and a Splynx here, migrate 200 accounts, run again, verify, report"
	@echo "make test      everything that CI runs"
	@echo "make lint      ruff and mypy"
	@echo "make docs      the documentation as a site in site/, strictly: a broken link is an error"
	@echo "make generate  rewrite what follows from the code: settings in meltano.yml, .env.example, READMEs"
	@echo "make screenshots  the documentation's pictures, of a migration on this machine (needs a Chromium)"
	@echo "make clean     remove the virtual environment and all that runs left"

install: $(INSTALLED)

$(INSTALLED): $(PROJECTS) requirements-dev.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		-r requirements-dev.txt -e tap-sonar -e "target-splynx[postgres]" -e sandbox
	@touch $@

demo: $(INSTALLED)
	$(BIN)/python -m sandbox demo

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 tests/sandbox tests/project
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/target_splynx
	$(BIN)/python -m pytest -n 2 tests/tap_sonar
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/end_to_end

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy tap-sonar/tap_sonar target-splynx/target_splynx sandbox/sandbox

docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

generate: $(INSTALLED)
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/one_customer.py

screenshots: $(INSTALLED)
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf .venv .meltano .demo .cache site workspace
