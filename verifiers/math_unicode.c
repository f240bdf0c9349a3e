/* math_unicode.c - see math_unicode.h. One pass over a table sorted by code point. */
#include "verifiers/math_unicode.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 16 /* bytes one character may become */

enum run { RUN_NONE, RUN_SUPER, RUN_SUB };

static const struct mapping {
    uint32_t cp;
    const char *ascii;
} table[] = {
    {0xa0, " "},
    {0xa2, "\\text{ cents}"},
    {0xa3, "\\pounds "},
    {0xa5, "\\yen "},
    {0xad, ""},
    {0xb0, "^\\circ "},
    {0xb1, "\\pm "},
    {0xb7, "*"},
    {0xba, "^\\circ "},
    {0xbc, "\\frac{1}{4}"},
    {0xbd, "\\frac{1}{2}"},
    {0xbe, "\\frac{3}{4}"},
    {0xd7, "*"},
    {0xf7, "/"},
    {0x393, "\\Gamma "},
    {0x394, "\\Delta "},
    {0x398, "\\Theta "},
    {0x39b, "\\Lambda "},
    {0x39e, "\\Xi "},
    {0x3a0, "\\Pi "},
    {0x3a3, "\\Sigma "},
    {0x3a6, "\\Phi "},
    {0x3a8, "\\Psi "},
    {0x3a9, "\\Omega "},
    {0x3b1, "\\alpha "},
    {0x3b2, "\\beta "},
    {0x3b3, "\\gamma "},
    {0x3b4, "\\delta "},
    {0x3b5, "\\epsilon "},
    {0x3b6, "\\zeta "},
    {0x3b7, "\\eta "},
    {0x3b8, "\\theta "},
    {0x3b9, "\\iota "},
    {0x3ba, "\\kappa "},
    {0x3bb, "\\lambda "},
    {0x3bc, "\\mu "},
    {0x3bd, "\\nu "},
    {0x3be, "\\xi "},
    {0x3c0, "\\pi "},
    {0x3c1, "\\rho "},
    {0x3c3, "\\sigma "},
    {0x3c4, "\\tau "},
    {0x3c5, "\\upsilon "},
    {0x3c6, "\\phi "},
    {0x3c7, "\\chi "},
    {0x3c8, "\\psi "},
    {0x3c9, "\\omega "},
    {0x3d5, "\\phi "},
    {0x2010, "-"},
    {0x2011, "-"},
    {0x2012, "-"},
    {0x2013, "-"},
    {0x2014, "-"},
    {0x2015, "-"},
    {0x2018, "'"},
    {0x2019, "'"},
    {0x201c, "\""},
    {0x201d, "\""},
    {0x2026, "\\ldots "},
    {0x2032, "'"},
    {0x2044, "/"},
    {0x20ac, "\\euro "},
    {0x211d, "\\mathbb{R}"},
    {0x2124, "\\mathbb{Z}"},
    {0x2150, "\\frac{1}{7}"},
    {0x2151, "\\frac{1}{9}"},
    {0x2152, "\\frac{1}{10}"},
    {0x2153, "\\frac{1}{3}"},
    {0x2154, "\\frac{2}{3}"},
    {0x2155, "\\frac{1}{5}"},
    {0x2156, "\\frac{2}{5}"},
    {0x2157, "\\frac{3}{5}"},
    {0x2158, "\\frac{4}{5}"},
    {0x2159, "\\frac{1}{6}"},
    {0x215a, "\\frac{5}{6}"},
    {0x215b, "\\frac{1}{8}"},
    {0x215c, "\\frac{3}{8}"},
    {0x215d, "\\frac{5}{8}"},
    {0x215e, "\\frac{7}{8}"},
    {0x2205, "\\emptyset "},
    {0x2208, "\\in "},
    {0x220f, "\\prod "},
    {0x2211, "\\sum "},
    {0x2212, "-"},
    {0x2213, "\\mp "},
    {0x2215, "/"},
    {0x2216, "\\setminus "},
    {0x2219, "*"},
    {0x221a, "\\sqrt "},
    {0x221b, "\\cbrt "},
    {0x221e, "\\infty "},
    {0x2220, "\\angle "},
    {0x2229, "\\cap "},
    {0x222a, "\\cup "},
    {0x222b, "\\int "},
    {0x2236, ":"},
    {0x2248, "\\approx "},
    {0x2260, "\\ne "},
    {0x2264, "\\le "},
    {0x2265, "\\ge "},
    {0x22c5, "*"},
    {0x2308, "\\lceil "},
    {0x2309, "\\rceil "},
    {0x230a, "\\lfloor "},
    {0x230b, "\\rfloor "},
    {0x2715, "*"},
    {0x27e8, "\\langle "},
    {0x27e9, "\\rangle "},
    {0x2a7d, "\\le "},
    {0x2a7e, "\\ge "},
    {0x3001, ","},
    {0x3002, "."},
    {0xfe63, "-"},
};

static const struct script {
    uint32_t cp;
    char ascii;
    uint8_t run;
} scripts[] = {
    {0xb2, '2', RUN_SUPER},   {0xb3, '3', RUN_SUPER},   {0xb9, '1', RUN_SUPER},
    {0x1d49, 'e', RUN_SUPER}, {0x2070, '0', RUN_SUPER}, {0x2071, 'i', RUN_SUPER},
    {0x2074, '4', RUN_SUPER}, {0x2075, '5', RUN_SUPER}, {0x2076, '6', RUN_SUPER},
    {0x2077, '7', RUN_SUPER}, {0x2078, '8', RUN_SUPER}, {0x2079, '9', RUN_SUPER},
    {0x207a, '+', RUN_SUPER}, {0x207b, '-', RUN_SUPER}, {0x207d, '(', RUN_SUPER},
    {0x207e, ')', RUN_SUPER}, {0x207f, 'n', RUN_SUPER}, {0x2080, '0', RUN_SUB},
    {0x2081, '1', RUN_SUB},   {0x2082, '2', RUN_SUB},   {0x2083, '3', RUN_SUB},
    {0x2084, '4', RUN_SUB},   {0x2085, '5', RUN_SUB},   {0x2086, '6', RUN_SUB},
    {0x2087, '7', RUN_SUB},   {0x2088, '8', RUN_SUB},   {0x2089, '9', RUN_SUB},
    {0x2090, 'a', RUN_SUB},   {0x2096, 'k', RUN_SUB},   {0x2099, 'n', RUN_SUB},
    {0x2093, 'x', RUN_SUB},
};

static const struct {
    uint32_t from, to;
} invisible[] = {{0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064}, {0x2066, 0x2069},
                 {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};

static int by_cp(const void *key, const void *entry)
{
    uint32_t k = *(const uint32_t *)key, e = ((const struct mapping *)entry)->cp;
    return (k > e) - (k < e);
}

static const char *mapped(uint32_t cp)
{
    const struct mapping *m =
        bsearch(&cp, table, sizeof table / sizeof *table, sizeof *table, by_cp);
    return m ? m->ascii : NULL;
}

static const struct script *script_of(uint32_t cp)
{
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (scripts[i].cp == cp)
            return &scripts[i];
    return NULL;
}

static bool is_invisible(uint32_t cp)
{
    for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++)
        if (cp >= invisible[i].from && cp <= invisible[i].to)
            return true;
    return false;
}

static bool is_space(uint32_t cp)
{
    return cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f || cp == 0x205f ||
           cp == 0x3000 || cp == 0x2028 || cp == 0x2029;
}

struct writer {
    char *p;
    size_t n;
    enum run run; /* an open ^{ or _{ */
};

static void put(struct writer *w, const char *s, size_t n)
{
    if (n)
        memcpy(w->p + w->n, s, n);
    w->n += n;
}

static void switch_run(struct writer *w, enum run run)
{
    if (w->run == run)
        return;
    if (w->run != RUN_NONE)
        put(w, "}", 1);
    if (run != RUN_NONE)
        put(w, run == RUN_SUPER ? "^{" : "_{", 2);
    w->run = run;
}

static void put_ascii(struct writer *w, char c)
{
    switch_run(w, RUN_NONE);
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    bool control = (unsigned char)c < 0x20 || c == 0x7f;
    put(w, blank ? " " : control ? (char[]){MATH_BAD_BYTE} : &c, 1);
}

static void put_cp(struct writer *w, uint32_t cp, text raw)
{
    const struct script *s = script_of(cp);
    if (s) {
        switch_run(w, (enum run)s->run);
        put(w, &s->ascii, 1);
        return;
    }
    if (is_invisible(cp))
        return;
    switch_run(w, RUN_NONE);
    const char *ascii = mapped(cp);
    if (ascii)
        put(w, ascii, strlen(ascii));
    else if (cp >= 0xff01 && cp <= 0xff5e)
        put(w, (char[]){(char)(cp - 0xfee0)}, 1);
    else if (is_space(cp))
        put(w, " ", 1);
    else
        put(w, raw.p, raw.n);
}

static bool is_plain(text t)
{
    for (size_t i = 0; i < t.n; i++)
        if ((unsigned char)t.p[i] < 0x20 || (unsigned char)t.p[i] >= 0x7f)
            return false;
    return true;
}

bool math_to_ascii(text *out, arena *mem, text t)
{
    if (is_plain(t)) {
        *out = t;
        return true;
    }
    struct writer w = {.p = arena_take(mem, t.n + 1, LONGEST)};
    if (!w.p)
        return false;
    for (size_t i = 0; i < t.n;) {
        uint32_t cp;
        text rest = text_slice(t, i, t.n);
        size_t len = utf8_decode(rest, &cp);
        if (len == 0) {
            switch_run(&w, RUN_NONE);
            put(&w, (char[]){MATH_BAD_BYTE}, 1);
        } else if (cp < 0x80) {
            put_ascii(&w, t.p[i]);
        } else {
            put_cp(&w, cp, text_slice(rest, 0, len));
        }
        i += len ? len : 1;
    }
    switch_run(&w, RUN_NONE);
    *out = (text){w.p, w.n};
    return true;
}
