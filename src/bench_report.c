/* bench_report.c - see bench_report.h.
 *
 * A table for people has what fits a line of 100 columns; bytes and operations come with --details,
 * the phases of a step with --profile. For programs all fields are always there. */
#include "src/bench_report.h"

#include <math.h>
#include <string.h>

#include "base/json.h"

struct column {
    enum bench_field field;
    const char *title;
    double scale; /* of the value that is shown */
    int decimals;
};

/* Where has_range says so, a column "+-%" follows: half the range in percent of the median. */
static const struct column speed_columns[] = {
    {BENCH_TRACES, "traces", 1, 0},
    {BENCH_PROMPT_TPS, "prompt_tps", 1, 1},
    {BENCH_DECODE_TPS, "decode_tps", 1, 1},
    {BENCH_TRACE_TPS, "tps/trace", 1, 1},
    {BENCH_TOKEN_MS, "token_ms", 1, 2},
    {BENCH_READ_SHARE, "read_%", 100, 1},
    {BENCH_PRODUCT_SHARE, "product_%", 100, 1},
    {BENCH_MEMORY_BYTES, "memory_MiB", 1.0 / 1048576, 1},
};

static const struct column detail_columns[] = {
    {BENCH_TRACES, "traces", 1, 0},
    {BENCH_WEIGHT_BYTES, "weight_MB", 1e-6, 1},
    {BENCH_KV_BYTES, "kv_MB", 1e-6, 1},
    {BENCH_STATE_BYTES, "state_MB", 1e-6, 1},
    {BENCH_STEP_BYTES, "step_MB", 1e-6, 1},
    {BENCH_BYTES_S, "GB/s", 1e-9, 2},
    {BENCH_STEP_OPS, "step_Gop", 1e-9, 2},
    {BENCH_OPS_S, "Gop/s", 1e-9, 1},
    {BENCH_MATMUL_OPS_S, "matmul_Gop/s", 1e-9, 1},
    {BENCH_MATMUL_PRODUCT_SHARE, "matmul_rate_%", 100, 1},
};

static const struct column phase_columns[] = {
    {BENCH_TRACES, "traces", 1, 0},
    {BENCH_MATMUL, "matmul_%", 100, 1},
    {BENCH_ATTENTION, "attention_%", 100, 1},
    {BENCH_MIXER, "mixer_%", 100, 1},
    {BENCH_SAMPLING, "sampling_%", 100, 1},
    {BENCH_OTHER, "other_%", 100, 1},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum table_style bench_style(const char *format)
{
    return strcmp(format, "md") == 0    ? TABLE_MARKDOWN
           : strcmp(format, "csv") == 0 ? TABLE_CSV
                                        : TABLE_PLAIN;
}

static void add_number(struct table *t, double v, int decimals)
{
    if (isnan(v))
        table_str(t, "-");
    else
        table_printf(t, "%.*f", decimals, v);
}

/* Speeds come with half their range. */
static bool has_range(enum bench_field field)
{
    return field == BENCH_PROMPT_TPS || field == BENCH_DECODE_TPS;
}

static void add_titles(struct table *t, const struct column *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        table_str(t, columns[i].title);
        if (has_range(columns[i].field))
            table_str(t, "+-%");
    }
}

static void add_row(struct table *t, const struct bench_row *row, const struct column *columns,
                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct column *c = &columns[i];
        const double *v = &row->v[c->field];
        add_number(t, v[0] * c->scale, c->decimals);
        if (has_range(c->field))
            add_number(t, bench_half_range(&(struct bench_spread){v[0], v[1], v[2]}), 1);
    }
}

/* `align` names every column, those of ranges too. */
static void print_columns(strbuf *out, const struct bench_report *r, enum table_style style,
                          const char *align, const struct column *columns, size_t n)
{
    struct table t;
    table_init(&t, align);
    add_titles(&t, columns, n);
    for (size_t i = 0; i < r->n_rows; i++)
        add_row(&t, &r->rows[i], columns, n);
    table_print(&t, out, style, 0, 0);
    table_free(&t);
}

static void print_ceilings(strbuf *out, const struct bench_report *r)
{
    const struct bench_ceilings *c = r->ceilings;
    if (c->read_bytes_s > 0)
        strbuf_printf(out, "\nCeilings here and now, %s, %d thread%s: memory read %.1f GB/s, "
                      "%s products %.1f Gop/s.\n", r->info->cpu, r->info->threads,
                      r->info->threads == 1 ? "" : "s", 1e-9 * c->read_bytes_s, c->type,
                      1e-9 * c->product_ops_s);
}

static void print_tables(strbuf *out, const struct bench_report *r, enum table_style style)
{
    print_columns(out, r, style, "rrrrrrrrrr", speed_columns, COUNT(speed_columns));
    if (r->details) {
        strbuf_char(out, '\n');
        print_columns(out, r, style, "rrrrrrrrrr", detail_columns, COUNT(detail_columns));
    }
    if (r->profile) {
        strbuf_char(out, '\n');
        print_columns(out, r, style, "rrrrrr", phase_columns, COUNT(phase_columns));
    }
    print_ceilings(out, r);
}

/* ---- every field ---------------------------------------------------------------------------- */

struct label {
    const char *name, *value;
};

#define LABELS 3

static void labels_of(struct label out[LABELS], const struct bench_report *r)
{
    out[0] = (struct label){"model", r->info->path};
    out[1] = (struct label){"cpu", r->info->cpu};
    out[2] = (struct label){"product_type", r->ceilings->type};
}

static void print_json(strbuf *out, const struct bench_report *r)
{
    struct label labels[LABELS];
    labels_of(labels, r);
    jsonw_open(out, '[');
    for (size_t i = 0; i < r->n_rows; i++) {
        jsonw_open(out, '{');
        for (size_t k = 0; k < BENCH_FIELDS; k++) {
            jsonw_key(out, bench_field_names[k]);
            if (isnan(r->rows[i].v[k]))
                jsonw_null(out);
            else
                jsonw_f64(out, r->rows[i].v[k]);
        }
        for (size_t k = 0; k < LABELS; k++) {
            jsonw_key(out, labels[k].name);
            if (labels[k].value)
                jsonw_str(out, labels[k].value);
            else
                jsonw_null(out);
        }
        jsonw_close(out, '}');
    }
    jsonw_close(out, ']');
    strbuf_char(out, '\n');
}

static void csv_number(struct table *t, double v)
{
    if (isnan(v))
        table_str(t, "");
    else
        table_printf(t, "%.17g", v);
}

static void print_csv(strbuf *out, const struct bench_report *r)
{
    char align[BENCH_FIELDS + LABELS + 1] = {0};
    struct label labels[LABELS];
    struct table t;
    labels_of(labels, r);
    memset(align, 'r', BENCH_FIELDS + LABELS);
    table_init(&t, align);
    for (size_t k = 0; k < BENCH_FIELDS; k++)
        table_str(&t, bench_field_names[k]);
    for (size_t k = 0; k < LABELS; k++)
        table_str(&t, labels[k].name);
    for (size_t i = 0; i < r->n_rows; i++) {
        for (size_t k = 0; k < BENCH_FIELDS; k++)
            csv_number(&t, r->rows[i].v[k]);
        for (size_t k = 0; k < LABELS; k++)
            table_str(&t, labels[k].value ? labels[k].value : "");
    }
    table_print(&t, out, TABLE_CSV, 0, 0);
    table_free(&t);
}

void bench_report(strbuf *out, const struct bench_report *r, const char *format)
{
    if (strcmp(format, "json") == 0)
        print_json(out, r);
    else if (strcmp(format, "csv") == 0)
        print_csv(out, r);
    else
        print_tables(out, r, bench_style(format));
}
