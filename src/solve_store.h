/* solve_store.h - the run directory of `sheaf solve -o DIR/`: one question, its traces recorded as
 * they end, its vote at the end. A run that was broken off goes on; one that is over is voted on
 * again from its records. */
#ifndef SRC_SOLVE_STORE_H
#define SRC_SOLVE_STORE_H

#include <sheaf/tts.h>

#include "evals/recorder.h"
#include "store/put.h"

struct solve_store {
    struct rundir dir;
    struct trace_log log;
    struct recorder recorder;
    struct grader grader;
    strbuf config, machine;
    char run_id[PUT_HASH_DIGITS + 1];
    bool recording;
};

/* What a run is made of; all borrowed. */
struct solve_job {
    sheaf_engine *engine;
    const char *engine_note; /* model_args_note */
    const char *question;
    const char *answer_type; /* name of its kind */
    struct grader grader;
};

/* Is `path` of -o a directory: one that exists, or a name that ends in '/'? */
bool solve_store_is_dir(const char *path);

/* Opens or takes up DIR and puts the recorder between `o` and its caller. Errors: those of
 * rundir_open and trace_log_open. Release with solve_store_close. */
sheaf_code solve_store_open(struct solve_store *s, const char *dir, const struct solve_job *job,
                            sheaf_solve_options *o, bool redo, sheaf_error *err);

/* After the run: `rc` and `err` of sheaf_solve, or the fault of a record. On success the vote is
 * recorded and, unless the run is partial, the run is done. `r` NULL where there is no result. */
sheaf_code solve_store_end(struct solve_store *s, const sheaf_result *r, sheaf_code rc,
                           sheaf_error *err);
void solve_store_close(struct solve_store *s); /* a zeroed one is fine */

/* Runs o->only_trace alone and holds it against the store at `dir`: one line in `out`, *same.
 * Errors: USAGE (a run of other settings, no such trace), and of the parts. */
sheaf_code solve_store_check(strbuf *out, bool *same, const char *dir, const struct solve_job *job,
                             const sheaf_solve_options *o, sheaf_error *err);

#endif
