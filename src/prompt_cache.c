/* prompt_cache.c - see prompt_cache.h. */
#include "src/prompt_cache.h"

#include <unistd.h>

sheaf_code prompt_cache_open(sheaf_prefix_cache **out, const sheaf_engine *e,
                             const struct solve_args *a, sheaf_error *err)
{
    *out = NULL;
    if (a->prompt_cache_mem == 0)
        return SHEAF_OK;
    sheaf_code rc = sheaf_prefix_cache_create(out, e, a->prompt_cache_mem, err);
    if (!rc && a->prompt_cache && access(a->prompt_cache, F_OK) == 0)
        rc = sheaf_prefix_cache_read(*out, a->prompt_cache, err);
    if (rc) {
        sheaf_prefix_cache_free(*out);
        *out = NULL;
    }
    return rc;
}

sheaf_code prompt_cache_close(sheaf_prefix_cache *c, const struct solve_args *a, sheaf_error *err)
{
    sheaf_code rc = c && a->prompt_cache ? sheaf_prefix_cache_write(c, a->prompt_cache, err)
                                         : SHEAF_OK;
    sheaf_prefix_cache_free(c);
    return rc;
}
