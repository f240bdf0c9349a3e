/* shard_part.c - see shard_part.h.
 *
 * The settings are needed byte for byte, because their hash is the run's id: they are cut out of
 * run.json, the shard is cut off, and what is left must have that hash. */
#include "evals/shard_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"
#include "evals/records.h"
#include "store/put.h"
#include "store/rundir.h"

static sheaf_code no_memory(const struct shard_part *p, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, p->dir, "no memory for its records");
}

/* ---- settings ------------------------------------------------------------------------------- */

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

static sheaf_code read_shard(struct shard_part *p, sheaf_error *err)
{
    const cJSON *v = json_get(p->run.config, SHARD_KEY);
    if (!cJSON_IsString(v))
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, p->dir,
                          "is no shard; directories of `sheaf eval --shard` are wanted");
    if (shard_parse(&p->shard, v->valuestring, no_environment, NULL))
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, p->dir, "is shard \"%.40s\"; i/n is wanted",
                          v->valuestring);
    return SHEAF_OK;
}

/* The settings in run.json without `,"shard":"2/4"` at their end; false when they are elsewhere. */
static bool cut_settings(strbuf *out, text json, const struct shard *s)
{
    char shard[SHARD_BYTES], tail[SHARD_BYTES + 16];
    size_t n = (size_t)snprintf(tail, sizeof tail, ",\"" SHARD_KEY "\":\"%s\"}}\n",
                                shard_print(shard, s->index, s->n));
    size_t at = text_find(json, TEXT("\"config\":"));
    if (at == SIZE_MAX || !text_ends(json, (text){tail, n}))
        return false;
    at += strlen("\"config\":");
    if (at > json.n - n)
        return false;
    strbuf_text(out, text_slice(json, at, json.n - n - at));
    strbuf_char(out, '}');
    return true;
}

static sheaf_code read_settings(struct shard_part *p, sheaf_error *err)
{
    strbuf path = {0}, json = {0};
    char id[PUT_HASH_DIGITS + 1];
    strbuf_printf(&path, "%s/%s", p->dir, RUNDIR_JSON);
    sheaf_code rc = path.failed ? no_memory(p, err)
                                : file_read(&json, path.p, RUNDIR_JSON_BYTES, err);
    bool found = !rc && cut_settings(&p->config, strbuf_view(&json), &p->shard);
    if (!rc && p->config.failed)
        rc = no_memory(p, err);
    if (found && !rc)
        put_hex(id, hash_bytes(p->config.p, p->config.n, 0));
    if (!rc && (!found || strcmp(id, p->run.run_id) != 0))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path.p,
                        "was changed: its settings are not those of run %.40s", p->run.run_id);
    strbuf_free(&path);
    strbuf_free(&json);
    return rc;
}

/* ---- votes ---------------------------------------------------------------------------------- */

/* Gives every line of votes.jsonl to the problem that it is of; false when they do not stand
 * together in the order of the book. */
static bool place_lines(struct shard_part *p, arena *memory)
{
    text rest = {(const char *)p->votes.data, p->votes.size};
    size_t at = 0, end;
    while (rest.n && (end = text_find(rest, TEXT("\n"))) != SIZE_MAX) {
        struct record_line line;
        text whole = text_slice(rest, 0, end + 1);
        if (!record_parse_vote(&line, memory, text_slice(rest, 0, end), p->run.run_id))
            return false;
        if (at < p->book.n && p->problems[at].votes.n &&
            strcmp(line.problem, p->book.problems[at].id) != 0)
            at++;
        if (at >= p->book.n || strcmp(line.problem, p->book.problems[at].id) != 0)
            return false;
        text *votes = &p->problems[at].votes;
        *votes = (text){votes->n ? votes->p : whole.p, votes->n + whole.n};
        rest = text_slice(rest, end + 1, rest.n);
    }
    return rest.n == 0;
}

static sheaf_code read_votes(struct shard_part *p, sheaf_error *err)
{
    strbuf path = {0};
    arena memory;
    arena_init(&memory, SIZE_MAX);
    strbuf_printf(&path, "%s/votes.jsonl", p->dir);
    sheaf_code rc = path.failed ? no_memory(p, err) : file_map(&p->votes, path.p, err);
    if (!rc && !place_lines(p, &memory))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path.p,
                        "has damaged lines; `sheaf eval` on this shard mends them");
    arena_free(&memory);
    strbuf_free(&path);
    return rc;
}

/* ---- traces --------------------------------------------------------------------------------- */

/* A problem of the book by its id, for a search. */
struct named {
    const char *id;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

/* problem_of [n traces] out: the problem of each trace. False when one is of none. */
static bool name_problems(size_t *problem_of, const struct shard_part *p, struct named *names)
{
    for (size_t i = 0; i < p->book.n; i++)
        names[i] = (struct named){p->book.problems[i].id, i};
    qsort(names, p->book.n, sizeof *names, by_id);
    for (size_t i = 0; i < p->run.table.n; i++) {
        struct named wanted = {.id = p->run.table.items[i].r.problem};
        const struct named *found = bsearch(&wanted, names, p->book.n, sizeof *names, by_id);
        if (!found)
            return false;
        problem_of[i] = found->at;
    }
    return true;
}

/* Sorts by counting, which keeps the order of the file within a problem. */
static void sort_traces(struct shard_part *p, const size_t *problem_of)
{
    for (size_t i = 0; i < p->run.table.n; i++)
        p->problems[problem_of[i]].last++;
    for (size_t i = 0, at = 0; i < p->book.n; i++) {
        at += p->problems[i].last;
        p->problems[i].first = p->problems[i].last = at - p->problems[i].last;
    }
    for (size_t i = 0; i < p->run.table.n; i++)
        p->order[p->problems[problem_of[i]].last++] = i;
}

static sheaf_code place_traces(struct shard_part *p, sheaf_error *err)
{
    size_t *problem_of = alloc_zero(p->run.table.n, sizeof *problem_of);
    struct named *names = alloc_zero(p->book.n, sizeof *names);
    sheaf_code rc = SHEAF_OK;
    if (!problem_of || !names)
        rc = no_memory(p, err);
    else if (!name_problems(problem_of, p, names))
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, p->dir,
                        "has traces of a problem without votes: shard %zu/%zu is not finished",
                        p->shard.index, p->shard.n);
    else
        sort_traces(p, problem_of);
    alloc_free(problem_of);
    alloc_free(names);
    return rc;
}

/* A trace whose record or frame is damaged is not in the table. */
static sheaf_code check_traces(const struct shard_part *p, sheaf_error *err)
{
    for (size_t i = 0; i < p->book.n; i++) {
        const char *id = p->book.problems[i].id;
        if (!scorebook_has_traces(&p->book.scores[i], &p->book.lineup, &p->run.table, id))
            return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, p->dir,
                              "lacks traces of problem %.80s, which its votes count; `sheaf eval` "
                              "on this shard decodes them again",
                              id);
    }
    return SHEAF_OK;
}

/* ---- all of it ------------------------------------------------------------------------------ */

sheaf_code shard_part_open(struct shard_part *p, const char *dir, sheaf_error *err)
{
    *p = (struct shard_part){.dir = dir};
    sheaf_code rc = run_reader_open(&p->run, dir, err);
    if (!rc)
        rc = read_shard(p, err);
    if (!rc)
        rc = read_settings(p, err);
    if (!rc)
        rc = scorebook_open(&p->book, &p->run, err);
    if (rc)
        return rc;
    p->problems = alloc_zero(p->book.n, sizeof *p->problems);
    p->order = alloc_zero(p->run.table.n, sizeof *p->order);
    if (!p->problems || !p->order)
        return no_memory(p, err);
    rc = read_votes(p, err);
    if (!rc)
        rc = place_traces(p, err);
    return rc ? rc : check_traces(p, err);
}

void shard_part_close(struct shard_part *p)
{
    file_unmap(&p->votes);
    alloc_free(p->problems);
    alloc_free(p->order);
    strbuf_free(&p->config);
    scorebook_close(&p->book);
    run_reader_close(&p->run);
    *p = (struct shard_part){.dir = NULL};
}
