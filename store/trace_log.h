/* trace_log.h - the traces of a run directory while a run writes them.
 *
 * A trace is two appends: its frame to tokens.zst, then its record to samples.jsonl, one write each.
 * A record therefore never speaks of a frame that is not there. Both files are synced (tokens
 * first) at most every TRACE_LOG_SYNC_S seconds while records come in, when trace_log_sync is
 * called and when the log closes: a crash of the machine loses the records of that time, a
 * killed process none that was written.
 *
 * Opening takes up what is there: bytes behind the last line break of samples.jsonl and behind the
 * last frame that a record speaks of are moved to FILE.cut, nothing else is touched. A trace that
 * is there is not written again. */
#ifndef STORE_TRACE_LOG_H
#define STORE_TRACE_LOG_H

#include "store/rundir.h"
#include "store/trace_table.h"

#define TRACE_LOG_SYNC_S 1.0

struct trace_log {
    struct rundir *dir;
    struct trace_table table;
    strbuf line, frame;
    uint64_t tokens_size; /* of tokens.zst */
    double synced_at_s;
    bool unsynced;
};

/* Takes up the records of `run_id` in an open directory, which must outlive the log. Errors: IO,
 * NOMEM. Release with trace_log_close. */
sheaf_code trace_log_open(struct trace_log *out, struct rundir *dir, const char *run_id,
                          sheaf_error *err);

/* Syncs what is not synced, without a word on failure (call trace_log_sync for that), and
 * releases. */
void trace_log_close(struct trace_log *log);

/* Appends a trace unless it is there. `text_bytes` [n_tokens] may be NULL. Fills r->frame. Errors:
 * IO (samples.jsonl is then as it was; a frame without a record goes at the next opening), NOMEM,
 * LIMIT. */
sheaf_code trace_log_add(struct trace_log *log, struct trace_record *r, const int32_t *tokens,
                         const float *confidence, const uint32_t *text_bytes, sheaf_error *err);

/* The same for one that is in another directory: frame and record as they are, but for the frame's
 * place. Errors: IO, NOMEM, FORMAT (no record of a frame). */
sheaf_code trace_log_copy(struct trace_log *log, const struct trace_files *f,
                          const struct trace_entry *e, sheaf_error *err);

/* Makes all records so far survive a crash of the machine. Errors: IO. */
sheaf_code trace_log_sync(struct trace_log *log, sheaf_error *err);

#endif
