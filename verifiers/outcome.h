/* outcome.h - verdicts inside the verifier, and how those of parts combine. */
#ifndef VERIFIERS_OUTCOME_H
#define VERIFIERS_OUTCOME_H

#include <sheaf/verify.h>

typedef sheaf_grade outcome;

static inline outcome outcome_equal(const char *level, const char *reason)
{
    return (outcome){SHEAF_EQUAL, level, reason};
}

static inline outcome outcome_different(const char *level, const char *reason)
{
    return (outcome){SHEAF_DIFFERENT, level, reason};
}

static inline outcome outcome_unknown(const char *reason)
{
    return (outcome){SHEAF_UNKNOWN, "", reason};
}

/* All parts equal? A difference decides, then an unknown; of equal parts the highest level stands.
 */
static inline outcome outcome_and(outcome a, outcome b)
{
    if (a.verdict != SHEAF_EQUAL && (a.verdict == SHEAF_DIFFERENT || b.verdict != SHEAF_DIFFERENT))
        return a;
    if (b.verdict != SHEAF_EQUAL)
        return b;
    return a.level[0] && a.level[1] >= b.level[1] ? a : b;
}

#endif
