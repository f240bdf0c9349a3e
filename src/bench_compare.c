/* bench_compare.c - see bench_compare.h. */
#include "src/bench_compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"
#include "src/bench_report.h"
#include "src/child.h"
#include "src/cli_io.h"

#define OUTPUT_BYTES ((size_t)4 << 20)
#define THIS_PROGRAM "/proc/self/exe"

enum side { OLD, NEW, SIDES };
enum measure { PROMPT, DECODE, MEASURES };

static const char *const measure_keys[MEASURES] = {"prompt_tps", "decode_tps"};
static const char *const side_names[SIDES] = {"old", "new"};

/* What the runs gave for one number of traces. */
struct compared {
    int64_t traces;
    double tps[MEASURES][SIDES][BENCH_RUNS_MAX];
};

struct comparison {
    const struct bench_compare *c;
    const char **argv[SIDES]; /* NULL-terminated */
    struct compared *rows;    /* [c->n_rows] */
    char log[256];
    bool log_made;
};

/* ---- the runs ------------------------------------------------------------------------------- */

static const char **arguments(const struct bench_compare *c, const char *program)
{
    static const char *const forced[] = {"--format", "json", "--repeats", "1", "--quiet"};
    const size_t n_forced = sizeof forced / sizeof *forced;
    const char **argv = alloc_zero(c->n_args + n_forced + 3, sizeof *argv);
    if (!argv)
        return NULL;
    argv[0] = program;
    argv[1] = "bench";
    memcpy(argv + 2, c->args, c->n_args * sizeof *argv);
    memcpy(argv + 2 + c->n_args, forced, sizeof forced);
    return argv;
}

/* A file for what a build prints. Ceilings are not wanted: only one of the builds may know them. */
static sheaf_code prepare(struct comparison *x, sheaf_error *err)
{
    const char *dir = getenv("TMPDIR");
    x->argv[OLD] = arguments(x->c, x->c->old_binary);
    x->argv[NEW] = arguments(x->c, THIS_PROGRAM);
    x->rows = alloc_zero(x->c->n_rows, sizeof *x->rows);
    if (!x->argv[OLD] || !x->argv[NEW] || !x->rows || setenv("SHEAF_CEILINGS", "skip", 1) != 0)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "bench", "no memory to compare");
    if (snprintf(x->log, sizeof x->log, "%s/sheaf-bench-XXXXXX", dir && *dir ? dir : "/tmp") >=
        (int)sizeof x->log)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, "TMPDIR", "longer than %zu bytes", sizeof x->log);
    int fd = mkstemp(x->log);
    if (fd < 0)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, x->log, "cannot create: %s", strerror(errno));
    x->log_made = true;
    close(fd);
    return SHEAF_OK;
}

static void release(struct comparison *x)
{
    if (x->log_made)
        unlink(x->log);
    alloc_free(x->argv[OLD]);
    alloc_free(x->argv[NEW]);
    alloc_free(x->rows);
}

static sheaf_code take_row(struct compared *row, const cJSON *v, enum side side, size_t pair,
                           const char *program, sheaf_error *err)
{
    int64_t traces = 0;
    sheaf_code rc = json_i64(v, "traces", &traces, 1, 1 << 20, err);
    for (size_t m = 0; m < MEASURES && !rc; m++) {
        double tps = 0;
        rc = json_f64(v, measure_keys[m], &tps, 0, 1e18, err);
        if (!rc && !(tps > 0))
            rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, program, "no speed above 0 in \"%s\"",
                            measure_keys[m]);
        row->tps[m][side][pair] = tps;
    }
    if (!rc && row->traces && row->traces != traces)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, program, "a row of %lld traces; %lld wanted",
                        (long long)traces, (long long)row->traces);
    row->traces = traces;
    return rc;
}

static sheaf_code take_rows(struct comparison *x, const cJSON *rows, enum side side, size_t pair,
                            sheaf_error *err)
{
    const char *program = x->argv[side][0];
    size_t n = cJSON_IsArray(rows) ? (size_t)cJSON_GetArraySize(rows) : 0, i = 0;
    sheaf_code rc = SHEAF_OK;
    if (n != x->c->n_rows)
        return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, program, "%zu rows printed; %zu wanted", n,
                          x->c->n_rows);
    for (const cJSON *v = rows->child; v && !rc; v = v->next)
        rc = take_row(&x->rows[i++], v, side, pair, program, err);
    return rc;
}

/* The array that a build printed, after whatever remarks. */
static sheaf_code read_output(struct comparison *x, enum side side, size_t pair, sheaf_error *err)
{
    strbuf b = {0};
    cJSON *rows = NULL;
    sheaf_code rc = file_read(&b, x->log, OUTPUT_BYTES, err);
    text all = strbuf_view(&b);
    size_t line = text_starts(all, TEXT("[")) ? 0 : text_rfind(all, TEXT("\n["));
    if (!rc && line == SIZE_MAX)
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, x->argv[side][0], "printed no JSON array");
    if (!rc)
        rc = json_parse(&rows, text_slice(all, line, all.n - line), x->argv[side][0], err);
    if (!rc)
        rc = take_rows(x, rows, side, pair, err);
    cJSON_Delete(rows);
    strbuf_free(&b);
    return rc;
}

static sheaf_code run_side(struct comparison *x, enum side side, size_t pair, sheaf_error *err)
{
    const child_job job = {.log = x->log, .cancel = &cli_signal};
    const char *program = x->argv[side][0];
    char words[200];
    int status = 0;
    sheaf_code rc = child_run(&status, x->argv[side], &job, err);
    if (rc)
        return rc;
    if (status == CHILD_NOT_FOUND)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, program, "no such program");
    if (status != 0) {
        child_last_words(words, sizeof words, x->log, "sheaf: ");
        return SHEAF_FAIL(err, SHEAF_ERR_IO, program, "exit status %d: %s", status, words);
    }
    rc = read_output(x, side, pair, err);
    for (size_t i = 0; i < x->c->n_rows && !rc && !x->c->quiet; i++)
        cli_note("pair %zu of %zu, %s, %lld traces: prompt %.1f, decode %.1f tokens/s", pair + 1,
                 x->c->pairs, side_names[side], (long long)x->rows[i].traces,
                 x->rows[i].tps[PROMPT][side][pair], x->rows[i].tps[DECODE][side][pair]);
    return rc;
}

/* ---- the report ----------------------------------------------------------------------------- */

struct verdict {
    double median[SIDES];
    struct bench_spread ratio; /* new / old within the pairs */
};

static struct verdict verdict_of(const struct compared *row, enum measure m, size_t pairs)
{
    double v[BENCH_RUNS_MAX];
    struct verdict out;
    for (size_t i = 0; i < pairs; i++)
        v[i] = row->tps[m][NEW][i] / row->tps[m][OLD][i];
    out.ratio = bench_spread_of(v, pairs);
    for (size_t s = 0; s < SIDES; s++) {
        memcpy(v, row->tps[m][s], pairs * sizeof *v);
        out.median[s] = bench_spread_of(v, pairs).median;
    }
    return out;
}

static void print_json(strbuf *b, const struct comparison *x)
{
    static const char *const suffixes[] = {"old", "new", "ratio", "ratio_min", "ratio_max"};
    char key[64];
    jsonw_open(b, '[');
    for (size_t i = 0; i < x->c->n_rows; i++) {
        jsonw_open(b, '{');
        jsonw_key(b, "traces");
        jsonw_i64(b, x->rows[i].traces);
        jsonw_key(b, "pairs");
        jsonw_u64(b, x->c->pairs);
        for (enum measure m = PROMPT; m < MEASURES; m++) {
            struct verdict v = verdict_of(&x->rows[i], m, x->c->pairs);
            const double values[] = {v.median[OLD], v.median[NEW], v.ratio.median, v.ratio.min,
                                     v.ratio.max};
            for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
                snprintf(key, sizeof key, "%s_%s", measure_keys[m], suffixes[k]);
                jsonw_key(b, key);
                jsonw_f64(b, values[k]);
            }
        }
        jsonw_close(b, '}');
    }
    jsonw_close(b, ']');
    strbuf_char(b, '\n');
}

static void print_table(strbuf *b, const struct comparison *x)
{
    static const char *const titles[] = {"traces", "prompt_old", "prompt_new", "ratio", "min",
                                         "max",    "decode_old", "decode_new", "ratio", "min",
                                         "max"};
    struct table t;
    table_init(&t, "rrrrrrrrrrr");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        table_str(&t, titles[i]);
    for (size_t i = 0; i < x->c->n_rows; i++) {
        table_printf(&t, "%lld", (long long)x->rows[i].traces);
        for (enum measure m = PROMPT; m < MEASURES; m++) {
            struct verdict v = verdict_of(&x->rows[i], m, x->c->pairs);
            table_printf(&t, "%.1f", v.median[OLD]);
            table_printf(&t, "%.1f", v.median[NEW]);
            table_printf(&t, "%.3f", v.ratio.median);
            table_printf(&t, "%.3f", v.ratio.min);
            table_printf(&t, "%.3f", v.ratio.max);
        }
    }
    table_print(&t, b, bench_style(x->c->format), 0, 0);
    table_free(&t);
}

static int report(const struct comparison *x)
{
    strbuf b = {0};
    if (strcmp(x->c->format, "json") == 0)
        print_json(&b, x);
    else
        print_table(&b, x);
    int status = b.failed ? cli_fail(CLI_MEMORY, "bench", "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    strbuf_free(&b);
    return status;
}

int bench_compare(const struct bench_compare *c)
{
    struct comparison x = {.c = c};
    sheaf_error err = {0};
    cli_catch_signals();
    sheaf_code rc = prepare(&x, &err);
    for (size_t pair = 0; pair < c->pairs && !rc; pair++)
        for (enum side side = OLD; side < SIDES && !rc; side++)
            rc = run_side(&x, side, pair, &err);
    int status = cli_signal ? cli_status_after_signal(CLI_RUNTIME)
                 : rc       ? cli_fail(CLI_RUNTIME, err.source, "%s", err.message)
                            : report(&x);
    release(&x);
    return status;
}
