/* mutate_main.h - the main function of a mutation program.
 *
 *     NAME [N [SEED [FIRST [DIR]]]]      10000 1 0
 *
 * Runs rounds FIRST .. FIRST + N - 1 and prints how many inputs met each code and the slowest
 * one; a program that measures a part of its run gets its ten dearest rounds listed. Rounds run in
 * a child process: when one crashes, is reported by a sanitizer or takes longer than
 * MUTATE_ALARM_S, the parent says how to repeat it alone and goes on behind it. With DIR every input
 * is also written to DIR/ROUND. Exit status: 0; 1 for a crash, a leak or a slow input; 2 usage. */
#ifndef TESTS_FUZZ_MUTATE_MAIN_H
#define TESTS_FUZZ_MUTATE_MAIN_H

#include <sheaf/error.h>

#include "tests/fuzz/mutator.h"

#define MUTATE_ALARM_S 60 /* wall clock, also on a busy machine  */
#define MUTATE_SLOW_S 5.0 /* CPU time of one input, sanitizers on */

struct mutate_program {
    const char *name;
    /* The input of a round. */
    void (*make)(struct dice *d, strbuf *out);
    /* Takes the input (exactly `n` bytes of heap) through the code under test; returns the code
     * it met. */
    sheaf_code (*run)(const uint8_t *data, size_t n);
    /* Seconds of CPU time that the part of the last run took which has a limit; NULL: none. */
    double (*cost_s)(void);
};

int mutate_main(int argc, char **argv, const struct mutate_program *p);

#endif
