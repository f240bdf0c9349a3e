/* relate.h - equations, inequalities, and the name in front of a value ("x = 5"). */
#ifndef VERIFIERS_RELATE_H
#define VERIFIERS_RELATE_H

#include "verifiers/math_node.h"
#include "verifiers/outcome.h"

struct assignment {
    const math_node *name;  /* NULL for a chain of numbers: 55 + 11 = 66 */
    const math_node *value; /* its last member */
};

/* Is the relation an assignment: x = 5, 5 = x, f(x) = .., AB = .., \angle A = .., (p, q) = .., a =
 * b = 5? `loose` also takes sums, products and quotients of names: m + n = 33. */
bool relate_assignment(struct assignment *out, const math_node *rel, bool loose);

/* f and x of a name f(x) or f^{-1}(x). */
bool relate_function(const math_node *name, const math_node **f, const math_node **x);

/* Two scalar relations of the same kind: equations up to a constant factor, inequalities up to a
 * positive one and reversal. Nothing is solved. */
outcome relate_compare(math_ctx *c, const math_node *a, const math_node *b);

bool relate_is_equation(const math_node *rel); /* only = */

#endif
