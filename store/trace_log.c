/* trace_log.c - see trace_log.h. */
#include "store/trace_log.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/hash.h"
#include "store/frame.h"

/* ---- opening -------------------------------------------------------------------------------- */

/* Bytes of tokens.zst that records speak of. */
static uint64_t end_of_frames(const struct trace_table *t)
{
    uint64_t end = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct frame_ref *f = &t->items[i].r.frame;
        if (f->at + f->bytes > end)
            end = f->at + f->bytes;
    }
    return end;
}

static sheaf_code take_up(struct trace_log *log, const char *run_id, sheaf_error *err)
{
    struct trace_files files = {.records.size = 0};
    sheaf_code rc = trace_files_open(&files, log->dir->path, err);
    if (!rc)
        rc = trace_table_scan(&log->table, &files, run_id, err);
    trace_files_close(&files);
    log->tokens_size = end_of_frames(&log->table);
    if (!rc)
        rc = rundir_cut(log->dir, RUNDIR_TRACES, log->table.size, err);
    if (!rc)
        rc = rundir_cut(log->dir, RUNDIR_TOKENS, log->tokens_size, err);
    return rc;
}

sheaf_code trace_log_open(struct trace_log *out, struct rundir *dir, const char *run_id,
                          sheaf_error *err)
{
    *out = (struct trace_log){.dir = dir, .synced_at_s = clock_now_s()};
    trace_table_init(&out->table);
    sheaf_code rc = take_up(out, run_id, err);
    if (rc)
        trace_log_close(out);
    return rc;
}

void trace_log_close(struct trace_log *log)
{
    if (log->unsynced)
        trace_log_sync(log, NULL);
    trace_table_free(&log->table);
    strbuf_free(&log->line);
    strbuf_free(&log->frame);
    *log = (struct trace_log){.dir = NULL};
}

/* ---- appending ------------------------------------------------------------------------------ */

sheaf_code trace_log_sync(struct trace_log *log, sheaf_error *err)
{
    sheaf_code rc = rundir_sync(log->dir, RUNDIR_TOKENS, err);
    if (!rc)
        rc = rundir_sync(log->dir, RUNDIR_TRACES, err);
    log->synced_at_s = clock_now_s();
    log->unsynced = log->unsynced && rc;
    return rc;
}

/* Writes log->frame and then log->line, which speaks of it. */
static sheaf_code append(struct trace_log *log, const struct trace_record *r, sheaf_error *err)
{
    if (log->line.failed || log->frame.failed)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, r->problem, "no memory for a record");
    sheaf_code rc = rundir_append(log->dir, RUNDIR_TOKENS, strbuf_view(&log->frame), err);
    if (rc)
        return rc;
    log->tokens_size += log->frame.n;
    log->unsynced = true;
    return rundir_append(log->dir, RUNDIR_TRACES, strbuf_view(&log->line), err);
}

/* The entry of a record that was appended, its strings copied. */
static sheaf_code enter(struct trace_log *log, const struct trace_record *r, sheaf_error *err)
{
    struct trace_entry e = {.line_at = log->table.size, .line_bytes = log->line.n - 1};
    log->table.size += log->line.n;
    if (!trace_record_read(&e.r, &log->table.memory,
                           text_slice(strbuf_view(&log->line), 0, e.line_bytes), false))
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, r->problem, "no memory for a record");
    return trace_table_add(&log->table, &e, err);
}

static sheaf_code add(struct trace_log *log, const struct trace_record *r, sheaf_error *err)
{
    sheaf_code rc = append(log, r, err);
    if (!rc)
        rc = enter(log, r, err);
    if (!rc && clock_now_s() - log->synced_at_s >= TRACE_LOG_SYNC_S)
        rc = trace_log_sync(log, err);
    return rc;
}

static bool is_there(const struct trace_log *log, const struct trace_record *r)
{
    return trace_table_find(&log->table, r->problem, r->strategy, r->id) != NULL;
}

sheaf_code trace_log_add(struct trace_log *log, struct trace_record *r, const int32_t *tokens,
                         const float *confidence, const uint32_t *text_bytes, sheaf_error *err)
{
    const struct frame_in in = {tokens, confidence, text_bytes, r->n_tokens};
    if (is_there(log, r))
        return SHEAF_OK;
    strbuf_reset(&log->frame);
    sheaf_code rc = frame_pack(&log->frame, &in, err);
    if (rc)
        return rc;
    r->frame = (struct frame_ref){log->tokens_size, log->frame.n,
                                  hash_bytes(log->frame.p, log->frame.n, 0)};
    strbuf_reset(&log->line);
    trace_record_write(&log->line, r);
    return add(log, r, err);
}

sheaf_code trace_log_copy(struct trace_log *log, const struct trace_files *f,
                          const struct trace_entry *e, sheaf_error *err)
{
    if (is_there(log, &e->r))
        return SHEAF_OK;
    strbuf_reset(&log->frame);
    strbuf_text(&log->frame, trace_frame(f, &e->r.frame));
    strbuf_reset(&log->line);
    if (!trace_record_move(&log->line, trace_line(f, e), log->tokens_size))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, e->r.problem, "its record has no frame");
    return add(log, &e->r, err);
}
