# make book · make test · make serve · make check · make lint · make bench · make release · make reconstruct · make lock · make clean
# The first two are all a newcomer needs: a machine with Python >= 3.11, make and git.

PYTHON ?= python3
PY := .venv/bin/python
export PYTHONPATH := $(CURDIR)
export PYTHONHASHSEED := 0
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help book test serve check lint bench release reconstruct lock clean

help:
	@sed -n '1,2s/^# //p' Makefile

# The environment is made once per lock file; an unchanged lock reinstalls nothing.
.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python >= 3.11 is needed, found {sys.version.split()[0]}: make PYTHON=/path/to/python3.11")'
	@echo "Setting up .venv from requirements.txt (once, a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --prefer-binary --requirement requirements.txt
	@touch $@

book: .venv/ready
	@$(PY) -m analysis check
	@$(PY) -m analysis build
	@echo
	@echo "The book is in _build/html. Open _build/html/index.html, or: make serve"

test: .venv/ready
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@$(PY) -m pytest

check: .venv/ready
	@$(PY) -m analysis check

lint: .venv/ready
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

serve: .venv/ready
	@test -d _build/html || $(MAKE) book
	@echo "http://localhost:$(PORT)  (stop with Ctrl-C)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

# Times the estimators beside whatever else is installed; writes benchmarks/results.csv and .svg. Takes minutes.
bench: .venv/ready
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) benchmarks/bench.py

# Publishes a version: make release VERSION=0.2.0. What the number must say stands in CONTRIBUTING.md.
release: .venv/ready
	@test -n "$(VERSION)" || { echo "Which version? make release VERSION=0.2.0"; exit 1; }
	@$(PY) -m analysis check
	@$(PY) -m analysis release $(VERSION)

# Makes the members of the synthetic cohort that are not stored yet; see data/reconstruction/README.md. Takes an hour.
SEED ?= 1
MEMBERS ?= 20
reconstruct: .venv/ready
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --prefer-binary --requirement requirements-reconstruct.txt
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m analysis reconstruct --seed $(SEED) --members $(MEMBERS)

# Rewrites the lock from requirements.in; needs uv (pip install uv). Review the difference before committing it.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet requirements.in --output-file requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet requirements-reconstruct.in --output-file requirements-reconstruct.txt

clean:
	rm -rf _build .venv .pytest_cache .ruff_cache
