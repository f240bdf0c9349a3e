/* check.h - what nearly every test needs: cmocka with its includes in the right order, and a check
 * that a call succeeded, printing the fault when it did not. */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sheaf/error.h>

#define CHECK_OK(call, err)                                                        \
    do {                                                                           \
        if ((call) != SHEAF_OK)                                                    \
            fail_msg("%s: %s: %s", #call, (err).source, (err).message);            \
    } while (0)

#endif
