/* run_reader.c - see run_reader.h. */
#include "store/run_reader.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "store/rundir.h"
#include "store/trace_index.h"

static sheaf_code no_memory(const char *dir, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, dir, "no memory to read it");
}

static sheaf_code check_run(struct run_reader *r, const char *path, sheaf_error *err)
{
    sheaf_code rc = rundir_check_schema(r->run, path, err);
    const cJSON *id = json_get(r->run, "run_id"), *status = json_get(r->run, "status");
    r->config = json_get(r->run, "config");
    if (!rc && (!cJSON_IsObject(r->config) || !cJSON_IsString(id) || !cJSON_IsString(status)))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path,
                        "has not all of \"run_id\", \"status\" and \"config\"");
    if (rc)
        return rc;
    r->run_id = id->valuestring;
    r->done = strcmp(status->valuestring, "done") == 0;
    return SHEAF_OK;
}

static sheaf_code read_run(struct run_reader *r, sheaf_error *err)
{
    strbuf path = {0}, content = {0};
    strbuf_printf(&path, "%s/%s", r->dir, RUNDIR_JSON);
    sheaf_code rc = path.failed ? no_memory(r->dir, err)
                                : file_read(&content, path.p, RUNDIR_JSON_BYTES, err);
    if (!rc)
        rc = json_parse(&r->run, strbuf_view(&content), path.p, err);
    if (!rc)
        rc = check_run(r, path.p, err);
    strbuf_free(&path);
    strbuf_free(&content);
    return rc;
}

/* What the index has, then the records behind it, which go into a new index. */
static sheaf_code read_traces(struct run_reader *r, sheaf_error *err)
{
    sheaf_code rc = trace_files_open(&r->files, r->dir, err);
    if (rc)
        return rc;
    trace_index_load(&r->table, &r->files, r->dir, r->run_id);
    size_t indexed = r->table.size;
    rc = trace_table_scan(&r->table, &r->files, r->run_id, err);
    if (!rc && r->table.size > indexed)
        trace_index_save(&r->table, &r->files, r->dir, r->run_id);
    return rc;
}

sheaf_code run_reader_open(struct run_reader *out, const char *dir, sheaf_error *err)
{
    struct run_reader r = {.dir = alloc_strndup(dir, strlen(dir))};
    trace_table_init(&r.table);
    sheaf_code rc = r.dir ? read_run(&r, err) : no_memory(dir, err);
    if (!rc)
        rc = read_traces(&r, err);
    if (rc)
        run_reader_close(&r);
    else
        *out = r;
    return rc;
}

void run_reader_close(struct run_reader *r)
{
    trace_table_free(&r->table);
    trace_files_close(&r->files);
    cJSON_Delete(r->run);
    alloc_free(r->dir);
    *r = (struct run_reader){.dir = NULL};
}

/* ---- names ---------------------------------------------------------------------------------- */

typedef const char *name_of(const struct trace_record *r);

static const char *problem_of(const struct trace_record *r)
{
    return r->problem;
}

static const char *strategy_of(const struct trace_record *r)
{
    return r->strategy;
}

/* Records of one problem and strategy mostly stand together, so a name is new or that of its
 * neighbour; the look back settles the rest. */
static bool is_first(const struct trace_table *t, size_t i, name_of *name)
{
    for (size_t j = i; j-- > 0;)
        if (strcmp(name(&t->items[j].r), name(&t->items[i].r)) == 0)
            return false;
    return true;
}

static const char *nth_name(const struct trace_table *t, size_t n, name_of *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (is_first(t, i, name) && n-- == 0)
            return name(&t->items[i].r);
    return NULL;
}

const char *run_reader_problem(const struct run_reader *r, size_t i)
{
    return nth_name(&r->table, i, problem_of);
}

const char *run_reader_strategy(const struct run_reader *r, size_t i)
{
    return nth_name(&r->table, i, strategy_of);
}
