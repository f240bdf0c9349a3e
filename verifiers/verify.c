/* verify.c - the public functions on one or two answers (verify.h). */
#include <sheaf/verify.h>
#include <string.h>

#include "base/hash.h"
#include "verifiers/ascii.h"
#include "verifiers/compare.h"
#include "verifiers/fold.h"
#include "verifiers/judge_values.h"
#include "verifiers/math_parse.h"
#include "verifiers/math_unicode.h"
#include "verifiers/print.h"
#include "verifiers/value.h"

_Static_assert(MATH_MAX_BYTES == SHEAF_ANSWER_MAX, "one limit, two names");

const char *sheaf_verdict_name(sheaf_verdict v)
{
    static const char *const names[] = {"equal", "different", "unknown", "no_answer"};
    return v >= 0 && (size_t)v < sizeof names / sizeof *names ? names[v] : "?";
}

sheaf_policy sheaf_policy_defaults(void)
{
    return (sheaf_policy){true, true, true, true, true, -1, true};
}

sheaf_policy judge_strict(void)
{
    return (sheaf_policy){.round_gold_digits = -1, .numeric_points = true};
}

uint64_t judge_seed(text a, text b)
{
    return hash_bytes(a.p, a.n, 11) + hash_bytes(b.p, b.n, 11);
}

math_node *judge_parse(math_ctx *c, text answer)
{
    math_node *n = math_parse(c, text_trim(answer));
    return c->fault == MATH_FINE ? value_expand(c, n) : n;
}

outcome judge_votes(math_ctx *c, math_node *a, math_node *canonical_a, math_node *b,
                    math_node *canonical_b)
{
    sheaf_policy strict = judge_strict();
    bool numbers = math_is_number(canonical_a) && math_is_number(canonical_b);
    bool undefined = math_has(canonical_a, MATH_UNDEF, -1);
    int order = c->fault == MATH_FINE ? math_order(canonical_a, canonical_b) : 0;
    if (c->fault == MATH_FINE && !undefined && order == 0)
        return outcome_equal(numbers ? "L1" : "L0", "canonical");
    /* in one order whoever comes first: fuel may end on the way */
    return order > 0 ? compare_values(c, &strict, b, a) : compare_values(c, &strict, a, b);
}

/* ---- shortcuts --------------------------------------------------------------------------------
 */

/* [+-]digits without leading zeros and plus; false for anything else. */
static bool plain_integer(text *digits, bool *negative, text t)
{
    *negative = t.n && t.p[0] == '-';
    if (t.n && (t.p[0] == '-' || t.p[0] == '+'))
        t = text_slice(t, 1, t.n);
    if (t.n == 0 || t.n > SHEAF_ANSWER_MAX)
        return false;
    for (size_t i = 0; i < t.n; i++)
        if (!ascii_digit(t.p[i]))
            return false;
    while (t.n > 1 && t.p[0] == '0')
        t = text_slice(t, 1, t.n);
    *negative &= t.p[0] != '0';
    *digits = t;
    return true;
}

/* Identical texts and plain integers need no tree. True when decided. */
static bool decide_at_sight(outcome *out, text a, text b)
{
    if (text_equal(a, b)) {
        *out = outcome_equal("L0", "identical");
        return true;
    }
    text x, y;
    bool minus_x, minus_y;
    if (!plain_integer(&x, &minus_x, a) || !plain_integer(&y, &minus_y, b))
        return false;
    bool same = minus_x == minus_y && text_equal(x, y);
    *out = same ? outcome_equal("L1", "integer") : outcome_different("L1", "integer");
    return true;
}

/* ---- grading ----------------------------------------------------------------------------------
 */

/* The letter an answer chooses, NUL for none; false at a limit. */
static bool choice_of(char *letter, arena *mem, text t)
{
    text ascii, folded;
    if (t.n > SHEAF_ANSWER_MAX || !math_to_ascii(&ascii, mem, t) ||
        !fold_text(&folded, mem, ascii))
        return false;
    *letter = fold_choice(folded);
    return true;
}

static outcome grade_choice(math_ctx *c, char gold, text answer)
{
    char a = '\0';
    if (!choice_of(&a, &c->mem, answer))
        return outcome_unknown("limit");
    if (!a)
        return outcome_different("L0", "not-a-choice");
    return gold == a ? outcome_equal("L0", "choice") : outcome_different("L0", "choice");
}

static outcome grade_values(math_ctx *c, text gold, text answer, const sheaf_policy *policy)
{
    math_node *g = judge_parse(c, gold);
    math_node *a = judge_parse(c, answer);
    return compare_values(c, policy, g, a);
}

static outcome grade(text gold, text answer, sheaf_task task, const sheaf_policy *policy)
{
    outcome out;
    if (answer.n == 0)
        return (outcome){SHEAF_NO_ANSWER, "", "empty"};
    if (decide_at_sight(&out, gold, answer))
        return out;
    math_ctx c;
    math_init(&c);
    c.seed = judge_seed(gold, answer);
    c.exact_points = !policy->numeric_points;
    char letter = '\0';
    if ((task == SHEAF_TASK_CHOICE || fold_is_choice_gold(gold)) &&
        !choice_of(&letter, &c.mem, gold))
        out = outcome_unknown("limit");
    else
        out = letter ? grade_choice(&c, letter, answer) : grade_values(&c, gold, answer, policy);
    math_free(&c);
    return out;
}

void sheaf_answer_grade(sheaf_grade *out, const char *gold, size_t gold_len, const char *answer,
                        size_t answer_len, sheaf_task task, const sheaf_policy *policy)
{
    sheaf_policy defaults = sheaf_policy_defaults();
    *out = grade(text_trim((text){gold, gold_len}), text_trim((text){answer, answer_len}), task,
                 policy ? policy : &defaults);
}

void sheaf_response_grade(sheaf_grade *out, const char *gold, size_t gold_len, const char *response,
                          size_t len, sheaf_task task, const sheaf_policy *policy)
{
    char answer[SHEAF_ANSWER_MAX + 1];
    size_t n = 0;
    sheaf_extract found = sheaf_answer_extract(answer, &n, sizeof answer, response, len, task);
    if (found == SHEAF_FOUND)
        sheaf_answer_grade(out, gold, gold_len, answer, n, task, policy);
    else
        *out = (sheaf_grade){found == SHEAF_MISS_OVER_LIMIT ? SHEAF_UNKNOWN : SHEAF_NO_ANSWER, "",
                             sheaf_extract_name(found)};
}

/* ---- votes ------------------------------------------------------------------------------------
 */

sheaf_verdict sheaf_answer_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    text x = text_trim((text){a, a_len}), y = text_trim((text){b, b_len});
    outcome out;
    if (x.n == 0 || y.n == 0)
        return SHEAF_NO_ANSWER;
    if (decide_at_sight(&out, x, y))
        return out.verdict;
    math_ctx c;
    math_init(&c);
    c.seed = judge_seed(x, y);
    math_node *p = value_for_vote(&c, judge_parse(&c, x));
    math_node *q = value_for_vote(&c, judge_parse(&c, y));
    out = judge_votes(&c, p, value_canonical(&c, p), q, value_canonical(&c, q));
    math_free(&c);
    return out.verdict;
}

/* What a canonical text is when the answer passes a limit: itself, marked. */
static void print_raw(strbuf *b, text t)
{
    strbuf_char(b, '`');
    strbuf_text(b, t);
    strbuf_char(b, '`');
}

bool sheaf_answer_canonical(char *out, size_t cap, const char *answer, size_t len)
{
    text t = text_trim((text){answer, len});
    strbuf b = {.limit = cap ? cap : 1};
    math_ctx c;
    math_init(&c);
    math_node *n = judge_parse(&c, t);
    if (c.fault == MATH_FINE)
        n = value_canonical(&c, value_for_vote(&c, n));
    if (c.fault == MATH_FINE && !math_has(n, MATH_UNDEF, -1))
        print_value(&b, n);
    else
        print_raw(&b, t);
    math_free(&c);
    bool fits = !b.failed && b.n < cap && b.p;
    if (fits) {
        memcpy(out, b.p, b.n);
        out[b.n] = '\0';
    }
    strbuf_free(&b);
    return fits;
}
