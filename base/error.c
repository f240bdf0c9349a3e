/* error.c - the first fault is kept; see fail.h. */
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>

const char *sheaf_code_name(sheaf_code code)
{
    static const char *const names[] = {
        [SHEAF_OK] = "ok",
        [SHEAF_ERR_NOMEM] = "nomem",
        [SHEAF_ERR_IO] = "io",
        [SHEAF_ERR_FORMAT] = "format",
        [SHEAF_ERR_UNSUPPORTED] = "unsupported",
        [SHEAF_ERR_LIMIT] = "limit",
        [SHEAF_ERR_CANCELLED] = "cancelled",
        [SHEAF_ERR_USAGE] = "usage",
    };
    unsigned i = (unsigned)code;
    return i < sizeof names / sizeof names[0] ? names[i] : "unknown";
}

sheaf_code fail_set(sheaf_error *err, sheaf_code code, const char *where, const char *source,
                    const char *format, ...)
{
    if (!err || err->code != SHEAF_OK)
        return code;
    err->code = code;
    err->where = where;
    snprintf(err->source, sizeof err->source, "%s", source ? source : "");
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return code;
}
