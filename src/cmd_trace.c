/* cmd_trace.c - `sheaf trace`: one stored trace with its confidence. */
#include <string.h>

#include "src/cli.h"
#include "src/cli_io.h"
#include "src/trace_report.h"
#include "store/run_reader.h"
#include "tts/threshold.h"

struct trace_args {
    const char *problem, *strategy, *format, *color;
};

#define AT(member) offsetof(struct trace_args, member)

static const struct cli_option options[] = {
    {.name = "problem", .kind = CLI_TEXT, .at = AT(problem), .value = "ID",
     .help = "problem of the trace (the first that has it)"},
    {.name = "strategy", .kind = CLI_TEXT, .at = AT(strategy), .value = "NAME",
     .help = "recorded strategy of the trace (the first that has it)"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what standard output gets (text)"},
    {.name = "color", .kind = CLI_CHOICE, .at = AT(color), .choices = "auto always never",
     .help = "colours (auto: on a terminal unless NO_COLOR is set)"},
    CLI_END};

static const char details[] =
    "RUN is a directory that `sheaf eval -o` or `sheaf solve -o` wrote, ID the number of a trace.\n"
    "On a terminal each token is coloured by its confidence; JSON has all numbers.\n\n"
    "Examples\n"
    "  sheaf trace run1 17\n"
    "  sheaf trace run1 3 --problem set/12 --strategy deepconf-online-low --format json";

static bool is_wanted(const char *wanted, const char *name)
{
    return !wanted || strcmp(wanted, name) == 0;
}

static const struct trace_entry *find(const struct run_reader *run, uint32_t id,
                                      const struct trace_args *a)
{
    for (size_t i = 0; i < run->table.n; i++) {
        const struct trace_entry *e = &run->table.items[i];
        if (e->r.id == id && is_wanted(a->problem, e->r.problem) &&
            is_wanted(a->strategy, e->r.strategy))
            return e;
    }
    return NULL;
}

/* The recorded window, or the one that a run of such traces would choose. */
static size_t window_of(const struct trace_record *r)
{
    double length = (double)r->n_tokens;
    return r->window ? r->window : threshold_window(&length, 1);
}

static int print_trace(const struct trace_report *r, const struct trace_args *a)
{
    strbuf b = {0};
    if (strcmp(a->format, "json") == 0)
        trace_report_json(&b, r);
    else
        trace_report_text(&b, r, cli_use_color(a->color, stdout));
    int status = b.failed ? cli_fail(CLI_MEMORY, "trace", "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    strbuf_free(&b);
    return status;
}

static int show(const struct run_reader *run, uint32_t id, const struct trace_args *a)
{
    sheaf_error err = {0};
    struct trace_set set;
    const struct trace_entry *e = find(run, id, a);
    if (!e)
        return cli_fail(CLI_USAGE, run->dir, "has no such trace %u; %zu traces are there",
                        (unsigned)id, run->table.n);
    if (trace_set_load_one(&set, e, &run->files, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    const struct trace_report r = {.record = &e->r, .trace = &set.traces[0],
                                   .text_bytes = set.text_bytes[0], .window = window_of(&e->r)};
    int status = print_trace(&r, a);
    trace_set_free(&set);
    return status;
}

static int open_and_show(const char *dir, const char *word, const struct trace_args *a)
{
    sheaf_error err = {0};
    struct run_reader run;
    int64_t id;
    if (!text_to_i64(text_of(word), &id) || id < 0 || id > UINT32_MAX)
        return cli_fail(CLI_USAGE, "ID", "'%.40s' given; the number of a trace wanted", word);
    if (run_reader_open(&run, dir, &err))
        return cli_fail_error(&err, CLI_AT_RUN);
    int status = show(&run, (uint32_t)id, a);
    run_reader_close(&run);
    return status;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct trace_args a = {.format = "text", .color = "auto"};
    int rc = cli_parse(self, &a, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 2);
    if (rc == CLI_GO && argc < 2)
        rc = cli_fail(CLI_USAGE, argc ? "ID" : "RUN", "not given; RUN ID wanted");
    if (rc != CLI_GO || (rc = cli_check_output(NULL)) != CLI_OK)
        return rc;
    return open_and_show(argv[0], argv[1], &a);
}

const struct cli_command cmd_trace = {
    "trace", "RUN ID", "show one stored trace with its confidence", details, options, run};
