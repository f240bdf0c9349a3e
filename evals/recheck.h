/* recheck.h - one trace run again and held against the store: the same bits? */
#ifndef EVALS_RECHECK_H
#define EVALS_RECHECK_H

#include "evals/runner.h"
#include "store/run_reader.h"

struct recheck {
    const char *problem, *strategy;
    uint32_t id;
    enum sheaf_finish finish; /* as stored */
    size_t n_tokens;          /* as stored */
    bool same;
    size_t at;        /* the first token (from 1) that differs; past the last: the end differs */
    const char *what; /* "token", "confidence", "end"; NULL when the same */
};

/* Compares a stored trace with the same trace run alone. One that the run cut or ended with its
 * vote is compared as far as it goes: alone it runs on. */
void recheck_compare(struct recheck *out, const sheaf_trace *stored, const sheaf_trace *now);

/* Appends one line: which trace, and that it is the same or where it differs. Ids of problems are
 * escaped as JSON strings are. */
void recheck_describe(strbuf *out, const struct recheck *r);

/* Told of each trace checked; the strings live during the call. */
typedef void recheck_fn(void *ctx, const struct recheck *r);

struct recheck_request {
    uint32_t id;
    const char *problem; /* NULL: all */
    recheck_fn *tell;
    void *ctx;
};

/* Runs trace `id` of the problems and strategies of `ev` (settings made, nothing opened) again
 * where `run` has it. Errors: USAGE (a run of other settings; no such trace), and those of the
 * backend. */
sheaf_code recheck_run(sheaf_eval *ev, const struct run_reader *run,
                       const struct recheck_request *q, sheaf_error *err);

/* eval.c: opens o->dir, which must be set, and checks it; on any backend, and on an engine. Errors:
 * those above and of run_reader_open. */
sheaf_code eval_recheck(const struct eval_backend *backend, const struct grader *grader,
                        const sheaf_dataset *d, const sheaf_eval_options *o,
                        const struct recheck_request *q, sheaf_error *err);
sheaf_code eval_recheck_on(sheaf_engine *e, const sheaf_dataset *d, const sheaf_eval_options *o,
                           const struct recheck_request *q, sheaf_error *err);

/* The run's id against the one that the present settings give. Errors: USAGE. */
sheaf_code recheck_identity(const struct run_reader *run, const char *run_id, sheaf_error *err);

#endif
