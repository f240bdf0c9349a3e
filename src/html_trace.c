/* html_trace.c - a trace with each token tinted by its confidence. Neighbours of one band share an
 * element; the least sure tokens are underlined as well, for those who see no red. */
#include <math.h>

#include "src/conf_bands.h"
#include "src/html_report.h"
#include "src/html_text.h"
#include "store/trace_set.h"

struct view {
    const sheaf_trace *trace;
    const uint32_t *text_bytes; /* NULL: plain */
    struct conf_bands bands;
};

/* ---- marks ---------------------------------------------------------------------------------- */

static const char *end_note(enum sheaf_finish finish)
{
    switch (finish) {
    case SHEAF_FINISH_LENGTH: return "limit hit";
    case SHEAF_FINISH_LOOP: return "loop";
    case SHEAF_FINISH_CUT: return "cut";
    case SHEAF_FINISH_CONSENSUS:
    case SHEAF_FINISH_CANCELLED: return "stopped";
    case SHEAF_FINISH_STOP:
    case SHEAF_FINISH_PROBE: return NULL;
    }
    return NULL;
}

void html_trace_marks(strbuf *out, const struct trace_record *t)
{
    const char *end = end_note(t->finish);
    if (!t->answer)
        strbuf_str(out, " <span class=\"warn\">no answer</span>");
    if (end)
        strbuf_printf(out, " <span class=\"warn\">%s</span>", end);
}

/* ---- text ----------------------------------------------------------------------------------- */

/* First byte at or behind `at` that begins a character. */
static size_t character_at(text t, size_t at)
{
    size_t end = at < t.n ? at : t.n;
    for (size_t i = 0; i < 3 && end < t.n && ((unsigned char)t.p[end] & 0xC0) == 0x80; i++)
        end++;
    return end;
}

/* Bytes [from, to) that lie in [first, last). */
static void add_part(strbuf *out, text t, size_t from, size_t to, size_t first, size_t last)
{
    from = character_at(t, from > first ? from : first);
    to = character_at(t, to < last ? to : last);
    if (from < to)
        html_text(out, text_slice(t, from, to - from));
}

/* The part [first, last) of the text. */
static void add_range(strbuf *out, const struct view *v, size_t first, size_t last)
{
    const sheaf_trace *t = v->trace;
    text all = {t->text, t->text_len};
    size_t at = 0;
    if (!v->text_bytes) {
        add_part(out, all, first, last, first, last);
        return;
    }
    for (size_t i = 0; i < t->n_tokens && at < last;) {
        size_t band = conf_band_of(&v->bands, t->confidence[i]), from = at;
        for (; i < t->n_tokens && conf_band_of(&v->bands, t->confidence[i]) == band; i++)
            at += v->text_bytes[i];
        if (at <= first)
            continue;
        strbuf_printf(out, "<span class=\"c%zu\">", band);
        add_part(out, all, from, at, first, last);
        strbuf_str(out, "</span>");
    }
}

static void add_text(strbuf *out, const struct html_report *r, const struct view *v)
{
    size_t n = v->trace->text_len, half = r->trace_bytes / 2;
    strbuf_str(out, "<pre>");
    if (n <= r->trace_bytes) {
        add_range(out, v, 0, n);
    } else {
        add_range(out, v, 0, half);
        strbuf_printf(out, "</pre><p class=\"note\">%zu of %zu bytes are left out here; "
                           "<code>sheaf trace</code> shows them.</p><pre>", n - 2 * half, n);
        add_range(out, v, n - half, n);
    }
    strbuf_str(out, "</pre>\n");
}

static void add_legend(strbuf *out, const struct view *v)
{
    static const char *const names[CONF_BANDS] = {"lowest 5 %", "to 20 %", "to half", "upper half"};
    strbuf_str(out, "<p class=\"note\">Token confidence in nats:");
    for (size_t i = 0; i < CONF_BANDS; i++)
        strbuf_printf(out, " <span class=\"c%zu\">%s: to %.2f</span>", i, names[i],
                      v->bands.most[i]);
    strbuf_str(out, "</p>\n");
}

static void add_body(strbuf *out, const struct html_report *r, const struct trace_set *set)
{
    const sheaf_trace *t = &set->traces[0];
    struct view v = {.trace = t};
    if (conf_bands_fit(set->text_bytes[0], t->n_tokens, t->text_len)) {
        v.text_bytes = set->text_bytes[0];
        out->failed = !conf_bands_make(&v.bands, t->confidence, t->n_tokens) || out->failed;
    }
    add_text(out, r, &v);
    if (v.text_bytes)
        add_legend(out, &v);
    else
        strbuf_str(out, "<p class=\"note\">Which token wrote what is not recorded.</p>\n");
}

/* ---- whole ---------------------------------------------------------------------------------- */

static void add_summary(strbuf *out, const struct trace_record *t)
{
    strbuf_printf(out, "<summary>Trace %u: ", (unsigned)t->id);
    if (t->verdict != TRACE_UNGRADED)
        strbuf_str(out, t->verdict == TRACE_RIGHT ? "<b class=\"good\">✓ right</b>"
                                                  : "<b class=\"bad\">✗ wrong</b>");
    if (t->answer) {
        strbuf_str(out, ", answer <bdi>");
        html_str(out, t->answer);
        strbuf_str(out, "</bdi>");
    }
    strbuf_printf(out, ", %zu tokens", t->n_tokens);
    if (!isnan(t->mean))
        strbuf_printf(out, ", confidence %.2f", (double)t->mean);
    html_trace_marks(out, t);
    strbuf_str(out, "</summary>\n");
}

void html_trace(strbuf *out, const struct html_report *r, const struct trace_entry *e)
{
    sheaf_error err = {0};
    struct trace_set set;
    strbuf_str(out, "<details class=\"trace\">");
    add_summary(out, &e->r);
    if (trace_set_load_one(&set, e, &r->run->files, &err)) {
        strbuf_str(out, "<p class=\"note\">Cannot be shown: ");
        html_str(out, err.message);
        strbuf_str(out, "</p>");
    } else {
        add_body(out, r, &set);
        trace_set_free(&set);
    }
    strbuf_str(out, "</details>\n");
}
