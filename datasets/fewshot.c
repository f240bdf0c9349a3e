/* fewshot.c - see fewshot.h. Lines are shuffled by number and parsed only when they are taken. */
#include "datasets/fewshot.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/json.h"
#include "base/rng.h"

#define STREAM 0x73686f7473 /* of the random numbers: "shots" */

struct lines {
    const char *path;
    text *items; /* [n] */
    size_t *numbers; /* [n] beside them, from 1 */
    size_t n, cap, cap_numbers;
};

static sheaf_code no_memory(const char *path, sheaf_error *err)
{
    return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory for its examples");
}

static bool add_line(struct lines *l, text line, size_t number)
{
    text *items = alloc_grow(l->items, l->n, &l->cap, sizeof *items);
    l->items = items ? items : l->items;
    size_t *numbers = alloc_grow(l->numbers, l->n, &l->cap_numbers, sizeof *numbers);
    l->numbers = numbers ? numbers : l->numbers;
    if (!items || !numbers)
        return false;
    items[l->n] = line;
    numbers[l->n++] = number;
    return true;
}

static sheaf_code split(struct lines *l, text rest, sheaf_error *err)
{
    for (size_t number = 1; rest.n; number++) {
        size_t end = text_find(rest, TEXT("\n"));
        text line = text_slice(rest, 0, end);
        if (line.n > SHEAF_DATASET_MAX_LINE || l->n == SHEAF_DATASET_MAX_ROWS)
            return SHEAF_FAIL(err, SHEAF_ERR_LIMIT, l->path,
                              "line %zu: %zu bytes; %zu lines of %zu bytes are accepted", number,
                              line.n, SHEAF_DATASET_MAX_ROWS, SHEAF_DATASET_MAX_LINE);
        if (text_trim(line).n && !add_line(l, line, number))
            return no_memory(l->path, err);
        rest = text_slice(rest, line.n + 1, rest.n);
    }
    return SHEAF_OK;
}

/* The i-th of the shuffled lines: one of those from i on changes places with it. */
static void shuffle_step(struct lines *l, size_t i, uint64_t seed)
{
    size_t other = i + (size_t)(rng_bits(seed, STREAM, i) % (l->n - i));
    text line = l->items[i];
    size_t number = l->numbers[i];
    l->items[i] = l->items[other];
    l->numbers[i] = l->numbers[other];
    l->items[other] = line;
    l->numbers[other] = number;
}

static bool is_asked(const sheaf_dataset *d, text question)
{
    for (size_t i = 0; i < sheaf_dataset_selected(d); i++)
        if (text_equal(text_of(sheaf_dataset_selected_problem(d, i)->question), question))
            return true;
    return false;
}

static void write_example(strbuf *out, text question, text worked, text answer)
{
    strbuf_str(out, FEWSHOT_BEFORE);
    strbuf_text(out, question);
    strbuf_str(out, FEWSHOT_AFTER " ");
    strbuf_text(out, worked);
    if (text_find(worked, TEXT("#### ")) == SIZE_MAX) {
        strbuf_str(out, worked.n ? "\n#### " : "#### ");
        strbuf_text(out, answer);
    }
    strbuf_str(out, "\n\n");
}

/* One line as an example; *taken is false when its question is asked. */
static sheaf_code add_example(strbuf *out, bool *taken, const struct lines *l, size_t i,
                              const sheaf_dataset *asked, sheaf_error *err)
{
    char source[sizeof err->source];
    cJSON *o = NULL;
    text question = {0}, answer = {0}, solution = {0};
    snprintf(source, sizeof source, "%.130s:%zu", l->path, l->numbers[i]);
    sheaf_code rc = json_parse(&o, l->items[i], source, err);
    bool texts = !rc && !json_text(o, "question", &question, NULL) &&
                 !json_text(o, "answer", &answer, NULL) &&
                 !json_text(o, "solution", &solution, NULL);
    if (!rc && (!texts || !question.n || !answer.n))
        rc = SHEAF_FAIL(err, SHEAF_ERR_FORMAT, source,
                        "has no \"question\" and \"answer\" of text; both are wanted");
    *taken = !rc && !is_asked(asked, question);
    if (*taken && text_find(answer, TEXT("#### ")) != SIZE_MAX)
        write_example(out, question, answer, answer);
    else if (*taken)
        write_example(out, question, solution, answer);
    cJSON_Delete(o);
    return rc;
}

static sheaf_code add_examples(strbuf *out, struct lines *l, size_t n, uint64_t seed,
                               const sheaf_dataset *asked, sheaf_error *err)
{
    size_t n_taken = 0;
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < l->n && n_taken < n && !rc; i++) {
        bool taken = false;
        shuffle_step(l, i, seed);
        rc = add_example(out, &taken, l, i, asked, err);
        n_taken += taken;
    }
    if (!rc && n_taken < n)
        rc = SHEAF_FAIL(err, SHEAF_ERR_USAGE, l->path,
                        "has %zu examples that are not asked themselves; %zu wanted", n_taken, n);
    if (!rc && out->failed)
        rc = no_memory(l->path, err);
    return rc;
}

sheaf_code fewshot_add(strbuf *out, const char *path, size_t n, uint64_t seed,
                       const sheaf_dataset *asked, sheaf_error *err)
{
    struct lines l = {.path = path};
    file_view v = {.size = 0};
    sheaf_code rc = file_map(&v, path, err);
    if (!rc)
        rc = split(&l, (text){(const char *)v.data, v.size}, err);
    if (!rc)
        rc = add_examples(out, &l, n, seed, asked, err);
    alloc_free(l.items);
    alloc_free(l.numbers);
    file_unmap(&v);
    return rc;
}
