/* cmd_list.c - `sheaf list`: the models of the catalogue and which of them are here. */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "src/catalog.h"
#include "src/cli.h"
#include "src/cli_io.h"
#include "src/table.h"

struct list_args {
    const char *format;
    bool here;
};

#define AT(member) offsetof(struct list_args, member)

static const struct cli_option options[] = {
    {.name = "here", .kind = CLI_ON, .at = AT(here),
     .help = "only models whose file is on this machine"},
    {.name = "format", .kind = CLI_CHOICE, .at = AT(format), .choices = "text json",
     .help = "what standard output gets (text)"},
    CLI_END};

/* One form of the list: a head, a row per model (`path` NULL: not here), a foot. */
struct form {
    struct table table;
    strbuf out;
};

static void text_row(struct form *f, const catalog_model *m, const char *path)
{
    char size[32] = "?";
    table_str(&f->table, m->name);
    table_str(&f->table, m->aliases ? m->aliases : "");
    table_str(&f->table, m->bytes ? cli_bytes(size, sizeof size, m->bytes) : size);
    table_str(&f->table, m->arch);
    table_str(&f->table, m->license);
    table_str(&f->table, path ? path : "-");
}

static void json_word(strbuf *b, const char *key, const char *value)
{
    jsonw_key(b, key);
    if (value)
        jsonw_str(b, value);
    else
        jsonw_null(b);
}

static void json_row(struct form *f, const catalog_model *m, const char *path)
{
    strbuf *b = &f->out;
    jsonw_open(b, '{');
    json_word(b, "name", m->name);
    json_word(b, "aliases", m->aliases);
    json_word(b, "file", m->file);
    jsonw_key(b, "bytes");
    if (m->bytes)
        jsonw_u64(b, m->bytes);
    else
        jsonw_null(b);
    json_word(b, "sha256", m->sha256);
    json_word(b, "architecture", m->arch);
    json_word(b, "license", m->license);
    json_word(b, "hub", m->hub_repo);
    json_word(b, "path", path);
    jsonw_close(b, '}');
}

static sheaf_code add_rows(struct form *f, const struct list_args *a, bool json, sheaf_error *err)
{
    for (const catalog_model *m = catalog_models; m->name; m++) {
        char *path = NULL;
        sheaf_code rc = catalog_locate(&path, m, err);
        if (rc)
            return rc;
        if (path || !a->here)
            (json ? json_row : text_row)(f, m, path);
        alloc_free(path);
    }
    return SHEAF_OK;
}

static sheaf_code build(struct form *f, const struct list_args *a, sheaf_error *err)
{
    static const char *const head[] = {"MODEL", "ALIAS", "SIZE", "ARCH", "LICENCE", "FILE"};
    bool json = strcmp(a->format, "json") == 0;
    table_init(&f->table, "llrlll");
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        table_str(&f->table, head[i]);
    if (json)
        jsonw_open(&f->out, '[');
    sheaf_code rc = add_rows(f, a, json, err);
    if (json) {
        jsonw_close(&f->out, ']');
        strbuf_char(&f->out, '\n');
    } else {
        table_print(&f->table, &f->out, TABLE_PLAIN, 0, 0);
    }
    return rc;
}

static int run(const struct cli_command *self, int argc, char **argv)
{
    struct list_args a = {.format = "text"};
    int status = cli_parse(self, &a, &argc, argv);
    if (status == CLI_GO)
        status = cli_operands(self, argc, argv, 0);
    if (status != CLI_GO)
        return status;
    struct form f = {.out = {0}};
    sheaf_error err = {0};
    if (build(&f, &a, &err))
        status = cli_fail_error(&err, CLI_AT_WRITE);
    else if (f.out.failed)
        status = cli_fail(CLI_MEMORY, NULL, "no memory for the list");
    else
        status = cli_write(NULL, strbuf_view(&f.out));
    table_free(&f.table);
    strbuf_free(&f.out);
    return status;
}

const struct cli_command cmd_list = {
    "list", "", "models that have a name, and which are here", NULL, options, run};
