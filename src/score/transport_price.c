/* SPDX-License-Identifier: MIT */
/* Costs and their search: most of the time of a transport problem goes by here. */
#include <math.h>

#include "base/cpu_kernel.h"
#include "transport_internal.h"

typedef struct place {
    double y, x;
} place;

/* row[j] = cost - price. min[b x lanes + l] is the minimum of the b-th block's l-th lane: of the
 * sinks b x block + l, b x block + lanes + l, ... */
LB_KERNEL(void, fill_distances,
          (double *restrict row, double *restrict min, const transport_sinks *sinks, place at),
          (row, min, sinks, at))
{
    for (size_t start = 0; start < sinks->padded;
         start += TRANSPORT_BLOCK, min += TRANSPORT_LANES) {
        size_t left = sinks->padded - start,
               end = start + (left < TRANSPORT_BLOCK ? left : TRANSPORT_BLOCK);
        double lowest[TRANSPORT_LANES];
        for (size_t l = 0; l < TRANSPORT_LANES; l++) {
            lowest[l] = INFINITY;
        }
        for (size_t j = start; j < end; j += TRANSPORT_LANES) {
            for (size_t l = 0; l < TRANSPORT_LANES; l++) {
                double dy = sinks->y[j + l] - at.y, dx = sinks->x[j + l] - at.x;
                double value = sqrt(dy * dy + dx * dx) - sinks->price[j + l];
                row[j + l] = value;
                lowest[l] = value < lowest[l] ? value : lowest[l];
            }
        }
        for (size_t l = 0; l < TRANSPORT_LANES; l++) {
            min[l] = lowest[l];
        }
    }
}

LB_KERNEL(void, fill_squares,
          (double *restrict row, double *restrict min, const transport_sinks *sinks, place at),
          (row, min, sinks, at))
{
    for (size_t start = 0; start < sinks->padded;
         start += TRANSPORT_BLOCK, min += TRANSPORT_LANES) {
        size_t left = sinks->padded - start,
               end = start + (left < TRANSPORT_BLOCK ? left : TRANSPORT_BLOCK);
        double lowest[TRANSPORT_LANES];
        for (size_t l = 0; l < TRANSPORT_LANES; l++) {
            lowest[l] = INFINITY;
        }
        for (size_t j = start; j < end; j += TRANSPORT_LANES) {
            for (size_t l = 0; l < TRANSPORT_LANES; l++) {
                double dy = sinks->y[j + l] - at.y, dx = sinks->x[j + l] - at.x;
                double value = dy * dy + dx * dx - sinks->price[j + l];
                row[j + l] = value;
                lowest[l] = value < lowest[l] ? value : lowest[l];
            }
        }
        for (size_t l = 0; l < TRANSPORT_LANES; l++) {
            min[l] = lowest[l];
        }
    }
}

static void
fill_free(double *row, double *min, const transport_sinks *sinks)
{
    for (size_t start = 0; start < sinks->padded;
         start += TRANSPORT_BLOCK, min += TRANSPORT_LANES) {
        for (size_t l = 0; l < TRANSPORT_LANES; l++) {
            min[l] = INFINITY;
        }
        for (size_t j = start; j < sinks->padded && j < start + TRANSPORT_BLOCK; j++) {
            row[j] = -sinks->price[j];
            min[j % TRANSPORT_LANES] = fmin(min[j % TRANSPORT_LANES], row[j]);
        }
    }
}

double
transport_cost(const transport_sinks *sinks, const transport_sources *sources, size_t source,
               size_t sink)
{
    if (source == sources->free) {
        return 0;
    }
    double dy = sinks->y[sink] - sources->y[source], dx = sinks->x[sink] - sources->x[source];
    double square = dy * dy + dx * dx;
    return sinks->ground == LB_GROUND_SQUARED ? square : sqrt(square);
}

double
transport_row_fill(transport_row *out, const transport_sinks *sinks,
                   const transport_sources *sources, size_t source)
{
    place at = {sources->y[source], sources->x[source]};
    double min = INFINITY;
    if (source == sources->free) {
        fill_free(out->value, out->min, sinks);
    } else if (sinks->ground == LB_GROUND_SQUARED) {
        fill_squares(out->value, out->min, sinks, at);
    } else {
        fill_distances(out->value, out->min, sinks, at);
    }
    for (size_t k = 0; k < out->lanes; k++) {
        min = out->min[k] < min ? out->min[k] : min;
    }
    return min;
}

size_t
transport_row_below(uint32_t *out, size_t limit, const transport_row *row,
                    const transport_sinks *sinks, double bound)
{
    size_t count = 0;
    for (size_t k = 0; k < row->lanes; k++) {
        if (!(row->min[k] <= bound)) {
            continue;
        }
        size_t start = k / TRANSPORT_LANES * TRANSPORT_BLOCK, end = start + TRANSPORT_BLOCK;
        for (size_t j = start + k % TRANSPORT_LANES; j < end && j < sinks->count;
             j += TRANSPORT_LANES) {
            if (row->value[j] <= bound) {
                if (count == limit) {
                    return count;
                }
                out[count++] = (uint32_t)j;
            }
        }
    }
    return count;
}
