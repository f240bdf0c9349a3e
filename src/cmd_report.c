/* cmd_report.c - `sheaf report`: a stored evaluation, or two of them side by side, as tables or as
 * a page. */
#include <string.h>

#include "evals/pairing.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/compare_report.h"
#include "src/html_report.h"

struct report_args {
    const char *format, *out, *html, *from;
    struct cli_list rules;
    size_t traces, trace_bytes, page_bytes;
};

#define AT(member) offsetof(struct report_args, member)

static const struct cli_option options[] = {
    {.name = "", .kind = CLI_HEADING, .help = "Tables"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text md latex csv",
     .help = "LaTeX needs the package booktabs; CSV has all digits (text)"},
    {.name = "rule", .kind = CLI_LIST, .at = AT(rules), .value = "NAME",
     .help = "this rule alone; repeatable (all)"},
    {.name = "output", .letter = 'o', .kind = CLI_TEXT, .at = AT(out), .value = "FILE",
     .help = "where the tables go (standard output)"},

    {.name = "", .kind = CLI_HEADING, .help = "Page"},
    {.name = "html", .kind = CLI_TEXT, .at = AT(html), .value = "FILE",
     .help = "write one page with tables, charts, problems and traces instead"},
    {.name = "from", .kind = CLI_TEXT, .at = AT(from), .value = "STRATEGY",
     .help = "recorded strategy whose traces are shown (the first)"},
    {.name = "traces", .kind = CLI_SIZE, .at = AT(traces), .min = 0, .max = 65536, .value = "N",
     .help = "most traces shown of a problem (8)"},
    {.name = "trace-size", .kind = CLI_BYTES, .at = AT(trace_bytes), .value = "BYTES",
     .help = "longer texts lose their middle (8K)"},
    {.name = "max-size", .kind = CLI_BYTES, .at = AT(page_bytes), .value = "BYTES",
     .help = "no more traces are added once the page is so large (16M)"},
    CLI_END};

static const char details[] =
    "RUN is a directory that `sheaf eval -o` wrote, or is writing: then the tables are about the\n"
    "problems that are done. No model is loaded.\n\n"
    "With RUN2 the two are compared problem by problem: McNemar's exact test for votes, the\n"
    "sign-flip test for pass@1, and a bootstrap over problems (fixed seed) for the difference\n"
    "RUN2 minus RUN. Both must have the same problems.\n\n"
    "The page holds everything it shows: no network, no script.\n\n"
    "Examples\n"
    "  sheaf report run1\n"
    "  sheaf report run1 --format latex --rule majority --rule lowest-keep10 -o table.tex\n"
    "  sheaf report run1 run2 --format md\n"
    "  sheaf report run1 --html report.html --traces 16";

/* ---- runs ----------------------------------------------------------------------------------- */

/* A run that is open, with its scores. */
struct stored {
    struct run_reader run;
    struct scorebook book;
};

static int stored_open(struct stored *s, const char *dir)
{
    sheaf_error err = {0};
    if (run_reader_open(&s->run, dir, &err) || scorebook_open(&s->book, &s->run, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    if (!s->run.done)
        cli_note("%s: the run is not over; this is about the %zu problems that are done", dir,
                 s->book.n);
    return CLI_GO;
}

/* A zeroed one is fine. */
static void stored_close(struct stored *s)
{
    scorebook_close(&s->book);
    run_reader_close(&s->run);
}

/* ---- arguments ------------------------------------------------------------------------------ */

static int check_rules(const struct stored *s, const struct cli_list *rules)
{
    const sheaf_eval_summary *summary = &s->book.summary.pub;
    for (size_t i = 0; i < rules->n; i++) {
        size_t j = 0;
        while (j < summary->n_rules && strcmp(summary->rules[j].name, rules->items[i]) != 0)
            j++;
        if (j == summary->n_rules)
            return cli_fail(CLI_USAGE, "--rule", "'%.40s' given; pass@1, %s or another rule of %s "
                            "wanted", rules->items[i], s->book.lineup.rules[0].name, s->run.dir);
    }
    return CLI_GO;
}

static int choose_source(const char **out, const struct stored *s, const char *given)
{
    const struct lineup *l = &s->book.lineup;
    *out = l->runs[0]->name;
    for (size_t i = 0; given && i < l->n_runs; i++)
        if (strcmp(l->runs[i]->name, given) == 0) {
            *out = l->runs[i]->name;
            return CLI_GO;
        }
    if (!given)
        return CLI_GO;
    return cli_fail(CLI_USAGE, "--from", "'%.40s' given; %s or another strategy of %s wanted",
                    given, l->runs[0]->name, s->run.dir);
}

/* ---- output --------------------------------------------------------------------------------- */

static enum table_style style_of(const char *format)
{
    return strcmp(format, "md") == 0      ? TABLE_MARKDOWN
           : strcmp(format, "latex") == 0 ? TABLE_LATEX
           : strcmp(format, "csv") == 0   ? TABLE_CSV
                                          : TABLE_PLAIN;
}

static void add_tables(strbuf *b, const struct html_report *r, enum table_style style)
{
    if (r->compare && style == TABLE_CSV)
        compare_report_csv(b, r->compare);
    else if (r->compare)
        compare_report_print(b, r->compare, style);
    else if (style == TABLE_CSV)
        eval_report_csv(b, r->tables);
    else
        eval_report_print(b, r->tables, style);
}

static int threads_of(const struct run_reader *run)
{
    const cJSON *threads = json_get(json_get(run->run, "machine"), "threads");
    return cJSON_IsNumber(threads) ? threads->valueint : 0;
}

static int write_report(const struct stored *s, const struct pairing *c,
                        const struct report_args *a)
{
    strbuf b = {0};
    const struct eval_report tables = {.summary = &s->book.summary.pub, .config = s->run.config,
                                       .threads = threads_of(&s->run),
                                       .only = a->rules.items, .n_only = a->rules.n};
    const struct compare_report both = {.c = c, .a = &tables};
    struct html_report r = {.run = &s->run, .book = &s->book, .tables = &tables,
                            .compare = c ? &both : NULL, .max_traces = a->traces,
                            .trace_bytes = a->trace_bytes, .page_bytes = a->page_bytes};
    int rc = choose_source(&r.source, s, a->from);
    if (rc != CLI_GO)
        return rc;
    if (a->html)
        html_page(&b, &r);
    else
        add_tables(&b, &r, style_of(a->format));
    int status = b.failed ? cli_fail(CLI_MEMORY, "report", "no memory")
                          : cli_write(a->html ? a->html : a->out, strbuf_view(&b));
    strbuf_free(&b);
    return status;
}

static int compare_and_write(const struct stored *a, const struct stored *b,
                             const struct report_args *args)
{
    sheaf_error err = {0};
    struct pairing c;
    if (pairing_open(&c, &a->book, &b->book, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    int status = write_report(a, &c, args);
    pairing_close(&c);
    return status;
}

static int report_on(int n_runs, char **dirs, const struct report_args *args)
{
    struct stored a = {.book.n = 0}, b = {.book.n = 0};
    int rc = stored_open(&a, dirs[0]);
    if (rc == CLI_GO)
        rc = check_rules(&a, &args->rules);
    if (rc == CLI_GO && n_runs == 2)
        rc = stored_open(&b, dirs[1]);
    if (rc == CLI_GO)
        rc = n_runs == 2 ? compare_and_write(&a, &b, args) : write_report(&a, NULL, args);
    stored_close(&a);
    stored_close(&b);
    return rc;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct report_args a = {.format = "text", .traces = 8, .trace_bytes = (size_t)8 << 10,
                            .page_bytes = (size_t)16 << 20};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 2);
    if (rc == CLI_GO && argc == 0)
        rc = cli_fail(CLI_USAGE, "RUN", "not given; a directory of `sheaf eval -o` wanted");
    if (rc != CLI_GO || (rc = cli_check_output(a.html ? a.html : a.out)) != CLI_OK)
        return rc;
    return report_on(argc, argv, &a);
}

const struct cli_command cmd_report = {
    "report", "RUN [RUN2]", "tables and a page of a stored run; compare two", details, options,
    run};
