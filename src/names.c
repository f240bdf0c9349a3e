/* names.c - see names.h. */
#include "src/names.h"

#include "src/cli.h"
#include "src/cli_io.h"
#include "src/table.h"

#define NEAR_ENOUGH 4 /* edits: from here on a name is no misspelling of another */

int names_print(name_fn *name, name_fn *about)
{
    struct table t;
    strbuf b = {0};
    table_init(&t, about ? "ll" : "l");
    for (size_t i = 0; name(i); i++) {
        table_str(&t, name(i));
        if (about)
            table_str(&t, about(i));
    }
    table_print(&t, &b, TABLE_PLAIN, 0, 0);
    int status = b.failed ? cli_fail(CLI_MEMORY, NULL, "no memory")
                          : cli_write(NULL, strbuf_view(&b));
    table_free(&t);
    strbuf_free(&b);
    return status;
}

int names_check(const char *option, const char *given, name_fn *name)
{
    const char *nearest = NULL;
    size_t least = NEAR_ENOUGH;
    for (size_t i = 0; name(i); i++) {
        size_t d = cli_distance(given, name(i));
        if (d == 0)
            return CLI_GO;
        if (d < least) {
            least = d;
            nearest = name(i);
        }
    }
    if (nearest)
        return cli_fail(CLI_USAGE, option, "'%.40s' given; did you mean %s?", given, nearest);
    return cli_fail(CLI_USAGE, option, "'%.40s' given; one shown by `%s list` wanted", given,
                    option);
}
