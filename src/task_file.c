/* task_file.c - see task_file.h. */
#include "src/task_file.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "src/cli.h"

catalog_model task_row(const struct task *t)
{
    return (catalog_model){
        .name = t->name,
        .file = t->file,
        .license = t->license,
        .bytes = t->bytes,
        .sha256 = t->sha256,
        .folder = "datasets",
        .no_source = "its publisher's file has another shape; SHEAF_MIRROR, a folder or address "
                     "that has the converted file, is wanted",
    };
}

sheaf_code task_locate(char **out, const struct task *t, sheaf_error *err)
{
    const catalog_model row = task_row(t);
    return catalog_locate(out, &row, err);
}

const char *task_nearest(const char *name)
{
    const char *best = NULL;
    size_t least = 2 + strlen(name) / 5;
    const struct task *t;
    for (size_t i = 0; (t = task_at(i)); i++) {
        size_t d = cli_distance(name, t->name);
        if (d >= least)
            continue;
        least = d;
        best = t->name;
    }
    return best;
}

static sheaf_code no_such_set(const char *name, sheaf_error *err)
{
    const char *nearest = strpbrk(name, "/.") ? NULL : task_nearest(name);
    if (nearest)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, name, "no such file or task; did you mean %s?",
                          nearest);
    return SHEAF_FAIL(err, SHEAF_ERR_IO, name, "no such file%s",
                      strpbrk(name, "/.") ? "" : " or task; `sheaf tasks` names the tasks");
}

sheaf_code task_resolve(char **out, const struct task **task, const char *name_or_path,
                        sheaf_error *err)
{
    char *path = NULL;
    bool is_file = access(name_or_path, F_OK) == 0;
    const struct task *t = is_file ? NULL : task_find(name_or_path);
    if (!is_file && !t)
        return no_such_set(name_or_path, err);
    sheaf_code rc = SHEAF_OK;
    if (t)
        rc = task_locate(&path, t, err);
    else if (!(path = alloc_strndup(name_or_path, strlen(name_or_path))))
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, name_or_path, "no memory for a path");
    if (!rc && !path)
        rc = SHEAF_FAIL(err, SHEAF_ERR_IO, name_or_path,
                        "not on this machine; `sheaf pull %s` fetches it", name_or_path);
    if (rc)
        return rc;
    *out = path;
    *task = t;
    return SHEAF_OK;
}
