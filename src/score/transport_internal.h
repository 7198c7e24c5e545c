/* SPDX-License-Identifier: MIT */
/* The transport problem in whole units of mass, and the basis of the simplex: a spanning tree. */
#ifndef LB_SCORE_TRANSPORT_INTERNAL_H
#define LB_SCORE_TRANSPORT_INTERNAL_H

#include "lesionbench/transport.h"

/* Sinks come in groups of so many, for vector instructions, and in blocks of groups. */
enum { TRANSPORT_LANES = 16, TRANSPORT_BLOCK = 16 * TRANSPORT_LANES };

/* Sinks. Their arrays are padded to a multiple of the lanes. */
typedef struct transport_sinks {
    size_t count, padded;
    double *y, *x;
    double *price;   /* v: the dual variable; -infinity in the padding */
    int64_t *demand; /* > 0 */
    lb_ground ground;
} transport_sinks;

/* Sources of one level: pixels, or blocks of them at their centres of mass. */
typedef struct transport_sources {
    size_t count;
    double *y, *x;
    int64_t *supply; /* > 0 */
    size_t free;     /* the source that reaches all sinks for nothing; SIZE_MAX for none */
} transport_sources;

/* One basic arc. */
typedef struct transport_arc {
    uint32_t source, sink;
    int64_t flow;
} transport_arc;

/* Node s < sinks is a sink, node sinks + i is source i. The root is sink 0. A source without
 * children is a leaf and stands in nobody's list of children, so that the many leaves cost nothing
 * when the tree turns around. */
typedef struct transport_tree {
    size_t sinks, sources;
    uint32_t *parent;
    int64_t *flow;   /* on the arc to the parent; 0 for the root */
    uint32_t *depth; /* not kept for leaves */
    uint32_t *first, *next,
        *previous;   /* children in a doubly linked list; TRANSPORT_NONE ends it */
    uint8_t *linked; /* whether it stands in its parent's list */
    uint32_t *stack;
} transport_tree;

#define TRANSPORT_NONE UINT32_MAX

/* Cost - price of all sinks for one source. */
typedef struct transport_row {
    double *value; /* (padded) */
    size_t lanes;
    double *min; /* (lanes) of parts of the row, for the search */
} transport_row;

/* Returns the minimum. */
double transport_row_fill(transport_row *out, const transport_sinks *sinks,
                          const transport_sources *sources, size_t source);
/* Up to `limit` sinks whose value is not above the bound. */
size_t transport_row_below(uint32_t *out, size_t limit, const transport_row *row,
                           const transport_sinks *sinks, double bound);
double transport_cost(const transport_sinks *sinks, const transport_sources *sources, size_t source,
                      size_t sink);

lb_status transport_tree_create(transport_tree *out, size_t sources, size_t sinks, lb_error *err);
void transport_tree_release(transport_tree *tree);
/* From sources + sinks - 1 arcs that span all, ordered by source. */
lb_status transport_tree_build(transport_tree *tree, const transport_arc *arcs, lb_error *err);
/* Computes the prices from the tree; the root's is 0. */
void transport_tree_prices(const transport_tree *tree, transport_sinks *sinks,
                           const transport_sources *sources);
/* Pivot: the arc from source to sink, whose reduced cost is below 0, enters the basis. */
void transport_pivot(transport_tree *tree, transport_sinks *sinks, size_t source, size_t sink,
                     double reduced);

/* Improves a basis until it is optimal: to `tolerance` of reduced cost. *reach, in units of cost,
 * is how near to the cheapest sink others are looked at; it is adapted. */
lb_status transport_simplex(transport_tree *tree, transport_sinks *sinks,
                            const transport_sources *sources, double tolerance, double *reach,
                            lb_error *err);

#endif
