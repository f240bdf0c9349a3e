/* confidence.h - how sure a trace was: token, group, lowest group, bottom-10 % and tail confidence.
 *
 * Token confidence C_i is minus the mean ln p of the k = 20 most probable tokens at step i,
 * measured before temperature and filters (engine/sample.h); larger is surer; nats. A group is a
 * window of consecutive tokens, step 1; a trace shorter than the window is a single group. A token
 * whose confidence is not finite makes every mean over it +INFINITY.
 *
 * The online tracker and the functions over stored traces share one summation, so they agree bit
 * for bit: a cut decided while the trace runs is the cut found afterwards.
 *
 * Source: Fu et al., Deep Think with Confidence, arXiv:2508.15260. */
#ifndef TTS_CONFIDENCE_H
#define TTS_CONFIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#define CONF_TAIL 2048 /* tokens of the tail confidence */

/* Sum of floats with their rounding error carried along (Neumaier), so that adding and subtracting
 * 100,000 tokens leaves no drift. Infinities are counted, not summed. */
struct conf_sum {
    double high, low;
    size_t n_infinite;
};

/* Running state of one trace: O(1) per token. Copying the struct and the ring forks it. */
struct conf_tracker {
    float *ring; /* [window] the last confidences, the caller's memory */
    size_t window;
    size_t n; /* tokens seen */
    struct conf_sum group, all;
    double lowest;    /* lowest full group so far, INFINITY before the first */
    size_t lowest_at; /* token (1-based count) where it was reached, 0 before */
};

/* Starts an empty trace. `ring` holds `window` >= 1 floats and must outlive the tracker. */
void conf_tracker_init(struct conf_tracker *t, float *ring, size_t window);

/* The next token's confidence. */
void conf_tracker_push(struct conf_tracker *t, float conf);

/* Lowest group confidence so far; before the window is full the mean of what there is; 0 for an
 * empty trace. Never rises once the window is full. */
double conf_tracker_lowest(const struct conf_tracker *t);

/* Mean of all tokens, and of the last min(n, window) tokens; 0 for an empty trace. */
double conf_tracker_mean(const struct conf_tracker *t);
double conf_tracker_tail(const struct conf_tracker *t);

/* Has a full group been below `threshold`? A short trace is never cut. */
bool conf_tracker_cut(const struct conf_tracker *t, double threshold);

/* Number of groups of a trace: max(1, n_tokens - window + 1), 0 for an empty one. */
size_t conf_group_count(size_t n_tokens, size_t window);

/* Group confidence: mean token confidence over each window of consecutive tokens.
 *
 *   out   [conf_group_count(n_tokens, window)]
 *   conf  [n_tokens]
 *
 * Returns the groups written. Cannot fail, allocates nothing. */
size_t conf_groups(double *out, const float *conf, size_t n_tokens, size_t window);

/* Mean of the lowest max(1, n_groups / 10) of the groups; reorders them. 0 when there are none. */
double conf_bottom10(double *groups, size_t n_groups);

/* Mean of the last min(n_tokens, tail) tokens; 0 for an empty trace. */
double conf_tail(const float *conf, size_t n_tokens, size_t tail);

/* First token (1-based count) at which a trace with these confidences is cut: its window is full
 * and the group mean is below `threshold`. 0: never. Serves the traces that ran before window
 * and threshold were known. */
size_t conf_cut_at(const float *conf, size_t n_tokens, size_t window, double threshold);

/* What is kept of a trace's confidences. An empty trace is all zeros. */
struct conf_summary {
    size_t n_tokens, n_groups;
    double mean, tail, bottom10, lowest;
    size_t lowest_at; /* 1-based token where the lowest group ends; n_tokens for a short trace */
};

/* Summary of a stored trace. `scratch` [conf_group_count(n_tokens, window)] is overwritten. */
void conf_summarize(struct conf_summary *out, double *scratch, const float *conf, size_t n_tokens,
                    size_t window, size_t tail);

#endif
