/* bench_compare.h - two builds of the program on the same benchmark, interleaved. */
#ifndef SRC_BENCH_COMPARE_H
#define SRC_BENCH_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#define BENCH_PAIRS_MIN 5

struct bench_compare {
    const char *old_binary;   /* path, or a name found in PATH */
    const char *const *args;  /* [n_args] of `sheaf bench`, for both builds */
    size_t n_args;
    size_t n_rows;            /* numbers of traces that the arguments ask for */
    size_t pairs;
    const char *format;       /* text, json, md, csv */
    bool quiet;
};

/* Runs old, new, old, new ... each as a process of its own with `--format json --repeats 1`, and
 * prints per number of traces the medians of both and the ratio new / old: median and range of the
 * ratios within the pairs, so that a drift of the machine touches both alike. The new build is this
 * program. An older build need not know the other options of this one; of its output only
 * "traces", "prompt_tps" and "decode_tps" are read. Returns the exit status, faults printed. */
int bench_compare(const struct bench_compare *c);

#endif
