/* shard_merge.c - see shard_merge.h.
 *
 * A shard has every n-th problem, so the problem at position p of the run is number p / n of shard
 * p mod n + 1. Problem by problem, frames and votes are copied as they are; a trace's record is
 * copied but for the place of its frame, and sealed again. */
#include "evals/shard_merge.h"

#include <sheaf/dataset.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/results.h"
#include "evals/shard_part.h"
#include "store/rundir.h"

struct merging {
    const char *out;
    struct shard_part **parts; /* [n] by number of the shard once all are read */
    size_t n, n_problems;
    struct rundir dir;
    strbuf lines, frames; /* of one problem */
    uint64_t tokens_size; /* of the frames that are written */
};

static sheaf_code no_memory(const struct merging *m, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, m->out, "no memory to merge");
}

/* ---- drift ---------------------------------------------------------------------------------- */

static void add_value(strbuf *b, const cJSON *v)
{
    char *printed = v ? cJSON_PrintUnformatted(v) : NULL;
    strbuf_str(b, printed ? printed : "unset");
    cJSON_free(printed);
}

static void add_difference(strbuf *diff, const char *key, const struct shard_part *a,
                           const struct shard_part *b)
{
    strbuf_printf(diff, "%s: ", key);
    add_value(diff, json_get(a->run.config, key));
    strbuf_printf(diff, " in %s, ", a->dir);
    add_value(diff, json_get(b->run.config, key));
    strbuf_printf(diff, " in %s\n", b->dir);
}

/* What b has otherwise than a, the number of the shard left out; but not of how many it is. */
static void compare_settings(strbuf *diff, const struct shard_part *a, const struct shard_part *b)
{
    const cJSON *v;
    cJSON_ArrayForEach(v, a->run.config)
        if (strcmp(v->string, SHARD_KEY) != 0 &&
            !cJSON_Compare(v, json_get(b->run.config, v->string), true))
            add_difference(diff, v->string, a, b);
    cJSON_ArrayForEach(v, b->run.config)
        if (!json_get(a->run.config, v->string))
            add_difference(diff, v->string, a, b);
    if (a->shard.n != b->shard.n)
        add_difference(diff, SHARD_KEY, a, b);
}

static sheaf_code check_drift(strbuf *diff, const struct merging *m, sheaf_error *err)
{
    for (size_t i = 1; i < m->n; i++)
        compare_settings(diff, m->parts[0], m->parts[i]);
    if (diff->failed)
        return no_memory(m, err);
    if (diff->n == 0)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, m->out,
                      "the shards were run with different settings; shards of one run are wanted");
}

/* ---- gaps and duplicates -------------------------------------------------------------------- */

static int by_shard(const void *a, const void *b)
{
    size_t x = ((const struct shard_part *const *)a)[0]->shard.index;
    size_t y = ((const struct shard_part *const *)b)[0]->shard.index;
    return (x > y) - (x < y);
}

/* Is each shard there once? */
static sheaf_code check_shards(const struct merging *m, sheaf_error *err)
{
    size_t n = m->parts[0]->shard.n, missing = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct shard_part *p = m->parts[i];
        if (i && p->shard.index == m->parts[i - 1]->shard.index)
            return SHEAF_FAIL(err, SHEAF_ERR_USAGE, p->dir,
                              "is shard %zu/%zu, as is %.100s; each is wanted once", p->shard.index,
                              n, m->parts[i - 1]->dir);
        if (!missing && p->shard.index != i + 1)
            missing = i + 1;
    }
    if (!missing && m->n == n)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, m->out, "shard %zu/%zu is missing; %zu are given",
                      missing ? missing : m->n + 1, n, m->n);
}

static sheaf_code check_whole(const struct shard_part *p, size_t n_problems, sheaf_error *err)
{
    size_t wanted = (n_problems + p->shard.n - p->shard.index) / p->shard.n;
    if (p->book.n == wanted)
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, p->dir,
                      "has %zu of the %zu problems of shard %zu/%zu; `sheaf eval` goes on with it",
                      p->book.n, wanted, p->shard.index, p->shard.n);
}

static const struct shard_part *part_at(const struct merging *m, size_t position)
{
    return m->parts[position % m->n];
}

static const char *id_at(const struct merging *m, size_t position)
{
    return part_at(m, position)->book.problems[position / m->n].id;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static sheaf_code check_ids(const struct merging *m, sheaf_error *err)
{
    const char **ids = alloc_zero(m->n_problems, sizeof *ids);
    if (!ids)
        return no_memory(m, err);
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < m->n_problems; i++)
        ids[i] = id_at(m, i);
    qsort(ids, m->n_problems, sizeof *ids, by_text);
    for (size_t i = 1; i < m->n_problems && !rc; i++)
        if (strcmp(ids[i - 1], ids[i]) == 0)
            rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, m->out, "problem %.80s is in the shards twice",
                            ids[i]);
    alloc_free(ids);
    return rc;
}

static sheaf_code check_parts(struct merging *m, sheaf_error *err)
{
    int64_t n_problems = 0;
    qsort(m->parts, m->n, sizeof *m->parts, by_shard);
    sheaf_code rc = check_shards(m, err);
    if (!rc)
        rc = json_i64(m->parts[0]->run.config, "problems", &n_problems, 1, SHEAF_DATASET_MAX_ROWS,
                      err);
    for (size_t i = 0; i < m->n && !rc; i++)
        rc = check_whole(m->parts[i], (size_t)n_problems, err);
    m->n_problems = (size_t)n_problems;
    return rc ? rc : check_ids(m, err);
}

/* ---- writing -------------------------------------------------------------------------------- */

static sheaf_code add_traces(struct merging *m, const struct shard_part *p,
                             const struct shard_problem *problem, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = problem->first; i < problem->last && !rc; i++) {
        const struct trace_entry *e = &p->run.table.items[p->order[i]];
        uint64_t at = m->tokens_size + m->frames.n;
        strbuf_text(&m->frames, trace_frame(&p->run.files, &e->r.frame));
        if (!trace_record_move(&m->lines, trace_line(&p->run.files, e), at))
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, m->out, "a record of a trace has no frame");
    }
    if (!rc && (m->frames.failed || m->lines.failed))
        rc = no_memory(m, err);
    return rc;
}

static sheaf_code write_problem(struct merging *m, size_t position, sheaf_error *err)
{
    const struct shard_part *p = part_at(m, position);
    const struct shard_problem *problem = &p->problems[position / m->n];
    strbuf_reset(&m->lines);
    strbuf_reset(&m->frames);
    sheaf_code rc = add_traces(m, p, problem, err);
    if (!rc)
        rc = rundir_append(&m->dir, RUNDIR_TOKENS, strbuf_view(&m->frames), err);
    if (!rc)
        rc = rundir_append(&m->dir, RUNDIR_TRACES, strbuf_view(&m->lines), err);
    if (!rc)
        rc = rundir_append(&m->dir, RUNDIR_VOTES, problem->votes, err);
    m->tokens_size += m->frames.n;
    return rc;
}

static sheaf_code write_records(struct merging *m, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < m->n_problems && !rc; i++)
        rc = write_problem(m, i, err);
    for (int f = 0; f < RUNDIR_FILES && !rc; f++)
        rc = rundir_sync(&m->dir, (enum rundir_file)f, err);
    return rc;
}

/* results.json from what was written, read back. */
static sheaf_code write_results(struct merging *m, text config, sheaf_error *err)
{
    struct run_reader run = {.dir = NULL};
    struct scorebook book = {.n = 0};
    strbuf results = {0};
    int64_t n_shots = 0;
    sheaf_code rc = run_reader_open(&run, m->out, err);
    if (!rc)
        rc = scorebook_open(&book, &run, err);
    if (!rc && book.n != m->n_problems)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, m->out, "%zu problems were read back; %zu wanted",
                        book.n, m->n_problems);
    if (!rc)
        rc = json_i64(run.config, "shots", &n_shots, 0, INT32_MAX, err);
    if (!rc)
        rc = results_write(&results, &book.summary.pub, config, (size_t)n_shots, err);
    if (!rc)
        rc = rundir_write(&m->dir, "results.json", strbuf_view(&results), err);
    strbuf_free(&results);
    scorebook_close(&book);
    run_reader_close(&run);
    return rc;
}

/* A merge that was broken off cannot be told from a run: only --redo replaces either. */
static sheaf_code check_out(const struct merging *m, sheaf_error *err)
{
    strbuf path = {0};
    sheaf_code rc = SHEAF_OK;
    strbuf_printf(&path, "%s/%s", m->out, RUNDIR_JSON);
    if (path.failed)
        rc = no_memory(m, err);
    else if (access(path.p, F_OK) == 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, m->out, "holds a run; another OUT or --redo wanted");
    strbuf_free(&path);
    return rc;
}

/* The machine of the shards where all have the same; released with cJSON_free, NULL: none. */
static char *common_machine(const struct merging *m)
{
    const cJSON *first = json_get(m->parts[0]->run.run, "machine");
    for (size_t i = 1; i < m->n; i++)
        if (!cJSON_Compare(first, json_get(m->parts[i]->run.run, "machine"), true))
            return NULL;
    return first ? cJSON_PrintUnformatted(first) : NULL;
}

static sheaf_code write_run(struct merging *m, bool redo, sheaf_error *err)
{
    const struct shard_part *first = m->parts[0];
    char *machine = common_machine(m);
    const struct rundir_identity id = {.run_id = first->run.run_id,
                                       .config = strbuf_view(&first->config),
                                       .machine = text_of(machine ? machine : "")};
    sheaf_code rc = redo ? SHEAF_OK : check_out(m, err);
    if (!rc)
        rc = rundir_open(&m->dir, m->out, &id, redo, err);
    if (!rc)
        rc = write_records(m, err);
    if (!rc)
        rc = write_results(m, id.config, err);
    if (!rc)
        rc = rundir_status(&m->dir, &id, "done", err);
    cJSON_free(machine);
    return rc;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static sheaf_code open_parts(struct merging *m, const char *const *dirs, size_t n,
                             sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    m->parts = alloc_zero(n, sizeof *m->parts);
    if (!m->parts)
        return no_memory(m, err);
    while (m->n < n && !rc) {
        struct shard_part *p = alloc_zero(1, sizeof *p);
        if (!p)
            return no_memory(m, err);
        m->parts[m->n] = p;
        rc = shard_part_open(p, dirs[m->n++], err);
    }
    return rc;
}

static void close_all(struct merging *m)
{
    for (size_t i = 0; i < m->n; i++) {
        shard_part_close(m->parts[i]);
        alloc_free(m->parts[i]);
    }
    alloc_free(m->parts);
    rundir_close(&m->dir);
    strbuf_free(&m->lines);
    strbuf_free(&m->frames);
}

sheaf_code shard_merge(strbuf *diff, const char *out, const char *const *dirs, size_t n, bool redo,
                       sheaf_error *err)
{
    struct merging m = {.out = out};
    if (n == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, out, "no shards given");
    sheaf_code rc = open_parts(&m, dirs, n, err);
    if (!rc)
        rc = check_drift(diff, &m, err);
    if (!rc)
        rc = check_parts(&m, err);
    if (!rc)
        rc = write_run(&m, redo, err);
    close_all(&m);
    return rc;
}
