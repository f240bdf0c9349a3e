/* fail.h - fills a sheaf_error once and returns its code, so that a failure is one statement:
 *     return SHEAF_FAIL(err, SHEAF_ERR_FORMAT, path, "version %u; 2 and 3 are known", version); */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include <sheaf/error.h>

#define FAIL_STR_(x) #x
#define FAIL_STR(x) FAIL_STR_(x)
#define SHEAF_FAIL(err, code, source, ...) \
    fail_set((err), (code), __FILE__ ":" FAIL_STR(__LINE__), (source), __VA_ARGS__)

/* Writes the fault into `err` unless it is NULL or already holds one. `source` may be NULL.
 * Returns `code`. */
sheaf_code fail_set(sheaf_error *err, sheaf_code code, const char *where, const char *source,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
