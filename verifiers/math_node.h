/* math_node.h - the tree of an answer, scalars and structures alike, and the budget it is built
 * from.
 *
 * Everything lives in one arena and goes in one call. A fault (syntax, a limit, no fuel) is sticky:
 * it is noted in the context, and nodes asked for afterwards are one harmless dummy, so callers
 * test the fault once at the end instead of after every step. */
#ifndef VERIFIERS_MATH_NODE_H
#define VERIFIERS_MATH_NODE_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

#define MATH_MAX_DEPTH 64    /* brackets, scripts, arguments */
#define MATH_MAX_NODES 4096  /* of one parsed answer */
#define MATH_MAX_WEIGHT 65536.0 /* nodes of a tree, shared ones counted each time they are met */
#define MATH_MAX_BYTES 4096
#define MATH_MAX_TOKENS 2048
#define MATH_MAX_ITEMS 256   /* of one list */
#define MATH_MAX_CELLS 1024  /* of one matrix */
#define MATH_MAX_VARS 64     /* of one comparison */
#define MATH_MAX_BITS 1048576.0 /* of a number that is written out */
#define MATH_MAX_EXPONENT 4096 /* of 1e..., beyond it stays a power */
#define MATH_FUEL 25165824.0 /* units per comparison; at most 0.3 nanoseconds each */

enum math_kind {
    /* scalars */
    MATH_NUM,   /* q */
    MATH_CONST, /* tag: enum math_const */
    MATH_VAR,   /* s: name */
    MATH_POW,   /* base, exponent */
    MATH_FUNC,  /* tag: enum math_func; arguments */
    MATH_BINOM, /* n, k */
    MATH_FACT,  /* n! */
    MATH_DFACT, /* n!! */
    MATH_MUL,
    MATH_ADD,
    MATH_DEG,   /* an angle in degrees */
    MATH_PM,    /* tag +1 or -1: both signs of the argument, + or - first */
    MATH_PAREN,
    MATH_BASE,  /* number q, tag: the base it is written in, s: its digits */
    MATH_UNDEF, /* a division by zero or the like */
    /* structures */
    MATH_QUANTITY, /* scalar with tag: enum math_mark bits, s: unit */
    MATH_TUPLE,    /* tag: enum math_bracket bits */
    MATH_SET,
    MATH_LIST,     /* tag: enum math_joint bits */
    MATH_REGION,   /* members: intervals (two-entry tuples) and points */
    MATH_MATRIX,   /* rows: tuples */
    MATH_RELATION, /* sides; s: one enum math_rel byte per operator */
    MATH_RATIO,
    MATH_TEXT,     /* s: folded words */
    MATH_BROKEN,   /* s: folded text of what the grammar does not know */
};

enum math_const { CONST_I, CONST_E, CONST_PI, CONST_INF, CONST_NEG_INF };

enum math_func {
    FUNC_SIN, FUNC_COS, FUNC_TAN, FUNC_COT, FUNC_SEC, FUNC_CSC,
    FUNC_ASIN, FUNC_ACOS, FUNC_ATAN, FUNC_ACOT, FUNC_ASEC, FUNC_ACSC,
    FUNC_SINH, FUNC_COSH, FUNC_TANH, FUNC_COTH, FUNC_SECH, FUNC_CSCH,
    FUNC_ASINH, FUNC_ACOSH, FUNC_ATANH,
    FUNC_LN, FUNC_LOG, /* LOG: no base given; with two arguments log of the second to the first */
    FUNC_EXP, FUNC_SQRT, FUNC_CBRT, FUNC_ABS, FUNC_FLOOR, FUNC_CEIL,
    FUNC_MIN, FUNC_MAX, FUNC_GCD, FUNC_LCM, FUNC_BINOM, FUNC_FACT, FUNC_CIS, FUNC_LG,
};

enum math_mark {
    MARK_PERCENT = 1,
    MARK_DEGREE = 2,
    MARK_CURRENCY = 4,
    MARK_UNIT = 8,
    MARK_LETTER = 16
};
enum math_bracket { OPEN_ROUND = 1, CLOSE_ROUND = 2 }; /* not set: square */
enum math_joint { JOINT_COMMA = 1, JOINT_AND = 2, JOINT_OR = 4 };
enum math_known { KNOWN_ZERO = 1, KNOWN_NONZERO = 2, KNOWN_REAL = 4, KNOWN_COMPLEX = 8 };
enum math_rel { REL_EQ, REL_LT, REL_GT, REL_LE, REL_GE, REL_NE, REL_IN, REL_APPROX, REL_OTHER };

typedef struct math_node {
    enum math_kind kind;
    int tag;
    text s;
    struct math_node **args;
    size_t n_args, cap;
    double weight;               /* nodes of the tree below, shared ones counted each time */
    unsigned char known;         /* enum math_known bits of a constant, once decided */
    mpq_t q;                     /* NUM, BASE */
    struct math_node *next_number;
} math_node;

enum math_fault { MATH_FINE, MATH_BAD_SYNTAX, MATH_OVER_LIMIT, MATH_OUT_OF_FUEL };

typedef struct math_ctx {
    arena mem;
    math_node *numbers; /* nodes whose q must be cleared */
    math_node dummy;    /* a number, handed out after a fault */
    enum math_fault fault;
    size_t n_nodes, max_nodes;
    math_node *one;     /* math_one */
    double fuel;
    uint64_t seed;
    bool exact_points; /* agreement of digits at points is no equality */
} math_ctx;

void math_init(math_ctx *c);
void math_free(math_ctx *c);
/* As after math_init, with memory kept for the next tree. */
void math_reset(math_ctx *c);

/* Notes a fault; the first one stays. Returns the dummy. */
math_node *math_fail(math_ctx *c, enum math_fault fault);

/* Takes `units` of fuel; false, with the fault noted, when it is out. */
bool math_spend(math_ctx *c, double units);

/* Charges one operation on numbers of `bits` bits: (bits / 64)^1.6 units. */
bool math_charge(math_ctx *c, double bits);

math_node *math_new(math_ctx *c, enum math_kind kind, int tag);
math_node *math_number(math_ctx *c);              /* NUM 0 */
math_node *math_integer(math_ctx *c, long value); /* NUM */
math_node *math_one(math_ctx *c);                 /* NUM 1, the same each time: not to be changed */
math_node *math_copy_number(math_ctx *c, mpq_srcptr q);
math_node *math_copy(math_ctx *c, const math_node *n); /* the whole tree, with its texts */
math_node *math_named(math_ctx *c, enum math_kind kind, text s);
/* Appends an argument; the child is complete by now. */
void math_push(math_ctx *c, math_node *parent, math_node *child);
math_node *math_unary(math_ctx *c, enum math_kind kind, int tag, math_node *a);
math_node *math_binary(math_ctx *c, enum math_kind kind, int tag, math_node *a, math_node *b);
math_node *math_negated(math_ctx *c, math_node *a);
math_node *math_quotient(math_ctx *c, math_node *a, math_node *b);

bool math_is_number(const math_node *n);          /* NUM */
bool math_is_integer(const math_node *n);         /* NUM with denominator 1 */
bool math_is_small(const math_node *n, long value); /* NUM of this value */
bool math_is_minus_one(const math_node *n); /* -1 as it is parsed: minus of 1 */
bool math_is_const(const math_node *n, enum math_const id);
bool math_is_infinite(const math_node *n);
bool math_is_scalar(const math_node *n);          /* no structure; a quantity is none */

/* Is there a node of this kind (and tag, unless -1) anywhere? */
bool math_has(const math_node *n, enum math_kind kind, int tag);

/* Total order on trees; 0 means the same tree. Iterates arguments, recurses to the depth of a tree.
 */
int math_order(const math_node *a, const math_node *b);
void math_sort(math_node **nodes, size_t n);

#endif
