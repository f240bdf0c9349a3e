/* replay.h - the serial DeepConf online rule (arXiv:2508.15260, Algorithm 2) over stored traces:
 * what it would have decided, and the tokens it would have spent.
 *
 * Warm-up: the first n_init traces run whole and set the threshold; those at or above it vote.
 * Then one trace after the other: cut at the first full window below the threshold, else it
 * votes. A vote weighs the trace's lowest group confidence. The consensus test runs after the
 * warm-up and after every trace. */
#ifndef TTS_REPLAY_H
#define TTS_REPLAY_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tts/vote.h"

struct replay_trace {
    const float *conf; /* [n_tokens] token confidences */
    size_t n_tokens;
    int32_t answer; /* class, VOTE_NONE without an answer */
};

struct replay_params {
    size_t n_init; /* warm-up traces, >= 1 */
    double eta;    /* percent of the warm-up that the threshold keeps, 0..100 */
    size_t window; /* tokens per group, >= 1; 0: from the warm-up (threshold_window) */
    double tau;    /* share of the leader that ends the run; above 1: never */
    size_t budget; /* traces at most, >= 1 */
    size_t min_ballots; /* ballots before a consensus counts */
};

struct replay_decision {
    double lowest;   /* lowest group confidence of the tokens used */
    size_t cut_at;   /* token (1-based) where it was cut, 0: ran whole */
    size_t n_tokens; /* spent */
    bool votes;
};

struct replay_result {
    double threshold;
    size_t window;
    struct replay_decision *decisions; /* [n_used] */
    double *shares; /* [n_shares] leader's share after the warm-up and after each later trace */
    struct vote_entry *tally; /* [n_answers] in order of the first vote */
    size_t n_used, n_shares, n_answers;
    size_t tokens_used, tokens_full; /* with cuts; of all traces within the budget, whole */
    bool consensus;                  /* stopped by it; else the budget or the traces ran out */
    int32_t answer;                  /* VOTE_NONE when nobody voted */
};

/* Runs the rule over traces [n >= 1] whose classes are below n_classes. Errors: NOMEM, USAGE (a
 * parameter out of range). Release with replay_free. */
sheaf_code replay_run(struct replay_result *out, const struct replay_trace *traces, size_t n,
                      size_t n_classes, const struct replay_params *p, sheaf_error *err);

void replay_free(struct replay_result *r);

#endif
