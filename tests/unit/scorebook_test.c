/* scorebook_test.c - a stored run gives the numbers that the run gave, and what is damaged or
 * missing in it is left out or refused. */
#include "tests/support/check.h"

#include <math.h>
#include <string.h>

#include "evals/scorebook.h"
#include "store/seal.h"
#include "tests/support/fake_eval.h"
#include "tests/support/scratch_dir.h"

static char dir[SCRATCH_PATH];

static const struct fake_problem problems[] = {
    {"7 7 7 7", NULL}, {"7 8 7 -", NULL}, {"8 8 7 9", NULL}, {"- - - -", NULL}, {"8 7 7 8", NULL}};
enum { N_PROBLEMS = sizeof problems / sizeof problems[0] };

static int make_dir(void **state)
{
    int rc = scratch_make(state);
    scratch_path(dir, "run");
    return rc;
}

static const struct fake_eval whole = {.dir = dir, .problems = problems, .n = N_PROBLEMS};

/* ---- the book of the run in dir -------------------------------------------------------------- */

struct opened {
    struct run_reader run;
    struct scorebook book;
    sheaf_error err;
};

static sheaf_code open_book(struct opened *o)
{
    *o = (struct opened){.book.n = 0};
    CHECK_OK(run_reader_open(&o->run, dir, &o->err), o->err);
    return scorebook_open(&o->book, &o->run, &o->err);
}

static void close_book(struct opened *o)
{
    scorebook_close(&o->book);
    run_reader_close(&o->run);
}

/* Votes without the lines that hold `needle`. */
static void drop_lines(const char *needle)
{
    strbuf all = {0}, kept = {0};
    scratch_read(&all, dir, "votes.jsonl");
    for (text rest = strbuf_view(&all); rest.n;) {
        size_t end = text_find(rest, TEXT("\n")) + 1;
        text line = text_slice(rest, 0, end);
        if (text_find(line, text_of(needle)) == SIZE_MAX)
            strbuf_text(&kept, line);
        rest = text_slice(rest, end, rest.n);
    }
    assert_true(kept.n < all.n);
    scratch_write(dir, "votes.jsonl", strbuf_view(&kept));
    strbuf_free(&all);
    strbuf_free(&kept);
}

/* Replaces text of a file that holds it. */
static void change(const char *name, const char *from, const char *to)
{
    strbuf all = {0}, changed = {0};
    scratch_read(&all, dir, name);
    size_t at = text_find(strbuf_view(&all), text_of(from));
    assert_true(at != SIZE_MAX);
    strbuf_add(&changed, all.p, at);
    strbuf_str(&changed, to);
    strbuf_str(&changed, all.p + at + strlen(from));
    scratch_write(dir, name, strbuf_view(&changed));
    strbuf_free(&all);
    strbuf_free(&changed);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void check_equal(double a, double b)
{
    if (!(a == b || (isnan(a) && isnan(b))))
        fail_msg("%.17g, %.17g wanted", a, b);
}

static void check_rules(const sheaf_eval_summary *a, const sheaf_eval_summary *b)
{
    assert_int_equal(a->n_rules, b->n_rules);
    for (size_t i = 0; i < a->n_rules; i++) {
        const sheaf_eval_rule *x = &a->rules[i], *y = &b->rules[i];
        assert_string_equal(x->name, y->name);
        assert_string_equal(x->strategy, y->strategy);
        check_equal(x->value, y->value);
        check_equal(x->se, y->se);
        check_equal(x->ballots, y->ballots);
        check_equal(x->diff, y->diff);
        check_equal(x->p, y->p);
    }
}

static void check_summary(void *ctx, const sheaf_eval_summary *ran)
{
    struct opened o;
    (void)ctx;
    CHECK_OK(open_book(&o), o.err);
    const sheaf_eval_summary *s = &o.book.summary.pub;
    check_rules(s, ran);
    assert_int_equal(s->n_costs, ran->n_costs);
    for (size_t i = 0; i < s->n_costs; i++) {
        assert_int_equal(s->costs[i].tokens, ran->costs[i].tokens);
        assert_int_equal(s->costs[i].n_cut, ran->costs[i].n_cut);
        check_equal(s->costs[i].seconds, ran->costs[i].seconds);
        check_equal(s->costs[i].accuracy, ran->costs[i].accuracy);
    }
    assert_int_equal(s->n_points, ran->n_points);
    for (size_t i = 0; i < s->n_points; i++) {
        check_equal(s->points[i].pass, ran->points[i].pass);
        check_equal(s->points[i].cons, ran->points[i].cons);
        check_equal(s->points[i].cons_se, ran->points[i].cons_se);
    }
    assert_string_equal(s->data, ran->data);
    assert_string_equal(s->run_id, ran->run_id);
    assert_int_equal(s->n_done, ran->n_done);
    assert_int_equal(s->n_total, ran->n_total);
    assert_true(s->partial == ran->partial && s->complete == ran->complete);
    assert_int_equal(o.book.n_passed, 0);
    close_book(&o);
}

static void test_same_numbers(void **state)
{
    (void)state;
    fake_eval(&whole, check_summary, NULL);
    struct fake_eval other = whole;
    other.strategies = "deepconf-online-low,esc"; /* no run of whole traces */
    fake_eval(&other, check_summary, NULL);
}

static void test_interrupted(void **state)
{
    (void)state;
    struct fake_eval broken_off = whole;
    broken_off.cancel_at = 6; /* in the third problem */
    fake_eval(&broken_off, check_summary, NULL);
    broken_off.cancel_at = 1;
    fake_eval(&broken_off, check_summary, NULL);
}

static void test_votes(void **state)
{
    (void)state;
    struct opened o;
    fake_eval(&whole, NULL, NULL);
    CHECK_OK(open_book(&o), o.err);
    assert_int_equal(o.book.n, N_PROBLEMS);
    const struct scorebook_problem *p = o.book.problems;
    assert_string_equal(p[1].id, "set/2");
    assert_string_equal(p[1].gold, "7");
    assert_string_equal(p[1].votes[0].answer, "7");
    check_equal(p[1].votes[0].share, 2.0 / 3);
    assert_string_equal(p[2].votes[0].answer, "8");
    assert_null(p[3].votes[0].answer);
    assert_true(o.book.scores[1].rules[0].correct && !o.book.scores[2].rules[0].correct);
    assert_int_equal(o.book.scores[4].runs[0].n_right, 2);
    close_book(&o);
}

/* A problem that lacks one of its votes does not count. */
static void test_damaged_vote(void **state)
{
    (void)state;
    struct opened o;
    fake_eval(&whole, NULL, NULL);
    change("votes.jsonl", "\"answer\":\"8\"", "\"answer\":\"7\""); /* the seal breaks */
    CHECK_OK(open_book(&o), o.err);
    assert_int_equal(o.book.n, N_PROBLEMS - 1);
    assert_int_equal(o.book.n_passed, 2); /* the line, and the problem */
    for (size_t i = 0; i < o.book.n; i++)
        assert_string_not_equal(o.book.problems[i].id, "set/3");
    close_book(&o);
}

/* A version without a rule wrote the run: the others count. */
static void test_missing_rule(void **state)
{
    (void)state;
    struct opened o;
    fake_eval(&whole, NULL, NULL);
    CHECK_OK(open_book(&o), o.err);
    size_t n_rules = o.book.lineup.n_rules;
    close_book(&o);
    drop_lines("\"rule\":\"lowest\"");
    CHECK_OK(open_book(&o), o.err);
    assert_int_equal(o.book.n, N_PROBLEMS);
    assert_int_equal(o.book.lineup.n_rules, n_rules - 1);
    const struct lineup *l = &o.book.lineup;
    assert_string_equal(l->rules[l->n_rules - 1].name, "deepconf-online-low");
    assert_string_equal(o.book.problems[0].votes[l->n_rules - 1].answer, "7");
    for (size_t i = 0; i < l->n_rules; i++)
        assert_string_not_equal(l->rules[i].name, "lowest");
    close_book(&o);
}

static const struct {
    const char *from, *to; /* in run.json */
    sheaf_code code;
    const char *message;
} bad_settings[] = {
    {"\"strategies\":", "\"strategy\":", SHEAF_ERR_USAGE, "sheaf eval"},
    {"\"strategies\":[\"majority\",", "\"strategies\":[\"guess\",", SHEAF_ERR_USAGE, "guess"},
    {"\"strategies\":[\"majority\",\"deepconf-online-low\"]", "\"strategies\":7", SHEAF_ERR_FORMAT,
     "strategies"},
    {"\"traces\":4", "\"traces\":0", SHEAF_ERR_FORMAT, "traces"},
    {"\"traces\":4", "\"traces\":1e30", SHEAF_ERR_FORMAT, "traces"},
    {"\"problems\":5", "\"problems\":[5]", SHEAF_ERR_FORMAT, "problems"},
};

static void test_bad_settings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_settings / sizeof bad_settings[0]; i++) {
        struct opened o;
        fake_eval(&whole, NULL, NULL);
        change("run.json", bad_settings[i].from, bad_settings[i].to);
        sheaf_code code = open_book(&o);
        if (code != bad_settings[i].code)
            fail_msg("%s: code %d, %s", bad_settings[i].to, (int)code, o.err.message);
        if (!strstr(o.err.message, bad_settings[i].message) &&
            !strstr(o.err.source, bad_settings[i].message))
            fail_msg("%s: %s", o.err.source, o.err.message);
        close_book(&o);
    }
}

/* More traces than the run has room for: sealed, but never written by it. */
static void test_too_many_traces(void **state)
{
    (void)state;
    struct opened o;
    fake_eval(&whole, NULL, NULL);
    change("run.json", "\"traces\":4", "\"traces\":3");
    CHECK_OK(open_book(&o), o.err);
    assert_int_equal(o.book.n, 0);
    assert_true(o.book.n_passed > 0 && isnan(o.book.summary.rules[0].value));
    close_book(&o);
}

static void test_no_deciding_rule(void **state)
{
    (void)state;
    struct opened o;
    fake_eval(&whole, NULL, NULL);
    drop_lines("\"rule\":\"majority\"");
    assert_int_equal(open_book(&o), SHEAF_ERR_FORMAT);
    assert_non_null(strstr(o.err.message, "majority"));
    close_book(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_numbers),   cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_votes),          cmocka_unit_test(test_damaged_vote),
        cmocka_unit_test(test_missing_rule),   cmocka_unit_test(test_bad_settings),
        cmocka_unit_test(test_too_many_traces), cmocka_unit_test(test_no_deciding_rule),
    };
    return cmocka_run_group_tests(tests, make_dir, scratch_remove);
}
