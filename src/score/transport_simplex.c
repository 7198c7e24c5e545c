/* SPDX-License-Identifier: MIT */
/* Which arcs enter. Looking at all pairs costs much, a pivot little. So a look at all also notes,
 * for each source, the sinks that are nearly the cheapest; pivots among these go on until there are
 * none left, and only then comes the next look at all. The last one finds nothing, which is the
 * proof. */
#include <math.h>

#include "transport_internal.h"

enum { NOTED = 12 };

typedef struct search {
    transport_tree *tree;
    transport_sinks *sinks;
    const transport_sources *sources;
    double tolerance;
    transport_row row;
    uint32_t *noted; /* (sources, NOTED) sinks */
    uint8_t *noted_count;
    double reach; /* how far above the cheapest a sink may be to be noted */
    size_t pivots;
} search;

static double
value_of_home(const search *self, size_t source)
{
    uint32_t home = self->tree->parent[self->tree->sinks + source];
    return transport_cost(self->sinks, self->sources, source, home) - self->sinks->price[home];
}

/* True where the arc gained. */
static bool
enter(search *self, size_t source, size_t sink, double reduced)
{
    if (!(reduced < -self->tolerance)) {
        return false;
    }
    transport_pivot(self->tree, self->sinks, source, sink, reduced);
    self->pivots++;
    return true;
}

static size_t
look_at_noted(search *self)
{
    size_t before = self->pivots;
    for (size_t i = 0; i < self->tree->sources; i++) {
        const uint32_t *noted = self->noted + i * NOTED;
        double min = INFINITY;
        size_t best = 0;
        for (size_t k = 0; k < self->noted_count[i]; k++) {
            double value = transport_cost(self->sinks, self->sources, i, noted[k]) -
                           self->sinks->price[noted[k]];
            if (value < min) {
                min = value;
                best = noted[k];
            }
        }
        enter(self, i, best, min - value_of_home(self, i));
    }
    return self->pivots - before;
}

static size_t
look_at_all(search *self)
{
    size_t before = self->pivots, total = 0;
    for (size_t i = 0; i < self->tree->sources; i++) {
        uint32_t *noted = self->noted + i * NOTED;
        double min = transport_row_fill(&self->row, self->sinks, self->sources, i);
        double reduced = min - value_of_home(self, i);
        size_t count =
            transport_row_below(noted, NOTED, &self->row, self->sinks, min + self->reach);
        self->noted_count[i] = (uint8_t)count;
        total += count;
        if (reduced < -self->tolerance) {
            uint32_t best = 0;
            transport_row_below(&best, 1, &self->row, self->sinks, min);
            enter(self, i, best, reduced);
        }
    }
    double mean = (double)total / (double)self->tree->sources;
    self->reach *= mean > 0.7 * NOTED ? 0.6 : (mean < 0.4 * NOTED ? 1.5 : 1);
    return self->pivots - before;
}

lb_status
transport_simplex(transport_tree *tree, transport_sinks *sinks, const transport_sources *sources,
                  double tolerance, double *reach, lb_error *err)
{
    lb_status status = LB_OK;
    search self = {
        .tree = tree, .sinks = sinks, .sources = sources, .tolerance = tolerance, .reach = *reach};
    size_t limit = 1000 * (tree->sources + tree->sinks) + 1000000;
    self.row.lanes = (sinks->padded + TRANSPORT_BLOCK - 1) / TRANSPORT_BLOCK * TRANSPORT_LANES;
    LB_ALLOC(self.row.value, sinks->padded);
    LB_ALLOC(self.row.min, self.row.lanes);
    LB_ALLOC(self.noted, tree->sources * NOTED);
    LB_ALLOC(self.noted_count, tree->sources);
    do {
        transport_tree_prices(tree, sinks, sources); /* anew, without the errors of many changes */
        if (look_at_all(&self) == 0) {
            break;
        }
        while (look_at_noted(&self) > 0) {
        }
    } while (self.pivots < limit);
    if (self.pivots >= limit) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "the transport of %zu points to %zu did not converge",
                       tree->sources, tree->sinks));
    }
    *reach = self.reach;
cleanup:
    lb_free(self.noted_count);
    lb_free(self.noted);
    lb_free(self.row.min);
    lb_free(self.row.value);
    return status;
}
