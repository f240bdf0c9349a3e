/* sheaf/error.h - one error type for the whole library: a code, a message and its source.
 *
 * What can fail returns a sheaf_code and takes a `sheaf_error *err` (NULL allowed). The first fault
 * wins: a second failure on the way out never overwrites the first. The library never prints and
 * never exits. */
#ifndef SHEAF_ERROR_H
#define SHEAF_ERROR_H

#if defined(__GNUC__)
#define SHEAF_API __attribute__((visibility("default")))
#else
#define SHEAF_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sheaf_code {
    SHEAF_OK = 0,
    SHEAF_ERR_NOMEM,       /* an allocation failed or a memory budget would be passed */
    SHEAF_ERR_IO,          /* the system refused a read, write or map                 */
    SHEAF_ERR_FORMAT,      /* the input is malformed                                  */
    SHEAF_ERR_UNSUPPORTED, /* well formed, but this build cannot run it               */
    SHEAF_ERR_LIMIT,       /* a caller's budget or a capacity was reached             */
    SHEAF_ERR_CANCELLED,   /* the caller's stop flag was seen                         */
    SHEAF_ERR_USAGE,       /* an argument breaks the documented contract              */
} sheaf_code;

typedef struct sheaf_error {
    sheaf_code code;
    char source[160];  /* input at fault: "m.gguf: blk.3.attn_q.weight" */
    char message[256]; /* what is wrong, and what was expected          */
    const char *where; /* our line, "engine/gguf.c:212" (static)        */
} sheaf_error;

/* Short lower-case name of a code: "format", "unsupported", ... Never NULL. */
SHEAF_API const char *sheaf_code_name(sheaf_code code);

#ifdef __cplusplus
}
#endif
#endif
