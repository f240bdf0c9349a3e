# Sheaf. `make demo` and `make test` work as the first command on a fresh Debian or Ubuntu: every target that
# builds something first installs what is missing (tests/deps.sh: apt, only what is missing).
#
#   make            build/sheaf, build/libsheaf.a, build/libsheaf.so
#   make demo       build, fetch the default model (1.1 GB, once), solve a problem
#   make test       build and run the whole suite; the last line is "N passed, N failed"
#   make check-asan the suite under AddressSanitizer and UndefinedBehaviorSanitizer
#   make check-verifier  10^6 random pairs of answers, PAIRS=1000000 of the seed SEED=1
#   make check-votes  every rule against a second implementation, 100,000 sets of traces; takes minutes
#   make fuzz       10,000 each of mutated GGUF files, models, JSON lines and answers under the sanitizers
#   make fuzz-verifier   10^6 mutated answers under the sanitizers, then libFuzzer for FUZZ_SECONDS
#   make fuzz-long  libFuzzer on six targets, FUZZ_SECONDS=60 each
#   make bench-kernels   kernels of each tier: speed against the reference
#   make bench-sample    microseconds of a draw, by kind of row, vocabulary and filters
#   make bench-store     writing, reading and voting on 512 traces of 32,768 tokens
#   make check-slurm     examples/eval_array.sbatch under a Slurm of this machine, and mpirun; MODEL=FILE
#   make check-graders   GSM8K filters and MATH-500 grades beside lm-eval and math-verify: GRADERS=python RUNS=
#   make kill-eval       KILLS=100 evaluations ended by kill -9: no record lost, none twice, the same files at the end
#   make bench-verifier  verdicts per second by level, votes of 512 answers
#   make shapes     models of real dimensions with random weights into build/shapes: SHAPES=, SHAPE_TYPE=Q8_0
#   make strategies every strategy at every budget, from stored runs: SETS=, STRATEGY_FLAGS='-m FILE -w RUNS -o DIR'
#   make bench-table     the goals for speed beside PEER=llama-batched-bench on MODEL=FILE, into BENCH_OUT=
#   make install    PREFIX=/usr/local, DESTDIR=
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
BUILD   ?= build
CFLAGS  ?= -O3 -g
LDFLAGS ?=
VERSION := 0.1.0
# V=1 shows whole commands.
Q       := $(if $(V),,@)
say      = $(if $(V),true,echo "  $(1)  $@")
SOVERSION := 0

# Sanitizers of the vector kernels: clang takes many minutes over their unrolled tiles, so fuzzing leaves them out.
ISA_SANITIZE ?= $(SANITIZE)

WARN    := -Wall -Wextra -Wshadow -Wconversion
HARDEN  := -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DSHEAF_VERSION='"$(VERSION)"' -I. -Iinclude $(WARN) \
             -fvisibility=hidden -fPIC -ffp-contract=off -pthread $(CFLAGS) $(if $(SANITIZE),,$(HARDEN)) \
             $(if $(ISA),$(ISA_SANITIZE),$(SANITIZE))
LINK     = $(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS)
LIBS    := -lmpfr -lgmp -lcjson -lxxhash -lutf8proc -lzstd -lsqlite3 -lm -pthread
CLI_LIBS := -lcrypto

LIB_DIRS := base engine engine/arch engine/kernels tts store verifiers datasets evals
LIB_SRC  := $(sort $(foreach d,$(LIB_DIRS),$(wildcard $(d)/*.c)))
CLI_SRC  := $(sort $(wildcard src/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
SUPPORT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/*_test.c)))
TOOL_BIN := $(patsubst tests/tools/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/tools/*.c)))

.PHONY: all build-all deps test check check-asan check-votes check-verifier demo fuzz fuzz-long fuzz-verifier bench-kernels bench-sample bench-store kill-eval check-slurm check-graders bench-verifier shapes write-shapes strategies bench-table install \
        uninstall clean
.SECONDARY:

all: deps
	@$(MAKE) --no-print-directory build-all

build-all: $(BUILD)/sheaf $(BUILD)/libsheaf.a $(BUILD)/libsheaf.so

# Instruction-set tiers: one file each, picked at run time (engine/kernels/kernels.c). 16 registers hold a tile of the
# AVX2 tier, if gcc 12 neither adds its sums in trees nor writes each step's to memory, which nothing reads.
FEW_REGISTERS := $(if $(findstring clang,$(shell $(CC) --version)),,-fno-tree-ter -fno-tree-reassoc)
$(BUILD)/engine/kernels/kernels_avx2.o:   ISA := -mavx2 -mfma -mf16c $(FEW_REGISTERS)
$(BUILD)/engine/kernels/kernels_avx512.o: ISA := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mf16c $(FEW_REGISTERS)
$(BUILD)/engine/kernels/kernels_vnni.o:   ISA := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mfma -mf16c
$(BUILD)/engine/kernels/kernels_bf16.o:   ISA := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512bf16 -mfma -mf16c
$(BUILD)/engine/kernels/kernels_amx.o:    ISA := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mamx-tile -mamx-int8 -mfma -mf16c
$(BUILD)/tests/support/kernels_amx_model.o: ISA := -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mf16c

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(ISA) -MMD -MP -c $< -o $@

$(BUILD)/libsheaf.a: $(LIB_OBJ)
	@$(call say,AR)
	@rm -f $@
	$(Q)ar rcs $@ $^

# The program's parts but main: what unit tests of src/ link with.
$(BUILD)/libcli.a: $(filter-out $(BUILD)/src/main.o,$(CLI_OBJ))
	@$(call say,AR)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/libsheaf.so: $(LIB_OBJ)
	@$(call say,LINK)
	$(Q)$(LINK) -shared -Wl,-soname,libsheaf.so.$(SOVERSION) -Wl,-z,relro,-z,now -o $@ $^ $(LIBS)

$(BUILD)/sheaf: $(CLI_OBJ) $(BUILD)/libsheaf.a
	@$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(CLI_LIBS)

$(BUILD)/tests/%_test: $(BUILD)/tests/unit/%_test.o $(SUPPORT_OBJ) $(BUILD)/libcli.a $(BUILD)/libsheaf.a
	@mkdir -p $(@D)
	@$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(CLI_LIBS) -lcmocka

$(BUILD)/tests/%: $(BUILD)/tests/tools/%.o $(SUPPORT_OBJ) $(BUILD)/libsheaf.a
	@mkdir -p $(@D)
	@$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(LIBS) -lcmocka

# Fuzzing: mutate_<what> are programs of their own; tests/fuzz/fuzz_entry.c makes a libFuzzer program of each
# target (tests/fuzz/README.md).
MUTATE   := gguf model json answer
TARGETS  := gguf model json dataset chat answer
FUZZ_SRC := $(filter-out tests/fuzz/fuzz_entry.c $(MUTATE:%=tests/fuzz/mutate_%.c),$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_OBJ := $(FUZZ_SRC:%.c=$(BUILD)/%.o)

$(BUILD)/tests/mutate_%: $(BUILD)/tests/fuzz/mutate_%.o $(FUZZ_OBJ) $(SUPPORT_OBJ) $(BUILD)/libcli.a $(BUILD)/libsheaf.a
	@mkdir -p $(@D)
	@$(call say,LINK)
	$(Q)$(LINK) -o $@ $^ $(LIBS) $(CLI_LIBS) -lcmocka

$(BUILD)/tests/fuzz_%: tests/fuzz/fuzz_entry.c $(FUZZ_OBJ) $(SUPPORT_OBJ) $(BUILD)/libcli.a $(BUILD)/libsheaf.a
	@mkdir -p $(@D)
	@$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) -DFUZZ_TARGET=fuzz_$* -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS) $(CLI_LIBS) -lcmocka

# The example is built as a user would: public headers and the static library, nothing else.
$(BUILD)/tests/example_solve: examples/solve.c $(BUILD)/libsheaf.a
	@mkdir -p $(@D)
	@$(call say,LINK)
	$(Q)$(LINK) -std=c11 $(WARN) -Iinclude -o $@ $^ $(LIBS)

deps:
	@CC='$(CC)' sh tests/deps.sh

check: build-all $(UNIT_BIN) $(TOOL_BIN) $(BUILD)/tests/example_solve
	@sh tests/run.sh $(BUILD)

test: deps
	@$(MAKE) --no-print-directory -j2 build-all > $(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@$(MAKE) --no-print-directory -j2 check

# Leaks are looked for as well; one build directory of its own.
check-asan: deps
	@$(MAKE) --no-print-directory -j2 check BUILD=$(BUILD)/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined'

PAIRS ?= 1000000
SEED  ?= 1
check-verifier: deps
	@$(MAKE) --no-print-directory -j2 $(BUILD)/tests/verify_random_test
	$(BUILD)/tests/verify_random_test $(PAIRS) $(SEED)

# What tests/unit/oracle_test.c does in `make test` with 1,000 sets and 10,000 streams.
check-votes: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/oracle_test
	SHEAF_SETS=100000 SHEAF_STREAMS=1000000 $(BUILD)/tests/oracle_test

demo:
	@CC='$(CC)' sh tests/deps.sh demo
	@$(MAKE) --no-print-directory -j2 build-all
	@sh examples/demo.sh $(BUILD)/sheaf

FUZZ_N       ?= 10000
FUZZ_SECONDS ?= 60
FUZZ_CC      ?= clang-14
# What a run of `make fuzz` mutates and what `make fuzz-long` feeds.
FUZZ_MUTATE  ?= $(MUTATE)
FUZZ_TARGETS ?= $(TARGETS)
fuzz: deps
	@$(MAKE) --no-print-directory -j2 $(FUZZ_MUTATE:%=$(BUILD)/asan/tests/mutate_%) BUILD=$(BUILD)/asan \
	    CFLAGS='-O1 -g -fno-omit-frame-pointer' SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
	@sh tests/fuzz/mutate_all.sh $(BUILD)/asan/tests $(FUZZ_N) $(FUZZ_MUTATE)

fuzz-long:
	@CC='$(FUZZ_CC)' sh tests/deps.sh
	@$(MAKE) --no-print-directory -j2 $(FUZZ_MUTATE:%=$(BUILD)/fuzz/tests/mutate_%) \
	    $(FUZZ_TARGETS:%=$(BUILD)/fuzz/tests/fuzz_%) \
	    BUILD=$(BUILD)/fuzz CC='$(FUZZ_CC)' CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined' ISA_SANITIZE=
	@sh tests/fuzz/long.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-verifier:
	@$(MAKE) --no-print-directory fuzz FUZZ_N=1000000 FUZZ_MUTATE=answer
	@$(MAKE) --no-print-directory fuzz-long FUZZ_MUTATE=answer FUZZ_TARGETS=answer

bench-store: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/bench_store
	$(BUILD)/tests/bench_store

KILLS ?= 100
kill-eval: deps
	@$(MAKE) --no-print-directory $(BUILD)/sheaf $(BUILD)/tests/make_tiny_model
	sh tests/tools/kill_eval.sh $(KILLS) $(BUILD)

# The program that Slurm and mpirun start is $(BUILD)/sheaf; what is not installed is skipped with a line.
check-slurm: deps
	@$(MAKE) --no-print-directory $(BUILD)/sheaf $(BUILD)/tests/make_tiny_model
	sh tests/tools/slurm_local.sh $(BUILD) $(MODEL)

# GRADERS is a Python with lm-eval and math-verify (pip install lm-eval math-verify); RUNS are directories of runs
# whose responses are graded, too; MATH500 is the set of that name.
GRADERS ?= python3
MATH500 ?= ../shared/datasets/math500.jsonl
RUNS    ?=
check-graders: deps
	@$(MAKE) --no-print-directory $(BUILD)/sheaf
	@sh tests/tools/compare_graders.sh $(BUILD) $(GRADERS) $(MATH500) $(RUNS)

bench-kernels: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/bench_kernels
	$(BUILD)/tests/bench_kernels

bench-sample: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/bench_sample
	$(BUILD)/tests/bench_sample

# tests/tools/shape_model.c lists the names; files that are there are kept.
SHAPES     ?= $(shell $(BUILD)/tests/shape_model --list 2>/dev/null)
SHAPE_TYPE ?= Q8_0
shapes: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/shape_model
	@$(MAKE) --no-print-directory write-shapes

write-shapes:
	@mkdir -p $(BUILD)/shapes
	@for name in $(SHAPES); do \
	    out=$(BUILD)/shapes/$$name-$(SHAPE_TYPE).gguf; \
	    [ -f $$out ] && continue; \
	    echo "  SHAPE  $$out"; \
	    $(BUILD)/tests/shape_model $$name $$out --type $(SHAPE_TYPE) || exit 1; \
	done

SETS ?= gsm8k:100:32:gsm8k-100-n32 math500:50:32:math500-50-n32
strategies: all
	sh tests/tools/strategy_table.sh -b $(BUILD) $(STRATEGY_FLAGS) $(SETS)

BENCH_OUT ?= results/bench-peers
bench-table: deps
	@$(MAKE) --no-print-directory $(BUILD)/sheaf $(BUILD)/tests/shape_model
	sh tests/tools/bench_table.sh -b $(BUILD) $(BENCH_FLAGS) '$(PEER)' '$(MODEL)' $(BENCH_OUT)

bench-verifier: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/bench_verifier
	@$(BUILD)/tests/bench_verifier

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/sheaf \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/doc/sheaf \
	    $(DESTDIR)$(PREFIX)/share/sheaf
	install -m 755 $(BUILD)/sheaf $(DESTDIR)$(PREFIX)/bin/sheaf
	install -m 644 $(BUILD)/libsheaf.a $(DESTDIR)$(PREFIX)/lib/libsheaf.a
	install -m 755 $(BUILD)/libsheaf.so $(DESTDIR)$(PREFIX)/lib/libsheaf.so.$(VERSION)
	ln -sf libsheaf.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libsheaf.so.$(SOVERSION)
	ln -sf libsheaf.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/libsheaf.so
	install -m 644 include/sheaf/*.h $(DESTDIR)$(PREFIX)/include/sheaf/
	install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 datasets/sheaf_grade_school.jsonl $(DESTDIR)$(PREFIX)/share/sheaf/
	install -m 644 LICENSE NOTICE README.md $(DESTDIR)$(PREFIX)/share/doc/sheaf/
	sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@VERSION@|$(VERSION)|g' sheaf.pc.in \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/sheaf.pc

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sheaf $(DESTDIR)$(PREFIX)/lib/libsheaf.a $(DESTDIR)$(PREFIX)/lib/libsheaf.so* \
	    $(DESTDIR)$(PREFIX)/lib/pkgconfig/sheaf.pc $(DESTDIR)$(PREFIX)/share/man/man1/sheaf.1
	rm -rf $(DESTDIR)$(PREFIX)/include/sheaf $(DESTDIR)$(PREFIX)/share/doc/sheaf $(DESTDIR)$(PREFIX)/share/sheaf

clean:
	rm -rf $(BUILD) $(BUILD).log

-include $(shell find $(BUILD) -name '*.d' -not -path '$(BUILD)/asan/*' -not -path '$(BUILD)/fuzz/*' 2>/dev/null)
