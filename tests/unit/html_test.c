/* html_test.c - pages of stored runs: in order whatever the answers say, and with everything that
 * they promise. */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "src/html_chart.h"
#include "src/vote_plot.h"
#include "src/html_report.h"
#include "src/html_text.h"
#include "store/rundir.h"
#include "store/trace_log.h"
#include "tests/support/fake_eval.h"
#include "tests/support/html_check.h"
#include "tests/support/scratch_dir.h"

static char dirs[2][SCRATCH_PATH];

static int make_dirs(void **state)
{
    int rc = scratch_make(state);
    scratch_path(dirs[0], "a");
    scratch_path(dirs[1], "b");
    return rc;
}

/* ---- text ------------------------------------------------------------------------------------ */

static const struct {
    const char *in, *out;
} texts[] = {
    {"a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"},
    {"line\n\ttab", "line\n\ttab"},
    {"\x01\x1b[31m\x7f\r", "\xef\xbf\xbd\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xff\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xc2\x85", "\xef\xbf\xbd"},                     /* a C1 control */
    {"\xef\xbf\xbe \xef\xb7\x90", "\xef\xbf\xbd \xef\xbf\xbd"}, /* noncharacters */
    {"\xe2\x80\xae" "12", "\xef\xbf\xbd" "12"},       /* right-to-left override */
    {"\xe6\x95\xb0", "\xe6\x95\xb0"},
    {"&amp;", "&amp;amp;"},
};

static void test_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        strbuf b = {0};
        html_str(&b, texts[i].in);
        assert_string_equal(b.p, texts[i].out);
        strbuf_free(&b);
    }
    strbuf b = {0};
    html_text(&b, (text){"a\0b", 3});
    assert_string_equal(b.p, "a\xef\xbf\xbd" "b");
    strbuf_free(&b);
}

static const struct {
    double low, high, step, from, to;
} axes[] = {
    {0, 10, 2, 0, 10},       {0, 7, 2, 0, 8},         {11.3, 14.2, 1, 11, 15},
    {0, 0, 0.5, -1, 1},      {5, 5, 0.2, 4.4, 5.6},   {-3, 1e6, 500000, -500000, 1000000},
    {0, 0.03, 0.01, 0, 0.03},
};

static void test_axes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        struct html_axis a = html_axis_over("x", axes[i].low, axes[i].high);
        assert_true(a.low <= axes[i].low && a.high >= axes[i].high && a.low < a.high);
        if (fabs(a.step - axes[i].step) > 1e-9 || fabs(a.low - axes[i].from) > 1e-9 ||
            fabs(a.high - axes[i].to) > 1e-9)
            fail_msg("case %zu: %g to %g by %g", i, a.low, a.high, a.step);
    }
    struct html_chart c = {.x = html_axis_percent("x"), .y = html_axis_percent("y")};
    assert_true(html_chart_x(&c, 0.25) < html_chart_x(&c, 0.5));
    assert_true(html_chart_y(&c, 0.25) > html_chart_y(&c, 0.5));
    assert_true(html_chart_x(&c, -5) == html_chart_x(&c, 0));
    assert_true(html_chart_x(&c, NAN) == html_chart_x(&c, 0));
    assert_true(html_chart_y(&c, INFINITY) == html_chart_y(&c, 1));
    c.x = html_axis_log("x", 10, 1000); /* equal factors, equal lengths */
    double first = html_chart_x(&c, 100) - html_chart_x(&c, 10);
    assert_true(first > 0 && fabs(html_chart_x(&c, 1000) - html_chart_x(&c, 100) - first) < 1e-9);
    assert_true(html_chart_x(&c, 0) == html_chart_x(&c, 1) && html_chart_x(&c, 1) > 0);
    struct html_axis share = html_axis_share("y", 0.83, 1);
    assert_true(share.percent && share.low <= 0.83 && share.high >= 1 && share.high < 1.01);
}

/* ---- a chart that is a file ------------------------------------------------------------------ */

static struct revote_row curve_row(const char *strategy, size_t k, double accuracy, bool front)
{
    return (struct revote_row){.strategy = strategy, .k = k, .n_problems = 5, .accuracy = accuracy,
                               .se = 0.1, .tokens = 150.0 * (double)k, .pareto = front};
}

/* The reader of pages takes a drawing without the name of its format, an address. */
static void check_drawing(text file)
{
    strbuf page = {0};
    size_t end = text_find(file, TEXT(">"));
    assert_true(text_starts(file, TEXT("<svg xmlns=\"http://www.w3.org/2000/svg\" ")));
    strbuf_str(&page, "<!DOCTYPE html>\n<svg>");
    strbuf_text(&page, text_slice(file, end + 1, file.n));
    html_check(strbuf_view(&page));
    strbuf_free(&page);
}

static void test_vote_plot(void **state)
{
    (void)state;
    struct revote_row rows[] = {
        curve_row("majority", 1, 0.5, true), curve_row("a<b", 1, 0.5, false),
        curve_row("esc", 1, 0.5, false),     curve_row("majority", 8, 0.6, false),
        curve_row("a<b", 8, 0.7, true),      curve_row("esc", 8, 0.55, false),
    };
    const struct revote r = {.rows = rows, .n_rows = 6, .n_strategies = 3, .n_problems = 5};
    strbuf b = {0};
    vote_plot(&b, &r, "set & more");
    assert_false(b.failed);
    text file = strbuf_view(&b);
    check_drawing(file);
    assert_int_equal(html_count(file, "<polyline class=\"line"), 2); /* in colour: two */
    assert_int_equal(html_count(file, "<polyline class=\"behind"), 1);
    assert_int_equal(html_count(file, "class=\"bar"), 4);
    assert_int_equal(html_count(file, "1 other<"), 1);
    assert_int_equal(html_count(file, ">a&lt;b</text>"), 1);
    assert_int_equal(html_count(file, "budgets of 1, 8 traces"), 2);
    assert_int_equal(html_count(file, ">1000</text>"), 1);
    strbuf_free(&b);
}

/* ---- pages ----------------------------------------------------------------------------------- */

struct opened {
    struct run_reader run;
    struct scorebook book;
    struct eval_report tables;
    struct html_report page;
};

static void open_run(struct opened *o, const char *dir)
{
    sheaf_error err = {0};
    *o = (struct opened){.book.n = 0};
    CHECK_OK(run_reader_open(&o->run, dir, &err), err);
    CHECK_OK(scorebook_open(&o->book, &o->run, &err), err);
    o->tables = (struct eval_report){.summary = &o->book.summary.pub, .config = o->run.config};
    o->page = (struct html_report){.run = &o->run, .book = &o->book, .tables = &o->tables,
                                   .source = o->book.lineup.runs[0]->name, .max_traces = 8,
                                   .trace_bytes = 1024, .page_bytes = 1 << 20};
}

static void close_run(struct opened *o)
{
    scorebook_close(&o->book);
    run_reader_close(&o->run);
}

static text make_page(strbuf *b, const struct opened *o)
{
    strbuf_reset(b);
    html_page(b, &o->page);
    assert_false(b->failed);
    html_check(strbuf_view(b));
    return strbuf_view(b);
}

static const struct fake_problem problems[] = {
    {"7 7 8 -", NULL}, {"8 8 7 9", NULL}, {"- - - -", NULL}, {"7 7 7 7", NULL}};

static void make_run(const char *dir, const struct fake_problem *p, size_t n, size_t cancel_at)
{
    fake_eval(&(struct fake_eval){.dir = dir, .problems = p, .n = n, .cancel_at = cancel_at}, NULL,
              NULL);
}

static void test_page(void **state)
{
    (void)state;
    struct opened o;
    strbuf b = {0};
    make_run(dirs[0], problems, 4, 0);
    open_run(&o, dirs[0]);
    text page = make_page(&b, &o);
    assert_int_equal(html_count(page, "<tbody class=\"hit\""), 2);
    assert_int_equal(html_count(page, "<tbody class=\"miss\""), 2);
    assert_int_equal(html_count(page, "<details class=\"trace\">"), 16);
    assert_int_equal(html_count(page, "<svg viewBox=\"0 0 380"), 4); /* no group statistics */
    assert_int_equal(html_count(page, "role=\"img\""), html_count(page, "</desc>"));
    assert_int_equal(html_count(page, "prefers-color-scheme:dark"), 1);
    assert_int_equal(html_count(page, "<li>1 of 4 problems got no answer</li>"), 1);
    assert_int_equal(html_count(page, "<li>5 of 16 traces gave no answer</li>"), 1);
    assert_int_equal(html_count(page, "✓ right</b>, answer"), 7);
    close_run(&o);
    strbuf_free(&b);
}

/* Answers that would be markup, in texts, tables and notes. */
static void test_hostile_answers(void **state)
{
    (void)state;
    static const struct fake_problem hostile[] = {
        {"< > & \"", "<b>&\"'"}, {"' < < &", "</td>"}, {"\\ < \" '", "<script>alert(1)</script>"}};
    struct opened o;
    strbuf b = {0};
    make_run(dirs[0], hostile, 3, 0);
    open_run(&o, dirs[0]);
    text page = make_page(&b, &o);
    assert_int_equal(html_count(page, "&lt;script&gt;alert(1)"), 1);
    assert_int_equal(html_count(page, "<bdi>&lt;b&gt;&amp;&quot;&#39;</bdi>"), 1);
    close_run(&o);
    strbuf_free(&b);
}

static void test_limits(void **state)
{
    (void)state;
    struct opened o;
    strbuf b = {0};
    make_run(dirs[0], problems, 4, 0);
    open_run(&o, dirs[0]);
    o.page.max_traces = 1;
    text page = make_page(&b, &o);
    assert_int_equal(html_count(page, "<details class=\"trace\">"), 4);
    assert_int_equal(html_count(page, "1 of 4 traces are shown"), 4);
    o.page.page_bytes = 0;
    page = make_page(&b, &o);
    assert_int_equal(html_count(page, "<details class=\"trace\">"), 0);
    assert_int_equal(html_count(page, "0 of 4 traces are shown"), 4);
    close_run(&o);
    strbuf_free(&b);
}

static void test_nothing_done(void **state)
{
    (void)state;
    struct opened o;
    strbuf b = {0};
    make_run(dirs[0], problems, 4, 1);
    open_run(&o, dirs[0]);
    text page = make_page(&b, &o);
    assert_int_equal(html_count(page, "0 of 4 problems are done"), 1);
    assert_int_equal(html_count(page, "<svg"), 0);
    close_run(&o);
    strbuf_free(&b);
}

static void test_comparison(void **state)
{
    (void)state;
    static const struct fake_problem other[] = {
        {"8 8 8 -", NULL}, {"7 8 7 9", NULL}, {"- - - -", NULL}, {"7 7 7 7", NULL}};
    struct opened o[2];
    struct pairing pair;
    strbuf b = {0};
    sheaf_error err = {0};
    make_run(dirs[0], problems, 4, 0);
    make_run(dirs[1], other, 4, 0);
    for (size_t i = 0; i < 2; i++)
        open_run(&o[i], dirs[i]);
    CHECK_OK(pairing_open(&pair, &o[0].book, &o[1].book, &err), err);
    const struct compare_report report = {.c = &pair, .a = &o[0].tables};
    o[0].page.compare = &report;
    text page = make_page(&b, &o[0]);
    assert_int_equal(html_count(page, "<h2>Comparison</h2>"), 1);
    assert_int_equal(html_count(page, "<th scope=\"row\">set/1</th><td>7</td><td>7</td><td>8</td>"
                                      "<td>A</td>"), 1);
    assert_int_equal(html_count(page, "<th scope=\"row\">set/2</th><td>7</td><td>8</td><td>7</td>"
                                      "<td>B</td>"), 1);
    pairing_close(&pair);
    for (size_t i = 0; i < 2; i++)
        close_run(&o[i]);
    strbuf_free(&b);
}

/* ---- one trace ------------------------------------------------------------------------------- */

/* A trace with these texts of its tokens, all of them surer than the one before. */
static void record_trace(const char *dir, const char *const *tokens, size_t n)
{
    enum { TOKENS_MAX = 400 };
    static int32_t ids[TOKENS_MAX];
    static float confidence[TOKENS_MAX];
    static uint32_t bytes[TOKENS_MAX];
    struct rundir d;
    struct trace_log log;
    strbuf body = {0};
    sheaf_error err = {0};
    const struct rundir_identity id = {.run_id = "0123456789abcdef", .config = TEXT("{}")};
    assert_true(n <= TOKENS_MAX);
    for (size_t i = 0; i < n; i++) {
        confidence[i] = 3.0f + 0.01f * (float)i;
        bytes[i] = (uint32_t)strlen(tokens[i]);
        strbuf_str(&body, tokens[i]);
    }
    struct trace_record r = {.run_id = id.run_id, .problem = "p", .strategy = "majority",
                             .n_tokens = n, .verdict = TRACE_WRONG, .mean = NAN, .tail = NAN,
                             .finish = SHEAF_FINISH_LENGTH, .bottom10 = NAN, .lowest = NAN,
                             .body = strbuf_view(&body)};
    CHECK_OK(rundir_open(&d, dir, &id, true, &err), err);
    CHECK_OK(trace_log_open(&log, &d, id.run_id, &err), err);
    CHECK_OK(trace_log_add(&log, &r, ids, confidence, bytes, &err), err);
    trace_log_close(&log);
    rundir_close(&d);
    strbuf_free(&body);
}

/* The fold-out of the trace in dirs[0], texts longer than `max` cut. */
static void show_trace(strbuf *b, size_t max)
{
    struct run_reader run;
    sheaf_error err = {0};
    CHECK_OK(run_reader_open(&run, dirs[0], &err), err);
    assert_int_equal(run.table.n, 1);
    const struct html_report r = {.run = &run, .trace_bytes = max};
    strbuf_str(b, "<!DOCTYPE html>\n");
    html_trace(b, &r, &run.table.items[0]);
    html_check(strbuf_view(b));
    run_reader_close(&run);
}

static void test_trace_colours(void **state)
{
    (void)state;
    /* the least sure 5 % of 20 tokens are the first two of them (interpolated), and so on */
    const char *tokens[20];
    strbuf b = {0};
    for (size_t i = 0; i < 20; i++)
        tokens[i] = i == 1 ? "<" : "a";
    record_trace(dirs[0], tokens, 20);
    show_trace(&b, 1024);
    text page = strbuf_view(&b);
    assert_int_equal(html_count(page, "<pre><span class=\"c0\">a</span><span class=\"c1\">&lt;aa"
                                      "</span><span class=\"c2\">aaaaaa</span><span "
                                      "class=\"c3\">aaaaaaaaaa</span></pre>"), 1);
    assert_int_equal(html_count(page, ">no answer</span>"), 1);
    assert_int_equal(html_count(page, ">limit hit</span>"), 1);
    strbuf_free(&b);
}

/* Characters that two tokens share stay whole, also where the text is cut. */
static void test_trace_characters(void **state)
{
    (void)state;
    const char *tokens[300];
    strbuf b = {0};
    for (size_t i = 0; i < 300; i += 3) {
        tokens[i] = "\xe6";
        tokens[i + 1] = "\x95";
        tokens[i + 2] = "\xb0";
    }
    record_trace(dirs[0], tokens, 300);
    for (size_t max = 0; max < 12; max++) {
        strbuf_reset(&b);
        show_trace(&b, max);
        assert_int_equal(html_count(strbuf_view(&b), "\xef\xbf\xbd"), 0);
        assert_int_equal(html_count(strbuf_view(&b), "of 300 bytes are left out"), 1);
    }
    strbuf_reset(&b);
    show_trace(&b, 300);
    assert_int_equal(html_count(strbuf_view(&b), "\xe6\x95\xb0"), 100);
    strbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),          cmocka_unit_test(test_axes),
        cmocka_unit_test(test_vote_plot),
        cmocka_unit_test(test_page),          cmocka_unit_test(test_hostile_answers),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_nothing_done),
        cmocka_unit_test(test_comparison),    cmocka_unit_test(test_trace_colours),
        cmocka_unit_test(test_trace_characters),
    };
    return cmocka_run_group_tests(tests, make_dirs, scratch_remove);
}
