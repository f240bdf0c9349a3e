/* watch.c - see watch.h. */
#include "tts/watch.h"

#include "engine/model.h"
#include "tts/run.h"

void watch_init(struct watch *w, const struct run *r, char *line)
{
    *w = (struct watch){.line = line};
    if (line)
        detok_init(&w->detok, r->e->tokens, false);
}

bool watch_end(struct watch *w)
{
    if (w->line)
        steps_count(&w->steps, (text){w->line, w->n});
    w->n = 0;
    return w->steps.wrong > 0;
}

bool watch_push(struct watch *w, int32_t token)
{
    if (!w->line)
        return false;
    text bytes = detok_bytes(&w->detok, token);
    bool wrong = false;
    for (size_t i = 0; i < bytes.n; i++) {
        w->line[w->n++] = bytes.p[i];
        if (bytes.p[i] == '\n' || w->n == WATCH_LINE)
            wrong = watch_end(w) || wrong;
    }
    return wrong;
}
