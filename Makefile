PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0
PEERS := onnxruntime openvino
RIVALS := .venv-peers
QEMU := qemu-system-arm qemu-system-misc qemu-user-static

# Processes that tests start would compile Hodu's sources anew each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test qemu test-torch lint format generate compiled fuzz fuzz-firmware fuzz-streams fuzz-onnx conformance roundtrip support targets boards bench bench-check bench-models bench-compiled bench-eager bench-start shape clean

help:
	@sed -n 's/^## //p' Makefile

## make demo          set up, then classify handwritten digits with a real ONNX model
demo: $(VENV)/.ready
	@$(BIN)/hodu demo

## make test          set up, then lint, type-check and run all the tests
test: $(VENV)/.ready-dev lint qemu
	$(BIN)/python -m pytest -n auto --dist worksteal --durations=20

## make qemu          QEMU for the tests of other machines, which are skipped without it
qemu:
	@{ command -v qemu-system-arm && command -v qemu-aarch64-static && command -v qemu-system-riscv32; } >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	    && timeout 300 apt-get install -y -qq $(QEMU) >/dev/null 2>&1; } \
	  || echo "QEMU cannot be installed here: apt-get install $(QEMU)"

## make test-torch    the op table against PyTorch
test-torch: $(VENV)/.ready-dev
	$(BIN)/pip install -q $(TORCH)
	$(BIN)/python -m pytest -m torch

## make lint          ruff, mypy --strict, import-linter, generated files
lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.generate --check
	@$(BIN)/python -m tools.shape

## make format        format and fix what ruff can fix
format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## make generate      functions, Tensor methods and the docs' op table from the op table
generate: $(VENV)/.ready-dev
	$(BIN)/python -m tools.generate

## make compiled      every op x sample x dtype as native code: processors, levels, compilers, sanitizers
compiled: $(VENV)/.ready-dev
	$(BIN)/python -m tools.compiled_matrix

## make fuzz          random programs, compiled against interpreted, until one differs
fuzz: $(VENV)/.ready-dev
	$(BIN)/python -m tests.compiled.fuzz

## make fuzz-firmware 200 random programs as firmware, half of them in 8 bits, against interpreted
fuzz-firmware: $(VENV)/.ready-dev
	$(BIN)/python -m tools.fuzz_firmware

## make fuzz-streams  200 random networks by line buffers, against layer by layer
fuzz-streams: $(VENV)/.ready-dev
	$(BIN)/python -m tools.fuzz_streams

## make fuzz-onnx     10,000 damaged ONNX models: a clear error or a right result, in bounded time and memory
fuzz-onnx: $(VENV)/.ready-dev
	$(BIN)/python -m tools.fuzz_onnx

## make conformance   the official ONNX backend suite, by op
conformance: $(VENV)/.ready-dev
	$(BIN)/python -m tools.conformance

## make roundtrip     the models of that suite exported and imported again, and run by ONNX Runtime
roundtrip: $(VENV)/.ready-dev
	$(BIN)/python -m tools.roundtrip

## make support       the docs' table of ONNX operators, from the cases that pass
support: $(VENV)/.ready-dev
	$(BIN)/python -m tools.support

## make targets       the demo's model for every target and format: seconds, bytes, and whether they stay the same
targets: $(VENV)/.ready-dev
	$(BIN)/python -m tools.targets

## make boards        the demo's model run for every target that has an emulator, against the interpreter
boards: $(VENV)/.ready qemu
	$(BIN)/python -m tools.boards

## make bench         every measurement, against the other systems, into benchmarks/RESULTS.md; SECTION=models for one
bench: $(VENV)/.ready-dev $(RIVALS)/.ready benchmarks/models
	$(BIN)/python benchmarks/report.py --peers $(RIVALS)/bin/python $(SECTION)

## make bench-check   whether compiled models became slower than at another revision; BASE=main
bench-check: $(VENV)/.ready-dev benchmarks/models
	$(BIN)/python benchmarks/check.py $(or $(BASE),HEAD~1)

## make bench-models  every benchmark model through `hodu run`, against ONNX Runtime
bench-models: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/models.py

## make bench-compiled  compiled models against ONNX Runtime and OpenVINO; the cost of a call
bench-compiled: $(VENV)/.ready-dev
	$(BIN)/pip install -q $(PEERS)
	$(BIN)/python benchmarks/compiled.py
	$(BIN)/python benchmarks/call_overhead.py

## make bench-eager   eager overhead against PyTorch, interleaved
bench-eager: $(VENV)/.ready-dev
	$(BIN)/pip install -q $(TORCH)
	$(BIN)/python benchmarks/eager_overhead.py
	$(BIN)/python benchmarks/eager_training.py

## make bench-start   import time, `hodu --help`, opening a large file
bench-start: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/startup.py

## make shape         median file, median and 90th-percentile function
shape: $(VENV)/.ready-dev
	$(BIN)/python -m tools.shape

clean:
	rm -rf $(VENV) $(RIVALS) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Other systems stand in an environment of their own, so that tests never see them.
$(RIVALS)/.ready:
	$(PYTHON) -m venv $(RIVALS)
	$(RIVALS)/bin/pip install -q $(TORCH) $(PEERS) onnx onnxscript transformers
	@touch $@

benchmarks/models: | $(RIVALS)/.ready
	$(RIVALS)/bin/python benchmarks/build_models.py

$(VENV)/.ready: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q -e .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q -e '.[test,dev]'
	@touch $@ $(VENV)/.ready
