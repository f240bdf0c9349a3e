/* sha256.c - see sha256.h. Reads in order and in pieces that leave the page cache warm for the
 * mapping that follows. */
#include "src/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"

#define PIECE ((size_t)1 << 20)

static sheaf_code digest_fd(EVP_MD_CTX *ctx, unsigned char *piece, int fd, const char *path,
                            const volatile int *cancel, sheaf_error *err)
{
    for (;;) {
        if (cancel && *cancel)
            return SHEAF_FAIL(err, SHEAF_ERR_CANCELLED, path, "stopped");
        ssize_t n = read(fd, piece, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot read: %s", strerror(errno));
        if (n == 0)
            return SHEAF_OK;
        if (!EVP_DigestUpdate(ctx, piece, (size_t)n))
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "SHA-256 failed");
    }
}

static void to_hex(char *out, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

sheaf_code sha256_file(char hex[SHA256_HEX + 1], const char *path, const volatile int *cancel,
                       sheaf_error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char *piece = alloc_zero(PIECE, 1);
    sheaf_code rc = SHEAF_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, path, "cannot open: %s", strerror(errno));
    else if (!ctx || !piece || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "no memory for SHA-256");
    else
        rc = digest_fd(ctx, piece, fd, path, cancel, err);
    if (!rc && !EVP_DigestFinal_ex(ctx, digest, NULL))
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, path, "SHA-256 failed");
    if (!rc)
        to_hex(hex, digest, SHA256_HEX / 2);
    if (fd >= 0)
        close(fd);
    EVP_MD_CTX_free(ctx);
    alloc_free(piece);
    return rc;
}

bool sha256_is_hex(const char *s)
{
    return strlen(s) == SHA256_HEX && strspn(s, "0123456789abcdef") == SHA256_HEX;
}
