# Every target that needs Python sets up .venv by itself, with the exact releases
# of constraints.txt. Nothing outside this folder is touched.

PYTHON ?= python3
# Processes that share the tests.
JOBS ?= 2

BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two targets that install at once would disturb each other.
.NOTPARALLEL:
.PHONY: help demo notebooks test check lint types doctest docs clean dependencies fuzz
.PHONY: bench-utility bench-dose bench-fidelity bench-ablations bench-seeds bench-cost
.PHONY: bench-modes bench-calibration bench-diagnosis bench-speed bench-privacy
.PHONY: bench-dask bench-report bench-verdicts golden test-lowest check-wheel coverage mutants

help:
	@echo 'make demo     balance a churn and a fraud table, compare with SMOTE (minutes)'
	@echo 'make test     run the tests'
	@echo 'make notebooks  execute the notebooks and store what they put out'
	@echo 'make check    run all there is: lint, types, doctests, docs, tests'
	@echo 'make lint     check style and format        make types    check types'
	@echo 'make docs     build the documentation in docs/_build/html, and check it'
	@echo 'make fuzz     test the contract on 20,000 random tables (hours)'
	@echo 'make doctest  run the examples in docstrings'
	@echo 'make golden   store anew the rows of the default configuration on this platform'
	@echo 'make test-lowest  run the tests with the lowest releases of pyproject.toml'
	@echo 'make check-wheel  build wheel and sdist, try the wheel in an empty environment'
	@echo 'make coverage     run the tests and say which lines and branches they miss'
	@echo 'make mutants      break code in one place at a time, see if tests notice (long)'
	@echo 'make bench-utility, make bench-dose       compare with all rivals (many hours)'
	@echo 'make bench-fidelity                       measure how near and how new rows are'
	@echo 'make bench-ablations, make bench-seeds    measure parts of the recipe, and seeds'
	@echo 'make bench-cost                           measure the cost of training'
	@echo 'make bench-speed                          measure speed and memory against floors'
	@echo 'make bench-modes                          count the modes of eight Gaussians covered'
	@echo 'make bench-calibration                    measure probabilities after resampling'
	@echo 'make bench-diagnosis                      provoke failures, and see them named'
	@echo 'make bench-verdicts                       see what the report page says of bad rows'
	@echo 'make bench-privacy                        attack the synthetic rows'
	@echo 'make bench-dask                           balance 20 million rows on Dask (an hour)'
	@echo 'make bench-report                         rebuild all published numbers and pictures'
	@echo 'make clean    delete .venv, caches and builds'
	@echo
	@echo 'PYTHON=python3.11 picks the interpreter for .venv, JOBS=4 the test processes.'

demo: .venv/.plot
	$(BIN)/gansampler demo --force

notebooks: .venv/.test
	$(BIN)/python -m notebooks.execute

test: .venv/.test
	$(BIN)/python -m pytest -n $(JOBS)

check: dependencies lint types doctest docs test

# Without a network: nothing is missing, and releases are those that are pinned.
dependencies: .venv/.dev
	$(BIN)/python -m pip check
	$(BIN)/python -m tests.installed

# Goes on where it was broken off; in two shells: python -m tests.fuzz --part 1/2, 2/2.
fuzz: .venv/.test
	$(BIN)/python -m tests.fuzz --examples 20000 --log tests/fuzz_log.md

golden: .venv/.test
	$(BIN)/python -m tests.golden

# `make test` runs with the newest releases, those of constraints.txt.
test-lowest: .venv-lowest/.test
	.venv-lowest/bin/python -m pytest -n $(JOBS)

check-wheel: .venv/.dev
	$(BIN)/python -m tests.wheel

coverage: .venv/.test
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term-missing:skip-covered

mutants: .venv/.test
	$(BIN)/python -m tests.mutation gansampler/gan/losses.py tests/test_losses.py
	$(BIN)/python -m tests.mutation gansampler/table.py tests/test_table.py

lint: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.dev
	$(BIN)/mypy

doctest: .venv/.test
	$(BIN)/python -m pytest --doctest-modules gansampler

# Afresh each time: only pages that are read anew give their warnings.
docs: .venv/.docs
	rm -rf docs/_build docs/_generated docs/api/generated
	$(BIN)/python -m sphinx --quiet --nitpicky --fail-on-warning --keep-going \
	    --doctree-dir docs/_build/doctrees docs docs/_build/html
	$(BIN)/python docs/check_site.py docs/_build/html

# Each goes on where it was broken off; delete its CSV to begin anew.
bench-fidelity: .venv/.benchmark
	$(BIN)/python -m benchmarks.fidelity --methods real smote \
	    smoothed_bootstrap smoothed_bootstrap_valid gan gan_law gan_neighbors \
	    ctgan tvae --folds 3 --seeds 1 --jobs $(JOBS) --out benchmarks/results/fidelity.csv
	$(BIN)/python -m benchmarks.summarise_fidelity benchmarks/results/fidelity.csv \
	    --reference gan

# Those of fewer than 2,000 rows, whose scores are the noisiest.
SMALL_SETS = glass2 'haberman*' 'ecoli3*' 'cm1*' 'pima*' 'vehicle1*' 'abalone9_18*' \
    'yeast4*' 'winequality_red_4*' 'car_good*'

# Rivals of other packages get environments of their own under benchmarks/.envs.
bench-utility: .venv/.benchmark
	$(BIN)/python -m benchmarks.utility --methods '*' '!gan_law' '!gan_neighbors' \
	    --folds 5 --seeds 1 --jobs $(JOBS) --out benchmarks/results/utility.csv
	$(BIN)/python -m benchmarks.utility --methods '*' '!gan_law' '!gan_neighbors' \
	    --datasets $(SMALL_SETS) --folds 5 --seeds 2 --jobs $(JOBS) \
	    --out benchmarks/results/utility.csv
	$(BIN)/python -m benchmarks.utility --methods gan --label gan_rare_levels \
	    --gan-params '{"rare_levels": "table"}' --datasets 'fraud*' 'churn*' \
	    --folds 5 --seeds 1 --jobs $(JOBS) --out benchmarks/results/rare_levels.csv
	$(BIN)/python -m benchmarks.readme_figures

bench-dose: .venv/.benchmark
	$(BIN)/python -m benchmarks.dose --methods none smoothed_bootstrap \
	    smoothed_bootstrap_valid smote gan --classifiers logistic_regression \
	    k_neighbors decision_tree hist_gradient_boosting --folds 3 --jobs $(JOBS) \
	    --out benchmarks/results/dose.csv

bench-ablations: .venv/.benchmark
	$(BIN)/python -m benchmarks.ablations --variants '*' '!latent_normal' --folds 3 \
	    --seeds 1 --jobs $(JOBS) --out benchmarks/results/ablations.csv
	$(BIN)/python -m benchmarks.summarise benchmarks/results/ablations.csv \
	    --reference default
	$(BIN)/python -m benchmarks.ablations --variants default latent_normal \
	    --datasets hypothyroid vehicle1 pima fraud page_blocks0 satimage churn credit \
	    --classifiers '*' --folds 3 --jobs $(JOBS) --out benchmarks/results/latent.csv
	$(BIN)/python -m benchmarks.ablations --variants default latent_neighbors \
	    --datasets '*' '!hypothyroid' '!vehicle1' '!pima' '!fraud' '!page_blocks0' \
	    '!satimage' '!churn' '!credit' --classifiers '*' --folds 5 --jobs $(JOBS) \
	    --out benchmarks/results/latent_small.csv

bench-seeds: .venv/.benchmark
	$(BIN)/python -m benchmarks.seed_spread --seeds 10 --jobs $(JOBS) \
	    --out benchmarks/results/seed_spread.csv

bench-cost: .venv/.benchmark
	$(BIN)/python -m benchmarks.cost_against_ctgan --repeats 5
	rm -f benchmarks/results/cost_utility.csv
	$(BIN)/python -m benchmarks.utility --datasets churn \
	    --methods none gan tvae ctgan --seeds 1 --jobs 1 --classifiers \
	    logistic_regression k_neighbors decision_tree hist_gradient_boosting \
	    --out benchmarks/results/cost_utility.csv
	$(BIN)/python -m benchmarks.speed_page
	$(BIN)/python -m benchmarks.readme_figures

bench-speed: .venv/.benchmark
	$(BIN)/python -m benchmarks.training_floor
	$(BIN)/python -m benchmarks.training_operations
	$(BIN)/python -m benchmarks.sampling
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.classes
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.import_time
	$(BIN)/python -m benchmarks.speed_page

bench-modes: .venv/.benchmark
	$(BIN)/python -m benchmarks.eight_gaussians --seeds 10 --jobs $(JOBS)

bench-calibration: .venv/.benchmark
	$(BIN)/python -m benchmarks.calibration --jobs $(JOBS) \
	    --out benchmarks/results/calibration.csv
	$(BIN)/python -m benchmarks.calibration_page

bench-diagnosis: .venv/.benchmark
	$(BIN)/python -m benchmarks.diagnosis --jobs $(JOBS)
	$(BIN)/python -m benchmarks.diagnosis_page

bench-verdicts: .venv/.benchmark
	$(BIN)/python -m benchmarks.report_verdicts --jobs $(JOBS)
	$(BIN)/python -m benchmarks.report_verdicts_page

bench-privacy: .venv/.benchmark
	$(BIN)/python -m benchmarks.privacy --seeds 10 --jobs $(JOBS) \
	    --out benchmarks/results/privacy.csv
	$(BIN)/python -m benchmarks.privacy_page

bench-dask: .venv/.test
	$(BIN)/python -m benchmarks.dask_scale

# The CSV files are in git; matplotlib draws the pictures.
bench-report: .venv/.test
	$(BIN)/python -m benchmarks.readme_figures
	$(BIN)/python -m benchmarks.diagnosis_page
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.calibration_page
	$(BIN)/python -m benchmarks.privacy_page
	$(BIN)/python -m benchmarks.report_verdicts_page
	$(BIN)/python -m benchmarks.speed_page

clean:
	rm -rf .venv .venv-lowest build dist docs/_build docs/_generated docs/api/generated
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# .venv/.NAME marks that the extra NAME is installed as pyproject.toml and
# constraints.txt have it now; a change in either installs again.
$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/.plot .venv/.test .venv/.docs .venv/.dev .venv/.benchmark: .venv/.%: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing gansampler[$*] into .venv'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@

.venv-lowest/.test: pyproject.toml constraints.txt tests/lowest_versions.py
	rm -rf .venv-lowest
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python tests/lowest_versions.py > .venv-lowest/constraints.txt
	@echo 'Installing the lowest releases into .venv-lowest'
	.venv-lowest/bin/python -m pip install --quiet \
	    --constraint .venv-lowest/constraints.txt --editable '.[test]'
	@touch $@
