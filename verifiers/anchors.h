/* anchors.h - answers that no box marks: "#### 42", "The answer is 42.", and numbers in running
 * text. */
#ifndef VERIFIERS_ANCHORS_H
#define VERIFIERS_ANCHORS_H

#include "base/text.h"

/* Each returns a trimmed part of `t`; n == 0 when there is none. */

/* The rest of the line after the last "####". */
text anchor_hash(text t);

/* What follows the last "answer is", "answer:", ...: up to the end of the sentence or line. */
text anchor_phrase(text t);

/* The number after the last "####": its digits, commas and fraction, sign and dollar kept. */
text anchor_hash_number(text t);

/* The last number of a text, by GSM8K's rules: thousands only in valid groups, a sign only where no
 * operand precedes it. */
text anchor_last_number(text t);

#endif
