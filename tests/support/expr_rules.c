/* expr_rules.c - see expr_rules.h. */
#include "tests/support/expr_rules.h"

#define TRIES 12 /* nodes and rules that do not fit, per step */

static const struct expr_rule *const tables[] = {
    expr_rules_algebra,
    expr_rules_closed,
    expr_rules_trig,
};
#define N_TABLES (sizeof tables / sizeof *tables)

static size_t count_rules(unsigned groups)
{
    size_t n = 0;
    for (size_t t = 0; t < N_TABLES; t++)
        for (const struct expr_rule *r = tables[t]; r->apply; r++)
            n += (r->group & groups) != 0;
    return n;
}

/* The k-th rule of the groups; k < count_rules. */
static expr_identity *pick_rule(unsigned groups, size_t k)
{
    for (size_t t = 0; t < N_TABLES; t++)
        for (const struct expr_rule *r = tables[t]; r->apply; r++)
            if ((r->group & groups) && k-- == 0)
                return r->apply;
    return NULL;
}

static const expr *step(struct maker *m, const expr *e, unsigned groups, size_t n_rules)
{
    for (int i = 0; i < TRIES; i++) {
        size_t at = dice_roll(&m->dice, e->n_nodes);
        expr_identity *rule = pick_rule(groups, dice_roll(&m->dice, n_rules));
        const expr *other = rule(m, expr_nth(e, at));
        if (other)
            return expr_replace(m, e, at, other);
    }
    return e;
}

const expr *expr_rewrite(struct maker *m, const expr *e, unsigned groups, int n_steps,
                         size_t max_nodes)
{
    size_t n_rules = count_rules(groups);
    for (int i = 0; i < n_steps && e->n_nodes < max_nodes; i++)
        e = step(m, e, groups, n_rules);
    return e;
}
