/* trace_index.c - see trace_index.h. Made anew in a file of its own that is then renamed, so
 * neither two readers nor a kill leave half of one. */
#include "store/trace_index.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/frame.h"
#include "store/put.h"

#define VERSION "1"

static const char schema[] =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
    "CREATE TABLE meta(version TEXT, run_id TEXT, size INTEGER, hash TEXT, n INTEGER,"
    " n_passed INTEGER);"
    "CREATE TABLE traces(problem TEXT, strategy TEXT, trace INTEGER, gold TEXT, finish TEXT,"
    " n_tokens INTEGER, answer TEXT, canonical TEXT, verdict INTEGER, mean REAL, tail REAL,"
    " self_certainty REAL, window INTEGER, bottom10 REAL, lowest REAL, start_s REAL, end_s REAL,"
    " frame_at INTEGER, frame_bytes INTEGER, frame_hash INTEGER, line_at INTEGER,"
    " line_bytes INTEGER);"
    "BEGIN;";

static const char finishing[] =
    "COMMIT; CREATE UNIQUE INDEX name ON traces(problem, strategy, trace);";

static bool join(strbuf *path, const char *dir, const char *suffix)
{
    strbuf_printf(path, "%s/%s%s", dir, TRACE_INDEX_NAME, suffix);
    return !path->failed;
}

static void hash_records(char hex[PUT_HASH_DIGITS + 1], const struct trace_files *f, size_t size)
{
    put_hex(hex, hash_bytes(f->records.data, size, 0));
}

/* ---- saving --------------------------------------------------------------------------------- */

/* Values are bound in the order of the columns. */
struct row {
    sqlite3_stmt *s;
    int column;
};

static void bind_text(struct row *r, const char *v)
{
    sqlite3_bind_text(r->s, ++r->column, v, -1, SQLITE_STATIC); /* NULL binds NULL */
}

static void bind_int(struct row *r, uint64_t v)
{
    sqlite3_bind_int64(r->s, ++r->column, (sqlite3_int64)v);
}

static void bind_real(struct row *r, double v) /* NaN binds NULL */
{
    sqlite3_bind_double(r->s, ++r->column, v);
}

static bool insert(sqlite3_stmt *s, const struct trace_entry *e)
{
    const struct trace_record *t = &e->r;
    struct row r = {s, 0};
    bind_text(&r, t->problem);
    bind_text(&r, t->strategy);
    bind_int(&r, t->id);
    bind_text(&r, t->gold);
    bind_text(&r, sheaf_finish_name(t->finish));
    bind_int(&r, t->n_tokens);
    bind_text(&r, t->answer);
    bind_text(&r, t->canonical);
    bind_int(&r, (uint64_t)(int64_t)t->verdict);
    bind_real(&r, (double)t->mean);
    bind_real(&r, (double)t->tail);
    bind_real(&r, (double)t->self_certainty);
    bind_int(&r, t->window);
    bind_real(&r, (double)t->bottom10);
    bind_real(&r, (double)t->lowest);
    bind_real(&r, t->start_s);
    bind_real(&r, t->end_s);
    bind_int(&r, t->frame.at);
    bind_int(&r, t->frame.bytes);
    bind_int(&r, t->frame.hash);
    bind_int(&r, e->line_at);
    bind_int(&r, e->line_bytes);
    bool ok = sqlite3_step(s) == SQLITE_DONE;
    return sqlite3_reset(s) == SQLITE_OK && ok;
}

static bool insert_meta(sqlite3 *db, const struct trace_table *t, const struct trace_files *f,
                        const char *run_id)
{
    char hash[PUT_HASH_DIGITS + 1];
    struct row r = {NULL, 0};
    if (sqlite3_prepare_v2(db, "INSERT INTO meta VALUES(?,?,?,?,?,?)", -1, &r.s, NULL))
        return false;
    hash_records(hash, f, t->size);
    bind_text(&r, VERSION);
    bind_text(&r, run_id);
    bind_int(&r, t->size);
    bind_text(&r, hash);
    bind_int(&r, t->n);
    bind_int(&r, t->n_passed);
    bool ok = sqlite3_step(r.s) == SQLITE_DONE;
    return sqlite3_finalize(r.s) == SQLITE_OK && ok;
}

static bool insert_all(sqlite3 *db, const struct trace_table *t, const struct trace_files *f,
                       const char *run_id)
{
    static const char sql[] =
        "INSERT INTO traces VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK &&
              insert_meta(db, t, f, run_id) &&
              sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK;
    for (size_t i = 0; i < t->n && ok; i++)
        ok = insert(s, &t->items[i]);
    sqlite3_finalize(s);
    return ok && sqlite3_exec(db, finishing, NULL, NULL, NULL) == SQLITE_OK;
}

static bool write_database(const char *path, const struct trace_table *t,
                           const struct trace_files *f, const char *run_id)
{
    sqlite3 *db = NULL;
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
                  SQLITE_OK &&
              insert_all(db, t, f, run_id);
    return sqlite3_close(db) == SQLITE_OK && ok;
}

bool trace_index_save(const struct trace_table *t, const struct trace_files *f, const char *dir,
                      const char *run_id)
{
    char suffix[32];
    strbuf temporary = {0}, path = {0};
    snprintf(suffix, sizeof suffix, ".%ld", (long)getpid());
    bool ok = join(&temporary, dir, suffix) && join(&path, dir, "");
    if (ok) {
        ok = write_database(temporary.p, t, f, run_id) && rename(temporary.p, path.p) == 0;
        if (!ok)
            unlink(temporary.p);
    }
    strbuf_free(&temporary);
    strbuf_free(&path);
    return ok;
}

/* ---- loading -------------------------------------------------------------------------------- */

static const char *column_text(sqlite3_stmt *s, int column, arena *memory)
{
    const char *v = (const char *)sqlite3_column_text(s, column);
    return v ? arena_strndup(memory, v, strlen(v)) : NULL;
}

static float column_float(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN
                                                         : (float)sqlite3_column_double(s, column);
}

static uint64_t column_int(sqlite3_stmt *s, int column)
{
    return (uint64_t)sqlite3_column_int64(s, column);
}

static bool read_row(struct trace_entry *e, sqlite3_stmt *s, arena *memory)
{
    const char *finish = (const char *)sqlite3_column_text(s, 4);
    *e = (struct trace_entry){
        .r = {.problem = column_text(s, 0, memory),
              .strategy = column_text(s, 1, memory),
              .id = (uint32_t)column_int(s, 2),
              .gold = column_text(s, 3, memory),
              .n_tokens = (size_t)column_int(s, 5),
              .answer = column_text(s, 6, memory),
              .canonical = column_text(s, 7, memory),
              .verdict = (enum trace_verdict)sqlite3_column_int(s, 8),
              .mean = column_float(s, 9),
              .tail = column_float(s, 10),
              .self_certainty = column_float(s, 11),
              .window = (size_t)column_int(s, 12),
              .bottom10 = column_float(s, 13),
              .lowest = column_float(s, 14),
              .start_s = sqlite3_column_double(s, 15),
              .end_s = sqlite3_column_double(s, 16),
              .frame = {column_int(s, 17), column_int(s, 18), column_int(s, 19)}},
        .line_at = (size_t)column_int(s, 20),
        .line_bytes = (size_t)column_int(s, 21),
    };
    return finish && trace_finish_parse(&e->r.finish, finish);
}

/* Nothing that a row says may lead outside the files. */
static bool row_is_sound(const struct trace_entry *e, const struct trace_table *t,
                         const struct trace_files *f, size_t size)
{
    const struct trace_record *r = &e->r;
    return r->problem && r->strategy && r->n_tokens <= FRAME_TOKENS_MAX &&
           e->line_at <= size && e->line_bytes <= size - e->line_at &&
           trace_frame(f, &r->frame).n > 0 &&
           !trace_table_find(t, r->problem, r->strategy, r->id);
}

static bool load_rows(struct trace_table *t, sqlite3 *db, const struct trace_files *f, size_t size)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(db, "SELECT * FROM traces ORDER BY line_at", -1, &s, NULL) ==
                  SQLITE_OK &&
              sqlite3_column_count(s) == 22;
    while (ok && sqlite3_step(s) == SQLITE_ROW) {
        struct trace_entry e;
        ok = read_row(&e, s, &t->memory) && row_is_sound(&e, t, f, size) &&
             trace_table_add(t, &e, NULL) == SHEAF_OK;
    }
    return sqlite3_finalize(s) == SQLITE_OK && ok;
}

struct meta {
    size_t size, n, n_passed;
};

/* Was the index made from these records of this run? */
static bool read_meta(struct meta *m, sqlite3 *db, const struct trace_files *f, const char *run_id)
{
    char hash[PUT_HASH_DIGITS + 1];
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(db, "SELECT * FROM meta WHERE version = '" VERSION "'", -1, &s,
                                 NULL) == SQLITE_OK &&
              sqlite3_step(s) == SQLITE_ROW && sqlite3_column_count(s) == 6;
    if (ok) {
        const char *id = (const char *)sqlite3_column_text(s, 1);
        const char *stored = (const char *)sqlite3_column_text(s, 3);
        *m = (struct meta){(size_t)column_int(s, 2), (size_t)column_int(s, 4),
                           (size_t)column_int(s, 5)};
        ok = id && stored && strcmp(id, run_id) == 0 && m->size <= f->records.size;
        if (ok) {
            hash_records(hash, f, m->size);
            ok = strcmp(hash, stored) == 0;
        }
    }
    sqlite3_finalize(s);
    return ok;
}

void trace_index_load(struct trace_table *t, const struct trace_files *f, const char *dir,
                      const char *run_id)
{
    struct meta m = {.n = 0};
    sqlite3 *db = NULL;
    strbuf path = {0};
    bool ok = join(&path, dir, "") &&
              sqlite3_open_v2(path.p, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              read_meta(&m, db, f, run_id) && load_rows(t, db, f, m.size) && t->n == m.n;
    if (ok) {
        t->size = m.size;
        t->n_passed = m.n_passed;
    } else {
        trace_table_free(t);
        trace_table_init(t);
    }
    sqlite3_close(db);
    strbuf_free(&path);
}
