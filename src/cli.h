/* cli.h - one table of options per command drives parsing, range checks, help, completion and the
 * environment twins.
 *
 *     struct greet_args { size_t times; bool loud; };
 *     static const struct cli_option options[] = {
 *         {.name = "times", .letter = 'n', .kind = CLI_SIZE, .at = offsetof(struct greet_args,
 * times), .min = 1, .max = 9, .value = "N", .help = "greetings (1)"},
 *         {.name = "loud", .kind = CLI_ON, .at = offsetof(struct greet_args, loud), .help =
 * "shout"}, CLI_END}; static int run(const struct cli_command *self, int argc, char **argv)
 *     {
 *         struct greet_args a = {.times = 1};
 *         int rc = cli_parse(self, &a, &argc, argv);
 *         if (rc != CLI_GO)
 *             return rc;
 *         ...                     argv[0 .. argc-1] are now the operands alone
 *     }
 *     const struct cli_command cmd_greet = {"greet", "[NAME]", "say hello", NULL, options, run};
 */
#ifndef SRC_CLI_H
#define SRC_CLI_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* What an option takes and the C type that `at` points to. */
enum cli_kind {
    CLI_ON,     /* no value, sets a bool                                            */
    CLI_OFF,    /* no value, clears a bool                                          */
    CLI_COUNT,  /* no value, adds one to an int                                     */
    CLI_INT,    /* int                                                              */
    CLI_I64,    /* int64_t                                                          */
    CLI_SIZE,   /* size_t                                                           */
    CLI_U64,    /* uint64_t, whole range unless max is given                        */
    CLI_BYTES,  /* size_t: digits and an optional K, M, G or T (powers of 1024)     */
    CLI_F32,    /* float                                                            */
    CLI_F64,    /* double                                                           */
    CLI_TEXT,   /* const char *, borrowed from argv or the environment              */
    CLI_CHOICE, /* const char *, one of the words in `choices`                      */
    CLI_LIST,   /* struct cli_list, repeatable                                      */
    CLI_HEADING, /* no option: a title in the help, in `help`; name ""               */
};

#define CLI_LIST_MAX 16

struct cli_list {
    const char *items[CLI_LIST_MAX];
    size_t n;
};

struct cli_option {
    const char *name;     /* "traces": --traces                                      */
    const char *synonyms; /* "budget": further long names, separated by blanks, or NULL */
    char letter;          /* 'N': -N, or 0                                           */
    enum cli_kind kind;
    size_t at;            /* offsetof the target in the command's argument struct    */
    double min, max;      /* numbers; both 0: only the type limits                   */
    const char *choices;  /* CLI_CHOICE: "text json"                                 */
    const char *value;    /* name of the value in help: "N"                          */
    const char *help;     /* one line, the default in brackets at its end            */
    bool env;             /* SHEAF_<NAME> sets it too; the command line wins         */
};

#define CLI_END {.name = NULL}

struct cli_command {
    const char *name;    /* "solve"                                                  */
    const char *operands; /* "[QUESTION]" or ""                                      */
    const char *summary; /* "answer a question by many voted traces"                 */
    const char *details; /* paragraphs after the options in the help, or NULL        */
    const struct cli_option *options; /* ends with CLI_END                           */
    /* argv holds what follows the command's name. Returns the exit status.          */
    int (*run)(const struct cli_command *self, int argc, char **argv);
};

/* Every command of the program, NULL at the end (cli_commands.c). */
extern const struct cli_command *const cli_commands[];

extern const struct cli_command cmd_solve, cmd_show, cmd_bench, cmd_inspect, cmd_pull, cmd_list,
    cmd_eval, cmd_grade, cmd_score, cmd_vote, cmd_trace, cmd_report, cmd_tasks,
    cmd_merge, cmd_help, cmd_completion;

/* Status 2 and one line that names the nearest command. */
int cli_no_such_command(const char *name);

/* What cli_parse returns when the command should go on. */
#define CLI_GO (-1)

/* Fills `args` (which holds the defaults) from the environment, then from argv, and moves the
 * operands to the front of argv (*argc counts them). Understands --name value, --name=value, -n5,
 * -n 5, bundled flags -vq, `--`, and --help everywhere. Returns CLI_GO; 0 after printing help; 2
 * after one line on stderr that names the option, the value seen and the values wanted. */
int cli_parse(const struct cli_command *c, void *args, int *argc, char **argv);

/* The same for operands: exit status 2 and one line when there are more than `max`. */
int cli_operands(const struct cli_command *c, int argc, char **argv, int max);

/* cli_value.c: one value into the target at `slot`; false with the reason in why [cap]. */
bool cli_set(const struct cli_option *o, void *slot, const char *value, char *why, size_t cap);
bool cli_takes_value(const struct cli_option *o);
bool cli_parse_bytes(const char *s, uint64_t *out);

/* cli_help.c. All print to standard output and return the exit status of that. */
int cli_print_help(const struct cli_command *c); /* one command  */
int cli_print_overview(void);                    /* all commands */
int cli_print_version(void);
int cli_print_completion(void);                  /* a bash script */

/* cli_nearest.c */
const struct cli_command *cli_find(const char *name); /* NULL: no such command */
/* Nearest command name within a small edit distance, or NULL. */
const char *cli_nearest_command(const char *name);
/* Nearest long option, or NULL. */
const char *cli_nearest_option(const struct cli_command *c, const char *name);
/* Insertions, deletions, substitutions and swaps of neighbours between two short words. */
size_t cli_distance(const char *a, const char *b);
/* SHEAF_MAX_TOKENS for "max-tokens". */
void cli_env_name(char *out, size_t cap, const char *option);

#endif
