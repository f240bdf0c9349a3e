/* oracle.h - the rules of votes, stops and cuts a second time, written plainly from their
 * definitions: everything is recounted from the start, nothing is shared with tts/. Slow on
 * purpose.
 *
 * Answers are classes 0, 1, .. in order of first appearance, ORACLE_NONE for none; ties go to the
 * answer that voted first. */
#ifndef TESTS_SUPPORT_ORACLE_H
#define TESTS_SUPPORT_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#define ORACLE_NONE (-1)
#define ORACLE_MAX 64 /* traces and classes */

/* ---- votes: weights [n] of the ballots; 0 for one that does not count ---- */

/* The best `keep` percent of those with an answer, by score; weighted by it, or by 1. The filter is
 * dropped when fewer than least stay. */
void oracle_keep(double *weights, const int *answers, const double *scores, size_t n, double keep,
                 bool unit, size_t least);
/* Rank r of N among those with an answer: (N - r + 1)^power, ties by index. */
void oracle_borda(double *weights, const int *answers, const double *scores, size_t n,
                  double power);
void oracle_softmax(double *weights, const int *answers, const double *scores, size_t n,
                    double temperature);
/* The highest score alone. */
void oracle_best(double *weights, const int *answers, const double *scores, size_t n);
/* Unit votes of those that a two-component mixture of the scores does not put into its low mode. */
void oracle_mixture(double *weights, const int *answers, const double *scores, size_t n,
                    size_t least);
/* An answer's posterior, shared by its ballots; probabilities in (0, 1). */
void oracle_cges_weights(double *weights, const int *answers, const double *probabilities,
                         size_t n);

/* Heaviest answer, the first to vote among equals; ORACLE_NONE without a ballot. *margin: its
 * weight minus the next one's. */
int oracle_winner(const int *answers, const double *weights, size_t n, double *margin);

/* ---- stops: after how many of the n = budget traces, 0 for never ---- */

size_t oracle_certificate(const int *answers, size_t n);
size_t oracle_consensus(const int *answers, const double *weights, size_t n, double tau,
                        size_t least);
size_t oracle_esc(const int *answers, size_t n, size_t window);
/* Unit votes: the sum of binomials. Weighted: the integral of the density, by Simpson's rule. */
size_t oracle_beta(const int *answers, size_t n, double level);
double oracle_beta_weighted(const int *answers, const double *weights, size_t n);
size_t oracle_cges(const int *answers, const double *probabilities, size_t n, double level);

/* ---- Algorithm 2 in series ---- */

struct oracle_online {
    double threshold;
    size_t cut_at[ORACLE_MAX]; /* token, 0: not cut */
    bool votes[ORACLE_MAX];
    double lowest[ORACLE_MAX];
    size_t n_used;
    int answer;
    double margin;
};

/* conf[i] [lengths[i]] of n traces; the first n_warm warm up, `keep` percent of them pass. */
void oracle_run(struct oracle_online *out, const float *const *conf, const size_t *lengths,
                const int *answers, size_t n, size_t n_warm, double keep, size_t window,
                double tau, size_t least);

#endif
