/* sheaf/dataset.h - problems with known answers, read from a JSONL file.
 *
 *     sheaf_dataset *d = NULL;
 *     if (sheaf_dataset_open(&d, "problems.jsonl", &err) == SHEAF_OK &&
 *         sheaf_dataset_limit(d, "1-20", &err) == SHEAF_OK)
 *         for (size_t i = 0; i < sheaf_dataset_count(d); i++)
 *             puts(sheaf_dataset_problem(d, i)->question);
 *     sheaf_dataset_close(d);
 *
 * One JSON object per line, UTF-8. Required: "id" (unique), "question", "answer", "answer_type",
 * all non-empty strings. "source" and "license" are strings when present; other members are
 * ignored, and so are blank lines. */
#ifndef SHEAF_DATASET_H
#define SHEAF_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sheaf/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds of a file that is accepted. */
#define SHEAF_DATASET_MAX_LINE ((size_t)1 << 20) /* bytes of one line */
#define SHEAF_DATASET_MAX_ROWS ((size_t)1000000)

typedef struct sheaf_dataset sheaf_dataset;

/* Strings live as long as the dataset; NUL-terminated, valid UTF-8. */
typedef struct sheaf_problem {
    const char *id, *question, *answer;
    const char *answer_type; /* "integer", "decimal", "fraction", "latex", "choice" or "none" */
    const char *source, *license; /* NULL: not given */
    size_t line;             /* in the file, from 1 */
} sheaf_problem;

/* Reads the whole file. Errors: IO, FORMAT (source "FILE:LINE", with the value seen and the one
 * wanted), LIMIT (line length, rows), NOMEM. */
SHEAF_API sheaf_code sheaf_dataset_open(sheaf_dataset **out, const char *path, sheaf_error *err);
SHEAF_API void sheaf_dataset_close(sheaf_dataset *d); /* NULL allowed */

/* Keeps a part of the file's problems, in file order:
 *     "20"     the first 20, or all when there are fewer
 *     "11-20"  the 11th to the 20th, counted from 1; the end may pass the last problem
 *     "0.1"    the first tenth, rounded up; the point tells a share (at most 1.0) from a count
 * NULL: all of them. Always counts from the whole file. USAGE on anything else; the selection is
 * then as before. */
SHEAF_API sheaf_code sheaf_dataset_limit(sheaf_dataset *d, const char *spec, sheaf_error *err);

/* Shows one of n shards of the selection, index from 1 to n: the problem at position p (from 0)
 * belongs to shard p mod n + 1. Stripes are equally long, up to one problem, and equally hard where
 * a set grows harder. Errors: USAGE (no such shard, or an empty one). Call it after
 * sheaf_dataset_limit. */
SHEAF_API sheaf_code sheaf_dataset_shard(sheaf_dataset *d, size_t index, size_t n,
                                         sheaf_error *err);

/* Puts text before and after the question of every problem that is shown: examples, a layout.
 * Errors: NOMEM. */
SHEAF_API sheaf_code sheaf_dataset_wrap(sheaf_dataset *d, const char *before, const char *after,
                                        sheaf_error *err);

/* "gsm8k_test": the file's name without folders and ".jsonl". */
SHEAF_API const char *sheaf_dataset_name(const sheaf_dataset *d);
SHEAF_API size_t sheaf_dataset_count(const sheaf_dataset *d); /* problems shown         */
SHEAF_API size_t sheaf_dataset_selected(const sheaf_dataset *d); /* those of all shards */
SHEAF_API size_t sheaf_dataset_total(const sheaf_dataset *d); /* problems in the file   */
/* How many shards the selection has (1: it is whole); *index: the one shown, from 1. */
SHEAF_API size_t sheaf_dataset_shards(const sheaf_dataset *d, size_t *index);
/* Of the file's bytes: names it in records, proves nothing. */
SHEAF_API uint64_t sheaf_dataset_hash(const sheaf_dataset *d);

/* Problem i < count of those shown, and its position in the selection. */
SHEAF_API const sheaf_problem *sheaf_dataset_problem(const sheaf_dataset *d, size_t i);
SHEAF_API size_t sheaf_dataset_position(const sheaf_dataset *d, size_t i);
/* The problem at a position < selected, whatever shard is shown. */
SHEAF_API const sheaf_problem *sheaf_dataset_selected_problem(const sheaf_dataset *d,
                                                              size_t position);

#ifdef __cplusplus
}
#endif
#endif
