/* maths_judge.h - the judge of the command line: answers are read and compared as mathematics. */
#ifndef SRC_MATHS_JUDGE_H
#define SRC_MATHS_JUDGE_H

#include <sheaf/tts.h>

/* Exact verification of <sheaf/verify.h>, any kind of answer. Thread-safe, no state. */
sheaf_judge maths_judge(void);

#endif
