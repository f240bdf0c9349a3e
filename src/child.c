/* child.c - spawn, watch, stop; see child.h.
 *
 * The program gets a process group of its own, so that stopping it stops what it started, and a
 * Ctrl-C on the terminal reaches us alone: we then pass it on as SIGINT, which pip and npm clean up
 * after. */
#include "src/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/file.h"

#define POLL_NS 10000000L  /* between two looks at the program */
#define TICK_POLLS 20      /* looks per tick                   */
#define PATIENCE_POLLS 300 /* looks before SIGKILL             */
#define LOG_BYTES ((size_t)1 << 20)

extern char **environ;

static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr, const char *log)
{
    sigset_t defaults, none;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    int rc = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!rc)
        rc = posix_spawn_file_actions_addopen(files, STDOUT_FILENO, log,
                                              O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    if (!rc)
        rc = posix_spawn_file_actions_adddup2(files, STDOUT_FILENO, STDERR_FILENO);
    if (!rc)
        rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETSIGMASK);
    if (!rc)
        rc = posix_spawnattr_setsigdefault(attr, &defaults);
    if (!rc)
        rc = posix_spawnattr_setsigmask(attr, &none);
    return rc;
}

/* 0 or an errno. */
static int start(pid_t *pid, const char *const *argv, const char *log)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc = posix_spawn_file_actions_init(&files);
    if (rc)
        return rc;
    rc = posix_spawnattr_init(&attr);
    if (!rc) {
        rc = prepare(&files, &attr, log);
        if (!rc) /* the array's strings are not written to; the interface is older than const */
            rc = posix_spawnp(pid, argv[0], &files, &attr, (char *const *)(uintptr_t)argv, environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Waits for the program; true when it was stopped for `cancel`. */
static bool watch(int *wait_status, pid_t pid, const child_job *job)
{
    const struct timespec pause = {.tv_nsec = POLL_NS};
    bool stopping = false;
    for (unsigned polls = 1, since = 0; waitpid(pid, wait_status, WNOHANG) == 0; polls++) {
        nanosleep(&pause, NULL);
        if (job->tick && polls % TICK_POLLS == 0)
            job->tick(job->ctx);
        if (!stopping && job->cancel && *job->cancel) {
            stopping = true;
            kill(-pid, SIGINT);
        } else if (stopping && ++since == PATIENCE_POLLS) {
            kill(-pid, SIGKILL);
        }
    }
    return stopping;
}

/* It cannot have written much by now, or it has ended. The log is a file too. */
static void limit_files(pid_t pid, uint64_t bytes)
{
    const rlim_t most = bytes > LOG_BYTES ? bytes : LOG_BYTES;
    prlimit(pid, RLIMIT_FSIZE, &(struct rlimit){most, most}, NULL);
}

sheaf_code child_run(int *status, const char *const *argv, const child_job *job, sheaf_error *err)
{
    pid_t pid;
    int wait_status = 0;
    int rc = start(&pid, argv, job->log);
    if (rc == ENOENT && access(job->log, W_OK) == 0) {
        *status = CHILD_NOT_FOUND;
        return SHEAF_OK;
    }
    if (rc)
        return SHEAF_FAIL(err, SHEAF_ERR_IO, argv[0], "cannot start: %s", strerror(rc));
    if (job->largest_file)
        limit_files(pid, job->largest_file);
    if (watch(&wait_status, pid, job))
        return SHEAF_FAIL(err, SHEAF_ERR_CANCELLED, argv[0], "stopped");
    *status = status_of(wait_status);
    return SHEAF_OK;
}

/* Takes the last line off *rest. */
static text take_last_line(text *rest)
{
    size_t end = text_rfind(*rest, TEXT("\n"));
    size_t from = end == SIZE_MAX ? 0 : end + 1;
    text line = text_trim(text_slice(*rest, from, rest->n - from));
    rest->n = end == SIZE_MAX ? 0 : end;
    return line;
}

void child_last_words(char *out, size_t cap, const char *log, const char *mark)
{
    strbuf b = {0};
    out[0] = '\0';
    if (file_read(&b, log, LOG_BYTES, NULL) == SHEAF_OK && b.n) {
        text rest = text_trim(strbuf_view(&b));
        text last = take_last_line(&rest), line = last;
        while (rest.n && !text_starts(line, text_of(mark)))
            line = take_last_line(&rest);
        if (!text_starts(line, text_of(mark)))
            line = last;
        snprintf(out, cap, "%.*s", (int)line.n, line.p);
    }
    strbuf_free(&b);
}
