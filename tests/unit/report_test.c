/* report_test.c - tables, the printed result and the live view, from made-up runs. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "src/cli_io.h"
#include "src/live.h"
#include "src/report.h"
#include "src/table.h"
#include "tests/support/check.h"

static const sheaf_vote votes[] = {{"25/3", 0, 14, 92.5, 0.875},
                                   {"\xe6\x95\xb0\xe5\xad\xa6", 1, 2, 13.25, 0.125}};

static sheaf_trace traces[] = {
    {.id = 0, .finish = SHEAF_FINISH_STOP, .n_tokens = 10, .text = "a \"quoted\"\x1b[31m text",
     .text_len = 20, .answer = "25/3", .votes = true, .weight = 6.5, .mean = 7.0f, .lgc = 6.5f},
    {.id = 1, .finish = SHEAF_FINISH_CUT, .n_tokens = 4, .text = "", .mean = NAN, .lgc = 3.0f}};

static sheaf_result a_result(void)
{
    return (sheaf_result){.strategy = "deepconf-online",
                          .answer = "25/3",
                          .share = 0.875,
                          .confidence = 7.0,
                          .winner = 0,
                          .stop = SHEAF_STOP_CONSENSUS,
                          .seed = UINT64_MAX,
                          .n_wanted = 32,
                          .parallel = 8,
                          .window = 16,
                          .threshold = 5.25,
                          .votes = votes,
                          .n_votes = 2,
                          .traces = traces,
                          .n_traces = 2,
                          .n_stopped = 1,
                          .n_cut = 1,
                          .prompt_tokens = 30,
                          .tokens = 1234567,
                          .tokens_full = 2469134,
                          .seconds = 2,
                          .prefill_s = 1,
                          .decode_s = 1};
}

static void measures_display_width(void **state)
{
    (void)state;
    assert_int_equal(cli_width(TEXT("abc")), 3);
    assert_int_equal(cli_width(votes[1].answer ? text_of(votes[1].answer) : TEXT("")), 4);
    assert_int_equal(cli_width(TEXT("e\xcc\x81")), 1);
    assert_int_equal(cli_fit(text_of(votes[1].answer), 3).n, 3);
    assert_int_equal(cli_fit(TEXT("abc"), 0).n, 0);
    assert_int_equal(cli_fit(TEXT("abc"), 9).n, 3);
}

static void formats_numbers(void **state)
{
    char s[32];
    (void)state;
    assert_string_equal(cli_thousands(s, sizeof s, 0), "0");
    assert_string_equal(cli_thousands(s, sizeof s, 999), "999");
    assert_string_equal(cli_thousands(s, sizeof s, 1000), "1,000");
    assert_string_equal(cli_thousands(s, sizeof s, 12345678), "12,345,678");
    static const struct {
        double seconds;
        const char *text;
    } times[] = {
        {0, "0 s"},           {7.6, "8 s"},      {99.4, "99 s"},        {100, "2 min"},
        {3540, "59 min"},     {3599, "1 h 00 min"}, {11220, "3 h 07 min"}, {172799, "2 d 00 h"},
        {270000, "3 d 03 h"}, {-1, "?"},         {NAN, "?"},            {INFINITY, "?"},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_string_equal(cli_duration(s, sizeof s, times[i].seconds), times[i].text);
    assert_string_equal(cli_bytes(s, sizeof s, 12), "12 B");
    assert_string_equal(cli_bytes(s, sizeof s, 1536), "1.5 KiB");
    assert_string_equal(cli_bytes(s, sizeof s, (uint64_t)640 << 20), "640 MiB");
}

static void aligns_a_table(void **state)
{
    struct table t;
    strbuf b = {0};
    (void)state;
    table_init(&t, "lr");
    table_str(&t, "answer");
    table_str(&t, "n");
    table_str(&t, votes[1].answer);
    table_printf(&t, "%d", 12);
    table_str(&t, "a,\"b|\n");
    table_str(&t, "3");
    table_print(&t, &b, TABLE_PLAIN, 2, 0);
    assert_string_equal(b.p, "  answer   n\n  \xe6\x95\xb0\xe5\xad\xa6    12\n  a,\"b|    3\n");
    strbuf_reset(&b);
    table_print(&t, &b, TABLE_CSV, 0, 0);
    assert_string_equal(b.p, "answer,n\n\xe6\x95\xb0\xe5\xad\xa6,12\n\"a,\"\"b| \",3\n");
    strbuf_reset(&b);
    table_print(&t, &b, TABLE_MARKDOWN, 0, 0);
    assert_non_null(strstr(b.p, "|:---|---:|\n"));
    assert_non_null(strstr(b.p, "b\\| "));
    table_free(&t);
    strbuf_free(&b);
}

/* Names that LaTeX and HTML would read as something else. */
static void escapes_markup(void **state)
{
    struct table t;
    strbuf b = {0};
    (void)state;
    table_init(&t, "lr");
    t.caption = "a \"b\" & c";
    table_str(&t, "± %");
    table_str(&t, "p");
    table_str(&t, "\\ { } $ & # % _ ~ ^ < > | \"");
    table_str(&t, "-1.50");
    table_print(&t, &b, TABLE_LATEX, 0, 0);
    assert_string_equal(b.p,
                        "\\begin{tabular}{lr}\n\\toprule\n$\\pm$ \\% & p \\\\\n\\midrule\n"
                        "\\textbackslash{} \\{ \\} \\$ \\& \\# \\% \\_ \\textasciitilde{} "
                        "\\textasciicircum{} \\textless{} \\textgreater{} \\textbar{} "
                        "'' & $-1.50$ \\\\\n\\bottomrule\n\\end{tabular}\n");
    strbuf_reset(&b);
    table_print(&t, &b, TABLE_HTML, 0, 0);
    assert_non_null(strstr(b.p, "<table aria-label=\"a &quot;b&quot; &amp; c\">"));
    assert_non_null(strstr(b.p, "<th scope=\"col\">± %</th><th scope=\"col\" class=\"r\">p</th>"));
    assert_non_null(strstr(b.p, "&lt; &gt; | &quot;</th><td class=\"r\">-1.50</td></tr>"));
    table_free(&t);
    strbuf_free(&b);
}

static void puts_the_answer_first(void **state)
{
    strbuf b = {0};
    sheaf_result r = a_result();
    struct report_options o = {.traces = true};
    (void)state;
    report_text(&b, &r, &o);
    assert_int_equal(strncmp(b.p, "25/3\n", 5), 0);
    assert_non_null(strstr(b.p, "1,234,567 of about 2,469,134 for 32 full traces (-50 %)"));
    assert_null(strchr(b.p, '\x1b'));
    assert_null(strstr(b.p, "partial"));
    strbuf_reset(&b);
    r.partial = true;
    r.stop = SHEAF_STOP_CANCELLED;
    report_text(&b, &r, &o);
    assert_non_null(strstr(b.p, "\npartial: stopped by a signal"));
    strbuf_reset(&b);
    o.answer_only = true;
    report_text(&b, &r, &o);
    assert_string_equal(b.p, "25/3\n");
    strbuf_free(&b);
}

static void writes_json_that_parses(void **state)
{
    strbuf b = {0};
    cJSON *o = NULL;
    sheaf_error err = {0};
    sheaf_result r = a_result();
    (void)state;
    report_json(&b, &r, &(struct report_options){.traces = true});
    assert_non_null(strstr(b.p, "\"seed\":18446744073709551615"));
    assert_int_equal(json_parse(&o, text_trim(strbuf_view(&b)), "report", &err), SHEAF_OK);
    assert_string_equal(json_get(o, "answer")->valuestring, "25/3");
    assert_int_equal(cJSON_GetArraySize(json_get(o, "votes")), 2);
    assert_int_equal(cJSON_GetArraySize(json_get(o, "trace_list")), 2);
    const cJSON *cut = cJSON_GetArrayItem(json_get(o, "trace_list"), 1);
    assert_true(cJSON_IsNull(json_get(cut, "mean")));
    assert_true(cJSON_IsNull(json_get(cut, "answer")));
    assert_int_equal(json_get(json_get(o, "traces"), "cut")->valueint, 1);
    assert_int_equal(json_get(json_get(o, "tokens"), "generated")->valueint, 1234567);
    cJSON_Delete(o);
    strbuf_free(&b);
}

static void live_lines_fit_the_terminal(void **state)
{
    sheaf_result r = a_result();
    const sheaf_slot slots[] = {{2, 100, 6.0f}, {3, 5, 20.0f}, {4, 7, 4.0f}};
    sheaf_event e = {.kind = SHEAF_EVENT_TRACE, .so_far = &r, .trace = &traces[0], .slots = slots,
                     .n_slots = 3, .n_wanted = 100, .seconds = 3};
    (void)state;
    for (size_t columns = 1; columns < 120; columns += 7) {
        struct live l;
        live_init(&l, true, false);
        l.mode = LIVE_LINES;
        live_event(&l, &e);
        live_draw(&l, &e, columns, 40);
        assert_true(l.n_lines >= 6);
        for (char *p = l.frame.p, *end; (end = strchr(p, '\n')) != NULL; p = end + 1)
            assert_true(cli_width((text){p, (size_t)(end - p)}) <= columns);
        live_end(&l);
    }
}

static void live_view_stays_within_the_rows(void **state)
{
    sheaf_result r = a_result();
    sheaf_slot slots[64] = {{0}};
    struct live l;
    sheaf_event e = {.kind = SHEAF_EVENT_STEP, .so_far = &r, .slots = slots, .n_slots = 64,
                     .n_wanted = 64, .seconds = 3};
    (void)state;
    live_init(&l, true, true);
    live_draw(&l, &e, 80, 12);
    assert_true(l.n_lines <= 11);
    live_end(&l);
}

static void estimates_the_time_left(void **state)
{
    sheaf_result r = a_result();
    const sheaf_slot slots[] = {{2, 4, 6.0f}};
    struct live l;
    sheaf_event e = {.kind = SHEAF_EVENT_TRACE, .so_far = &r, .trace = &traces[0], .slots = slots,
                     .n_slots = 1, .n_wanted = 4, .seconds = 3};
    (void)state;
    live_init(&l, true, false);
    assert_true(live_eta(&l, &e) < 0);
    l.mode = LIVE_LINES;
    live_event(&l, &e);
    r.tokens = 20;
    /* 10 tokens/s; the live trace lacks 6 of 10 tokens, one more trace has not begun */
    assert_true(fabs(live_eta(&l, &e) - 1.6) < 1e-9);
    live_end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(measures_display_width),
                                       cmocka_unit_test(formats_numbers),
                                       cmocka_unit_test(aligns_a_table),
                                       cmocka_unit_test(escapes_markup),
                                       cmocka_unit_test(puts_the_answer_first),
                                       cmocka_unit_test(writes_json_that_parses),
                                       cmocka_unit_test(live_lines_fit_the_terminal),
                                       cmocka_unit_test(live_view_stays_within_the_rows),
                                       cmocka_unit_test(estimates_the_time_left)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
