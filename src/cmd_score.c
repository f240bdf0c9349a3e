/* cmd_score.c - `sheaf score RUN`: the verdicts of a finished run formed anew, without a model. */
#include <string.h>

#include "base/json.h"
#include "evals/grader.h"
#include "evals/regrade.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/table.h"
#include "store/put.h"

struct score_args {
    const char *task, *filter, *format, *out;
};

#define AT(member) offsetof(struct score_args, member)

static const struct cli_option options[] = {
    {.name = "task", .kind = CLI_CHOICE, .at = AT(task),
     .choices = "auto generic gsm8k aime math choice",
     .help = "where answers are looked for, auto as in the run (auto)"},
    {.name = "filter", .kind = CLI_CHOICE, .at = AT(filter), .value = "NAME",
     .choices = "exact strict-match strict flexible-extract flexible matharena",
     .help = "read and compare answers as lm-eval's GSM8K or MathArena does (the run's)"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what is written (text)"},
    {.name = "output", .letter = 'o', .kind = CLI_TEXT, .at = AT(out), .value = "FILE",
     .help = "where it is written (standard output)"},
    CLI_END};

static const char details[] =
    "Finds the answer of every recorded trace again, grades it again, grades the answers that the\n"
    "rules voted for, and lists each verdict or answer that is not what the records say. The\n"
    "records stay as they are.\n\n"
    "Example\n"
    "  sheaf score sheaf-eval-0123456789abcdef";

static const char *verdict_word(bool right)
{
    return right ? "right" : "wrong";
}

/* ---- text -------------------------------------------------------------------------------------
 */

static void list_changes(strbuf *out, const struct regrade *r)
{
    struct table t;
    static const char *const head[] = {"PROBLEM", "OF", "GOLD", "ANSWER", "WAS", "IS", "BY"};
    table_init(&t, "lllllll");
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        table_str(&t, head[i]);
    for (size_t i = 0; i < r->n; i++) {
        const struct regrade_change *c = &r->changes[i];
        table_str(&t, c->problem);
        if (c->rule)
            table_str(&t, c->rule);
        else
            table_printf(&t, "%s trace %u", c->strategy, (unsigned)c->trace);
        table_str(&t, c->gold);
        table_str(&t, c->after ? c->after : "-");
        table_str(&t, verdict_word(c->was_right));
        table_str(&t, verdict_word(c->is_right));
        table_printf(&t, "%s %s", c->grade.level, c->grade.reason);
    }
    table_print(&t, out, TABLE_PLAIN, 0, 40);
    table_free(&t);
}

static void count_line(strbuf *out, const char *what, const struct regrade_count *n)
{
    strbuf_printf(out, "%s: %zu graded, %zu right, %zu were; %zu undecided\n", what, n->n,
                  n->is_right, n->was_right, n->unknown);
}

static void write_text(strbuf *out, const struct regrade *r)
{
    strbuf_printf(out, "run %s, %s, task %s, filter %s%s\n", r->run_id, r->data,
                  grader_task_name(r->task), r->filter, r->done ? "" : ", not ended");
    count_line(out, "traces", &r->traces);
    count_line(out, "votes", &r->votes);
    strbuf_printf(out, "changed: %zu\n", r->n);
    if (r->n)
        list_changes(out, r);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static void put_count(strbuf *b, const char *key, const struct regrade_count *n)
{
    jsonw_key(b, key);
    jsonw_open(b, '{');
    put_u64(b, "graded", n->n);
    put_u64(b, "right", n->is_right);
    put_u64(b, "were_right", n->was_right);
    put_u64(b, "undecided", n->unknown);
    jsonw_close(b, '}');
}

static void put_change(strbuf *b, const struct regrade_change *c)
{
    jsonw_open(b, '{');
    put_str(b, "problem", c->problem);
    put_str(b, "strategy", c->strategy);
    put_str(b, "rule", c->rule);
    jsonw_key(b, "trace");
    if (c->rule)
        jsonw_null(b);
    else
        jsonw_u64(b, c->trace);
    put_str(b, "gold", c->gold);
    put_str(b, "answer_before", c->before);
    put_str(b, "answer", c->after);
    put_bool(b, "was_right", c->was_right);
    put_bool(b, "right", c->is_right);
    put_str(b, "verdict", sheaf_verdict_name(c->grade.verdict));
    put_str(b, "level", c->grade.level);
    put_str(b, "reason", c->grade.reason);
    jsonw_close(b, '}');
}

static void write_json(strbuf *out, const struct regrade *r)
{
    jsonw_open(out, '{');
    put_str(out, "run_id", r->run_id);
    put_str(out, "data", r->data);
    put_str(out, "task", grader_task_name(r->task));
    put_str(out, "filter", r->filter);
    put_bool(out, "done", r->done);
    put_count(out, "traces", &r->traces);
    put_count(out, "votes", &r->votes);
    jsonw_key(out, "changes");
    jsonw_open(out, '[');
    for (size_t i = 0; i < r->n; i++)
        put_change(out, &r->changes[i]);
    jsonw_close(out, ']');
    jsonw_close(out, '}');
    strbuf_char(out, '\n');
}

/* ---- the command ------------------------------------------------------------------------------
 */

static int score(const char *dir, const struct score_args *a)
{
    sheaf_task task = SHEAF_TASK_GENERIC;
    bool own_task = sheaf_task_parse(&task, a->task);
    struct regrade r;
    sheaf_error err = {0};
    strbuf out = {0};
    int status;
    if (regrade_run(&r, dir, own_task ? &task : NULL, a->filter, &err)) {
        status = cli_fail_error(&err, CLI_AT_RUN);
    } else {
        (strcmp(a->format, "json") == 0 ? write_json : write_text)(&out, &r);
        status = out.failed ? cli_fail(CLI_MEMORY, NULL, "no memory")
                            : cli_write(a->out, strbuf_view(&out));
    }
    regrade_free(&r);
    strbuf_free(&out);
    return status;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct score_args a = {.task = "auto", .format = "text"};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc == CLI_GO && argc == 0)
        rc = cli_fail(CLI_USAGE, "RUN", "not given; the directory of a run wanted");
    if (rc != CLI_GO || (rc = cli_check_output(a.out)) != CLI_OK)
        return rc;
    return score(argv[0], &a);
}

const struct cli_command cmd_score = {
    "score", "RUN", "grade the records of a run again, without a model", details, options, run};
