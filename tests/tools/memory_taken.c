/* memory_taken - what a decoder really takes, for comparison with the plan of `sheaf show`.
 *
 *     memory_taken MODEL.gguf TRACES PROMPT CONTEXT
 *
 * Opens the decoder that a run of TRACES traces opens, feeds a prompt of PROMPT tokens, forks it to
 * all traces and moves them on. Prints by how many bytes the resident memory of the process has
 * grown since the model was loaded. Huge pages are off: they would round the figure. Exit status:
 * 0, 1 failed, 2 usage, 77 a sanitizer's own memory would be counted. */
#include <malloc.h>
#include <stdio.h>
#include <sys/prctl.h>

#include <sheaf/engine.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"

enum { STEPS = 3 };

struct plan {
    size_t traces, prompt, context;
};

/* Of smaps_rollup, which adds up the pages themselves: statm may lag by 64 pages a thread. Pages of
 * files do not count: the kernel takes those of the program and of the model back as it likes. */
static size_t resident_bytes(void)
{
    char line[128];
    size_t kib = 0;
    FILE *f = fopen("/proc/self/smaps_rollup", "r");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "Anonymous: %zu kB", &kib) != 1)
        ;
    if (f)
        fclose(f);
    return kib << 10;
}

static sheaf_code fork_and_step(sheaf_decoder *d, sheaf_session *root, sheaf_span *spans,
                                size_t traces, sheaf_error *err)
{
    static const int32_t token = 65;
    sheaf_code rc = SHEAF_OK;
    for (size_t i = 0; i < traces && !rc; i++) {
        spans[i] = (sheaf_span){.tokens = &token, .n_tokens = 1, .want = SHEAF_WANT_LAST};
        rc = sheaf_session_fork(&spans[i].session, root, err);
    }
    for (int step = 0; step < STEPS && !rc; step++)
        rc = sheaf_decoder_step(d, spans, traces, err);
    return rc;
}

/* Everything that a run does with memory. */
static sheaf_code run_traces(sheaf_decoder *d, const struct plan *p, sheaf_error *err)
{
    sheaf_session *root;
    int32_t *prompt = alloc_zero(p->prompt, sizeof *prompt);
    sheaf_span *spans = alloc_zero(p->traces, sizeof *spans);
    sheaf_code rc = SHEAF_OK;
    if (!prompt || !spans)
        rc = SHEAF_FAIL(err, SHEAF_ERR_NOMEM, "memory_taken", "no memory");
    for (size_t i = 0; i < p->prompt && !rc; i++)
        prompt[i] = (int32_t)(i * 37 % 256);
    if (!rc)
        rc = sheaf_session_open(&root, d, err);
    if (!rc)
        rc = sheaf_session_prefill(root, prompt, p->prompt, NULL, err);
    if (!rc)
        rc = fork_and_step(d, root, spans, p->traces, err);
    alloc_free(prompt);
    alloc_free(spans);
    return rc;
}

static sheaf_code measure(size_t *taken, const char *path, const struct plan *p, sheaf_error *err)
{
    sheaf_engine *e = NULL;
    sheaf_decoder *d = NULL;
    const sheaf_decoder_options o = {.max_sessions = p->traces + 1, .prefix_tokens = p->prompt,
                                     .session_tokens = p->context - p->prompt};
    sheaf_code rc = sheaf_engine_open(&e, path, NULL, err);
    malloc_trim(0); /* what loading has freed would be taken again unseen */
    size_t before = resident_bytes();
    if (!rc)
        rc = sheaf_decoder_open(&d, e, &o, err);
    if (!rc)
        rc = run_traces(d, p, err);
    *taken = resident_bytes() - before;
    sheaf_decoder_close(d);
    sheaf_engine_close(e);
    return rc;
}

static bool parse(struct plan *p, char **argv)
{
    int64_t n[3];
    for (int i = 0; i < 3; i++)
        if (!text_to_i64(text_of(argv[i]), &n[i]) || n[i] < 1 || n[i] > 1 << 20)
            return false;
    *p = (struct plan){(size_t)n[0], (size_t)n[1], (size_t)n[2]};
    return p->context > p->prompt + STEPS;
}

int main(int argc, char **argv)
{
#ifdef __SANITIZE_ADDRESS__
    return 77;
#endif
    struct plan p;
    size_t taken;
    sheaf_error err = {0};
    if (argc != 5 || !parse(&p, argv + 2)) {
        fprintf(stderr, "usage: memory_taken MODEL.gguf TRACES PROMPT CONTEXT\n");
        return 2;
    }
    if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
        return 1;
    if (measure(&taken, argv[1], &p, &err)) {
        fprintf(stderr, "memory_taken: %s: %s\n", err.source, err.message);
        return 1;
    }
    printf("%zu\n", taken);
    return 0;
}
