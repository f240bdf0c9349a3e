/* trace_log_test.c - the trace store: records and tokens come back, no altered byte goes unseen,
 * and whatever a kill leaves behind is taken up without a loss and without a duplicate. */
#include "tests/support/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "store/run_reader.h"
#include "store/seal.h"
#include "store/trace_index.h"
#include "store/trace_log.h"
#include "store/trace_set.h"
#include "tests/support/scratch_dir.h"

enum { N_TRACES = 12, N_TOKENS = 40, PATH_BYTES = 160 };

static int32_t tokens[N_TOKENS];
static float confidence[N_TOKENS];
static uint32_t text_bytes[N_TOKENS];

static int make_tokens(void **state)
{
    for (size_t i = 0; i < N_TOKENS; i++) {
        tokens[i] = (int32_t)(7 * i);
        confidence[i] = 3.0f + 0.25f * (float)i;
        text_bytes[i] = 1;
    }
    return scratch_make(state);
}

static const char *path_of(const char *dir, const char *name)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s%s%s", scratch_root(), dir, name[0] ? "/" : "", name);
    return path;
}

static void read_file(strbuf *out, const char *dir, const char *name)
{
    assert_int_equal(file_read(out, path_of(dir, name), 1 << 24, NULL), SHEAF_OK);
}

static void write_file(const char *dir, const char *name, text content)
{
    assert_int_equal(file_write(path_of(dir, name), content, NULL), SHEAF_OK);
}

/* ---- a store in a directory of root ---------------------------------------------------------- */

struct store {
    struct rundir dir;
    struct trace_log log;
};

static const struct rundir_identity identity = {.run_id = "00000000000000ab",
                                                .config = {"{\"traces\":12}", 13}};

static void open_store(struct store *s, const char *dir)
{
    sheaf_error err = {0};
    CHECK_OK(rundir_open(&s->dir, path_of(dir, ""), &identity, false, &err), err);
    CHECK_OK(trace_log_open(&s->log, &s->dir, identity.run_id, &err), err);
}

static void close_store(struct store *s)
{
    trace_log_close(&s->log);
    rundir_close(&s->dir);
}

static struct trace_record record_of(size_t i)
{
    static const char body[] = "a\"\n\xff\0b";
    return (struct trace_record){
        .run_id = identity.run_id, .problem = i % 2 ? "set/1" : "set/2 \"quoted\"",
        .strategy = "majority", .gold = "7", .seed = 42, .model_hash = 1, .prompt_hash = 2,
        .id = (uint32_t)i, .finish = i % 3 ? SHEAF_FINISH_STOP : SHEAF_FINISH_CUT,
        .n_tokens = i % N_TOKENS, .answer = i % 3 ? "7" : NULL,
        .verdict = i % 3 ? TRACE_RIGHT : TRACE_WRONG, .mean = 3.5f + (float)i, .tail = NAN,
        .self_certainty = INFINITY, .window = i % 4, .bottom10 = 3.25f, .lowest = 1.0f / 3.0f,
        .start_s = 0.1 * (double)i, .end_s = 1.0 / 3.0, .body = {body, i % sizeof body}};
}

static void add(struct store *s, size_t i)
{
    sheaf_error err = {0};
    struct trace_record r = record_of(i);
    CHECK_OK(trace_log_add(&s->log, &r, tokens, confidence, text_bytes, &err), err);
}

/* Adds all that is missing. */
static void complete(const char *dir)
{
    struct store s;
    open_store(&s, dir);
    for (size_t i = 0; i < N_TRACES; i++)
        add(&s, i);
    close_store(&s);
}

static void check_record(const struct trace_record *r)
{
    const struct trace_record want = record_of(r->id);
    assert_string_equal(r->problem, want.problem);
    assert_string_equal(r->strategy, want.strategy);
    assert_string_equal(r->gold, want.gold);
    assert_int_equal(r->finish, want.finish);
    assert_int_equal(r->n_tokens, want.n_tokens);
    assert_int_equal(r->verdict, want.verdict);
    assert_true(want.answer ? strcmp(r->answer, want.answer) == 0 : r->answer == NULL);
    assert_true(r->mean == want.mean && isnan(r->tail) && isinf(r->self_certainty));
    assert_int_equal(r->window, want.window);
    assert_true(want.window ? r->lowest == want.lowest : isnan(r->lowest));
    assert_true(r->start_s == want.start_s && r->end_s == want.end_s);
}

/* Every trace is there once, with its tokens. */
static void check_whole(const char *dir)
{
    sheaf_error err = {0};
    struct run_reader run;
    size_t n = 0;
    CHECK_OK(run_reader_open(&run, path_of(dir, ""), &err), err);
    assert_int_equal(run.table.n, N_TRACES);
    const char *problem;
    for (size_t p = 0; (problem = run_reader_problem(&run, p)); p++) {
        struct trace_set set;
        CHECK_OK(trace_set_load(&set, &run.table, &run.files, problem, "majority", &err), err);
        for (size_t i = 0; i < set.n; i++, n++) {
            check_record(&set.entries[i]->r);
            assert_true(i == 0 || set.traces[i].id > set.traces[i - 1].id);
            assert_memory_equal(set.traces[i].tokens, tokens, set.traces[i].n_tokens * 4);
            assert_memory_equal(set.traces[i].confidence, confidence, set.traces[i].n_tokens * 4);
            assert_memory_equal(set.text_bytes[i], text_bytes, set.traces[i].n_tokens * 4);
        }
        trace_set_free(&set);
    }
    assert_int_equal(n, N_TRACES);
    run_reader_close(&run);
}

static void check_same(const char *dir, const char *other, const char *name)
{
    strbuf a = {0}, b = {0};
    read_file(&a, dir, name);
    read_file(&b, other, name);
    if (!text_equal(strbuf_view(&a), strbuf_view(&b)))
        fail_msg("%s differs between %s and %s", name, dir, other);
    strbuf_free(&a);
    strbuf_free(&b);
}

/* ---- records --------------------------------------------------------------------------------- */

static void every_byte_of_a_record_counts(void **state)
{
    (void)state;
    strbuf b = {0};
    arena memory;
    struct trace_record r = record_of(5), back;
    arena_init(&memory, 1 << 20);
    trace_record_write(&b, &r);
    assert_true(!b.failed && b.p[b.n - 1] == '\n' && !memchr(b.p, '\n', b.n - 1));
    text line = text_slice(strbuf_view(&b), 0, b.n - 1);
    assert_true(trace_record_read(&back, &memory, line, true));
    check_record(&back);
    assert_memory_equal(back.body.p, "a\"\n\xef\xbf\xbd\x1a", back.body.n); /* NUL: U+001A */
    assert_int_equal(back.body.n, 7);
    for (size_t i = 0; i < line.n; i++) {
        b.p[i] ^= 1;
        assert_false(seal_intact(line) || trace_record_read(&back, &memory, line, true));
        b.p[i] ^= 1;
        assert_false(seal_intact(text_slice(line, 0, i)));
    }
    arena_free(&memory);
    strbuf_free(&b);
}

/* Sealed, but nothing that was ever written: counts out of range, names unknown, types wrong. */
static void sealed_nonsense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *part, *instead;
    } cases[] = {
        {"sheaf.trace/3", "sheaf.trace/2"}, {"\"n_tokens\":5", "\"n_tokens\":-5"},
        {"\"n_tokens\":5", "\"n_tokens\":1e99"}, {"\"n_tokens\":5", "\"n_tokens\":\"5\""},
        {"\"stop\"", "\"halt\""}, {"\"correct\":true", "\"correct\":7"},
        {"\"trace\":5", "\"trace\":4294967296"}, {"\"at\":0", "\"at\":-1"},
        {"\"gold\":\"7\"", "\"gold\":7"}, {"\"doc_id\":\"set/1\"", "\"doc_id\":null"},
    };
    struct trace_record r = record_of(5), back;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strbuf b = {0}, other = {0};
        arena memory;
        arena_init(&memory, 1 << 20);
        trace_record_write(&b, &r);
        size_t at = text_find(strbuf_view(&b), text_of(cases[i].part));
        size_t end = text_rfind(strbuf_view(&b), TEXT(",\"xxh3\""));
        assert_true(at < end && end != SIZE_MAX);
        strbuf_text(&other, text_slice(strbuf_view(&b), 0, at));
        strbuf_str(&other, cases[i].instead);
        at += strlen(cases[i].part);
        strbuf_text(&other, text_slice(strbuf_view(&b), at, end - at));
        seal_close(&other, 0);
        text line = text_slice(strbuf_view(&other), 0, other.n - 1);
        assert_true(seal_intact(line));
        if (trace_record_read(&back, &memory, line, true))
            fail_msg("%s was read", cases[i].instead);
        arena_free(&memory);
        strbuf_free(&b);
        strbuf_free(&other);
    }
}

/* ---- kills ----------------------------------------------------------------------------------- */

/* A kill leaves whole frames and records up to some byte of one of the two files. */
static void a_kill_loses_and_doubles_nothing(void **state)
{
    (void)state;
    strbuf records = {0}, frames = {0};
    complete("whole");
    check_whole("whole");
    complete("killed");
    read_file(&records, "whole", "samples.jsonl");
    read_file(&frames, "whole", "tokens.zst");
    for (size_t i = 0; i <= 100; i++) {
        size_t n_records = records.n * i / 100;
        size_t n_frames = frames.n * (i + i % 5 * 7) / 100; /* as far or further */
        write_file("killed", "samples.jsonl", text_slice(strbuf_view(&records), 0, n_records));
        write_file("killed", "tokens.zst", text_slice(strbuf_view(&frames), 0, n_frames));
        complete("killed");
        if (i % 5 == 0)
            check_whole("killed");
        else {
            check_same("whole", "killed", "samples.jsonl");
            check_same("whole", "killed", "tokens.zst");
        }
    }
    strbuf_free(&records);
    strbuf_free(&frames);
}

static void what_was_cut_is_kept(void **state)
{
    (void)state;
    strbuf b = {0};
    complete("cut");
    read_file(&b, "cut", "samples.jsonl");
    strbuf_str(&b, "{\"schema\":\"torn");
    write_file("cut", "samples.jsonl", strbuf_view(&b));
    complete("cut");
    strbuf_reset(&b);
    read_file(&b, "cut", "samples.jsonl.cut");
    assert_true(text_equal(strbuf_view(&b), TEXT("{\"schema\":\"torn")));
    check_whole("cut");
    strbuf_free(&b);
}

/* An altered record or frame is passed over where it is, and the trace is recorded once more. */
static void damage_is_passed_over(void **state)
{
    (void)state;
    static const char *const names[] = {"samples.jsonl", "tokens.zst"};
    for (size_t f = 0; f < 2; f++) {
        strbuf b = {0};
        char dir[16];
        snprintf(dir, sizeof dir, "damage%zu", f);
        complete(dir);
        read_file(&b, dir, names[f]);
        b.p[b.n / 2] ^= 4;
        write_file(dir, names[f], strbuf_view(&b));
        struct run_reader run;
        sheaf_error err = {0};
        CHECK_OK(run_reader_open(&run, path_of(dir, ""), &err), err);
        assert_int_equal(run.table.n, N_TRACES - 1);
        assert_int_equal(run.table.n_passed, 1);
        run_reader_close(&run);
        complete(dir);
        check_whole(dir);
        strbuf_free(&b);
    }
}

static void readers_need_no_lock(void **state)
{
    (void)state;
    struct store s;
    struct run_reader run;
    sheaf_error err = {0};
    open_store(&s, "growing");
    for (size_t i = 0; i < N_TRACES; i++) {
        add(&s, i);
        CHECK_OK(run_reader_open(&run, path_of("growing", ""), &err), err);
        assert_int_equal(run.table.n, i + 1);
        assert_false(run.done);
        run_reader_close(&run);
    }
    close_store(&s);
    check_whole("growing");
}

/* ---- the index ------------------------------------------------------------------------------- */

static size_t count_indexed(const char *dir)
{
    struct trace_files files;
    struct trace_table t;
    trace_table_init(&t);
    assert_int_equal(trace_files_open(&files, path_of(dir, ""), NULL), SHEAF_OK);
    trace_index_load(&t, &files, path_of(dir, ""), identity.run_id);
    for (size_t i = 0; i < t.n; i++)
        check_record(&t.items[i].r);
    size_t n = t.n;
    trace_table_free(&t);
    trace_files_close(&files);
    return n;
}

static void the_index_is_derived(void **state)
{
    (void)state;
    strbuf b = {0}, records = {0};
    complete("index");
    assert_int_equal(count_indexed("index"), 0);
    check_whole("index"); /* opening makes it */
    assert_int_equal(count_indexed("index"), N_TRACES);
    check_whole("index"); /* and reads it */
    read_file(&b, "index", TRACE_INDEX_NAME);
    for (size_t i = 0; i < b.n; i += 97) { /* damaged: no crash, and the records are right */
        b.p[i] ^= 0x55;
        write_file("index", TRACE_INDEX_NAME, strbuf_view(&b));
        struct run_reader run;
        assert_int_equal(run_reader_open(&run, path_of("index", ""), NULL), SHEAF_OK);
        assert_true(run.table.n <= N_TRACES);
        run_reader_close(&run);
        b.p[i] ^= 0x55;
    }
    write_file("index", TRACE_INDEX_NAME, strbuf_view(&b));
    read_file(&records, "index", "samples.jsonl"); /* other records: it does not fit */
    records.p[records.n / 3] ^= 1;
    write_file("index", "samples.jsonl", strbuf_view(&records));
    assert_int_equal(count_indexed("index"), 0);
    strbuf_free(&b);
    strbuf_free(&records);
}

/* ---- other formats --------------------------------------------------------------------------- */

static void another_format_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *run, *says;
    } cases[] = {
        {"{\"schema\":\"sheaf.run/1\",\"run_id\":\"a\",\"status\":\"done\",\"config\":{}}",
         "sheaf.run/1"},
        {"{\"schema\":\"sheaf.run/3\",\"status\":\"done\",\"config\":{}}", "run_id"},
        {"{\"run_id\":\"a\",\"status\":\"done\",\"config\":{}}", "schema"},
        {"[]", "schema"},
        {"{\"schema\":", "JSON"},
    };
    file_make_dirs(path_of("formats", ""), NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run_reader run;
        sheaf_error err = {0};
        write_file("formats", "run.json", text_of(cases[i].run));
        assert_int_not_equal(run_reader_open(&run, path_of("formats", ""), &err), SHEAF_OK);
        if (!strstr(err.message, cases[i].says) && i != 4)
            fail_msg("'%s' in '%s' wanted", cases[i].says, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_a_record_counts),
        cmocka_unit_test(sealed_nonsense_is_refused),
        cmocka_unit_test(a_kill_loses_and_doubles_nothing),
        cmocka_unit_test(what_was_cut_is_kept),
        cmocka_unit_test(damage_is_passed_over),
        cmocka_unit_test(readers_need_no_lock),
        cmocka_unit_test(the_index_is_derived),
        cmocka_unit_test(another_format_is_named),
    };
    return cmocka_run_group_tests(tests, make_tokens, scratch_remove);
}
