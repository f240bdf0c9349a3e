/* answer_kind.c - see answer_kind.h. */
#include "evals/answer_kind.h"

#include <sheaf/verify.h>
#include <string.h>

#include "base/text.h"

/* Digits with an optional minus at the start of `t`; their length, 0 for none. */
static size_t integer_length(text t)
{
    size_t sign = t.n && t.p[0] == '-', n = sign;
    while (n < t.n && t.p[n] >= '0' && t.p[n] <= '9')
        n++;
    return n > sign ? n : 0;
}

/* The number that a canonical text begins with, when only blanks or a unit follow it. */
static bool split_number(text canonical, text *number)
{
    size_t n = integer_length(canonical);
    bool fraction = n && n + 1 < canonical.n && canonical.p[n] == '/';
    if (fraction) {
        size_t below = integer_length(text_slice(canonical, n + 1, canonical.n));
        n = below ? n + 1 + below : 0;
    }
    *number = text_slice(canonical, 0, n);
    return n && (n == canonical.n || canonical.p[n] == ' ');
}

static bool fits_any(const char *answer)
{
    (void)answer;
    return true;
}

static bool read_number(char *buffer, size_t cap, text *number, const char *answer)
{
    return sheaf_answer_canonical(buffer, cap, answer, strlen(answer)) &&
           split_number(text_of(buffer), number);
}

static bool fits_number(const char *answer)
{
    char buffer[SHEAF_ANSWER_MAX + 1];
    text number;
    return read_number(buffer, sizeof buffer, &number, answer);
}

static bool fits_integer(const char *answer)
{
    char buffer[SHEAF_ANSWER_MAX + 1];
    text number;
    return read_number(buffer, sizeof buffer, &number, answer) &&
           text_find(number, TEXT("/")) == SIZE_MAX;
}

static bool fits_aime(const char *answer)
{
    char buffer[SHEAF_ANSWER_MAX + 1];
    text number;
    int64_t value;
    return read_number(buffer, sizeof buffer, &number, answer) && text_to_i64(number, &value) &&
           value >= 0 && value <= 999;
}

static bool fits_choice(const char *answer)
{
    sheaf_grade grade;
    for (char letter = 'A'; letter <= 'J'; letter++) {
        sheaf_answer_grade(&grade, &letter, 1, answer, strlen(answer), SHEAF_TASK_CHOICE, NULL);
        if (grade.verdict == SHEAF_EQUAL)
            return true;
    }
    return false;
}

static const struct {
    const char *name;
    bool (*fits)(const char *answer);
} kinds[ANSWER_KINDS] = {
    [ANSWER_ANY] = {"any", fits_any},          [ANSWER_INTEGER] = {"integer", fits_integer},
    [ANSWER_AIME] = {"aime", fits_aime},       [ANSWER_NUMBER] = {"number", fits_number},
    [ANSWER_CHOICE] = {"choice", fits_choice},
};

const char *answer_kind_name(size_t i)
{
    return i < ANSWER_KINDS ? kinds[i].name : NULL;
}

bool answer_kind_parse(enum answer_kind *out, const char *name)
{
    for (size_t i = 0; i < ANSWER_KINDS; i++) {
        if (strcmp(kinds[i].name, name) != 0)
            continue;
        *out = (enum answer_kind)i;
        return true;
    }
    return false;
}

bool answer_kind_fits(enum answer_kind kind, const char *answer)
{
    return kinds[kind].fits(answer);
}

static bool all_declared(const sheaf_dataset *d, const char *type)
{
    for (size_t i = 0; i < sheaf_dataset_selected(d); i++)
        if (strcmp(sheaf_dataset_selected_problem(d, i)->answer_type, type) != 0)
            return false;
    return sheaf_dataset_selected(d) > 0;
}

enum answer_kind answer_kind_of(const sheaf_dataset *d)
{
    if (text_starts(text_of(sheaf_dataset_name(d)), TEXT("aime")))
        return ANSWER_AIME;
    if (all_declared(d, "choice"))
        return ANSWER_CHOICE;
    return all_declared(d, "integer") ? ANSWER_INTEGER : ANSWER_ANY;
}
