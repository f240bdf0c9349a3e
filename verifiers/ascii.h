/* ascii.h - character classes that no locale can change. */
#ifndef VERIFIERS_ASCII_H
#define VERIFIERS_ASCII_H

#include <stdbool.h>

static inline bool ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_alpha(char c)
{
    return ascii_upper(c) || (c >= 'a' && c <= 'z');
}

static inline bool ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char ascii_lower(char c)
{
    return ascii_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

#endif
