/* spill.c - see spill.h. */
#include "store/spill.h"

#include <stdio.h>

#define NAME_BYTES 24

static const char *name_of(char name[NAME_BYTES], size_t number)
{
    snprintf(name, NAME_BYTES, "%06zu", number);
    return name;
}

bool spill_exists(const struct rundir *whole, size_t number)
{
    char name[NAME_BYTES];
    return rundir_has_part(whole, name_of(name, number));
}

sheaf_code spill_open(struct spill *out, const struct rundir *whole, size_t number,
                      const char *run_id, sheaf_error *err)
{
    char name[NAME_BYTES];
    sheaf_code rc = rundir_open_part(&out->dir, whole, name_of(name, number), err);
    if (rc)
        return rc;
    rc = trace_log_open(&out->log, &out->dir, run_id, err);
    if (rc)
        rundir_close(&out->dir);
    return rc;
}

sheaf_code spill_move(struct spill *s, struct trace_log *log, sheaf_error *err)
{
    struct trace_files files = {.records.size = 0};
    const struct trace_table *t = &s->log.table;
    sheaf_code rc = trace_files_open(&files, s->dir.path, err);
    for (size_t i = 0; i < t->n && !rc; i++)
        rc = trace_log_copy(log, &files, &t->items[i], err);
    trace_files_close(&files);
    if (!rc)
        rc = trace_log_sync(log, err);
    return rc ? rc : rundir_remove_part(&s->dir, err);
}

void spill_close(struct spill *s)
{
    if (!s->dir.open)
        return;
    trace_log_close(&s->log);
    rundir_close(&s->dir);
}
