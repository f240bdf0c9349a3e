/* cmd_tasks.c - `sheaf tasks`: public problem sets by name, and which of them are here. */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/table.h"
#include "src/task_file.h"
#include "store/put.h"

struct tasks_args {
    const char *format;
    bool here;
};

#define AT(member) offsetof(struct tasks_args, member)

static const struct cli_option options[] = {
    {.name = "here", .kind = CLI_ON, .at = AT(here),
     .help = "only tasks whose file is on this machine"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what standard output gets (text)"},
    CLI_END};

static const char details[] =
    "FILTER is the --filter of `sheaf eval` that published scores are read with; without it\n"
    "answers are compared exactly. The sets are not part of this program: `sheaf pull TASK`\n"
    "takes them from $SHEAF_MIRROR. JSON has addresses, digests, licences and remarks as well.";

static void text_row(struct table *t, const struct task *task, const char *path)
{
    table_str(t, task->name);
    table_printf(t, "%zu", task->n_problems);
    table_str(t, task->answer_type);
    table_str(t, task->filter);
    table_str(t, task->license);
    table_str(t, path ? path : "-");
}

static void json_row(strbuf *b, const struct task *task, const char *path)
{
    jsonw_open(b, '{');
    put_str(b, "name", task->name);
    put_str(b, "file", task->file);
    put_u64(b, "bytes", task->bytes);
    put_str(b, "sha256", task->sha256);
    put_u64(b, "problems", task->n_problems);
    put_str(b, "answer_type", task->answer_type);
    put_str(b, "filter", task->filter);
    put_str(b, "license", task->license);
    put_str(b, "origin", task->origin);
    put_str(b, "note", task->note);
    put_str(b, "path", path);
    put_bool(b, "installed", path != NULL);
    jsonw_close(b, '}');
}

/* `t` NULL: JSON. */
static sheaf_code add_rows(strbuf *b, struct table *t, bool here, sheaf_error *err)
{
    const struct task *task;
    for (size_t i = 0; (task = task_at(i)); i++) {
        char *path = NULL;
        sheaf_code rc = task_locate(&path, task, err);
        if (rc)
            return rc;
        if (t && (path || !here))
            text_row(t, task, path);
        else if (!t && (path || !here))
            json_row(b, task, path);
        alloc_free(path);
    }
    return SHEAF_OK;
}

static sheaf_code write_text(strbuf *out, bool here, sheaf_error *err)
{
    static const char *const head[] = {"TASK", "PROBLEMS", "ANSWERS", "FILTER", "LICENCE", "FILE"};
    struct table t;
    table_init(&t, "lrllll");
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        table_str(&t, head[i]);
    sheaf_code rc = add_rows(out, &t, here, err);
    table_print(&t, out, TABLE_PLAIN, 0, 0);
    table_free(&t);
    return rc;
}

static sheaf_code write_json(strbuf *out, bool here, sheaf_error *err)
{
    jsonw_open(out, '[');
    sheaf_code rc = add_rows(out, NULL, here, err);
    jsonw_close(out, ']');
    strbuf_char(out, '\n');
    return rc;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct tasks_args a = {.format = "text"};
    int status = cli_parse(self, &a, &argc, argv);
    if (status == CLI_GO)
        status = cli_operands(self, argc, argv, 0);
    if (status != CLI_GO)
        return status;
    strbuf out = {0};
    sheaf_error err = {0};
    if ((strcmp(a.format, "json") == 0 ? write_json : write_text)(&out, a.here, &err))
        status = cli_fail_error(&err, CLI_AT_WRITE);
    else if (out.failed)
        status = cli_fail(CLI_MEMORY, NULL, "no memory for the list");
    else
        status = cli_write(NULL, strbuf_view(&out));
    strbuf_free(&out);
    return status;
}

const struct cli_command cmd_tasks = {
    "tasks", "", "public problem sets that have a name, and which are here", details, options, run};
