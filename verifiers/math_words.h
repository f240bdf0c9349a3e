/* math_words.h - the vocabulary: LaTeX commands, plain names, units, phrases. Tables and look-ups.
 */
#ifndef VERIFIERS_MATH_WORDS_H
#define VERIFIERS_MATH_WORDS_H

#include "base/text.h"
#include "verifiers/math_node.h"

/* What a command is to the lexer and the parser. */
enum word_class {
    WORD_UNKNOWN,
    WORD_DROP,   /* \displaystyle, \mathbf: vanishes, its argument stays a group */
    WORD_DELIM,  /* \left, \big: vanishes, with the empty delimiter '.' behind it */
    WORD_BLANK,  /* \quad */
    WORD_TEXT,   /* \text{..}: words */
    WORD_CHAR,   /* id: the character it stands for */
    WORD_VAR,    /* a Greek letter: name */
    WORD_CONST,  /* id: enum math_const */
    WORD_FUNC,   /* id: enum math_func */
    WORD_REL,    /* id: enum math_rel */
    WORD_FORM,   /* id: enum word_form */
};

enum word_form {
    FORM_FRAC = 1,
    FORM_BINOM,
    FORM_SQRT,
    FORM_CBRT,
    FORM_OVER,
    FORM_CHOOSE,
    FORM_LFLOOR,
    FORM_RFLOOR,
    FORM_LCEIL,
    FORM_RCEIL,
    FORM_LVERT,
    FORM_RVERT,
    FORM_LANGLE,
    FORM_RANGLE,
    FORM_PM,
    FORM_MP,
    FORM_TIMES,
    FORM_CUP,
    FORM_SETMINUS,
    FORM_MID,
    FORM_CIRC,
    FORM_EMPTY,
    FORM_BEGIN,
    FORM_END,
    FORM_BLACKBOARD,
    FORM_OVERLINE,
    FORM_DOT,
    FORM_ANGLE,
    FORM_LDOTS,
};

/* Characters of their own that \{ \} and a currency sign become. */
#define CHAR_SET_OPEN '\x01'
#define CHAR_SET_CLOSE '\x02'
#define CHAR_CURRENCY '\x03'

struct word {
    enum word_class class;
    int id;
    const char *name; /* canonical: "phi" for \varphi */
};

/* A LaTeX command by its name without backslash. */
struct word word_command(text name);

/* The longest plain name ("sin", "pi", "theta") that starts `t`; *len is its length, 0 when none.
 */
struct word word_plain_prefix(text t, size_t *len);

/* Does the run of letters consist of plain names and single letters, a name among them ("sinx")? */
bool word_has_name(text t);

/* Canonical unit of a word ("inches" -> "inch"), any case; n == 0 when it is none. */
text word_unit(text w);
/* A unit that may touch its number: "5cm". */
bool word_is_glued_unit(text w);
/* Words inside a unit phrase that carry nothing: "of", "the", "total". */
bool word_is_unit_filler(text w);

/* Power of ten of thousand, million, ...; 0 when `w` is none. */
int word_scale(text w);
bool word_is_ordinal(text w); /* st nd rd th */
bool word_is_percent(text w);
/* Base named in words ("eight"); 0 when none. */
int word_base(text w);

/* Whole phrases, folded: the empty set, all reals, +-infinity. */
enum phrase { PHRASE_NONE, PHRASE_EMPTY, PHRASE_REALS, PHRASE_INF, PHRASE_NEG_INF };
enum phrase word_phrase(text folded);

#endif
