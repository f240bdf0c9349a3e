/* solve.c - a question, 8 traces, one voted answer; nothing but the public headers.
 *
 *     cc -Iinclude examples/solve.c build/libsheaf.a -lgmp -lcjson -lxxhash -lutf8proc \
 *        -lm -pthread -o solve
 *     ./solve model.gguf "What is 17 * 24?"
 */
#include <sheaf/tts.h>
#include <sheaf/verify.h>
#include <stdio.h>
#include <string.h>

/* The judge: how answers are read out of a trace and when two of them agree. */
static bool extract(void *ctx, char *out, size_t cap, const char *text, size_t len)
{
    size_t n;
    (void)ctx;
    return sheaf_answer_extract(out, &n, cap, text, len, SHEAF_TASK_GENERIC) == SHEAF_FOUND;
}

static bool equal(void *ctx, const char *a, const char *b)
{
    (void)ctx;
    return sheaf_answer_equal(a, strlen(a), b, strlen(b)) == SHEAF_EQUAL;
}

/* Called while sheaf_solve works: here, one line per trace that ends. */
static void on_event(void *ctx, const sheaf_event *event)
{
    FILE *log = ctx;
    if (event->kind == SHEAF_EVENT_TRACE)
        fprintf(log, "trace %u: %s after %zu tokens, answer %s\n", event->trace->id,
                sheaf_finish_name(event->trace->finish), event->trace->n_tokens,
                event->trace->answer ? event->trace->answer : "none");
}

static int fail(const sheaf_error *err)
{
    fprintf(stderr, "%s: %s\n", err->source, err->message);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: solve MODEL.gguf QUESTION\n");
        return 2;
    }
    sheaf_error err = {0};
    sheaf_engine *engine = NULL;
    if (sheaf_engine_open(&engine, argv[1], NULL, &err) != SHEAF_OK)
        return fail(&err);

    sheaf_judge judge = {.extract = extract, .equal = equal};
    sheaf_solve_options options = sheaf_solve_defaults();
    options.traces = 8;
    options.max_tokens = 256;
    options.on_event = on_event;
    options.on_event_ctx = stderr;

    sheaf_result *result = NULL;
    int status = 0;
    if (sheaf_solve(&result, engine, argv[2], &options, &judge, &err) != SHEAF_OK) {
        status = fail(&err);
    } else {
        printf("%s\n", result->answer ? result->answer : "no answer");
        for (size_t i = 0; i < result->n_votes; i++)
            printf("  %-20s %u ballots, %.1f %% of the weight\n", result->votes[i].answer,
                   result->votes[i].ballots, 100 * result->votes[i].share);
    }
    sheaf_result_free(result);
    sheaf_engine_close(engine);
    return status;
}
