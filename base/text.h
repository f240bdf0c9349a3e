/* text.h - byte views, a growing byte buffer, UTF-8. Nothing here depends on the locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes: not terminated, may hold NULs. */
typedef struct text {
    const char *p;
    size_t n;
} text;

#define TEXT(literal) ((text){(literal), sizeof(literal) - 1})

text text_of(const char *s);
bool text_equal(text a, text b);
bool text_starts(text t, text prefix);
bool text_ends(text t, text suffix);
text text_slice(text t, size_t from, size_t n);
text text_trim(text t); /* without leading and trailing ASCII white space */
/* Offset of the first / last occurrence of `needle`, or SIZE_MAX. */
size_t text_find(text t, text needle);
size_t text_rfind(text t, text needle);

/* Parses the whole of `t` as a decimal integer with optional minus; false on anything else. */
bool text_to_i64(text t, int64_t *out);
/* Parses the whole of `t` as a decimal floating number ('.' point), finite; false otherwise. */
bool text_to_f64(text t, double *out);

/* One code point at `t.p`: returns its length in bytes 1..4 and stores it, or 0 when the bytes
 * there are no valid UTF-8 (overlong, surrogate, past U+10FFFF, cut short). t.n >= 1. */
size_t utf8_decode(text t, uint32_t *out);
/* Writes the code point as UTF-8; returns 1..4. Code points that do not exist become U+FFFD. */
size_t utf8_encode(char out[4], uint32_t cp);
bool utf8_valid(text t);
/* Length of the invalid part at the start of `t` that one U+FFFD stands for (the maximal subpart of
 * the Unicode standard), >= 1. Call when utf8_decode returned 0. */
size_t utf8_bad_length(text t);
/* Bytes at the end of `t` that begin a sequence which more bytes could still complete: 0..3. */
size_t utf8_open_tail(text t);

/* A growing byte buffer, always NUL-terminated once it holds anything. `failed` is set when the
 * limit or memory was reached; later appends are dropped, so one check at the end is enough. */
typedef struct strbuf {
    char *p;
    size_t n, cap;
    size_t limit; /* largest n; 0 = none */
    bool failed;
} strbuf;

void strbuf_add(strbuf *b, const void *p, size_t n);
void strbuf_text(strbuf *b, text t);
void strbuf_str(strbuf *b, const char *s);
void strbuf_char(strbuf *b, char c);
void strbuf_utf8(strbuf *b, uint32_t cp);
void strbuf_printf(strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
text strbuf_view(const strbuf *b);
void strbuf_reset(strbuf *b); /* empties, keeps the memory */
void strbuf_free(strbuf *b);

/* Appends `t` with every invalid part replaced by U+FFFD (one per maximal invalid part). */
void strbuf_clean_utf8(strbuf *b, text t);

#endif
