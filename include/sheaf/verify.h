/* sheaf/verify.h - the answer out of a response, and whether two answers are the same value.
 *
 *     char answer[SHEAF_ANSWER_MAX + 1];
 *     size_t n;
 *     sheaf_grade grade;
 *     sheaf_task task = SHEAF_TASK_MATH;
 *     if (sheaf_answer_extract(answer, &n, sizeof answer, text, len, task) == SHEAF_FOUND)
 *         sheaf_answer_grade(&grade, "\\frac12", 7, answer, n, task, NULL);
 *
 * Answers are data: parsed, never evaluated as a program. Verdicts are exact: no tolerance; EQUAL
 * has a proof or an error probability below 2^-80 (one switchable exception, numeric_points below),
 * DIFFERENT has a proof, everything else is UNKNOWN. Work is bounded before it is done, and the
 * same input gives the same verdict.
 *
 * Every function is thread-safe, keeps no state between calls and accepts any bytes, NUL and broken
 * UTF-8 included. Memory is taken and given back inside a call. */
#ifndef SHEAF_VERIFY_H
#define SHEAF_VERIFY_H

#include <sheaf/error.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHEAF_ANSWER_MAX 4096 /* bytes of an answer that are looked at */

typedef enum sheaf_verdict {
    SHEAF_EQUAL,
    SHEAF_DIFFERENT,
    SHEAF_UNKNOWN,   /* undecided: a limit, or beyond the levels built in */
    SHEAF_NO_ANSWER, /* nothing to grade */
} sheaf_verdict;
/* "equal", "different", "unknown", "no_answer" */
SHEAF_API const char *sheaf_verdict_name(sheaf_verdict v);

/* What kind of problem the response answers: decides where the answer is looked for. */
typedef enum sheaf_task {
    SHEAF_TASK_GENERIC, /* last box, "####", "the answer is"                                 */
    SHEAF_TASK_GSM8K,   /* "####", box, phrase (its last number), last number of the response */
    SHEAF_TASK_AIME,    /* box, "####", phrase (its last number)                             */
    SHEAF_TASK_MATH,    /* as generic                                                        */
    SHEAF_TASK_CHOICE,  /* as generic; the answer is a letter A-J                            */
} sheaf_task;
/* Parses "generic", "gsm8k", "aime", "math", "choice"; false on anything else. */
SHEAF_API bool sheaf_task_parse(sheaf_task *out, const char *name);

typedef enum sheaf_extract {
    SHEAF_FOUND,
    SHEAF_MISS_EMPTY,           /* the response, or what follows its reasoning, is blank */
    SHEAF_MISS_TRUNCATED_THINK, /* ended inside <think>                                  */
    SHEAF_MISS_TRUNCATED_BOX,   /* ended inside its last \boxed{                         */
    SHEAF_MISS_NO_MARKER,       /* no box and no phrase                                  */
    SHEAF_MISS_OVER_LIMIT,      /* the answer is longer than the buffer, or memory ended */
} sheaf_extract;
/* "found", "empty", "truncated-think", ... */
SHEAF_API const char *sheaf_extract_name(sheaf_extract e);

/* Finds the final answer of a response. Writes it to `out` [cap bytes] with a NUL behind it and its
 * length to *n (bytes may be NUL themselves). Boxes that follow each other with only separators
 * between them are joined by ", ". Of a response longer than 1 MiB the last 1 MiB is read. Nothing
 * is written unless SHEAF_FOUND is returned. */
SHEAF_API sheaf_extract sheaf_answer_extract(char *out, size_t *n, size_t cap, const char *response,
                                             size_t len, sheaf_task task);

/* Leniency of a gold answer towards a prediction; votes use none of it. */
typedef struct sheaf_policy {
    bool percent;          /* 10% accepts 0.1 and 10                                        */
    bool units_optional;   /* a unit, currency or degree sign on one side only is ignored   */
    bool degrees_radians;  /* a gold in degrees accepts the angle in radians                */
    bool base_optional;    /* a gold 52_8 accepts the digits 52                             */
    bool loose_containers; /* list for tuple, {a} for a, column vector for tuple, a:b for a/b */
    int round_gold_digits; /* >= 0: accept a prediction that rounds to the gold at k decimals */
    bool numeric_points;   /* functions that agree to 512 bits at eight random points are equal even
                            * where no proof was found: level L5, reason "numeric-points" */
} sheaf_policy;
SHEAF_API sheaf_policy sheaf_policy_defaults(void); /* all on, no rounding */

/* Outcome of a comparison; the strings are static. Levels, each with what proves at it:
 *     L0  structure: canonical trees, text, the shape of lists and sets
 *     L1  rational arithmetic
 *     L2  rational functions by residues modulo random 62-bit primes (error below 2^-80)
 *     L3  algebraic constants: intervals apart, or closer to 0 than a separation bound allows
 *     L4  constants with pi, e, logs and angles: intervals apart, or formal identity
 *     L5  functions: formal identity, a point where they differ, equal values at random points
 *     ""  nothing decided */
typedef struct sheaf_grade {
    sheaf_verdict verdict;
    const char *level;
    const char *reason; /* "identical", "rational", "separation", "limit", "fuel", ... */
} sheaf_grade;

/* Is the answer worth the gold? `policy` NULL: the defaults. A blank answer is NO_ANSWER. */
SHEAF_API void sheaf_answer_grade(sheaf_grade *out, const char *gold, size_t gold_len,
                                  const char *answer, size_t answer_len, sheaf_task task,
                                  const sheaf_policy *policy);

/* Extracts, then grades; a response without an answer is NO_ANSWER, one with an answer over the
 * limit UNKNOWN, with the name of the miss as the reason. */
SHEAF_API void sheaf_response_grade(sheaf_grade *out, const char *gold, size_t gold_len,
                                    const char *response, size_t len, sheaf_task task,
                                    const sheaf_policy *policy);

/* Same value, without any leniency: EQUAL is an equivalence, fit for votes. Lists are sets, and
 * names go: "x = 5" is 5, "b = 2, a = 1" is (1,2). NO_ANSWER when either is blank. */
SHEAF_API sheaf_verdict sheaf_answer_equal(const char *a, size_t a_len, const char *b,
                                           size_t b_len);

/* Canonical text of an answer into `out` [cap bytes, NUL-terminated]: equal texts mean EQUAL
 * answers, and answers that structure or rational arithmetic proves equal have the same text ("1/2"
 * for 0.5, \frac24, 50/100). Unreadable answers give their own text in `...`. False when it does
 * not fit. */
SHEAF_API bool sheaf_answer_canonical(char *out, size_t cap, const char *answer, size_t len);

/* Groups n answers by value for a vote.
 *
 *   answers, lens  [n]; a NULL or blank answer casts no vote
 *   classes        [n] out: 0, 1, ... in order of first appearance, -1 for no vote
 *
 * The classes do not depend on the order of the answers. After exact grouping a class with a
 * percent sign, unit, degree sign or base joins the bare class of the same magnitude (percent also
 * of the same value); of several candidates the heavier wins. The call has fuel for 32 comparisons
 * of the hardest kind, taken in an order that depends on the values alone; pairs that it does not
 * reach stay apart. Errors: NOMEM, LIMIT (n above 65,536). */
SHEAF_API sheaf_code sheaf_answer_group(int *classes, const char *const *answers,
                                        const size_t *lens, size_t n, sheaf_error *err);

#ifdef __cplusplus
}
#endif
#endif
