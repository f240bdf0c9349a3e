/* stop.h - early-stop rules: is the vote decided before the budget is spent?
 *
 * Each is asked after a trace has finished. Sources by rule; the certificate is derived here. */
#ifndef TTS_STOP_H
#define TTS_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tts/vote.h"

/* Certificate: no outcome of the open traces can change the leader. Lossless.
 *   open_weight  the most that running and unlaunched traces can still add to one answer; with unit
 *                weights their number */
bool stop_certificate(const struct vote_box *box, double open_weight);

/* Consensus of DeepConf (arXiv:2508.15260): the leader has at least `tau` of all weight, with at
 * least min_ballots ballots in. A tau above 1 never stops. */
bool stop_consensus(const struct vote_box *box, double tau, size_t min_ballots);

/* ESC (arXiv:2401.10480): consecutive windows of traces; stop at the first full window whose
 * answers are all equal (a trace without an answer breaks its window). */
struct stop_esc {
    size_t window; /* traces per window, >= 1 */
    size_t n;      /* traces in the open window */
    int32_t answer;
    bool unanimous;
};

void stop_esc_init(struct stop_esc *s, size_t window);

/* The next trace's answer; true when it completes a unanimous window. */
bool stop_esc_add(struct stop_esc *s, int32_t answer);

/* Adaptive-Consistency with a Beta posterior (arXiv:2305.11860): the chance that the leader's
 * true share beats the runner-up's, P = 1 - I_1/2(v1 + 1, v2 + 1). For counts v1 >= v2 this is
 * 2^-N sum_{k <= v1} C(N, k), N = v1 + v2 + 1. The paper stops at P >= 0.95. */
double stop_beta(double v1, double v2);

/* The same for a box: counts as they are when every weight is 1, else weights divided by their
 * mean, so that a ballot counts 1 on average. 0.5 for an empty box. */
double stop_beta_box(const struct vote_box *box);

/* CGES (arXiv:2511.02603): posterior over the observed answers and "another answer". A trace with
 * calibrated confidence C multiplies its own answer by C and every other hypothesis by (1 -
 * C)/(K - 1), K = answers seen + 1. All but one factor per trace are shared by the hypotheses,
 * so the whole product, with the present K, follows from a sum of log odds and a count per
 * answer. */
struct stop_cges_answer {
    double log_odds; /* sum of ln C - ln(1 - C) over the traces that gave this answer */
    size_t n;
};

struct stop_cges {
    struct stop_cges_answer *answers; /* [n_classes], the caller's memory */
    size_t n_classes;
    size_t n_seen; /* classes with a trace */
};

struct stop_cges_top {
    int32_t answer;   /* most probable observed answer, VOTE_NONE before the first */
    double posterior; /* its share of all hypotheses */
    double other;     /* that of "another answer" */
};

void stop_cges_init(struct stop_cges *s, struct stop_cges_answer *answers, size_t n_classes);

/* One trace. VOTE_NONE is no evidence. C is clamped to [1e-12, 1 - 1e-12]. */
void stop_cges_add(struct stop_cges *s, int32_t answer, double confidence);

/* Posterior of every class into `posterior` [n_classes] (NULL: not wanted; 0 for a class not
 * seen) and the leader. The paper stops when the leader reaches 0.95. */
struct stop_cges_top stop_cges_posterior(const struct stop_cges *s, double *posterior);

#endif
