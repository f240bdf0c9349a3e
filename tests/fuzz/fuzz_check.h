/* fuzz_check.h - what every target promises about failures, and a check that aborts. */
#ifndef TESTS_FUZZ_FUZZ_CHECK_H
#define TESTS_FUZZ_FUZZ_CHECK_H

#include <sheaf/error.h>
#include <stdio.h>
#include <stdlib.h>

/* Aborts when the code under test breaks a promise. */
#define PROMISE(kept)                                                                   \
    do {                                                                                \
        if (!(kept)) {                                                                  \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #kept);  \
            abort();                                                                    \
        }                                                                               \
    } while (0)

/* The code and a message, and which input is at fault. */
#define PROMISE_FAULT(rc, err)                                    \
    do {                                                          \
        PROMISE((rc) == (err).code && (rc) != SHEAF_OK);          \
        PROMISE((err).message[0] != '\0');                        \
        PROMISE((rc) != SHEAF_ERR_CANCELLED);                     \
    } while (0)

#endif
