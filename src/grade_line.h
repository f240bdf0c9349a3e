/* grade_line.h - one question to the verifier as JSON, for `sheaf grade` and `sheaf inspect grade`:
 *
 *     {"gold":"1/2","answer":"0.5"}  or  {"gold":"1/2","response":"... \\boxed{0.5}","task":"math"}
 *     {"verdict":"equal","level":"L1","reason":"rational","extracted":"0.5","canonical":"1/2"}
 *
 * Answers may be given as raw bytes in hex (gold_hex, answer_hex, response_hex), since JSON cannot
 * hold every byte. */
#ifndef SRC_GRADE_LINE_H
#define SRC_GRADE_LINE_H

#include <sheaf/verify.h>

#include "base/json.h"
#include "evals/filter.h"

#define CANONICAL_BYTES (4 * SHEAF_ANSWER_MAX)

struct grade_question {
    strbuf gold, given; /* given: a bare answer, or a response to extract it from */
    bool is_response;
    sheaf_task task;
    const struct grader *filter; /* of filter_grader, instead of the verifier; NULL: none */
    const char *filter_name;
};

struct grade_result {
    sheaf_grade grade;
    bool found; /* was there an answer to grade? */
    char answer[SHEAF_ANSWER_MAX + 1];
    text extracted; /* the answer: `answer`, or the question's */
};

/* Reads the members into `q`, which holds the defaults. Errors: FORMAT, USAGE (an unknown task),
 * NOMEM. Release with grade_question_free, also after an error. */
sheaf_code grade_question_read(struct grade_question *q, const cJSON *in, sheaf_error *err);
void grade_question_free(struct grade_question *q);

/* The result borrows from the question. */
void grade_answer(struct grade_result *r, const struct grade_question *q,
                  const sheaf_policy *policy);

/* Canonical text of the question's gold or of the answer found, into out [CANONICAL_BYTES]; false
 * when there is none that fits. */
bool grade_canonical(char *out, const struct grade_question *q, text answer);

/* Appends the members of the answer to an open object; with `explain` also gold_canonical. */
void grade_write(strbuf *out, const struct grade_result *r, const struct grade_question *q,
                 bool explain);

#endif
