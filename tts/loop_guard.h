/* loop_guard.h - is a trace repeating itself?
 *
 * A trace stuck in a loop is *sure* of every token, so no confidence rule ever cuts it. The guard
 * finishes it instead, and it does not vote.
 *
 * Rule: the trace loops when its last tokens are one block of p <= LOOP_MAX_PERIOD tokens repeated
 * without a change, at least LOOP_MIN_REPEATS times and over at least LOOP_MIN_TOKENS tokens;
 * a block shorter than LOOP_SHORT_PERIOD must cover LOOP_MIN_TOKENS_SHORT. Short blocks do occur in
 * honest text, spelled digit by digit: 0.333..., 1/7 = 0.142857142857..., 10^100, rows of zeros. */
#ifndef TTS_LOOP_GUARD_H
#define TTS_LOOP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOOP_MAX_PERIOD 256 /* a power of two */
#define LOOP_MIN_REPEATS 4
#define LOOP_MIN_TOKENS 96
#define LOOP_SHORT_PERIOD 8
#define LOOP_MIN_TOKENS_SHORT 192

/* State of one trace; copying it forks it. About 1.5 KiB. */
struct loop_guard {
    int32_t last[LOOP_MAX_PERIOD];    /* ring of tokens */
    uint16_t match[LOOP_MAX_PERIOD];  /* [p - 1] tokens in a row equal to the one p before */
    size_t n;                         /* tokens seen */
    size_t period;                    /* of the loop found, 0 before */
};

void loop_guard_init(struct loop_guard *g);

/* The next token. True when the trace loops (g->period says how). The cost is LOOP_MAX_PERIOD
 * integer comparisons, whatever the length. */
bool loop_guard_push(struct loop_guard *g, int32_t token);

#endif
