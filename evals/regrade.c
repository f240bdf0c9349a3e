/* regrade.c - see regrade.h. */
#include "evals/regrade.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "store/rundir.h"
#include "store/seal.h"
#include "store/trace_table.h"

#define MEMORY_MAX ((size_t)1 << 30)
#define VOTES_MAX ((size_t)1 << 30)
#define RECORD_MEMORY ((size_t)256 << 20)

static sheaf_code no_memory(sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "records", "no memory");
}

/* NULL for NULL, and without memory, which add_change notices. */
static const char *keep(struct regrade *r, const char *s)
{
    return s ? arena_strndup(&r->memory, s, strlen(s)) : NULL;
}

static sheaf_code add_change(struct regrade *r, const struct regrade_change *c, sheaf_error *err)
{
    struct regrade_change *grown = alloc_grow(r->changes, r->n, &r->cap, sizeof *grown);
    if (!grown)
        return no_memory(err);
    r->changes = grown;
    struct regrade_change *x = &r->changes[r->n];
    *x = *c;
    x->problem = keep(r, c->problem);
    x->strategy = keep(r, c->strategy);
    x->rule = keep(r, c->rule);
    x->gold = keep(r, c->gold);
    x->before = keep(r, c->before);
    x->after = keep(r, c->after);
    r->n++;
    bool whole = x->problem && x->strategy && x->gold && (x->before || !c->before) &&
                 (x->after || !c->after) && (x->rule || !c->rule);
    return whole ? SHEAF_OK : no_memory(err);
}

static void count(struct regrade_count *n, const struct regrade_change *c)
{
    n->n++;
    n->was_right += c->was_right;
    n->is_right += c->is_right;
    n->unknown += c->grade.verdict == SHEAF_UNKNOWN;
}

static bool by_harness(const struct regrade *r)
{
    return strcmp(r->filter, FILTER_EXACT) != 0;
}

static void grade(struct regrade_change *c, const struct regrade *r)
{
    c->grade = (sheaf_grade){SHEAF_NO_ANSWER, "", "none"};
    if (c->after && by_harness(r))
        c->grade = filter_grade(&r->harness, r->filter, c->gold, c->after);
    else if (c->after)
        sheaf_answer_grade(&c->grade, c->gold, strlen(c->gold), c->after, strlen(c->after),
                           r->task, NULL);
    c->is_right = c->grade.verdict == SHEAF_EQUAL;
}

static bool same_answer(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- traces -----------------------------------------------------------------------------------
 */

static bool find_answer(char answer[SHEAF_ANSWER_MAX + 1], const struct regrade *r, text body)
{
    size_t n = 0;
    if (by_harness(r))
        return r->harness.judge.extract(r->harness.judge.ctx, answer, SHEAF_ANSWER_MAX + 1, body.p,
                                        body.n);
    return sheaf_answer_extract(answer, &n, SHEAF_ANSWER_MAX + 1, body.p, body.n, r->task) ==
               SHEAF_FOUND &&
           !memchr(answer, '\0', n);
}

/* What the trace answers by today's rules: a probed one what its probes said, a cut one nothing. */
static const char *answer_of(char found[SHEAF_ANSWER_MAX + 1], const struct regrade *r,
                             const struct trace_record *t)
{
    if (t->finish == SHEAF_FINISH_PROBE)
        return t->answer;
    return sheaf_finish_answers(t->finish) && find_answer(found, r, t->body) ? found : NULL;
}

static sheaf_code regrade_trace(struct regrade *r, const struct trace_record *t, sheaf_error *err)
{
    char answer[SHEAF_ANSWER_MAX + 1];
    if (!t->gold || t->verdict == TRACE_UNGRADED)
        return SHEAF_OK;
    struct regrade_change c = {.problem = t->problem, .strategy = t->strategy, .trace = t->id,
                               .gold = t->gold, .before = t->answer,
                               .after = answer_of(answer, r, t),
                               .was_right = t->verdict == TRACE_RIGHT};
    grade(&c, r);
    count(&r->traces, &c);
    bool changed = c.was_right != c.is_right || !same_answer(c.before, c.after);
    return changed ? add_change(r, &c, err) : SHEAF_OK;
}

static sheaf_code regrade_traces(struct regrade *r, const struct trace_table *table,
                                 const struct trace_files *files, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < table->n && !rc; i++) {
        struct trace_record t;
        arena memory;
        arena_init(&memory, RECORD_MEMORY);
        if (trace_record_read(&t, &memory, trace_line(files, &table->items[i]), true))
            rc = regrade_trace(r, &t, err);
        else
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, "samples.jsonl", "record %zu has changed", i);
        arena_free(&memory);
    }
    return rc;
}

static sheaf_code read_traces(struct regrade *r, const char *dir, sheaf_error *err)
{
    struct trace_table table;
    struct trace_files files = {.records.size = 0};
    trace_table_init(&table);
    sheaf_code rc = trace_files_open(&files, dir, err);
    if (!rc)
        rc = trace_table_scan(&table, &files, r->run_id, err);
    if (!rc)
        rc = regrade_traces(r, &table, &files, err);
    trace_files_close(&files);
    trace_table_free(&table);
    return rc;
}

/* ---- votes ------------------------------------------------------------------------------------
 */

static const char *member(const cJSON *o, const char *key)
{
    const cJSON *v = json_get(o, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

/* A line that is no whole vote of this run is passed over, as resuming does. */
static sheaf_code regrade_vote(struct regrade *r, const cJSON *o, sheaf_error *err)
{
    const char *run_id = member(o, "run_id"), *answer = member(o, "answer");
    struct regrade_change c = {.problem = member(o, "problem"), .strategy = member(o, "strategy"),
                               .rule = member(o, "rule"), .gold = member(o, "gold"),
                               .before = answer, .after = answer,
                               .was_right = cJSON_IsTrue(json_get(o, "correct"))};
    bool whole = c.problem && c.strategy && c.rule && c.gold && run_id &&
                 strcmp(run_id, r->run_id) == 0;
    if (!whole)
        return SHEAF_OK;
    grade(&c, r);
    count(&r->votes, &c);
    return c.was_right != c.is_right ? add_change(r, &c, err) : SHEAF_OK;
}

static sheaf_code regrade_votes(struct regrade *r, text rest, sheaf_error *err)
{
    sheaf_code rc = SHEAF_OK;
    size_t end;
    while (!rc && (end = text_find(rest, TEXT("\n"))) != SIZE_MAX) {
        text line = text_slice(rest, 0, end);
        cJSON *o = NULL;
        rest = text_slice(rest, end + 1, rest.n);
        if (seal_intact(line) && json_parse(&o, line, NULL, NULL) == SHEAF_OK)
            rc = regrade_vote(r, o, err);
        cJSON_Delete(o);
    }
    return rc;
}

/* ---- the run ----------------------------------------------------------------------------------
 */

static sheaf_code read_file(strbuf *out, const char *dir, const char *name, size_t max,
                            sheaf_error *err)
{
    strbuf path = {0};
    strbuf_printf(&path, "%s/%s", dir, name);
    sheaf_code rc = path.failed ? no_memory(err) : file_read(out, path.p, max, err);
    strbuf_free(&path);
    return rc;
}

static sheaf_code take_settings(struct regrade *r, const cJSON *run, const char *path,
                                const sheaf_task *task, sheaf_error *err)
{
    const cJSON *config = json_get(run, "config");
    const char *status = member(run, "status"), *name = member(config, "task");
    sheaf_code rc = rundir_check_schema(run, path, err);
    if (rc)
        return rc;
    r->run_id = keep(r, member(run, "run_id"));
    r->data = keep(r, member(config, "data"));
    r->done = status && strcmp(status, "done") == 0;
    bool known = name && sheaf_task_parse(&r->task, name);
    if (task)
        r->task = *task;
    if (r->run_id && r->data && (known || task))
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "has no run_id, data or task; all three wanted");
}

/* The caller's filter, else the run's. */
static sheaf_code take_filter(struct regrade *r, const cJSON *run, const sheaf_task *task,
                              const char *filter, sheaf_error *err)
{
    const char *stored = task ? NULL : member(json_get(run, "config"), "filter");
    const char *wanted = filter ? filter : stored;
    r->filter = FILTER_EXACT;
    if (!wanted || strcmp(wanted, FILTER_EXACT) == 0 ||
        filter_grader(&r->harness, &r->filter, wanted))
        return SHEAF_OK;
    return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "filter", "\"%.40s\" is not known", wanted);
}

static sheaf_code read_settings(struct regrade *r, const char *dir, const sheaf_task *task,
                                const char *filter, sheaf_error *err)
{
    strbuf content = {0};
    cJSON *run = NULL;
    sheaf_code rc = read_file(&content, dir, RUNDIR_JSON, RUNDIR_JSON_BYTES, err);
    if (!rc)
        rc = json_parse(&run, strbuf_view(&content), RUNDIR_JSON, err);
    if (!rc)
        rc = take_settings(r, run, RUNDIR_JSON, task, err);
    if (!rc)
        rc = take_filter(r, run, task, filter, err);
    cJSON_Delete(run);
    strbuf_free(&content);
    return rc;
}

sheaf_code regrade_run(struct regrade *out, const char *dir, const sheaf_task *task,
                       const char *filter, sheaf_error *err)
{
    strbuf votes = {0};
    *out = (struct regrade){.n = 0};
    arena_init(&out->memory, MEMORY_MAX);
    sheaf_code rc = read_settings(out, dir, task, filter, err);
    if (!rc)
        rc = read_traces(out, dir, err);
    if (!rc)
        rc = read_file(&votes, dir, "votes.jsonl", VOTES_MAX, err);
    if (!rc)
        rc = regrade_votes(out, strbuf_view(&votes), err);
    strbuf_free(&votes);
    return rc;
}

void regrade_free(struct regrade *r)
{
    arena_free(&r->memory);
    alloc_free(r->changes);
    *r = (struct regrade){.n = 0};
}
