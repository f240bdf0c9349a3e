/* html_text.c - see html_text.h. */
#include "src/html_text.h"

#define REPLACEMENT 0xFFFD

static const char *entity_of(uint32_t cp)
{
    switch (cp) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

static bool is_control(uint32_t cp)
{
    return (cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7F && cp < 0xA0);
}

static bool is_noncharacter(uint32_t cp)
{
    return (cp >= 0xFDD0 && cp <= 0xFDEF) || (cp & 0xFFFE) == 0xFFFE;
}

/* Embeddings, overrides and isolates: they could show one answer as another. */
static bool turns_direction(uint32_t cp)
{
    return (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

void html_text(strbuf *b, text t)
{
    while (t.n) {
        uint32_t cp = REPLACEMENT;
        size_t n = utf8_decode(t, &cp);
        bool bad = n == 0 || is_control(cp) || is_noncharacter(cp) || turns_direction(cp);
        const char *entity = bad ? NULL : entity_of(cp);
        if (entity)
            strbuf_str(b, entity);
        else
            strbuf_utf8(b, bad ? REPLACEMENT : cp);
        t = text_slice(t, n ? n : utf8_bad_length(t), t.n);
    }
}

void html_str(strbuf *b, const char *s)
{
    html_text(b, text_of(s));
}
