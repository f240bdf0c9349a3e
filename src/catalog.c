/* catalog.c - names to rows, rows to files; see catalog.h. */
#include "src/catalog.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "src/cli.h"

#define WORD_MAX 64

/* The next blank-separated word of *list into out, NULL after the last. */
static const char *next_word(char out[WORD_MAX], const char **list)
{
    const char *p = *list ? *list + strspn(*list, " ") : "";
    size_t n = strcspn(p, " ");
    if (n == 0 || n >= WORD_MAX)
        return NULL;
    memcpy(out, p, n);
    out[n] = '\0';
    *list = p + n;
    return out;
}

static bool has_alias(const catalog_model *m, const char *name)
{
    char word[WORD_MAX];
    const char *rest = m->aliases;
    while (next_word(word, &rest))
        if (strcmp(word, name) == 0)
            return true;
    return false;
}

const catalog_model *catalog_find(const char *name)
{
    for (const catalog_model *m = catalog_models; m->name; m++)
        if (strcmp(m->name, name) == 0 || has_alias(m, name))
            return m;
    return NULL;
}

/* `candidate` replaces *best when it is nearer to `name`. */
static void consider(const char **best, size_t *least, const char *name, const char *candidate)
{
    size_t d = cli_distance(name, candidate);
    if (d < *least) {
        *least = d;
        *best = candidate;
    }
}

/* Spelling decides, of names and aliases (a row is suggested by its name); failing that, a start
 * such as "falcon" suggests the first name that goes on from there. */
const char *catalog_nearest(const char *name)
{
    const char *best = NULL;
    size_t least = 2 + strlen(name) / 5;
    for (const catalog_model *m = catalog_models; m->name; m++) {
        char word[WORD_MAX];
        const char *rest = m->aliases, *alias = NULL;
        consider(&best, &least, name, m->name);
        while (next_word(word, &rest)) {
            consider(&alias, &least, name, word);
            if (alias)
                best = m->name;
        }
    }
    for (const catalog_model *m = catalog_models; m->name && !best && *name; m++)
        if (text_starts(text_of(m->name), text_of(name)))
            best = m->name;
    return best;
}

char *catalog_join(const char *folder, const char *file)
{
    strbuf b = {0};
    strbuf_printf(&b, "%s/%s", folder, file);
    if (b.failed)
        strbuf_free(&b);
    return b.p;
}

/* A variable that is set and not empty, else NULL. */
static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* base/middle/folder; `middle` NULL leaves that out. */
static char *join_folder(const char *base, const char *middle, const char *folder)
{
    strbuf b = {0};
    strbuf_printf(&b, "%s%s%s/%s", base, middle ? "/" : "", middle ? middle : "", folder);
    if (b.failed)
        strbuf_free(&b);
    return b.p;
}

/* `folder` NULL: models, for which $SHEAF_CACHE is the folder itself. */
static sheaf_code find_folder(char **out, const char *folder, sheaf_error *err)
{
    const char *own = setting("SHEAF_CACHE"), *sheaf = setting("SHEAF_HOME"),
               *xdg = setting("XDG_CACHE_HOME"), *home = setting("HOME");
    const char *name = folder ? folder : "models";
    if (!own && !sheaf && !xdg && !home)
        return SHEAF_FAIL(err, SHEAF_ERR_USAGE, "SHEAF_CACHE",
                          "not set, nor SHEAF_HOME, XDG_CACHE_HOME or HOME; a folder for %s is "
                          "wanted",
                          name);
    *out = own && !folder ? alloc_strndup(own, strlen(own))
           : own          ? join_folder(own, NULL, name)
           : sheaf        ? join_folder(sheaf, NULL, name)
           : xdg          ? join_folder(xdg, "sheaf", name)
                          : join_folder(home, ".cache/sheaf", name);
    return *out ? SHEAF_OK
                : SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "SHEAF_CACHE", "no memory for a path");
}

sheaf_code catalog_cache_dir(char **out, sheaf_error *err)
{
    return find_folder(out, NULL, err);
}

sheaf_code catalog_folder(char **out, const catalog_model *m, sheaf_error *err)
{
    return find_folder(out, m->folder, err);
}

/* A regular file of that size; `bytes` 0: of any. */
static bool is_file(const char *path, uint64_t bytes)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (!bytes || (uint64_t)st.st_size == bytes);
}

/* folder/m->file when that is a file of the right size. */
static sheaf_code look_in(char **out, const char *folder, const catalog_model *m, sheaf_error *err)
{
    char *path = catalog_join(folder, m->file);
    if (!path)
        return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, m->name, "no memory for a path");
    if (is_file(path, m->bytes))
        *out = path;
    else
        alloc_free(path);
    return SHEAF_OK;
}

sheaf_code catalog_locate(char **out, const catalog_model *m, sheaf_error *err)
{
    char *cache = NULL;
    const char *mirror = m->folder ? NULL : setting("SHEAF_MODEL_DIR");
    *out = NULL;
    sheaf_code rc = mirror ? look_in(out, mirror, m, err) : SHEAF_OK;
    if (rc || *out)
        return rc;
    rc = catalog_folder(&cache, m, err);
    if (!rc)
        rc = look_in(out, cache, m, err);
    alloc_free(cache);
    return rc;
}

static sheaf_code no_such_model(const char *name, sheaf_error *err)
{
    const char *nearest = catalog_nearest(name);
    if (strchr(name, '/') || text_ends(text_of(name), TEXT(".gguf")))
        return SHEAF_FAIL(err, SHEAF_ERR_IO, name, "no such file");
    if (nearest)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, name, "no such file or model; did you mean %s?",
                          nearest);
    return SHEAF_FAIL(err, SHEAF_ERR_IO, name,
                      "no such file or model; `sheaf list` names the models");
}

/* The file of a catalogue row, which must be here. */
static sheaf_code resolve_row(char **out, const catalog_model *m, const char *name,
                              sheaf_error *err)
{
    sheaf_code rc = catalog_locate(out, m, err);
    if (!rc && !*out)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, name, "not on this machine; `sheaf pull %s` fetches it",
                        name);
    return rc;
}

sheaf_code catalog_resolve(char **out, const char *name_or_path, sheaf_error *err)
{
    const catalog_model *m = catalog_find(name_or_path);
    char *path = NULL;
    if (m && !is_file(name_or_path, 0)) {
        sheaf_code rc = resolve_row(&path, m, name_or_path, err);
        if (rc)
            return rc;
    } else {
        if (access(name_or_path, F_OK) != 0)
            return no_such_model(name_or_path, err);
        path = alloc_strndup(name_or_path, strlen(name_or_path));
        if (!path)
            return SHEAF_FAIL(err, SHEAF_ERR_NOMEM, name_or_path, "no memory for a path");
    }
    *out = path;
    return SHEAF_OK;
}
