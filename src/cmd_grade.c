/* cmd_grade.c - `sheaf grade`: is an answer worth the gold? One pair from options, or a file of
 * them, one JSON object a line. */
#include <sheaf/verify.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/grade_line.h"

#define MAX_INPUT ((size_t)1 << 30)

struct grade_args {
    const char *gold, *answer, *response, *batch, *task, *filter, *format;
    int round_digits;
    bool strict, exact_points, explain;
    struct grader grader;       /* of the filter */
    struct grade_question blank; /* what every question begins as */
};

#define AT(member) offsetof(struct grade_args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "What is graded"},
    {.name = "gold", .letter = 'g', .kind = CLI_TEXT, .at = AT(gold), .value = "ANSWER",
     .help = "the right answer"},
    {.name = "answer", .letter = 'a', .kind = CLI_TEXT, .at = AT(answer), .value = "ANSWER",
     .help = "the answer to grade"},
    {.name = "response", .letter = 'r', .kind = CLI_TEXT, .at = AT(response), .value = "FILE",
     .help = "a whole response instead; its final answer is graded (- is standard input)"},
    {.name = "batch", .letter = 'b', .kind = CLI_TEXT, .at = AT(batch), .value = "FILE",
     .help = "many of them, one JSON object a line (- is standard input)"},
    {.name = "task", .kind = CLI_CHOICE, .at = AT(task),
     .choices = "generic gsm8k aime math choice",
     .help = "where a response holds its answer (generic)"},
    {.name = "filter", .kind = CLI_CHOICE, .at = AT(filter), .value = "NAME",
     .choices = "exact strict-match strict flexible-extract flexible matharena",
     .help = "read and compare answers as lm-eval's GSM8K or MathArena does (exact)"},
    {.name = "", .kind = CLI_HEADING, .help = "Rules"},
    {.name = "strict", .kind = CLI_ON, .at = AT(strict),
     .help = "no leniency: percent signs, units and brackets are part of the value, as in a vote"},
    {.name = "round-digits", .kind = CLI_INT, .at = AT(round_digits), .min = 0, .max = 64,
     .value = "K", .help = "accept what rounds to the gold at K decimals (never)"},
    {.name = "exact-points", .kind = CLI_ON, .at = AT(exact_points),
     .help = "512 equal bits at random points are no equality of functions"},
    {.name = "", .kind = CLI_HEADING, .help = "Output"},
    {.name = "explain", .letter = 'e', .kind = CLI_ON, .at = AT(explain),
     .help = "also the canonical forms of both"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what standard output gets (text)"},
    CLI_END};

static const char details[] =
    "Prints the verdict (equal, different, unknown, no_answer), the level that decided and the\n"
    "reason. unknown means undecided, never guessed: a limit, or an expression beyond the\n"
    "verifier. The status is 0 for every verdict but no_answer, which is 3.\n\n"
    "A line of --batch holds gold, and answer or response, and may hold task and id:\n"
    "  {\"id\":7,\"gold\":\"1/2\",\"response\":\"so it is \\\\boxed{0.5}\",\"task\":\"math\"}\n"
    "It is answered by one line; a line that cannot be answered gets an error in its place and\n"
    "makes the status 1.\n\n"
    "Examples\n"
    "  sheaf grade --gold '\\frac{1}{2}' --answer 0.5\n"
    "  sheaf grade --gold '\\sqrt2+\\sqrt3' --answer '\\sqrt{5+2\\sqrt6}' --explain\n"
    "  sheaf grade --batch answers.jsonl --format json\n"
    "  sheaf grade --batch responses.jsonl --filter flexible-extract";

static sheaf_policy policy_of(const struct grade_args *a)
{
    sheaf_policy p = a->strict ? (sheaf_policy){.round_gold_digits = -1, .numeric_points = true}
                               : sheaf_policy_defaults();
    p.round_gold_digits = a->round_digits;
    p.numeric_points = !a->exact_points;
    return p;
}

/* ---- output -----------------------------------------------------------------------------------
 */

static void explain_side(strbuf *out, const struct grade_question *q, const char *side,
                         text answer)
{
    char canonical[CANONICAL_BYTES];
    strbuf_printf(out, "%-10s ", side);
    bool known = grade_canonical(canonical, q, answer);
    cli_add_printable(out, known ? text_of(canonical) : answer, false);
    strbuf_char(out, '\n');
}

static void write_text(strbuf *out, const struct grade_result *r, const struct grade_question *q,
                       bool explain)
{
    strbuf_printf(out, "%-10s %-2s %s\n", sheaf_verdict_name(r->grade.verdict), r->grade.level,
                  r->grade.reason);
    if (!explain)
        return;
    explain_side(out, q, "gold", strbuf_view(&q->gold));
    if (r->found)
        explain_side(out, q, "answer", r->extracted);
}

static void write_result(strbuf *out, const struct grade_args *a, const struct grade_result *r,
                         const struct grade_question *q, const cJSON *in)
{
    if (strcmp(a->format, "text") == 0) {
        write_text(out, r, q, a->explain);
        return;
    }
    jsonw_open(out, '{');
    const cJSON *id = json_get(in, "id");
    char *printed = id ? cJSON_PrintUnformatted(id) : NULL;
    if (printed) {
        jsonw_key(out, "id");
        strbuf_str(out, printed);
        cJSON_free(printed);
    }
    grade_write(out, r, q, a->explain);
    jsonw_close(out, '}');
    strbuf_char(out, '\n');
}

static void write_fault(strbuf *out, const struct grade_args *a, const sheaf_error *err)
{
    if (strcmp(a->format, "text") == 0) {
        strbuf_printf(out, "%-10s    %s\n", "error", err->message);
        return;
    }
    jsonw_open(out, '{');
    jsonw_key(out, "error");
    jsonw_str(out, err->message);
    jsonw_close(out, '}');
    strbuf_char(out, '\n');
}

/* ---- one pair ---------------------------------------------------------------------------------
 */

static int read_pair(struct grade_question *q, const struct grade_args *a)
{
    sheaf_error err = {0};
    strbuf_str(&q->gold, a->gold);
    q->is_response = a->response != NULL;
    if (!a->response)
        strbuf_str(&q->given, a->answer);
    else if (file_read(&q->given, a->response, MAX_INPUT, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    return q->gold.failed || q->given.failed ? cli_fail(CLI_MEMORY, NULL, "no memory") : CLI_OK;
}

static int grade_pair(const struct grade_args *a)
{
    struct grade_question q = a->blank;
    struct grade_result r;
    strbuf out = {0};
    sheaf_policy policy = policy_of(a);
    int status = read_pair(&q, a);
    if (!status) {
        grade_answer(&r, &q, &policy);
        write_result(&out, a, &r, &q, NULL);
        status = out.failed ? cli_fail(CLI_MEMORY, NULL, "no memory")
                            : cli_write(NULL, strbuf_view(&out));
    }
    if (!status && r.grade.verdict == SHEAF_NO_ANSWER)
        status = CLI_NO_ANSWER;
    grade_question_free(&q);
    strbuf_free(&out);
    return status;
}

/* ---- many -------------------------------------------------------------------------------------
 */

/* Answers a line; false when it could not be graded. */
static bool grade_line(strbuf *out, const struct grade_args *a, text line)
{
    sheaf_error err = {0};
    cJSON *in = NULL;
    struct grade_question q = a->blank;
    struct grade_result r;
    sheaf_policy policy = policy_of(a);
    sheaf_code rc = json_parse(&in, line, NULL, &err);
    if (!rc && !cJSON_IsObject(in))
        rc = SHEAF_FAIL(&err, SHEAF_ERR_FORMAT, NULL, "the line is no JSON object");
    if (!rc)
        rc = grade_question_read(&q, in, &err);
    if (rc) {
        write_fault(out, a, &err);
    } else {
        grade_answer(&r, &q, &policy);
        write_result(out, a, &r, &q, in);
    }
    grade_question_free(&q);
    cJSON_Delete(in);
    return !rc;
}

static int grade_lines(const struct grade_args *a, text rest)
{
    strbuf out = {0};
    int status = CLI_OK;
    bool faults = false;
    while (rest.n && !status) {
        size_t end = text_find(rest, TEXT("\n"));
        text line = text_trim(text_slice(rest, 0, end == SIZE_MAX ? rest.n : end));
        rest = text_slice(rest, end == SIZE_MAX ? rest.n : end + 1, rest.n);
        if (line.n == 0)
            continue;
        strbuf_reset(&out);
        faults |= !grade_line(&out, a, line);
        status = out.failed ? cli_fail(CLI_MEMORY, NULL, "no memory")
                            : cli_write(NULL, strbuf_view(&out));
    }
    strbuf_free(&out);
    return !status && faults ? CLI_RUNTIME : status;
}

static int grade_file(const struct grade_args *a)
{
    sheaf_error err = {0};
    strbuf content = {0};
    int status = file_read(&content, a->batch, MAX_INPUT, &err)
                     ? cli_fail_error(&err, CLI_AT_RUN)
                     : grade_lines(a, strbuf_view(&content));
    strbuf_free(&content);
    return status;
}

/* ---- arguments --------------------------------------------------------------------------------
 */

static int check_rules(const struct grade_args *a)
{
    if (a->blank.filter && (a->strict || a->exact_points || a->round_digits >= 0))
        return cli_fail(CLI_USAGE, "--filter",
                        "--strict, --round-digits and --exact-points are rules of the verifier; "
                        "%s compares texts", a->blank.filter_name);
    return CLI_GO;
}

static int check(const struct grade_args *a)
{
    bool pair = a->gold || a->answer || a->response;
    if (a->batch && pair)
        return cli_fail(CLI_USAGE, "--batch", "given with a single pair; one or the other wanted");
    if (a->batch)
        return CLI_GO;
    if (!a->gold)
        return cli_fail(CLI_USAGE, "--gold", "not given; the right answer wanted, or --batch FILE");
    if (!a->answer == !a->response)
        return cli_fail(CLI_USAGE, "--answer", "%s; one of --answer and --response wanted",
                        a->answer ? "given twice" : "not given");
    return CLI_GO;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct grade_args a = {
        .task = "generic", .filter = "exact", .format = "text", .round_digits = -1};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 0);
    sheaf_task_parse(&a.blank.task, a.task);
    if (filter_grader(&a.grader, &a.blank.filter_name, a.filter))
        a.blank.filter = &a.grader;
    if (rc == CLI_GO)
        rc = check(&a);
    if (rc == CLI_GO)
        rc = check_rules(&a);
    if (rc != CLI_GO || (rc = cli_check_output(NULL)) != CLI_OK)
        return rc;
    return a.batch ? grade_file(&a) : grade_pair(&a);
}

const struct cli_command cmd_grade = {
    "grade", "", "compare an answer with the right one, exactly", details, options, run};
