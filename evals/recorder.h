/* recorder.h - writes the traces of a run into its directory as they end: an event handler of
 * sheaf_solve. */
#ifndef EVALS_RECORDER_H
#define EVALS_RECORDER_H

#include <sheaf/tts.h>

#include "evals/grader.h"
#include "store/trace_log.h"
#include "store/trace_set.h"

struct recorder {
    struct trace_log *log;
    const sheaf_engine *engine; /* for what each token adds to the text; NULL: not recorded */
    const struct grader *grader;
    struct trace_record origin; /* who runs: ids, seed, hashes; gold NULL: nothing is graded */
    struct trace_set known;     /* recorded by an earlier start */
    double earlier_s;           /* when the last of them ended: what that start spent on them */
    size_t n_ended;             /* traces of this start, known ones included */

    void (*on_event)(void *ctx, const sheaf_event *event); /* the caller's, NULL allowed */
    void *on_event_ctx;
    const volatile int *cancel; /* the caller's, NULL allowed */

    volatile int stop; /* what the run watches: the caller's flag, or a record that failed */
    sheaf_code rc;     /* of the first record that failed */
    sheaf_error err;
};

/* Puts the recorder between `o` and its caller: `o` gets its event handler, its flag and the traces
 * that the log has of this problem and strategy. `o` and the fields up to `origin` are set
 * before. Errors: IO, FORMAT, NOMEM. Release with recorder_end, which leaves the log open. */
sheaf_code recorder_begin(struct recorder *rec, sheaf_solve_options *o, sheaf_error *err);

/* Returns the fault of a record, or `rc` of the run; the fault of the record comes first, since it
 * is what stopped the run. */
sheaf_code recorder_end(struct recorder *rec, sheaf_code rc, sheaf_error *err);

/* Records a trace that has ended; `window` 0: not known. Its times count from the first start of
 * the run on, without what was lost between. One that was stopped from outside (by a
 * signal or a limit of the whole run) is no result and not recorded. Errors: IO, NOMEM, LIMIT. */
sheaf_code recorder_add(struct recorder *rec, const sheaf_trace *t, size_t window,
                        sheaf_error *err);

#endif
