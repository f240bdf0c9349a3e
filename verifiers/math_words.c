/* math_words.c - see math_words.h. Every table is sorted by name for bsearch. */
#include "verifiers/math_words.h"

#include <stdlib.h>
#include <string.h>

#include "verifiers/ascii.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define LONGEST_NAME 16

struct entry {
    const char *name;
    struct word word;
};

static const struct entry commands[] = {
    {"Bbb", {WORD_FORM, FORM_BLACKBOARD, "Bbb"}}, {"Big", {WORD_DELIM, 0, "Big"}},
    {"Bigg", {WORD_DELIM, 0, "Bigg"}}, {"Biggl", {WORD_DELIM, 0, "Biggl"}},
    {"Biggr", {WORD_DELIM, 0, "Biggr"}}, {"Bigl", {WORD_DELIM, 0, "Bigl"}},
    {"Bigr", {WORD_DELIM, 0, "Bigr"}}, {"Delta", {WORD_VAR, 0, "Delta"}},
    {"Gamma", {WORD_VAR, 0, "Gamma"}}, {"Lambda", {WORD_VAR, 0, "Lambda"}},
    {"Large", {WORD_DROP, 0, "Large"}}, {"Omega", {WORD_VAR, 0, "Omega"}},
    {"Phi", {WORD_VAR, 0, "Phi"}}, {"Pi", {WORD_VAR, 0, "Pi"}}, {"Psi", {WORD_VAR, 0, "Psi"}},
    {"Rightarrow", {WORD_REL, REL_OTHER, "Rightarrow"}}, {"Sigma", {WORD_VAR, 0, "Sigma"}},
    {"Theta", {WORD_VAR, 0, "Theta"}}, {"Upsilon", {WORD_VAR, 0, "Upsilon"}},
    {"Xi", {WORD_VAR, 0, "Xi"}}, {"abs", {WORD_FUNC, FUNC_ABS, "abs"}},
    {"acos", {WORD_FUNC, FUNC_ACOS, "acos"}}, {"acosh", {WORD_FUNC, FUNC_ACOSH, "acosh"}},
    {"alpha", {WORD_VAR, 0, "alpha"}}, {"angle", {WORD_FORM, FORM_ANGLE, "angle"}},
    {"approx", {WORD_REL, REL_APPROX, "approx"}}, {"approxeq", {WORD_REL, REL_APPROX, "approxeq"}},
    {"arccos", {WORD_FUNC, FUNC_ACOS, "arccos"}}, {"arccosh", {WORD_FUNC, FUNC_ACOSH, "arccosh"}},
    {"arccot", {WORD_FUNC, FUNC_ACOT, "arccot"}}, {"arccsc", {WORD_FUNC, FUNC_ACSC, "arccsc"}},
    {"arcosh", {WORD_FUNC, FUNC_ACOSH, "arcosh"}}, {"arcsec", {WORD_FUNC, FUNC_ASEC, "arcsec"}},
    {"arcsin", {WORD_FUNC, FUNC_ASIN, "arcsin"}}, {"arcsinh", {WORD_FUNC, FUNC_ASINH, "arcsinh"}},
    {"arctan", {WORD_FUNC, FUNC_ATAN, "arctan"}}, {"arctanh", {WORD_FUNC, FUNC_ATANH, "arctanh"}},
    {"arctg", {WORD_FUNC, FUNC_ATAN, "arctg"}}, {"arsinh", {WORD_FUNC, FUNC_ASINH, "arsinh"}},
    {"artanh", {WORD_FUNC, FUNC_ATANH, "artanh"}}, {"asin", {WORD_FUNC, FUNC_ASIN, "asin"}},
    {"asinh", {WORD_FUNC, FUNC_ASINH, "asinh"}}, {"ast", {WORD_FORM, FORM_TIMES, "ast"}},
    {"atan", {WORD_FUNC, FUNC_ATAN, "atan"}}, {"atanh", {WORD_FUNC, FUNC_ATANH, "atanh"}},
    {"backslash", {WORD_FORM, FORM_SETMINUS, "backslash"}},
    {"bar", {WORD_FORM, FORM_OVERLINE, "bar"}}, {"begin", {WORD_FORM, FORM_BEGIN, "begin"}},
    {"beta", {WORD_VAR, 0, "beta"}}, {"bf", {WORD_DROP, 0, "bf"}}, {"big", {WORD_DELIM, 0, "big"}},
    {"bigcup", {WORD_FORM, FORM_CUP, "bigcup"}}, {"bigg", {WORD_DELIM, 0, "bigg"}},
    {"biggl", {WORD_DELIM, 0, "biggl"}}, {"biggr", {WORD_DELIM, 0, "biggr"}},
    {"bigl", {WORD_DELIM, 0, "bigl"}}, {"bigr", {WORD_DELIM, 0, "bigr"}},
    {"binom", {WORD_FORM, FORM_BINOM, "binom"}}, {"binomial", {WORD_FUNC, FUNC_BINOM, "binomial"}},
    {"bm", {WORD_DROP, 0, "bm"}}, {"boldsymbol", {WORD_DROP, 0, "boldsymbol"}},
    {"boxed", {WORD_DROP, 0, "boxed"}}, {"cal", {WORD_DROP, 0, "cal"}},
    {"cbrt", {WORD_FORM, FORM_CBRT, "cbrt"}}, {"cdot", {WORD_FORM, FORM_TIMES, "cdot"}},
    {"cdots", {WORD_FORM, FORM_LDOTS, "cdots"}}, {"ceil", {WORD_FUNC, FUNC_CEIL, "ceil"}},
    {"cfrac", {WORD_FORM, FORM_FRAC, "cfrac"}}, {"chi", {WORD_VAR, 0, "chi"}},
    {"choose", {WORD_FORM, FORM_CHOOSE, "choose"}}, {"circ", {WORD_FORM, FORM_CIRC, "circ"}},
    {"cis", {WORD_FUNC, FUNC_CIS, "cis"}}, {"colon", {WORD_CHAR, ':', "colon"}},
    {"cong", {WORD_REL, REL_OTHER, "cong"}}, {"cos", {WORD_FUNC, FUNC_COS, "cos"}},
    {"cosec", {WORD_FUNC, FUNC_CSC, "cosec"}}, {"cosh", {WORD_FUNC, FUNC_COSH, "cosh"}},
    {"cot", {WORD_FUNC, FUNC_COT, "cot"}}, {"coth", {WORD_FUNC, FUNC_COTH, "coth"}},
    {"csc", {WORD_FUNC, FUNC_CSC, "csc"}}, {"csch", {WORD_FUNC, FUNC_CSCH, "csch"}},
    {"ctg", {WORD_FUNC, FUNC_COT, "ctg"}}, {"cup", {WORD_FORM, FORM_CUP, "cup"}},
    {"dbinom", {WORD_FORM, FORM_BINOM, "dbinom"}}, {"degree", {WORD_FORM, FORM_CIRC, "degree"}},
    {"delta", {WORD_VAR, 0, "delta"}}, {"dfrac", {WORD_FORM, FORM_FRAC, "dfrac"}},
    {"displaystyle", {WORD_DROP, 0, "displaystyle"}}, {"div", {WORD_CHAR, '/', "div"}},
    {"dollar", {WORD_CHAR, CHAR_CURRENCY, "dollar"}}, {"dot", {WORD_FORM, FORM_DOT, "dot"}},
    {"dots", {WORD_FORM, FORM_LDOTS, "dots"}}, {"ell", {WORD_VAR, 0, "ell"}},
    {"emph", {WORD_TEXT, 0, "emph"}}, {"emptyset", {WORD_FORM, FORM_EMPTY, "emptyset"}},
    {"end", {WORD_FORM, FORM_END, "end"}}, {"enspace", {WORD_BLANK, 0, "enspace"}},
    {"ensuremath", {WORD_DROP, 0, "ensuremath"}}, {"epsilon", {WORD_VAR, 0, "epsilon"}},
    {"equiv", {WORD_REL, REL_OTHER, "equiv"}}, {"eta", {WORD_VAR, 0, "eta"}},
    {"euro", {WORD_CHAR, CHAR_CURRENCY, "euro"}}, {"exp", {WORD_FUNC, FUNC_EXP, "exp"}},
    {"factorial", {WORD_FUNC, FUNC_FACT, "factorial"}}, {"fbox", {WORD_DROP, 0, "fbox"}},
    {"floor", {WORD_FUNC, FUNC_FLOOR, "floor"}}, {"frac", {WORD_FORM, FORM_FRAC, "frac"}},
    {"framebox", {WORD_DROP, 0, "framebox"}}, {"gamma", {WORD_VAR, 0, "gamma"}},
    {"gcd", {WORD_FUNC, FUNC_GCD, "gcd"}}, {"ge", {WORD_REL, REL_GE, "ge"}},
    {"geq", {WORD_REL, REL_GE, "geq"}}, {"geqq", {WORD_REL, REL_GE, "geqq"}},
    {"geqslant", {WORD_REL, REL_GE, "geqslant"}}, {"gt", {WORD_CHAR, '>', "gt"}},
    {"hat", {WORD_DROP, 0, "hat"}}, {"hbox", {WORD_TEXT, 0, "hbox"}},
    {"hfill", {WORD_BLANK, 0, "hfill"}}, {"iff", {WORD_REL, REL_OTHER, "iff"}},
    {"imath", {WORD_CONST, CONST_I, "imath"}}, {"implies", {WORD_REL, REL_OTHER, "implies"}},
    {"in", {WORD_REL, REL_IN, "in"}}, {"infinity", {WORD_CONST, CONST_INF, "infinity"}},
    {"infty", {WORD_CONST, CONST_INF, "infty"}}, {"iota", {WORD_VAR, 0, "iota"}},
    {"it", {WORD_DROP, 0, "it"}}, {"jmath", {WORD_CONST, CONST_I, "jmath"}},
    {"kappa", {WORD_VAR, 0, "kappa"}}, {"lambda", {WORD_VAR, 0, "lambda"}},
    {"langle", {WORD_FORM, FORM_LANGLE, "langle"}}, {"large", {WORD_DROP, 0, "large"}},
    {"lbrace", {WORD_CHAR, CHAR_SET_OPEN, "lbrace"}}, {"lbrack", {WORD_CHAR, '[', "lbrack"}},
    {"lceil", {WORD_FORM, FORM_LCEIL, "lceil"}}, {"lcm", {WORD_FUNC, FUNC_LCM, "lcm"}},
    {"ldots", {WORD_FORM, FORM_LDOTS, "ldots"}}, {"le", {WORD_REL, REL_LE, "le"}},
    {"left", {WORD_DELIM, 0, "left"}}, {"leq", {WORD_REL, REL_LE, "leq"}},
    {"leqq", {WORD_REL, REL_LE, "leqq"}}, {"leqslant", {WORD_REL, REL_LE, "leqslant"}},
    {"lfloor", {WORD_FORM, FORM_LFLOOR, "lfloor"}}, {"lg", {WORD_FUNC, FUNC_LG, "lg"}},
    {"limits", {WORD_DROP, 0, "limits"}}, {"ln", {WORD_FUNC, FUNC_LN, "ln"}},
    {"log", {WORD_FUNC, FUNC_LOG, "log"}}, {"lparen", {WORD_CHAR, '(', "lparen"}},
    {"lt", {WORD_CHAR, '<', "lt"}}, {"lvert", {WORD_FORM, FORM_LVERT, "lvert"}},
    {"mapsto", {WORD_REL, REL_OTHER, "mapsto"}}, {"mathbb", {WORD_FORM, FORM_BLACKBOARD, "mathbb"}},
    {"mathbf", {WORD_DROP, 0, "mathbf"}}, {"mathcal", {WORD_DROP, 0, "mathcal"}},
    {"mathit", {WORD_DROP, 0, "mathit"}}, {"mathnormal", {WORD_DROP, 0, "mathnormal"}},
    {"mathrm", {WORD_TEXT, 0, "mathrm"}}, {"mathsf", {WORD_DROP, 0, "mathsf"}},
    {"mathtt", {WORD_DROP, 0, "mathtt"}}, {"max", {WORD_FUNC, FUNC_MAX, "max"}},
    {"mbox", {WORD_TEXT, 0, "mbox"}}, {"measuredangle", {WORD_FORM, FORM_ANGLE, "measuredangle"}},
    {"mid", {WORD_FORM, FORM_MID, "mid"}}, {"middle", {WORD_DELIM, 0, "middle"}},
    {"min", {WORD_FUNC, FUNC_MIN, "min"}}, {"mp", {WORD_FORM, FORM_MP, "mp"}},
    {"mu", {WORD_VAR, 0, "mu"}}, {"ne", {WORD_REL, REL_NE, "ne"}},
    {"neq", {WORD_REL, REL_NE, "neq"}}, {"newline", {WORD_BLANK, 0, "newline"}},
    {"noindent", {WORD_BLANK, 0, "noindent"}}, {"nolimits", {WORD_DROP, 0, "nolimits"}},
    {"normalsize", {WORD_DROP, 0, "normalsize"}}, {"notin", {WORD_REL, REL_OTHER, "notin"}},
    {"nu", {WORD_VAR, 0, "nu"}}, {"omega", {WORD_VAR, 0, "omega"}},
    {"operatorname", {WORD_TEXT, 0, "operatorname"}}, {"over", {WORD_FORM, FORM_OVER, "over"}},
    {"overline", {WORD_FORM, FORM_OVERLINE, "overline"}}, {"par", {WORD_BLANK, 0, "par"}},
    {"percent", {WORD_CHAR, '%', "percent"}}, {"phi", {WORD_VAR, 0, "phi"}},
    {"pi", {WORD_CONST, CONST_PI, "pi"}}, {"pm", {WORD_FORM, FORM_PM, "pm"}},
    {"pounds", {WORD_CHAR, CHAR_CURRENCY, "pounds"}}, {"propto", {WORD_REL, REL_OTHER, "propto"}},
    {"psi", {WORD_VAR, 0, "psi"}}, {"qquad", {WORD_BLANK, 0, "qquad"}},
    {"quad", {WORD_BLANK, 0, "quad"}}, {"rangle", {WORD_FORM, FORM_RANGLE, "rangle"}},
    {"rbrace", {WORD_CHAR, CHAR_SET_CLOSE, "rbrace"}}, {"rbrack", {WORD_CHAR, ']', "rbrack"}},
    {"rceil", {WORD_FORM, FORM_RCEIL, "rceil"}}, {"rfloor", {WORD_FORM, FORM_RFLOOR, "rfloor"}},
    {"rho", {WORD_VAR, 0, "rho"}}, {"right", {WORD_DELIM, 0, "right"}},
    {"rightarrow", {WORD_REL, REL_OTHER, "rightarrow"}}, {"rm", {WORD_DROP, 0, "rm"}},
    {"rparen", {WORD_CHAR, ')', "rparen"}}, {"rvert", {WORD_FORM, FORM_RVERT, "rvert"}},
    {"scriptstyle", {WORD_DROP, 0, "scriptstyle"}}, {"sec", {WORD_FUNC, FUNC_SEC, "sec"}},
    {"sech", {WORD_FUNC, FUNC_SECH, "sech"}}, {"setminus", {WORD_FORM, FORM_SETMINUS, "setminus"}},
    {"sf", {WORD_DROP, 0, "sf"}}, {"sigma", {WORD_VAR, 0, "sigma"}},
    {"sim", {WORD_REL, REL_OTHER, "sim"}}, {"simeq", {WORD_REL, REL_APPROX, "simeq"}},
    {"sin", {WORD_FUNC, FUNC_SIN, "sin"}}, {"sinh", {WORD_FUNC, FUNC_SINH, "sinh"}},
    {"slash", {WORD_CHAR, '/', "slash"}}, {"small", {WORD_DROP, 0, "small"}},
    {"space", {WORD_BLANK, 0, "space"}}, {"sqrt", {WORD_FORM, FORM_SQRT, "sqrt"}},
    {"strut", {WORD_DROP, 0, "strut"}}, {"tan", {WORD_FUNC, FUNC_TAN, "tan"}},
    {"tanh", {WORD_FUNC, FUNC_TANH, "tanh"}}, {"tau", {WORD_VAR, 0, "tau"}},
    {"tbinom", {WORD_FORM, FORM_BINOM, "tbinom"}}, {"text", {WORD_TEXT, 0, "text"}},
    {"textbf", {WORD_TEXT, 0, "textbf"}}, {"textdollar", {WORD_CHAR, CHAR_CURRENCY, "textdollar"}},
    {"textit", {WORD_TEXT, 0, "textit"}}, {"textnormal", {WORD_TEXT, 0, "textnormal"}},
    {"textrm", {WORD_TEXT, 0, "textrm"}}, {"textsf", {WORD_TEXT, 0, "textsf"}},
    {"textstyle", {WORD_DROP, 0, "textstyle"}}, {"texttt", {WORD_TEXT, 0, "texttt"}},
    {"textup", {WORD_TEXT, 0, "textup"}}, {"tfrac", {WORD_FORM, FORM_FRAC, "tfrac"}},
    {"tg", {WORD_FUNC, FUNC_TAN, "tg"}}, {"theta", {WORD_VAR, 0, "theta"}},
    {"thinspace", {WORD_BLANK, 0, "thinspace"}}, {"times", {WORD_FORM, FORM_TIMES, "times"}},
    {"tiny", {WORD_DROP, 0, "tiny"}}, {"to", {WORD_REL, REL_OTHER, "to"}},
    {"triangle", {WORD_FORM, FORM_ANGLE, "triangle"}}, {"tt", {WORD_DROP, 0, "tt"}},
    {"unicode", {WORD_DROP, 0, "unicode"}}, {"upsilon", {WORD_VAR, 0, "upsilon"}},
    {"varepsilon", {WORD_VAR, 0, "epsilon"}}, {"varnothing", {WORD_FORM, FORM_EMPTY, "varnothing"}},
    {"varphi", {WORD_VAR, 0, "phi"}}, {"varrho", {WORD_VAR, 0, "rho"}},
    {"varsigma", {WORD_VAR, 0, "sigma"}}, {"vartheta", {WORD_VAR, 0, "theta"}},
    {"vec", {WORD_DROP, 0, "vec"}}, {"vert", {WORD_CHAR, '|', "vert"}},
    {"xfrac", {WORD_FORM, FORM_FRAC, "xfrac"}}, {"xi", {WORD_VAR, 0, "xi"}},
    {"yen", {WORD_CHAR, CHAR_CURRENCY, "yen"}}, {"zeta", {WORD_VAR, 0, "zeta"}},
};

static const struct entry plain_names[] = {
    {"abs", {WORD_FUNC, FUNC_ABS, "abs"}}, {"acos", {WORD_FUNC, FUNC_ACOS, "acos"}},
    {"acosh", {WORD_FUNC, FUNC_ACOSH, "acosh"}}, {"alpha", {WORD_VAR, 0, "alpha"}},
    {"arccos", {WORD_FUNC, FUNC_ACOS, "arccos"}}, {"arccosh", {WORD_FUNC, FUNC_ACOSH, "arccosh"}},
    {"arccot", {WORD_FUNC, FUNC_ACOT, "arccot"}}, {"arccsc", {WORD_FUNC, FUNC_ACSC, "arccsc"}},
    {"arcosh", {WORD_FUNC, FUNC_ACOSH, "arcosh"}}, {"arcsec", {WORD_FUNC, FUNC_ASEC, "arcsec"}},
    {"arcsin", {WORD_FUNC, FUNC_ASIN, "arcsin"}}, {"arcsinh", {WORD_FUNC, FUNC_ASINH, "arcsinh"}},
    {"arctan", {WORD_FUNC, FUNC_ATAN, "arctan"}}, {"arctanh", {WORD_FUNC, FUNC_ATANH, "arctanh"}},
    {"arctg", {WORD_FUNC, FUNC_ATAN, "arctg"}}, {"arsinh", {WORD_FUNC, FUNC_ASINH, "arsinh"}},
    {"artanh", {WORD_FUNC, FUNC_ATANH, "artanh"}}, {"asin", {WORD_FUNC, FUNC_ASIN, "asin"}},
    {"asinh", {WORD_FUNC, FUNC_ASINH, "asinh"}}, {"atan", {WORD_FUNC, FUNC_ATAN, "atan"}},
    {"atanh", {WORD_FUNC, FUNC_ATANH, "atanh"}}, {"beta", {WORD_VAR, 0, "beta"}},
    {"binomial", {WORD_FUNC, FUNC_BINOM, "binomial"}}, {"cbrt", {WORD_FUNC, FUNC_CBRT, "cbrt"}},
    {"ceil", {WORD_FUNC, FUNC_CEIL, "ceil"}}, {"cis", {WORD_FUNC, FUNC_CIS, "cis"}},
    {"cos", {WORD_FUNC, FUNC_COS, "cos"}}, {"cosec", {WORD_FUNC, FUNC_CSC, "cosec"}},
    {"cosh", {WORD_FUNC, FUNC_COSH, "cosh"}}, {"cot", {WORD_FUNC, FUNC_COT, "cot"}},
    {"coth", {WORD_FUNC, FUNC_COTH, "coth"}}, {"csc", {WORD_FUNC, FUNC_CSC, "csc"}},
    {"csch", {WORD_FUNC, FUNC_CSCH, "csch"}}, {"delta", {WORD_VAR, 0, "delta"}},
    {"epsilon", {WORD_VAR, 0, "epsilon"}}, {"exp", {WORD_FUNC, FUNC_EXP, "exp"}},
    {"factorial", {WORD_FUNC, FUNC_FACT, "factorial"}}, {"floor", {WORD_FUNC, FUNC_FLOOR, "floor"}},
    {"gamma", {WORD_VAR, 0, "gamma"}}, {"gcd", {WORD_FUNC, FUNC_GCD, "gcd"}},
    {"inf", {WORD_CONST, CONST_INF, "infinity"}}, {"infinity", {WORD_CONST, CONST_INF, "infinity"}},
    {"infty", {WORD_CONST, CONST_INF, "infinity"}}, {"lambda", {WORD_VAR, 0, "lambda"}},
    {"lcm", {WORD_FUNC, FUNC_LCM, "lcm"}}, {"lg", {WORD_FUNC, FUNC_LG, "lg"}},
    {"ln", {WORD_FUNC, FUNC_LN, "ln"}}, {"log", {WORD_FUNC, FUNC_LOG, "log"}},
    {"max", {WORD_FUNC, FUNC_MAX, "max"}}, {"min", {WORD_FUNC, FUNC_MIN, "min"}},
    {"omega", {WORD_VAR, 0, "omega"}}, {"pi", {WORD_CONST, CONST_PI, "pi"}},
    {"sec", {WORD_FUNC, FUNC_SEC, "sec"}}, {"sech", {WORD_FUNC, FUNC_SECH, "sech"}},
    {"sigma", {WORD_VAR, 0, "sigma"}}, {"sin", {WORD_FUNC, FUNC_SIN, "sin"}},
    {"sinh", {WORD_FUNC, FUNC_SINH, "sinh"}}, {"sqrt", {WORD_FUNC, FUNC_SQRT, "sqrt"}},
    {"tan", {WORD_FUNC, FUNC_TAN, "tan"}}, {"tanh", {WORD_FUNC, FUNC_TANH, "tanh"}},
    {"theta", {WORD_VAR, 0, "theta"}},
};

static int by_name(const void *key, const void *entry)
{
    const text *k = key;
    const char *name = *(const char *const *)entry;
    int d = strncmp(k->p, name, k->n);
    return d ? d : -(name[k->n] != '\0');
}

static const struct entry *look_up(const struct entry *table, size_t n, text name)
{
    return name.n ? bsearch(&name, table, n, sizeof *table, by_name) : NULL;
}

struct word word_command(text name)
{
    const struct entry *e = look_up(commands, COUNT(commands), name);
    return e ? e->word : (struct word){WORD_UNKNOWN, 0, ""};
}

struct word word_plain_prefix(text t, size_t *len)
{
    for (size_t n = t.n < LONGEST_NAME ? t.n : LONGEST_NAME; n > 1; n--) {
        const struct entry *e = look_up(plain_names, COUNT(plain_names), text_slice(t, 0, n));
        if (e) {
            *len = n;
            return e->word;
        }
    }
    *len = 0;
    return (struct word){WORD_UNKNOWN, 0, ""};
}

bool word_has_name(text t)
{
    for (size_t i = 0; i < t.n; i++) {
        size_t len;
        word_plain_prefix(text_slice(t, i, t.n), &len);
        if (len)
            return t.n - len <= 2; /* "sinx" is a formula, "single" is a word */
    }
    return false;
}
