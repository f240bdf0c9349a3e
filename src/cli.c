/* cli.c - command line and environment into a command's argument struct.
 *
 * One pass over argv: options are stored as they come, operands are moved to the front, so both may
 * be mixed. The environment goes first and the command line simply overwrites it. */
#include "src/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli_io.h"

#define WHY_BYTES 160
#define NAME_BYTES 64

struct scan {
    const struct cli_command *command;
    void *args;
    char **argv;
    int argc, pos, n_operands;
};

static bool names(const struct cli_option *o, const char *word, size_t n)
{
    if (o->kind == CLI_HEADING || n == 0)
        return false;
    if (strlen(o->name) == n && memcmp(o->name, word, n) == 0)
        return true;
    for (const char *s = o->synonyms; s && *s;) {
        size_t len = strcspn(s, " ");
        if (len == n && memcmp(s, word, n) == 0)
            return true;
        s += len + strspn(s + len, " ");
    }
    return false;
}

static const struct cli_option *find_long(const struct cli_command *c, const char *word, size_t n)
{
    for (const struct cli_option *o = c->options; o->name; o++)
        if (names(o, word, n))
            return o;
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *c, char letter)
{
    for (const struct cli_option *o = c->options; o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

/* `shown` is the option as the user spelled it. */
static int store(struct scan *s, const struct cli_option *o, const char *shown, const char *value)
{
    char why[WHY_BYTES];
    if (cli_set(o, (char *)s->args + o->at, value, why, sizeof why))
        return CLI_GO;
    return cli_fail(CLI_USAGE, shown, "%s", why);
}

/* The value that follows in argv, or NULL after complaining. */
static const char *next_value(struct scan *s, const struct cli_option *o, const char *shown)
{
    if (s->pos < s->argc)
        return s->argv[s->pos++];
    cli_fail(CLI_USAGE, shown, "no value given; %s wanted", o->value ? o->value : o->choices);
    return NULL;
}

static int unknown(const struct scan *s, const char *word, size_t n)
{
    char name[NAME_BYTES], shown[NAME_BYTES + 2];
    snprintf(name, sizeof name, "%.*s", (int)(n < NAME_BYTES ? n : NAME_BYTES - 1), word);
    snprintf(shown, sizeof shown, "--%s", name);
    const char *nearest = cli_nearest_option(s->command, name);
    if (nearest)
        return cli_fail(CLI_USAGE, shown, "no such option; did you mean --%s?", nearest);
    return cli_fail(CLI_USAGE, shown, "no such option; `sheaf help %s` lists them",
                    s->command->name);
}

static int long_option(struct scan *s, const char *arg)
{
    const char *word = arg + 2, *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : strlen(word);
    const struct cli_option *o = find_long(s->command, word, n);
    if (!o)
        return unknown(s, word, n);
    char shown[NAME_BYTES];
    snprintf(shown, sizeof shown, "--%.*s", (int)n, word);
    if (!cli_takes_value(o)) {
        if (equals)
            return cli_fail(CLI_USAGE, shown, "'%s' given; the option takes no value", equals + 1);
        return store(s, o, shown, NULL);
    }
    const char *value = equals ? equals + 1 : next_value(s, o, shown);
    return value ? store(s, o, shown, value) : CLI_USAGE;
}

/* -v, -vq, -n5, -n 5 */
static int short_options(struct scan *s, const char *arg)
{
    for (const char *p = arg + 1; *p; p++) {
        char shown[] = {'-', *p, '\0'};
        const struct cli_option *o = find_letter(s->command, *p);
        if (!o)
            return cli_fail(CLI_USAGE, shown, "no such option; `sheaf help %s` lists them",
                            s->command->name);
        if (!cli_takes_value(o)) {
            int rc = store(s, o, shown, NULL);
            if (rc != CLI_GO)
                return rc;
            continue;
        }
        const char *value = p[1] ? p + 1 : next_value(s, o, shown);
        return value ? store(s, o, shown, value) : CLI_USAGE;
    }
    return CLI_GO;
}

static int one_argument(struct scan *s)
{
    char *arg = s->argv[s->pos++];
    if (strcmp(arg, "--") == 0) {
        while (s->pos < s->argc)
            s->argv[s->n_operands++] = s->argv[s->pos++];
        return CLI_GO;
    }
    if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
        return cli_print_help(s->command);
    if (strcmp(arg, "--version") == 0)
        return cli_print_version();
    if (strncmp(arg, "--", 2) == 0)
        return long_option(s, arg);
    if (arg[0] == '-' && arg[1])
        return short_options(s, arg);
    s->argv[s->n_operands++] = arg;
    return CLI_GO;
}

static int from_environment(struct scan *s)
{
    for (const struct cli_option *o = s->command->options; o->name; o++) {
        char name[NAME_BYTES];
        if (!o->env)
            continue;
        cli_env_name(name, sizeof name, o->name);
        const char *value = getenv(name);
        int rc = value && *value ? store(s, o, name, value) : CLI_GO;
        if (rc != CLI_GO)
            return rc;
    }
    return CLI_GO;
}

int cli_parse(const struct cli_command *c, void *args, int *argc, char **argv)
{
    struct scan s = {.command = c, .args = args, .argv = argv, .argc = *argc};
    int rc = from_environment(&s);
    while (rc == CLI_GO && s.pos < s.argc)
        rc = one_argument(&s);
    *argc = s.n_operands;
    return rc;
}

int cli_operands(const struct cli_command *c, int argc, char **argv, int max)
{
    if (argc <= max)
        return CLI_GO;
    return cli_fail(CLI_USAGE, argv[max], "operand too many; usage: sheaf %s [OPTIONS] %s", c->name,
                    c->operands);
}
