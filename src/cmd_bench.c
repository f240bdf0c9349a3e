/* cmd_bench.c - `sheaf bench`: prompt and decode speed for several numbers of traces.
 *
 * What is timed is what `sheaf solve` does: one shared prompt, forks, one token per trace and step,
 * sampling and confidence included. End tokens are ignored so that every run has the same
 * length. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "src/bench_run.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/model_args.h"
#include "src/table.h"

#define RUNS_MAX 64
#define ROWS_MAX 32

struct bench_args {
    struct model_args model;
    struct bench_shape shape;
    size_t repeats;
    const char *traces, *format;
    bool profile, quiet;
};

#define AT(member) offsetof(struct bench_args, member)

static const struct cli_option options[] = {
    MODEL_OPTIONS(struct bench_args, model),
    {.name = "prompt", .letter = 'p', .kind = CLI_SIZE, .at = AT(shape.prompt), .min = 1,
     .max = 1 << 20, .value = "N", .help = "tokens of the shared prompt (128)"},
    {.name = "gen", .letter = 'n', .kind = CLI_SIZE, .at = AT(shape.gen), .min = 1, .max = 1 << 20,
     .value = "N", .help = "tokens decoded by each trace (64)"},
    {.name = "traces", .letter = 'N', .kind = CLI_TEXT, .at = AT(traces), .value = "LIST",
     .help = "traces decoded at once, one row each (1,8,32)"},
    {.name = "repeats", .letter = 'r', .kind = CLI_SIZE, .at = AT(repeats), .min = 1,
     .max = RUNS_MAX, .value = "N", .help = "runs per row, the median counts (3)"},
    {.name = "mem", .kind = CLI_BYTES, .at = AT(shape.mem_bytes), .min = 0, .max = 1e15,
     .value = "BYTES", .help = "refuse rows that take more memory, such as 4G (no limit)"},
    {.name = "profile", .kind = CLI_ON, .at = AT(profile),
     .help = "also the shares of matmul, attention, sampling and the rest"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json md csv",
     .help = "what standard output gets (text)"},
    {.name = "quiet", .letter = 'q', .kind = CLI_ON, .at = AT(quiet), .help = "no progress"},
    CLI_END};

/* Median with the range around it. */
struct spread {
    double median, min, max;
};

struct bench_row {
    size_t traces;
    struct spread prompt_tps, decode_tps;
    uint64_t memory_bytes;
    double shares[4]; /* matmul, attention, sampling, other */
};

static const char *const share_names[4] = {"matmul", "attention", "sampling", "other"};

static int compare_f64(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct spread spread_of(double *v, size_t n)
{
    qsort(v, n, sizeof *v, compare_f64);
    return (struct spread){(v[(n - 1) / 2] + v[n / 2]) / 2, v[0], v[n - 1]};
}

static void set_shares(struct bench_row *row, const sheaf_profile *p)
{
    const double parts[4] = {p->matmul_s, p->attention_s, p->sampling_s, p->other_s};
    double sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += parts[i];
    for (size_t i = 0; i < 4; i++)
        row->shares[i] = sum > 0 ? parts[i] / sum : 0;
}

static sheaf_code measure(struct bench_row *row, sheaf_engine *engine, const struct bench_args *a,
                          sheaf_error *err)
{
    double prompt[RUNS_MAX], decode[RUNS_MAX];
    struct bench_sample sample = {0};
    struct bench_shape shape = a->shape;
    shape.traces = row->traces;
    for (size_t i = 0; i < a->repeats; i++) {
        sheaf_code rc = bench_run(&sample, engine, &shape, err);
        if (rc)
            return rc;
        prompt[i] = (double)shape.prompt / sample.prompt_s;
        decode[i] = (double)(shape.gen * shape.traces) / sample.decode_s;
        if (!a->quiet)
            cli_note("%zu traces, run %zu of %zu: prompt %.1f, decode %.1f tokens/s", row->traces,
                     i + 1, a->repeats, prompt[i], decode[i]);
    }
    row->prompt_tps = spread_of(prompt, a->repeats);
    row->decode_tps = spread_of(decode, a->repeats);
    row->memory_bytes = sample.memory_bytes;
    set_shares(row, &sample.profile);
    return SHEAF_OK;
}

/* "1,8,32" into rows; CLI_GO or a complaint. */
static int parse_traces(struct bench_row *rows, size_t *n_rows, const char *list)
{
    text rest = text_of(list);
    for (*n_rows = 0; *n_rows < ROWS_MAX;) {
        int64_t n = 0;
        size_t comma = text_find(rest, TEXT(","));
        text item = text_slice(rest, 0, comma == SIZE_MAX ? rest.n : comma);
        if (!text_to_i64(item, &n) || n < 1 || n > 4096)
            return cli_fail(CLI_USAGE, "--traces",
                            "'%.40s' given; whole numbers from 1 to 4096 with commas wanted", list);
        rows[(*n_rows)++].traces = (size_t)n;
        if (comma == SIZE_MAX)
            return CLI_GO;
        rest = text_slice(rest, comma + 1, rest.n);
    }
    return cli_fail(CLI_USAGE, "--traces", "more than %d numbers given", ROWS_MAX);
}

static void json_spread(strbuf *b, const char *key, const struct spread *s)
{
    static const char *const suffixes[] = {"", "_min", "_max"};
    const double values[] = {s->median, s->min, s->max};
    char name[32];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", key, suffixes[i]);
        jsonw_key(b, name);
        jsonw_f64(b, values[i]);
    }
}

static void json_count(strbuf *b, const char *key, uint64_t n)
{
    jsonw_key(b, key);
    jsonw_u64(b, n);
}

static void print_json(strbuf *b, const struct bench_row *rows, size_t n,
                       const struct bench_args *a, const sheaf_model_info *m)
{
    jsonw_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        jsonw_open(b, '{');
        json_count(b, "traces", rows[i].traces);
        json_count(b, "prompt", a->shape.prompt);
        json_count(b, "gen", a->shape.gen);
        json_count(b, "repeats", a->repeats);
        json_spread(b, "prompt_tps", &rows[i].prompt_tps);
        json_spread(b, "decode_tps", &rows[i].decode_tps);
        json_count(b, "memory_bytes", rows[i].memory_bytes);
        for (size_t k = 0; a->profile && k < 4; k++) {
            jsonw_key(b, share_names[k]);
            jsonw_f64(b, rows[i].shares[k]);
        }
        jsonw_key(b, "model");
        jsonw_str(b, m->path);
        jsonw_key(b, "cpu");
        jsonw_str(b, m->cpu);
        json_count(b, "threads", (uint64_t)m->threads);
        jsonw_close(b, '}');
    }
    jsonw_close(b, ']');
    strbuf_char(b, '\n');
}

/* Half the range in percent of the median. */
static double percent(const struct spread *s)
{
    return s->median > 0 ? 50 * (s->max - s->min) / s->median : 0;
}

static void print_table(strbuf *b, const struct bench_row *rows, size_t n,
                        const struct bench_args *a)
{
    static const char *const titles[] = {"traces",     "prompt_tps", "+-%",   "decode_tps", "+-%",
                                         "tps/trace", "memory_MiB", "matmul", "attention",
                                         "sampling",   "other"};
    struct table t;
    const char *align = a->profile ? "rrrrrrrrrrr" : "rrrrrrr";
    table_init(&t, align);
    for (size_t i = 0; align[i]; i++)
        table_str(&t, titles[i]);
    for (size_t i = 0; i < n; i++) {
        table_printf(&t, "%zu", rows[i].traces);
        table_printf(&t, "%.1f", rows[i].prompt_tps.median);
        table_printf(&t, "%.1f", percent(&rows[i].prompt_tps));
        table_printf(&t, "%.1f", rows[i].decode_tps.median);
        table_printf(&t, "%.1f", percent(&rows[i].decode_tps));
        table_printf(&t, "%.1f", rows[i].decode_tps.median / (double)rows[i].traces);
        table_printf(&t, "%.1f", (double)rows[i].memory_bytes / 1048576);
        for (size_t k = 0; a->profile && k < 4; k++)
            table_printf(&t, "%.3f", rows[i].shares[k]);
    }
    table_print(&t, b,
                strcmp(a->format, "md") == 0    ? TABLE_MARKDOWN
                : strcmp(a->format, "csv") == 0 ? TABLE_CSV
                                                : TABLE_PLAIN,
                0, 0);
    table_free(&t);
}

static int bench_with(sheaf_engine *engine, const struct bench_args *a, struct bench_row *rows,
                      size_t n_rows)
{
    sheaf_error err = {0};
    sheaf_model_info info;
    strbuf b = {0};
    sheaf_engine_info(engine, &info);
    for (size_t i = 0; i < n_rows; i++)
        if (measure(&rows[i], engine, a, &err))
            return cli_fail_error(&err, CLI_AT_RUN);
    if (strcmp(a->format, "json") == 0)
        print_json(&b, rows, n_rows, a, &info);
    else
        print_table(&b, rows, n_rows, a);
    int status = b.failed ? cli_fail(CLI_MEMORY, "bench", "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    strbuf_free(&b);
    return status;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct bench_args a = {.model = MODEL_ARGS_DEFAULT, .shape = {.prompt = 128, .gen = 64},
                           .repeats = 3, .traces = "1,8,32", .format = "text"};
    struct bench_row rows[ROWS_MAX] = {0};
    size_t n_rows = 0;
    sheaf_error err = {0};
    sheaf_engine *engine = NULL;
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 0);
    if (rc == CLI_GO)
        rc = parse_traces(rows, &n_rows, a.traces);
    if (rc != CLI_GO || (rc = cli_check_output(NULL)) != CLI_OK)
        return rc;
    if (model_args_open(&engine, &a.model, &err))
        return cli_fail_error(&err, CLI_AT_MODEL);
    rc = bench_with(engine, &a, rows, n_rows);
    sheaf_engine_close(engine);
    return rc;
}

const struct cli_command cmd_bench = {
    "bench",
    "",
    "measure prompt and decode speed",
    "One prompt is shared by all traces; tokens are drawn at temperature 0.7 and top-p 0.95, end "
    "tokens ignored.\n"
    "decode_tps counts the tokens of all traces together.\n\n"
    "Example\n  sheaf bench -m model.gguf --prompt 128 --gen 64 --traces 1,8,32,64 -r 3 "
    "--format json",
    options,
    run};
