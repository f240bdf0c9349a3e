/* cli_commands.c - the table of commands, and the two that are about the table itself. */
#include <string.h>

#include "src/cli.h"
#include "src/cli_io.h"

const struct cli_command *const cli_commands[] = {
    &cmd_solve, &cmd_eval, &cmd_merge, &cmd_report, &cmd_grade, &cmd_score, &cmd_vote,
    &cmd_trace, &cmd_bench, &cmd_show, &cmd_pull, &cmd_list, &cmd_tasks, &cmd_inspect,
    &cmd_help, &cmd_completion, NULL,
};

static const struct cli_option no_options[] = {CLI_END};

int cli_no_such_command(const char *name)
{
    const char *nearest = cli_nearest_command(name);
    if (nearest)
        return cli_fail(CLI_USAGE, name, "no such command; did you mean %s?", nearest);
    return cli_fail(CLI_USAGE, name,
                    "no such command; `sheaf help` lists them, `sheaf solve %s` asks it", name);
}

static int run_help(const struct cli_command *self, int argc, char **argv)
{
    int rc = cli_parse(self, NULL, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc != CLI_GO)
        return rc;
    if (argc == 0)
        return cli_print_overview();
    const struct cli_command *c = cli_find(argv[0]);
    char *ask[] = {(char[]){"--help"}, NULL}; /* a command may add to its help when it runs */
    return c ? c->run(c, 1, ask) : cli_no_such_command(argv[0]);
}

const struct cli_command cmd_help = {
    "help", "[COMMAND]", "show the options of a command", NULL, no_options, run_help};

static int run_completion(const struct cli_command *self, int argc, char **argv)
{
    int rc = cli_parse(self, NULL, &argc, argv);
    if (rc == CLI_GO)
        rc = cli_operands(self, argc, argv, 1);
    if (rc != CLI_GO)
        return rc;
    if (argc == 1 && strcmp(argv[0], "bash") != 0)
        return cli_fail(CLI_USAGE, argv[0], "no completion for this shell; bash is known");
    return cli_print_completion();
}

const struct cli_command cmd_completion = {
    "completion", "bash", "print a shell completion script",
    "Put `source <(sheaf completion bash)` into ~/.bashrc.", no_options, run_completion};
