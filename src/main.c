/* main.c - picks the command. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "src/cli.h"
#include "src/cli_io.h"

/* One lower-case word is a misspelled command rather than a question. */
static bool is_word(const char *s)
{
    for (; *s; s++)
        if (!islower((unsigned char)*s) && *s != '-')
            return false;
    return true;
}

int main(int argc, char **argv)
{
    cli_start();
    if (argc < 2)
        return isatty(STDIN_FILENO) ? cli_print_overview() : cmd_solve.run(&cmd_solve, 0, argv + 1);
    const char *first = argv[1];
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
        return cli_print_overview();
    if (strcmp(first, "--version") == 0)
        return cli_print_version();
    const struct cli_command *c = cli_find(first);
    if (c)
        return c->run(c, argc - 2, argv + 2);
    if (*first && *first != '-' && is_word(first))
        return cli_no_such_command(first);
    return cmd_solve.run(&cmd_solve, argc - 1, argv + 1);
}
