/* stop.c - see stop.h. */
#include "tts/stop.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/beta.h"

bool stop_certificate(const struct vote_box *box, double open_weight)
{
    return vote_box_first(box) - vote_box_second(box) > open_weight;
}

bool stop_consensus(const struct vote_box *box, double tau, size_t min_ballots)
{
    return box->ballots > 0 && box->ballots >= min_ballots && vote_box_share(box) >= tau;
}

void stop_esc_init(struct stop_esc *s, size_t window)
{
    *s = (struct stop_esc){.window = window, .answer = VOTE_NONE, .unanimous = true};
}

bool stop_esc_add(struct stop_esc *s, int32_t answer)
{
    if (s->n == 0)
        s->answer = answer;
    if (answer == VOTE_NONE || answer != s->answer)
        s->unanimous = false;
    if (++s->n < s->window)
        return false;
    bool stop = s->unanimous;
    stop_esc_init(s, s->window);
    return stop;
}

double stop_beta(double v1, double v2)
{
    /* 1 - I_1/2(a, b) = I_1/2(b, a): the small side is computed, nothing cancels. */
    return beta_inc(v2 + 1.0, v1 + 1.0, 0.5);
}

double stop_beta_box(const struct vote_box *box)
{
    if (!(box->total > 0.0))
        return 0.5;
    double scale = (double)box->ballots / box->total;
    return stop_beta(vote_box_first(box) * scale, vote_box_second(box) * scale);
}

void stop_cges_init(struct stop_cges *s, struct stop_cges_answer *answers, size_t n_classes)
{
    if (n_classes > 0)
        memset(answers, 0, n_classes * sizeof *answers);
    *s = (struct stop_cges){.answers = answers, .n_classes = n_classes};
}

void stop_cges_add(struct stop_cges *s, int32_t answer, double confidence)
{
    if (answer == VOTE_NONE)
        return;
    assert(answer >= 0 && (size_t)answer < s->n_classes);
    double c = fmax(1e-12, fmin(confidence, 1.0 - 1e-12));
    s->answers[answer].log_odds += log(c) - log1p(-c);
    if (s->answers[answer].n++ == 0)
        s->n_seen++;
}

/* ln of an answer's probability over that of "another answer", the hypothesis that no trace gave;
 * -INFINITY for a class not seen, which is no hypothesis of its own. */
static double cges_log_ratio(const struct stop_cges *s, size_t answer)
{
    const struct stop_cges_answer *a = &s->answers[answer];
    return a->n ? a->log_odds + (double)a->n * log((double)s->n_seen) : -INFINITY;
}

struct stop_cges_top stop_cges_posterior(const struct stop_cges *s, double *posterior)
{
    struct stop_cges_top top = {.answer = VOTE_NONE};
    double best = -INFINITY;
    for (size_t i = 0; i < s->n_classes; i++) {
        double r = cges_log_ratio(s, i);
        if (r > best) {
            best = r;
            top.answer = (int32_t)i;
        }
    }
    double shift = fmax(best, 0.0); /* "another answer" has ln ratio 0 */
    double total = exp(-shift);
    for (size_t i = 0; i < s->n_classes; i++)
        total += exp(cges_log_ratio(s, i) - shift);
    for (size_t i = 0; posterior && i < s->n_classes; i++)
        posterior[i] = exp(cges_log_ratio(s, i) - shift) / total;
    top.posterior = exp(best - shift) / total;
    top.other = exp(-shift) / total;
    return top;
}
