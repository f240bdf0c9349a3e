/* trace_table.c - see trace_table.h. */
#include "store/trace_table.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"

#define MEMORY_MAX ((size_t)4 << 30) /* of all strings */
#define FIRST_SLOTS 1024             /* a power of two */

void trace_table_init(struct trace_table *t)
{
    *t = (struct trace_table){.n = 0};
    arena_init(&t->memory, MEMORY_MAX);
}

void trace_table_free(struct trace_table *t)
{
    arena_free(&t->memory);
    alloc_free(t->items);
    alloc_free(t->slots);
    *t = (struct trace_table){.n = 0};
}

/* ---- files ---------------------------------------------------------------------------------- */

static sheaf_code map_file(file_view *out, const char *dir, const char *name, sheaf_error *err)
{
    struct stat st;
    strbuf path = {0};
    strbuf_printf(&path, "%s/%s", dir, name);
    sheaf_code rc = path.failed ? SHEAF_FAIL(err, SHEAF_ERR_NOMEM, dir, "no memory") : SHEAF_OK;
    if (!rc && stat(path.p, &st) == 0)
        rc = file_map(out, path.p, err);
    strbuf_free(&path);
    return rc;
}

sheaf_code trace_files_open(struct trace_files *out, const char *dir, sheaf_error *err)
{
    struct trace_files f = {.records.size = 0};
    sheaf_code rc = map_file(&f.records, dir, "samples.jsonl", err);
    if (!rc)
        rc = map_file(&f.tokens, dir, "tokens.zst", err);
    if (rc)
        trace_files_close(&f);
    else
        *out = f;
    return rc;
}

void trace_files_close(struct trace_files *f)
{
    file_unmap(&f->records);
    file_unmap(&f->tokens);
}

text trace_frame(const struct trace_files *f, const struct frame_ref *ref)
{
    size_t size = f->tokens.size;
    if (ref->at > size || ref->bytes > size - ref->at)
        return (text){NULL, 0};
    return (text){(const char *)f->tokens.data + ref->at, (size_t)ref->bytes};
}

text trace_line(const struct trace_files *f, const struct trace_entry *e)
{
    return (text){(const char *)f->records.data + e->line_at, e->line_bytes};
}

bool trace_frame_intact(const struct trace_files *f, const struct frame_ref *ref)
{
    text frame = trace_frame(f, ref);
    return frame.n > 0 && hash_bytes(frame.p, frame.n, 0) == ref->hash;
}

/* ---- look-up -------------------------------------------------------------------------------- */

static uint64_t hash_name(const char *problem, const char *strategy, uint32_t id)
{
    uint64_t h = hash_bytes(problem, strlen(problem) + 1, id);
    return hash_bytes(strategy, strlen(strategy), h);
}

static bool has_name(const struct trace_entry *e, const char *problem, const char *strategy,
                     uint32_t id)
{
    return e->r.id == id && strcmp(e->r.problem, problem) == 0 &&
           strcmp(e->r.strategy, strategy) == 0;
}

/* The slot of a name: its own, or the free one where it would go. n_slots > 0. */
static size_t slot_of(const struct trace_table *t, const char *problem, const char *strategy,
                      uint32_t id)
{
    size_t slot = (size_t)hash_name(problem, strategy, id) & (t->n_slots - 1);
    while (t->slots[slot] && !has_name(&t->items[t->slots[slot] - 1], problem, strategy, id))
        slot = (slot + 1) & (t->n_slots - 1);
    return slot;
}

const struct trace_entry *trace_table_find(const struct trace_table *t, const char *problem,
                                           const char *strategy, uint32_t id)
{
    if (t->n_slots == 0)
        return NULL;
    size_t found = t->slots[slot_of(t, problem, strategy, id)];
    return found ? &t->items[found - 1] : NULL;
}

/* Keeps at least half of the slots free. */
static bool grow_slots(struct trace_table *t)
{
    if (2 * (t->n + 1) <= t->n_slots)
        return true;
    size_t n = t->n_slots ? 2 * t->n_slots : FIRST_SLOTS;
    size_t *slots = alloc_zero(n, sizeof *slots);
    if (!slots)
        return false;
    alloc_free(t->slots);
    t->slots = slots;
    t->n_slots = n;
    for (size_t i = 0; i < t->n; i++) {
        const struct trace_record *r = &t->items[i].r;
        slots[slot_of(t, r->problem, r->strategy, r->id)] = i + 1;
    }
    return true;
}

sheaf_code trace_table_add(struct trace_table *t, const struct trace_entry *e, sheaf_error *err)
{
    struct trace_entry *items = alloc_grow(t->items, t->n, &t->cap, sizeof *items);
    if (items)
        t->items = items;
    if (!items || !grow_slots(t))
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "traces", "no memory for %zu records", t->n + 1);
    t->items[t->n] = *e;
    t->slots[slot_of(t, e->r.problem, e->r.strategy, e->r.id)] = ++t->n;
    return SHEAF_OK;
}

/* ---- scanning ------------------------------------------------------------------------------- */

/* Enters the line at `at` when it is good and new. */
static sheaf_code scan_line(struct trace_table *t, const struct trace_files *f, const char *run_id,
                            text line, sheaf_error *err)
{
    struct trace_entry e = {.line_at = t->size, .line_bytes = line.n};
    bool good = trace_record_read(&e.r, &t->memory, line, false) &&
                strcmp(e.r.run_id, run_id) == 0 && trace_frame_intact(f, &e.r.frame) &&
                !trace_table_find(t, e.r.problem, e.r.strategy, e.r.id);
    t->n_passed += !good;
    return good ? trace_table_add(t, &e, err) : SHEAF_OK;
}

sheaf_code trace_table_scan(struct trace_table *t, const struct trace_files *f, const char *run_id,
                            sheaf_error *err)
{
    text all = {(const char *)f->records.data, f->records.size};
    sheaf_code rc = SHEAF_OK;
    while (!rc && t->size < all.n) {
        const char *start = all.p + t->size, *end = memchr(start, '\n', all.n - t->size);
        if (!end)
            break;
        rc = scan_line(t, f, run_id, (text){start, (size_t)(end - start)}, err);
        t->size += (size_t)(end - start) + 1;
    }
    return rc;
}
