/* watch.c - see watch.h. */
#include "tts/watch.h"

#include "engine/model.h"
#include "tts/run.h"

void watch_init(struct watch *w, const struct run *r, char *line)
{
    *w = (struct watch){.line = line};
    if (line && r->e)
        detok_init(&w->detok, r->e->tokens, false);
}

void watch_play(struct watch *w, const sheaf_trace *known)
{
    if (known && known->text_bytes)
        w->known = known;
}

/* What the next token of a known trace added to its text; nothing past the end of either. */
static text known_bytes(struct watch *w)
{
    const sheaf_trace *t = w->known;
    size_t n = w->n_seen < t->n_tokens ? t->text_bytes[w->n_seen] : 0;
    if (n > t->text_len - w->at)
        n = t->text_len - w->at;
    text bytes = {t->text + w->at, n};
    w->n_seen++;
    w->at += n;
    return bytes;
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
    text bytes = w->known ? known_bytes(w) : detok_bytes(&w->detok, token);
    bool wrong = false;
    for (size_t i = 0; i < bytes.n; i++) {
        w->line[w->n++] = bytes.p[i];
        if (bytes.p[i] == '\n' || w->n == WATCH_LINE)
            wrong = watch_end(w) || wrong;
    }
    return wrong;
}
