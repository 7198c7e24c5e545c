/* SPDX-License-Identifier: MIT */
/* The three earth mover's distances of a map. */
#include <math.h>

#include "lesionbench/transport.h"
#include "scorer.h"

/* Appends a pixel to points whose arrays have room. */
static void
add_point(double *y, double *x, double *mass, size_t *count, const lb_scorer *scorer, size_t pixel,
          double weight)
{
    y[*count] = (double)(pixel / scorer->width);
    x[*count] = (double)(pixel % scorer->width);
    mass[(*count)++] = weight;
}

typedef struct points {
    double *y, *x, *mass;
    lb_point_masses list;
} points;

static points
points_at(double *work, size_t count)
{
    points made = {.y = work, .x = work + count, .mass = work + 2 * count};
    made.list = (lb_point_masses){.y = made.y, .x = made.x, .mass = made.mass};
    return made;
}

static void
fill_truth(points *out, const lb_scorer *scorer)
{
    for (size_t k = 0; k < scorer->p; k++) {
        add_point(out->y, out->x, out->mass, &out->list.count, scorer, scorer->pixel[k], 1);
    }
}

static lb_status
emd_of_top(double *out, lb_scorer *scorer, const points *truth, points *top, const ranking *order,
           lb_error *err)
{
    top->list.count = 0;
    for (size_t i = 0; i < scorer->count; i++) {
        if (ranking_selects(order, scorer, i, LB_TIES_STABLE)) {
            add_point(top->y, top->x, top->mass, &top->list.count, scorer, i, 1);
        }
    }
    return lb_transport(out, &top->list, &truth->list, 0, LB_GROUND_SQUARED, err);
}

/* Mean distance of a pixel to the truth. */
static double
mean_distance(const points *truth, double y, double x)
{
    double sum = 0;
    for (size_t k = 0; k < truth->list.count; k++) {
        double dy = truth->y[k] - y, dx = truth->x[k] - x;
        sum += sqrt(dy * dy + dx * dx);
    }
    return sum / (double)truth->list.count;
}

/* The largest mean distance of a pixel outside the truth. The mean distance is convex, so that it
 * is largest at a corner; where a corner is true, all pixels are looked at. */
static double
worst_distance(const lb_scorer *scorer, const points *truth)
{
    size_t last = scorer->count - 1, width = scorer->width;
    const size_t corners[4] = {0, width - 1, last + 1 - width, last};
    bool corner_is_true = false;
    double worst = 0;
    for (size_t c = 0; c < 4; c++) {
        size_t i = corners[c];
        corner_is_true = corner_is_true || scorer->is_true[i];
        worst = fmax(worst, mean_distance(truth, (double)(i / width), (double)(i % width)));
    }
    if (corner_is_true) {
        worst = 0;
        for (size_t i = 0; i < scorer->count; i++) {
            if (!scorer->is_true[i]) {
                worst = fmax(worst, mean_distance(truth, (double)(i / width), (double)(i % width)));
            }
        }
    }
    return worst;
}

/* |map|, without the truth where `outside` is set; what is left out goes to *inside. */
static double
fill_map(points *out, const lb_scorer *scorer, const float *map, bool outside, double *inside)
{
    double total = 0;
    out->list.count = 0;
    *inside = 0;
    for (size_t i = 0; i < scorer->count; i++) {
        double mass = fabs((double)map[i]);
        total += mass;
        if (outside && scorer->is_true[i]) {
            *inside += mass;
        } else if (mass > 0) {
            add_point(out->y, out->x, out->mass, &out->list.count, scorer, i, mass);
        }
    }
    return total;
}

/* The truth's pixels, and room for other ones. */
static lb_status
get_points(points *truth, points *other, lb_scorer *scorer, lb_error *err)
{
    lb_status status = LB_OK;
    if (scorer->work == NULL) {
        LB_ALLOC(scorer->work, 6 * scorer->count);
    }
    *truth = points_at(scorer->work, scorer->count);
    *other = points_at(scorer->work + 3 * scorer->count, scorer->count);
    fill_truth(truth, scorer);
cleanup:
    return status;
}

lb_status
emd_of_brightest(double *out, lb_scored_map *map, lb_error *err)
{
    lb_status status = LB_OK;
    points truth, brightest;
    LB_TRY(get_points(&truth, &brightest, map->scorer, err));
    LB_TRY(emd_of_top(out, map->scorer, &truth, &brightest, &map->order, err));
cleanup:
    return status;
}

/* The distance of the whole map, once for the metrics that are made of it. */
static lb_status
find_distance(lb_scored_map *map, lb_error *err)
{
    lb_status status = LB_OK;
    points truth, mass;
    lb_scorer *scorer = map->scorer;
    double inside = 0, rows = (double)scorer->height - 1, columns = (double)scorer->width - 1;
    if (map->has_distance) {
        return LB_OK;
    }
    LB_TRY(get_points(&truth, &mass, scorer, err));
    map->farthest = map->distance = sqrt(rows * rows + columns * columns);
    if (fill_map(&mass, scorer, map->map, false, &inside) > 0) {
        LB_TRY(lb_transport(&map->distance, &mass.list, &truth.list, 0, LB_GROUND_EUCLIDEAN, err));
    }
    map->has_distance = true;
cleanup:
    return status;
}

lb_status
emd_of_map(double *out, lb_scored_map *map, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(find_distance(map, err));
    *out = map->distance;
cleanup:
    return status;
}

lb_status
emd_accuracy(double *out, lb_scored_map *map, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(find_distance(map, err));
    *out = map->farthest > 0 ? 1 - map->distance / map->farthest : 1;
cleanup:
    return status;
}

lb_status
emd_invariant(double *out, lb_scored_map *map, lb_error *err)
{
    lb_status status = LB_OK;
    points truth, mass;
    double inside = 0, distance = 0;
    LB_TRY(get_points(&truth, &mass, map->scorer, err));
    double worst = worst_distance(map->scorer, &truth);
    double total = fill_map(&mass, map->scorer, map->map, true, &inside);
    if (!(worst > 0)) {
        return LB_OK; /* no pixel outside: undefined */
    }
    if (mass.list.count > 0) {
        LB_TRY(lb_transport(&distance, &mass.list, &truth.list, inside, LB_GROUND_EUCLIDEAN, err));
    }
    *out = total > 0 ? 1 - distance / worst : 0;
cleanup:
    return status;
}
