/* scorebook.c - see scorebook.h.
 *
 * All votes of a problem were written in one piece, so its lines stand together: a line belongs to
 * the problem of the line before or begins another. */
#include "evals/scorebook.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "evals/records.h"

#define VOTES_BYTES ((size_t)4 << 30)
#define TRACES_MAX 65536

_Static_assert(LINEUP_RULES_MAX <= 64, "rules are bits of a word");

/* The book while its file is read. */
struct reading {
    struct scorebook *book;
    const char *run_id;
    uint64_t *seen; /* [n] rules of each problem */
    size_t cap_problems, cap_scores, cap_seen;
    uint64_t known; /* rules of any problem */
    size_t n_traces;
};

static sheaf_code no_memory(const struct run_reader *run, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, run->dir, "no memory for its votes");
}

/* ---- settings ------------------------------------------------------------------------------- */

static sheaf_code make_lineup(struct lineup *out, const struct run_reader *run, sheaf_error *err)
{
    const char *names[LINEUP_RUNS_MAX];
    const cJSON *list = json_get(run->config, "strategies"), *item;
    size_t n = 0;
    if (!list)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, run->dir,
                          "holds no evaluation; a directory of `sheaf eval` wanted");
    cJSON_ArrayForEach(item, list)
        if (cJSON_IsString(item) && n < LINEUP_RUNS_MAX)
            names[n++] = item->valuestring;
    if (n == 0)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, run->dir, "\"strategies\" names no strategy");
    return lineup_make(out, names, n, err);
}

static uint64_t read_seed(const cJSON *config)
{
    const cJSON *seed = json_get(config, "seed");
    return cJSON_IsString(seed) ? strtoull(seed->valuestring, NULL, 16) : 0;
}

static const char *name_of(const cJSON *config, const char *key)
{
    const cJSON *v = json_get(config, key);
    return cJSON_IsString(v) ? v->valuestring : "?";
}

static sheaf_code read_count(size_t *out, const struct run_reader *run, const char *key,
                             sheaf_error *err)
{
    int64_t n = 0;
    sheaf_code rc = json_i64(run->config, key, &n, 0, (int64_t)1 << 40, err);
    *out = (size_t)n;
    return rc;
}

static sheaf_code describe(sheaf_eval_summary *s, const struct run_reader *run, size_t n_done,
                           sheaf_error *err)
{
    sheaf_code rc = read_count(&s->n_selected, run, "problems", err);
    if (!rc)
        rc = read_count(&s->n_total, run, "problems_in_file", err);
    s->data = name_of(run->config, "data");
    s->dir = run->dir;
    s->run_id = run->run_id;
    s->n_done = n_done;
    s->complete = n_done == s->n_selected;
    s->partial = n_done != s->n_total;
    return rc;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static size_t find_rule(const struct lineup *l, const struct record_line *line)
{
    for (size_t i = 0; i < l->n_rules; i++)
        if (strcmp(l->rules[i].name, line->rule) == 0 &&
            strcmp(l->runs[l->rules[i].run]->name, line->strategy) == 0)
            return i;
    return LINEUP_NONE;
}

static bool grow(struct reading *r)
{
    struct scorebook *b = r->book;
    void *problems = alloc_grow(b->problems, b->n, &r->cap_problems, sizeof *b->problems);
    b->problems = problems ? problems : b->problems;
    void *scores = alloc_grow(b->scores, b->n, &r->cap_scores, sizeof *b->scores);
    b->scores = scores ? scores : b->scores;
    void *seen = alloc_grow(r->seen, b->n, &r->cap_seen, sizeof *r->seen);
    r->seen = seen ? seen : r->seen;
    return problems && scores && seen;
}

/* The last problem becomes that of `line`. */
static bool turn_to(struct reading *r, const struct record_line *line)
{
    struct scorebook *b = r->book;
    if (b->n && strcmp(b->problems[b->n - 1].id, line->problem) == 0)
        return true;
    if (!grow(r))
        return false;
    b->problems[b->n] = (struct scorebook_problem){.id = line->problem, .gold = line->gold};
    b->scores[b->n] = (struct score){.rules = {{.correct = false}}};
    r->seen[b->n++] = 0;
    return true;
}

static bool take_line(struct reading *r, text t)
{
    struct scorebook *b = r->book;
    struct record_line line;
    size_t rule = LINEUP_NONE;
    if (record_parse_vote(&line, &b->memory, t, r->run_id) && line.run.n_traces <= r->n_traces)
        rule = find_rule(&b->lineup, &line);
    if (rule == LINEUP_NONE) {
        b->n_passed++;
        return true;
    }
    if (!turn_to(r, &line))
        return false;
    size_t last = b->n - 1, run = b->lineup.rules[rule].run;
    b->problems[last].votes[rule] = (struct scorebook_vote){line.answer, line.share};
    b->scores[last].rules[rule] = line.score;
    b->scores[last].runs[run] = line.run;
    b->problems[last].windows[run] = line.window;
    r->seen[last] |= (uint64_t)1 << rule;
    r->known |= r->seen[last];
    return true;
}

static sheaf_code take_lines(struct reading *r, const struct run_reader *run, sheaf_error *err)
{
    strbuf path = {0};
    file_view view = {.size = 0};
    strbuf_printf(&path, "%s/votes.jsonl", run->dir);
    sheaf_code rc = path.failed ? no_memory(run, err) : file_map(&view, path.p, err);
    text rest = {(const char *)view.data, view.size};
    size_t end;
    while (!rc && rest.n && (end = text_find(rest, TEXT("\n"))) != SIZE_MAX) {
        if (!take_line(r, text_slice(rest, 0, end)))
            rc = no_memory(run, err);
        rest = text_slice(rest, end + 1, rest.n);
    }
    file_unmap(&view);
    strbuf_free(&path);
    return rc;
}

/* ---- what counts ---------------------------------------------------------------------------- */

/* Leaves the problems that every known rule voted on. */
static void keep_complete(struct reading *r)
{
    struct scorebook *b = r->book;
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (r->seen[i] != r->known) {
            b->n_passed++;
            continue;
        }
        b->problems[n] = b->problems[i];
        b->scores[n++] = b->scores[i];
    }
    b->n = n;
}

static bool has_rule(const struct reading *r, size_t rule)
{
    return r->known >> rule & 1;
}

/* Every run needs its deciding rule: the tables stand on it. */
static sheaf_code check_rules(const struct reading *r, const struct run_reader *run,
                              sheaf_error *err)
{
    const struct lineup *l = &r->book->lineup;
    for (size_t i = 0; r->known && i < l->n_runs; i++)
        if (!has_rule(r, lineup_deciding_rule(l, i)))
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, run->dir, "has no votes of \"%s\"",
                              l->runs[i]->name);
    return SHEAF_OK;
}

/* Takes rules without a vote out of the lineup: the run was made by a version without them. */
static void drop_rules(struct reading *r)
{
    struct scorebook *b = r->book;
    size_t n = 0;
    for (size_t rule = 0; r->known && rule < b->lineup.n_rules; rule++) {
        if (!has_rule(r, rule))
            continue;
        b->lineup.rules[n] = b->lineup.rules[rule];
        for (size_t i = 0; i < b->n; i++) {
            b->problems[i].votes[n] = b->problems[i].votes[rule];
            b->scores[i].rules[n] = b->scores[i].rules[rule];
        }
        n++;
    }
    b->lineup.n_rules = r->known ? n : b->lineup.n_rules;
}

static sheaf_code read_votes(struct scorebook *b, const struct run_reader *run, size_t n_traces,
                             sheaf_error *err)
{
    struct reading r = {.book = b, .run_id = run->run_id, .n_traces = n_traces};
    sheaf_code rc = take_lines(&r, run, err);
    if (!rc)
        rc = check_rules(&r, run, err);
    if (!rc) {
        keep_complete(&r);
        drop_rules(&r);
    }
    alloc_free(r.seen);
    return rc;
}

sheaf_code scorebook_open(struct scorebook *out, const struct run_reader *run, sheaf_error *err)
{
    int64_t n_traces = 0;
    *out = (struct scorebook){.n = 0};
    arena_init(&out->memory, VOTES_BYTES);
    sheaf_code rc = make_lineup(&out->lineup, run, err);
    if (!rc)
        rc = json_i64(run->config, "traces", &n_traces, 1, TRACES_MAX, err);
    if (!rc && n_traces < 1)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, run->dir, "has no \"traces\"; a number wanted");
    if (!rc)
        rc = read_votes(out, run, (size_t)n_traces, err);
    if (!rc)
        rc = describe(&out->summary.pub, run, out->n, err);
    return rc ? rc
              : summary_make(&out->summary, &out->lineup, out->scores, out->n, (size_t)n_traces,
                             read_seed(run->config), err);
}

void scorebook_close(struct scorebook *b)
{
    alloc_free(b->problems);
    alloc_free(b->scores);
    arena_free(&b->memory);
    b->problems = NULL;
    b->scores = NULL;
    b->n = 0;
}

bool scorebook_has_traces(const struct score *s, const struct lineup *l,
                          const struct trace_table *table, const char *problem)
{
    for (size_t r = 0; r < l->n_runs; r++) {
        size_t n = 0, wanted = s->runs[r].n_traces - s->runs[r].n_unfinished;
        for (size_t id = 0; id < s->runs[r].n_traces; id++)
            n += trace_table_find(table, problem, l->runs[r]->name, (uint32_t)id) != NULL;
        if (n < wanted)
            return false;
    }
    return true;
}
