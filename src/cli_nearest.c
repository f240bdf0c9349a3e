/* cli_nearest.c - looks up names, and the name that a misspelled one was probably meant to be. */
#include <string.h>

#include "src/cli.h"

#define WORD_MAX 32

const struct cli_command *cli_find(const char *name)
{
    for (size_t i = 0; cli_commands[i]; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t cli_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), d[WORD_MAX + 1][WORD_MAX + 1];
    if (n > WORD_MAX || m > WORD_MAX)
        return n + m;
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            size_t change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = least(change, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n][m];
}

struct nearest {
    const char *word, *best;
    size_t distance; /* only smaller ones are taken */
};

static struct nearest search_for(const char *word)
{
    return (struct nearest){.word = word, .distance = 2 + strlen(word) / 5};
}

static void consider(struct nearest *s, const char *candidate)
{
    size_t d = cli_distance(s->word, candidate);
    if (d < s->distance) {
        s->distance = d;
        s->best = candidate;
    }
}

const char *cli_nearest_command(const char *name)
{
    struct nearest s = search_for(name);
    for (size_t i = 0; cli_commands[i]; i++)
        consider(&s, cli_commands[i]->name);
    return s.best;
}

/* A synonym is compared too, but the option's own name is suggested. */
static void consider_option(struct nearest *s, const struct cli_option *o)
{
    char word[WORD_MAX];
    consider(s, o->name);
    for (const char *p = o->synonyms; p && *p;) {
        size_t len = strcspn(p, " "), before = s->distance;
        if (len < sizeof word) {
            memcpy(word, p, len);
            word[len] = '\0';
            consider(s, word);
            if (s->distance < before)
                s->best = o->name;
        }
        p += len + strspn(p + len, " ");
    }
}

const char *cli_nearest_option(const struct cli_command *c, const char *name)
{
    struct nearest s = search_for(name);
    for (const struct cli_option *o = c->options; o->name; o++)
        if (o->kind != CLI_HEADING)
            consider_option(&s, o);
    return s.best;
}
