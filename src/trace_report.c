/* trace_report.c - see trace_report.h. */
#include "src/trace_report.h"

#include <math.h>

#include "base/alloc.h"
#include "base/json.h"
#include "src/cli_io.h"
#include "src/conf_bands.h"
#include "store/put.h"
#include "tts/confidence.h"

static const struct {
    const char *code, *name;
} bands[CONF_BANDS] = {
    {"\033[31m", "red"},
    {"\033[33m", "yellow"},
    {"", "plain"},
    {"\033[32m", "green"},
};

static const char color_off[] = "\033[0m";

/* ---- facts ---------------------------------------------------------------------------------- */

static void add_groups(strbuf *out, const struct trace_report *r)
{
    struct conf_summary s;
    const sheaf_trace *t = r->trace;
    double *scratch = alloc_zero(t->n_tokens, sizeof *scratch);
    out->failed = out->failed || !scratch;
    if (scratch && t->n_tokens) {
        conf_summarize(&s, scratch, t->confidence, t->n_tokens, r->window, CONF_TAIL);
        size_t first = s.lowest_at > r->window ? s.lowest_at - r->window : 0;
        strbuf_printf(out,
                      "confidence  mean %.2f, tail %.2f, bottom 10 %% %.2f, lowest group %.2f "
                      "(tokens %zu to %zu, window %zu)\n",
                      s.mean, s.tail, s.bottom10, s.lowest, first + 1, s.lowest_at, r->window);
    }
    alloc_free(scratch);
}

static void add_line(strbuf *out, const char *label, const char *value)
{
    strbuf_printf(out, "%-12s", label);
    cli_add_printable(out, text_of(value ? value : "none"), false);
    strbuf_char(out, '\n');
}

static void add_facts(strbuf *out, const struct trace_report *r)
{
    const struct trace_record *rec = r->record;
    add_line(out, "problem", rec->problem);
    strbuf_printf(out, "%-12s%u of %s: %zu tokens, ended by %s, %.2f s to %.2f s\n", "trace",
                  (unsigned)rec->id, rec->strategy, rec->n_tokens, sheaf_finish_name(rec->finish),
                  rec->start_s, rec->end_s);
    add_line(out, "answer", rec->answer);
    if (rec->gold)
        add_line(out, rec->verdict == TRACE_RIGHT ? "right, gold" : "wrong, gold", rec->gold);
    add_groups(out, r);
    strbuf_char(out, '\n');
}

/* ---- text ----------------------------------------------------------------------------------- */

/* Neighbours of one band share one code. */
static void add_colored(strbuf *out, const struct trace_report *r, const struct conf_bands *p)
{
    const sheaf_trace *t = r->trace;
    text rest = {t->text, t->text_len};
    for (size_t i = 0; i < t->n_tokens;) {
        size_t band = conf_band_of(p, t->confidence[i]), n = 0;
        for (; i < t->n_tokens && conf_band_of(p, t->confidence[i]) == band; i++)
            n += r->text_bytes[i];
        strbuf_str(out, bands[band].code);
        cli_add_printable(out, text_slice(rest, 0, n), true);
        if (bands[band].code[0])
            strbuf_str(out, color_off);
        rest = n < rest.n ? text_slice(rest, n, rest.n) : (text){NULL, 0};
    }
}

static void add_legend(strbuf *out, const struct conf_bands *p)
{
    strbuf_str(out, "\n\ntoken confidence in nats:");
    for (size_t b = 0; b < CONF_BANDS; b++)
        strbuf_printf(out, "%s %s%s%s to %.2f", b ? "," : "", bands[b].code, bands[b].name,
                      bands[b].code[0] ? color_off : "", p->most[b]);
    strbuf_str(out, " (the trace's lowest 5 %, 20 %, half, all)\n");
}

void trace_report_text(strbuf *out, const struct trace_report *r, bool color)
{
    struct conf_bands p;
    add_facts(out, r);
    if (!color || !conf_bands_fit(r->text_bytes, r->trace->n_tokens, r->trace->text_len)) {
        cli_add_printable(out, (text){r->trace->text, r->trace->text_len}, true);
        strbuf_char(out, '\n');
        return;
    }
    if (conf_bands_make(&p, r->trace->confidence, r->trace->n_tokens)) {
        add_colored(out, r, &p);
        add_legend(out, &p);
    } else {
        out->failed = true;
    }
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_numbers(strbuf *b, const struct trace_report *r)
{
    const sheaf_trace *t = r->trace;
    jsonw_key(b, "tokens");
    jsonw_i32s(b, t->tokens, t->n_tokens);
    jsonw_key(b, "confidence");
    jsonw_open(b, '[');
    for (size_t i = 0; i < t->n_tokens; i++)
        jsonw_f32(b, t->confidence[i]);
    jsonw_close(b, ']');
    jsonw_key(b, "text_bytes");
    if (!r->text_bytes) {
        jsonw_null(b);
        return;
    }
    jsonw_open(b, '[');
    for (size_t i = 0; i < t->n_tokens; i++)
        jsonw_u64(b, r->text_bytes[i]);
    jsonw_close(b, ']');
}

void trace_report_json(strbuf *b, const struct trace_report *r)
{
    const struct trace_record *rec = r->record;
    jsonw_open(b, '{');
    put_str(b, "problem", rec->problem);
    put_str(b, "strategy", rec->strategy);
    put_u64(b, "trace", rec->id);
    put_str(b, "finish", sheaf_finish_name(rec->finish));
    put_u64(b, "n_tokens", rec->n_tokens);
    put_str(b, "answer", rec->answer);
    put_str(b, "gold", rec->gold);
    jsonw_key(b, "correct");
    if (rec->verdict == TRACE_UNGRADED)
        jsonw_null(b);
    else
        jsonw_bool(b, rec->verdict == TRACE_RIGHT);
    put_f32(b, "mean", rec->mean);
    put_f32(b, "tail", rec->tail);
    put_f32(b, "self_certainty", rec->self_certainty);
    put_f64(b, "start_s", rec->start_s);
    put_f64(b, "end_s", rec->end_s);
    put_numbers(b, r);
    jsonw_key(b, "text");
    jsonw_text(b, (text){r->trace->text, r->trace->text_len});
    jsonw_close(b, '}');
    strbuf_char(b, '\n');
}
