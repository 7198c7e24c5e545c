/* SPDX-License-Identifier: MIT */
/* The basis of the network simplex and its pivot. Masses are such that no proper part of the points
 * balances (see transport.c), so every basic arc carries flow and every pivot gains: the simplex
 * cannot cycle, whatever arc enters (Orden's perturbation, Management Science 1956). */
#include <string.h>

#include "transport_internal.h"

static bool
is_source(const transport_tree *tree, uint32_t node)
{
    return node >= tree->sinks;
}

lb_status
transport_tree_create(transport_tree *out, size_t sources, size_t sinks, lb_error *err)
{
    lb_status status = LB_OK;
    transport_tree made = {.sinks = sinks, .sources = sources};
    size_t nodes = sources + sinks;
    LB_ALLOC(made.parent, nodes);
    LB_ALLOC(made.flow, nodes);
    LB_ALLOC(made.depth, nodes);
    LB_ALLOC(made.first, nodes);
    LB_ALLOC(made.next, nodes);
    LB_ALLOC(made.previous, nodes);
    LB_ALLOC(made.linked, nodes);
    LB_ALLOC(made.stack, nodes);
    *out = made;
    return LB_OK;
cleanup:
    transport_tree_release(&made);
    return status;
}

void
transport_tree_release(transport_tree *tree)
{
    lb_free(tree->parent);
    lb_free(tree->flow);
    lb_free(tree->depth);
    lb_free(tree->first);
    lb_free(tree->next);
    lb_free(tree->previous);
    lb_free(tree->linked);
    lb_free(tree->stack);
    *tree = (transport_tree){0};
}

/* Into its parent's list. */
static void
link_child(transport_tree *tree, uint32_t child)
{
    uint32_t parent = tree->parent[child], head = tree->first[parent];
    tree->next[child] = head;
    tree->previous[child] = TRANSPORT_NONE;
    if (head != TRANSPORT_NONE) {
        tree->previous[head] = child;
    }
    tree->first[parent] = child;
    tree->linked[child] = 1;
}

/* Out of its parent's list, where it is in it. */
static void
unlink_child(transport_tree *tree, uint32_t child)
{
    if (!tree->linked[child]) {
        return;
    }
    uint32_t before = tree->previous[child], after = tree->next[child];
    if (before != TRANSPORT_NONE) {
        tree->next[before] = after;
    } else {
        tree->first[tree->parent[child]] = after;
    }
    if (after != TRANSPORT_NONE) {
        tree->previous[after] = before;
    }
    tree->linked[child] = 0;
}

static bool
is_leaf(const transport_tree *tree, uint32_t node)
{
    return is_source(tree, node) && tree->first[node] == TRANSPORT_NONE;
}

/* Arcs of each node, in two lists: by source as they come, by sink through an index. */
typedef struct adjacency {
    size_t *source_start; /* (sources + 1) into the arcs */
    size_t *sink_start;   /* (sinks + 1) into sink_arc */
    uint32_t *sink_arc;
} adjacency;

static lb_status
adjacency_fill(adjacency *out, const transport_tree *tree, const transport_arc *arcs, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = tree->sources + tree->sinks - 1;
    LB_ALLOC(out->source_start, tree->sources + 1);
    LB_ALLOC(out->sink_start, tree->sinks + 2);
    LB_ALLOC(out->sink_arc, count);
    for (size_t a = 0; a < count; a++) {
        out->source_start[arcs[a].source + 1]++;
        out->sink_start[arcs[a].sink + 2]++;
    }
    for (size_t i = 0; i < tree->sources; i++) {
        out->source_start[i + 1] += out->source_start[i];
    }
    for (size_t j = 1; j <= tree->sinks; j++) {
        out->sink_start[j + 1] += out->sink_start[j];
    }
    for (size_t a = 0; a < count; a++) {
        out->sink_arc[out->sink_start[arcs[a].sink + 1]++] = (uint32_t)a;
    }
cleanup:
    return status;
}

/* Hangs under `node` what the arc leads to, unless that is its parent. */
static void
hang(transport_tree *tree, uint32_t node, uint32_t other, int64_t flow, size_t *waiting)
{
    if (other == tree->parent[node]) {
        return;
    }
    tree->parent[other] = node;
    tree->flow[other] = flow;
    tree->depth[other] = tree->depth[node] + 1;
    tree->stack[(*waiting)++] = other;
}

lb_status
transport_tree_build(transport_tree *tree, const transport_arc *arcs, lb_error *err)
{
    lb_status status = LB_OK;
    adjacency near = {0};
    size_t waiting = 1, sinks = tree->sinks, nodes = tree->sources + sinks;
    LB_TRY(adjacency_fill(&near, tree, arcs, err));
    for (size_t k = 0; k < nodes; k++) {
        tree->first[k] = TRANSPORT_NONE;
        tree->linked[k] = 0;
        tree->parent[k] = TRANSPORT_NONE;
    }
    tree->depth[0] = 0;
    tree->stack[0] = 0;
    while (waiting > 0) {
        uint32_t node = tree->stack[--waiting];
        if (is_source(tree, node)) {
            size_t i = node - sinks;
            for (size_t a = near.source_start[i]; a < near.source_start[i + 1]; a++) {
                hang(tree, node, arcs[a].sink, arcs[a].flow, &waiting);
            }
        } else {
            for (size_t k = near.sink_start[node]; k < near.sink_start[node + 1]; k++) {
                const transport_arc *arc = &arcs[near.sink_arc[k]];
                hang(tree, node, (uint32_t)sinks + arc->source, arc->flow, &waiting);
            }
        }
    }
    for (uint32_t j = 1; j < sinks; j++) {
        link_child(tree, j);
    }
    for (uint32_t k = (uint32_t)sinks; k < nodes; k++) {
        if (!is_leaf(tree, k)) {
            link_child(tree, k);
        }
    }
cleanup:
    lb_free(near.source_start);
    lb_free(near.sink_start);
    lb_free(near.sink_arc);
    return status;
}

void
transport_tree_prices(const transport_tree *tree, transport_sinks *sinks,
                      const transport_sources *sources)
{
    size_t waiting = 1;
    tree->stack[0] = 0;
    sinks->price[0] = 0;
    while (waiting > 0) {
        uint32_t node = tree->stack[--waiting];
        if (node > 0 && !is_source(tree, node)) {
            uint32_t source = tree->parent[node] - (uint32_t)tree->sinks;
            uint32_t home = tree->parent[tree->parent[node]];
            sinks->price[node] = sinks->price[home] - transport_cost(sinks, sources, source, home) +
                                 transport_cost(sinks, sources, source, node);
        }
        for (uint32_t c = tree->first[node]; c != TRANSPORT_NONE; c = tree->next[c]) {
            tree->stack[waiting++] = c;
        }
    }
}

static uint32_t
depth_of(const transport_tree *tree, uint32_t node)
{
    return is_leaf(tree, node) ? tree->depth[tree->parent[node]] + 1 : tree->depth[node];
}

/* The arc to the parent loses flow where the path from the source is at a source, and where that
 * from the sink is at a sink. */
typedef struct cycle {
    uint32_t apex;
    uint32_t leaving;    /* its arc to the parent leaves the basis */
    bool on_source_side; /* of the cycle */
    int64_t flow;        /* that goes around */
} cycle;

static void
consider(cycle *found, const transport_tree *tree, uint32_t node, bool source_side)
{
    if (is_source(tree, node) == source_side && tree->flow[node] < found->flow) {
        found->flow = tree->flow[node];
        found->leaving = node;
        found->on_source_side = source_side;
    }
}

static cycle
find_cycle(const transport_tree *tree, uint32_t source, uint32_t sink)
{
    cycle found = {.flow = INT64_MAX};
    uint32_t a = source, b = sink;
    uint32_t depth_a = depth_of(tree, a), depth_b = depth_of(tree, b);
    while (a != b) {
        if (depth_a >= depth_b) {
            consider(&found, tree, a, true);
            a = tree->parent[a];
            depth_a--;
        } else {
            consider(&found, tree, b, false);
            b = tree->parent[b];
            depth_b--;
        }
    }
    found.apex = a;
    return found;
}

static void
push_flow(transport_tree *tree, uint32_t source, uint32_t sink, const cycle *around)
{
    for (uint32_t k = source; k != around->apex; k = tree->parent[k]) {
        tree->flow[k] += is_source(tree, k) ? -around->flow : around->flow;
    }
    for (uint32_t k = sink; k != around->apex; k = tree->parent[k]) {
        tree->flow[k] += is_source(tree, k) ? around->flow : -around->flow;
    }
}

/* Cuts the arc above `top` and hangs the part below it up by `node`, which lies in it. */
static void
turn_around(transport_tree *tree, uint32_t node, uint32_t top, uint32_t new_parent, int64_t flow)
{
    uint32_t outside = tree->parent[top], *path = tree->stack;
    size_t steps = 0;
    for (uint32_t k = node; k != top; k = tree->parent[k]) {
        path[steps++] = k;
    }
    path[steps] = top;
    for (size_t s = 0; s <= steps; s++) {
        unlink_child(tree, path[s]);
    }
    if (is_leaf(tree, outside)) {
        unlink_child(tree, outside);
    }
    for (size_t s = 0; s <= steps; s++) { /* each node gets the one below it as its parent */
        int64_t kept = tree->flow[path[s]];
        tree->parent[path[s]] = s == 0 ? new_parent : path[s - 1];
        tree->flow[path[s]] = flow;
        flow = kept;
    }
    for (size_t s = steps + 1; s-- > 0;) { /* from the end, to know who still has children */
        if (!is_leaf(tree, path[s])) {
            link_child(tree, path[s]);
        }
    }
    if (!is_leaf(tree, new_parent) && new_parent != 0 && !tree->linked[new_parent]) {
        link_child(tree, new_parent);
        tree->depth[new_parent] = tree->depth[tree->parent[new_parent]] + 1;
    }
}

/* Depths and prices of the part that hangs at `top`. */
static void
update_below(transport_tree *tree, transport_sinks *sinks, uint32_t top, double change)
{
    size_t waiting = 0;
    if (is_leaf(tree, top)) {
        return;
    }
    tree->stack[waiting++] = top;
    while (waiting > 0) {
        uint32_t node = tree->stack[--waiting];
        tree->depth[node] = depth_of(tree, tree->parent[node]) + 1;
        if (!is_source(tree, node)) {
            sinks->price[node] += change;
        }
        for (uint32_t c = tree->first[node]; c != TRANSPORT_NONE; c = tree->next[c]) {
            tree->stack[waiting++] = c;
        }
    }
}

void
transport_pivot(transport_tree *tree, transport_sinks *sinks, size_t source, size_t sink,
                double reduced)
{
    uint32_t from = (uint32_t)(tree->sinks + source), to = (uint32_t)sink;
    cycle around = find_cycle(tree, from, to);
    push_flow(tree, from, to, &around);
    if (around.on_source_side) {
        turn_around(tree, from, around.leaving, to, around.flow);
        update_below(tree, sinks, from, -reduced);
    } else {
        turn_around(tree, to, around.leaving, from, around.flow);
        update_below(tree, sinks, to, reduced);
    }
}
