/* cli_help.c - help, version and completion, all from the tables of options. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/cli.h"
#include "src/cli_io.h"

#define HELP_COLUMN 30
#define HELP_WIDTH 96

static int print(strbuf *b)
{
    int status = b->failed ? cli_fail(CLI_MEMORY, "help", "no memory")
                           : cli_write(NULL, strbuf_view(b));
    strbuf_free(b);
    return status;
}

void cli_env_name(char *out, size_t cap, const char *option)
{
    size_t n = (size_t)snprintf(out, cap, "SHEAF_%s", option);
    for (size_t i = 6; i < n && i < cap; i++)
        out[i] = option[i - 6] == '-' ? '_' : (char)toupper((unsigned char)option[i - 6]);
}

/* Words of `s` from column HELP_COLUMN on, broken at HELP_WIDTH. `column` is where the line
 * stands. */
static void wrap(strbuf *b, const char *s, size_t column)
{
    if (column >= HELP_COLUMN) {
        strbuf_char(b, '\n');
        column = 0;
    }
    strbuf_printf(b, "%*s", (int)(HELP_COLUMN - column), "");
    column = HELP_COLUMN;
    for (bool first = true; *s; first = false) {
        size_t len = strcspn(s, " ");
        if (!first && column + 1 + len > HELP_WIDTH) {
            strbuf_printf(b, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (!first) {
            strbuf_char(b, ' ');
            column++;
        }
        strbuf_add(b, s, len);
        column += len;
        s += len + strspn(s + len, " ");
    }
    strbuf_char(b, '\n');
}

/* Help, limits, synonyms and environment twin in one sentence. */
static void describe(strbuf *b, const struct cli_option *o)
{
    char name[64];
    strbuf_str(b, o->help);
    if (o->choices)
        strbuf_printf(b, "; one of %s", o->choices);
    else if (o->max > 0 && o->max <= 1e4)
        strbuf_printf(b, "; %.9g to %.9g", o->min, o->max);
    for (const char *s = o->synonyms; s && *s;) {
        size_t len = strcspn(s, " ");
        strbuf_printf(b, "; also --%.*s", (int)len, s);
        s += len + strspn(s + len, " ");
    }
    if (o->env) {
        cli_env_name(name, sizeof name, o->name);
        strbuf_printf(b, "; $%s", name);
    }
}

static void help_option(strbuf *b, const struct cli_option *o)
{
    if (o->kind == CLI_HEADING) {
        strbuf_printf(b, "\n%s\n", o->help);
        return;
    }
    size_t start = b->n;
    strbuf text_of_option = {0};
    if (o->letter)
        strbuf_printf(b, "  -%c, --%s", o->letter, o->name);
    else
        strbuf_printf(b, "      --%s", o->name);
    if (cli_takes_value(o))
        strbuf_printf(b, " %s", o->value ? o->value : "WORD");
    describe(&text_of_option, o);
    wrap(b, text_of_option.p ? text_of_option.p : "", b->n - start);
    strbuf_free(&text_of_option);
}

int cli_print_help(const struct cli_command *c)
{
    strbuf b = {0};
    strbuf_printf(&b, "Usage: sheaf %s [OPTIONS]%s%s\n\n%c%s.\n", c->name, *c->operands ? " " : "",
                  c->operands, toupper((unsigned char)c->summary[0]), c->summary + 1);
    if (c->options->name && c->options->kind != CLI_HEADING)
        strbuf_str(&b, "\nOptions\n");
    for (const struct cli_option *o = c->options; o->name; o++)
        help_option(&b, o);
    if (c->details)
        strbuf_printf(&b, "\n%s\n", c->details);
    return print(&b);
}

int cli_print_overview(void)
{
    strbuf b = {0};
    strbuf_str(&b, "Usage: sheaf [COMMAND] [OPTIONS] [OPERANDS]\n"
                   "       sheaf \"QUESTION\"\n\n"
                   "Answers a question with one local model by sampling many reasoning traces at "
                   "once,\ncutting the unsure ones and voting on the value of the answers.\n\n"
                   "Commands\n");
    for (size_t i = 0; cli_commands[i]; i++)
        strbuf_printf(&b, "  %-12s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    strbuf_str(&b, "\n`sheaf help COMMAND` shows its options. Without a command, solve is meant.\n"
                   "\nExit status: 0 done, 1 failure, 2 usage, 3 no answer or share too small, "
                   "4 bad model,\n5 storage, 6 memory budget, 130 and 143 after a signal.\n");
    return print(&b);
}

int cli_print_version(void)
{
    return cli_write(NULL, TEXT("sheaf " SHEAF_VERSION "\n"));
}

static void complete_command(strbuf *b, const struct cli_command *c)
{
    strbuf_printf(b, "    %s) words=\"--help", c->name);
    for (const struct cli_option *o = c->options; o->name; o++)
        if (o->kind != CLI_HEADING)
            strbuf_printf(b, " --%s", o->name);
    strbuf_str(b, "\" ;;\n");
}

/* Values of options with a fixed choice; one name has the same choices in every command. */
static void complete_choices(strbuf *b, const struct cli_command *c)
{
    for (const struct cli_option *o = c->options; o->name; o++)
        if (o->choices)
            strbuf_printf(b, "    %s.--%s) words=\"%s\" ;;\n", c->name, o->name, o->choices);
}

int cli_print_completion(void)
{
    strbuf b = {0};
    strbuf_str(&b, "# bash completion of sheaf; made by `sheaf completion bash`\n"
                   "_sheaf() {\n"
                   "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                   "    local cmd=${COMP_WORDS[1]} words=\n"
                   "    COMPREPLY=()\n"
                   "    case $cmd.$prev in\n");
    for (size_t i = 0; cli_commands[i]; i++)
        complete_choices(&b, cli_commands[i]);
    strbuf_str(&b, "    esac\n"
                   "    if [ -z \"$words\" ]; then\n"
                   "    case $cmd in\n");
    for (size_t i = 0; cli_commands[i]; i++)
        complete_command(&b, cli_commands[i]);
    strbuf_str(&b, "    esac\n    fi\n    [ $COMP_CWORD -eq 1 ] && words=\"");
    for (size_t i = 0; cli_commands[i]; i++)
        strbuf_printf(&b, "%s%s", i ? " " : "", cli_commands[i]->name);
    strbuf_str(&b, "\"\n"
                   "    case $cur.$prev in\n"
                   "    -*|*.--*|*.sheaf) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
                   "    esac\n"
                   "}\n"
                   "complete -o default -F _sheaf sheaf\n");
    return print(&b);
}
