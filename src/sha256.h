/* sha256.h - SHA-256 of files, by libcrypto. */
#ifndef SRC_SHA256_H
#define SRC_SHA256_H

#include <sheaf/error.h>
#include <stdbool.h>

#define SHA256_HEX 64

/* Digest of a file in lower-case hex, NUL-terminated. `cancel` (NULL allowed) ends it when
 * non-zero. Errors: IO, CANCELLED, NOMEM. */
sheaf_code sha256_file(char hex[SHA256_HEX + 1], const char *path, const volatile int *cancel,
                       sheaf_error *err);

/* 64 lower-case hex digits and nothing else? */
bool sha256_is_hex(const char *s);

#endif
