/* expr_rational_print.c - spellings of a rational number; see expr_pair.h. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/expr_pair.h"

#define MAX_PLACES 80 /* of a decimal */

/* Appends the digits of z >= 0. */
static void print_natural(strbuf *out, const mpz_t z)
{
    char *digits = malloc(mpz_sizeinbase(z, 10) + 2);
    if (!digits)
        abort();
    strbuf_str(out, mpz_get_str(digits, 10, z));
    free(digits);
}

static void print_grouped(strbuf *out, const mpz_t z, const char *separator)
{
    strbuf plain = {0};
    print_natural(&plain, z);
    for (size_t i = 0; i < plain.n; i++) {
        if (i > 0 && (plain.n - i) % 3 == 0)
            strbuf_str(out, separator);
        strbuf_char(out, plain.p[i]);
    }
    strbuf_free(&plain);
}

static bool is_whole(const mpq_t q)
{
    return mpz_cmp_ui(mpq_denref(q), 1) == 0;
}

static bool print_integer(strbuf *out, const mpq_t q, struct maker *m)
{
    static const char *const separators[] = {"", "", ",", "{,}", "\\,", ",\\!"};
    size_t k = dice_roll(&m->dice, sizeof separators / sizeof *separators);
    if (is_whole(q))
        print_grouped(out, mpq_numref(q), separators[k]);
    return is_whole(q);
}

/* p k / q k */
static bool print_fraction(strbuf *out, const mpq_t q, struct maker *m)
{
    static const char *const parts[][3] = {
        {"\\frac{", "}{", "}"}, {"\\dfrac{", "}{", "}"}, {"", "/", ""}, {"{", " \\over ", "}"}};
    const char *const *around = parts[dice_roll(&m->dice, sizeof parts / sizeof *parts)];
    unsigned long k = (unsigned long)dice_between(&m->dice, 1, 60);
    mpz_t part;
    mpz_init(part);
    mpz_mul_ui(part, mpq_numref(q), k);
    strbuf_str(out, around[0]);
    print_natural(out, part);
    strbuf_str(out, around[1]);
    mpz_mul_ui(part, mpq_denref(q), k);
    print_natural(out, part);
    strbuf_str(out, around[2]);
    mpz_clear(part);
    return true;
}

/* Whole part to `whole`, the rest to `rest` over the old denominator. */
static void split(mpz_t whole, mpz_t rest, const mpq_t q)
{
    mpz_fdiv_qr(whole, rest, mpq_numref(q), mpq_denref(q));
}

static bool print_mixed(strbuf *out, const mpq_t q, struct maker *m)
{
    mpz_t whole, rest;
    if (is_whole(q) || mpq_cmp_ui(q, 1, 1) < 0)
        return false;
    mpz_inits(whole, rest, (mpz_ptr)NULL);
    split(whole, rest, q);
    bool latex = dice_once_in(&m->dice, 2);
    print_natural(out, whole);
    strbuf_str(out, latex ? "\\frac{" : " ");
    print_natural(out, rest);
    strbuf_str(out, latex ? "}{" : "/");
    print_natural(out, mpq_denref(q));
    strbuf_str(out, latex ? "}" : "");
    mpz_clears(whole, rest, (mpz_ptr)NULL);
    return true;
}

/* Long division: the places of rest/q, and where the period starts (places: it ends there instead).
 * False beyond MAX_PLACES. */
static bool divide(strbuf *places, size_t *period, const mpz_t rest, const mpz_t q)
{
    mpz_t seen[MAX_PLACES + 1], digit;
    size_t n = 0;
    bool found = false;
    mpz_init(digit);
    mpz_init_set(seen[0], rest);
    while (!found && n < MAX_PLACES && mpz_sgn(seen[n]) != 0) {
        mpz_init(seen[n + 1]);
        mpz_mul_ui(seen[n + 1], seen[n], 10);
        mpz_fdiv_qr(digit, seen[n + 1], seen[n + 1], q);
        strbuf_char(places, (char)('0' + mpz_get_ui(digit)));
        n++;
        for (*period = 0; *period < n && !found; *period += !found)
            found = mpz_cmp(seen[*period], seen[n]) == 0;
    }
    bool ends = mpz_sgn(seen[n]) == 0;
    if (ends)
        *period = n;
    for (size_t i = 0; i <= n; i++)
        mpz_clear(seen[i]);
    mpz_clear(digit);
    return found || ends;
}

static bool print_decimal(strbuf *out, const mpq_t q, struct maker *m)
{
    strbuf places = {0};
    size_t period = 0;
    mpz_t whole, rest;
    mpz_inits(whole, rest, (mpz_ptr)NULL);
    split(whole, rest, q);
    bool short_enough = divide(&places, &period, rest, mpq_denref(q));
    if (short_enough) {
        bool bare = mpz_sgn(whole) == 0 && period == places.n && places.n && dice_roll(&m->dice, 2);
        if (!bare)
            print_natural(out, whole);
        strbuf_char(out, '.');
        strbuf_text(out, text_slice(strbuf_view(&places), 0, period));
        if (period < places.n)
            strbuf_printf(out, "\\overline{%s}", places.p + period);
        else
            strbuf_str(out, dice_roll(&m->dice, 2) ? "0" : "00");
    }
    mpz_clears(whole, rest, (mpz_ptr)NULL);
    strbuf_free(&places);
    return short_enough;
}

/* d.ddd 10^k for a whole number. */
static bool print_scientific(strbuf *out, const mpq_t q, struct maker *m)
{
    strbuf digits = {0};
    if (!is_whole(q))
        return false;
    print_natural(&digits, mpq_numref(q));
    size_t kept = digits.n;
    while (kept > 1 && digits.p[kept - 1] == '0')
        kept--;
    strbuf_char(out, digits.p[0]);
    strbuf_str(out, kept > 1 ? "." : "");
    strbuf_add(out, digits.p + 1, kept - 1);
    strbuf_printf(out, dice_roll(&m->dice, 2) ? " \\times 10^{%zu}" : "e%zu", digits.n - 1);
    strbuf_free(&digits);
    return true;
}

/* Spellings of q >= 0 in the order of chance; false, with nothing written, where one does not
 * apply. The last fits always. */
static bool (*const spellings[])(strbuf *out, const mpq_t q, struct maker *m) = {
    print_decimal, print_mixed, print_integer, print_scientific, print_fraction, print_fraction,
};
#define N_SPELLINGS (sizeof spellings / sizeof *spellings)

void rational_print(strbuf *out, const mpq_t q, struct maker *m)
{
    mpq_t size;
    mpq_init(size);
    mpq_abs(size, q);
    strbuf_str(out, mpq_sgn(q) < 0 ? "-" : "");
    size_t way = dice_roll(&m->dice, N_SPELLINGS);
    while (!spellings[way](out, size, m))
        way++;
    mpq_clear(size);
}
