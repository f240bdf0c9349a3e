/* inspect_job.h - what the rows of inspect_vote[] share: memory for one line, arrays in and out,
 * answers as classes. */
#ifndef SRC_INSPECT_JOB_H
#define SRC_INSPECT_JOB_H

#include "base/arena.h"
#include "src/inspect.h"

/* One line being answered. Everything taken from `mem` goes when the line is done. */
struct job {
    arena mem;
    const cJSON *in;
    strbuf *out;
    sheaf_error *err;
};

typedef sheaf_code job_fn(struct job *j);

sheaf_code job_run(job_fn *fn, const cJSON *in, strbuf *out, sheaf_error *err);

/* Defines inspect_<name>, which runs the static job_fn <name>. */
#define INSPECT_JOB(name)                                                                       \
    sheaf_code inspect_##name(struct inspect_env *env, const cJSON *in, strbuf *out,           \
                              sheaf_error *err)                                                 \
    {                                                                                           \
        (void)env;                                                                              \
        return job_run(name, in, out, err);                                                     \
    }

inspect_fn inspect_adaptive_beta, inspect_borda, inspect_certificate, inspect_cges, inspect_cisc,
    inspect_conf_stats, inspect_esc, inspect_estimators, inspect_filters, inspect_logits_stats,
    inspect_online, inspect_stats, inspect_threshold;

/* count x size zeroed bytes; NOMEM in j->err and NULL when there are none. */
void *job_take(struct job *j, size_t count, size_t size);

/* Array of numbers at `key` of `o`. Errors: FORMAT (absent, not numbers), NOMEM. The f32 form
 * refuses numbers that are no float; an infinity is one. */
sheaf_code job_f64s(struct job *j, const cJSON *o, const char *key, double **out, size_t *n);
sheaf_code job_f32s(struct job *j, const cJSON *o, const char *key, float **out, size_t *n);

/* Numbers of j->in that must lie in [min, max]; absent ones keep their value. */
sheaf_code job_size(struct job *j, const char *key, size_t *out, size_t min, size_t max);
sheaf_code job_f64(struct job *j, const char *key, double *out, double min, double max);

/* FORMAT unless got == want. */
sheaf_code job_same_length(struct job *j, const char *key, size_t got, size_t want);

/* Members of the result. */
void job_put_f64s(struct job *j, const char *key, const double *v, size_t n);
void job_put_f64(struct job *j, const char *key, double v); /* NaN: null */
void job_put_size(struct job *j, const char *key, size_t v);
void job_put_bool(struct job *j, const char *key, bool v);
void job_put_str(struct job *j, const char *key, const char *v); /* NULL: null */

/* ---- answers ---- */

/* Answers as text, grouped: equal texts share a class, in order of first appearance. */
struct answers {
    int32_t *classes; /* [n], VOTE_NONE for null */
    const char **names; /* [n_classes], borrowed from the input */
    size_t n, n_classes;
};

/* Array of strings and nulls at `key` of j->in. Errors: FORMAT, NOMEM. */
sheaf_code job_answers(struct job *j, const char *key, struct answers *out);

/* The same for `n` values: cJSON string or null, NULL counts as null. */
sheaf_code job_classify(struct job *j, struct answers *out, const cJSON *const *values, size_t n);

/* Class of a text, VOTE_NONE when nobody gave it. */
int32_t answers_find(const struct answers *a, const char *name);

/* Text of a class as a member; null for VOTE_NONE. */
void job_put_answer(struct job *j, const char *key, const struct answers *a, int32_t class);

#endif
