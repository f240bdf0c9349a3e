/* strategy.h - strategies as a table: what cuts a trace, which rule votes, what ends the run early.
 *
 * single             one trace
 * majority           self-consistency, Wang et al. arXiv:2203.11171, with the lossless certificate
 * stop deepconf-offline   all traces in full, then a confidence-weighted vote, Fu et al.
 * arXiv:2508.15260 deepconf-online    warm-up, threshold, cuts while decoding, consensus stop
 * (Algorithm 2) */
#ifndef TTS_STRATEGY_H
#define TTS_STRATEGY_H

#include <stdbool.h>

struct strategy {
    const char *name, *about;
    const char *vote;   /* rule of tts/vote.h that decides; online votes by its own weights */
    bool single;        /* one trace whatever the budget */
    bool online;        /* threshold and cuts */
    bool certificate;   /* may stop when the lead is safe */
};

extern const struct strategy strategies[]; /* name NULL at the end */

/* NULL when unknown. */
const struct strategy *strategy_by_name(const char *name);

#endif
