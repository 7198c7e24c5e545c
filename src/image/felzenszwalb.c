/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "lesionbench/segment.h"

typedef struct edge {
    double weight;
    uint32_t from, to;
} edge;

typedef struct forest {
    uint32_t *parent; /* (pixels) */
    uint32_t *size;   /* (pixels), of roots */
    double *within;   /* (pixels), of roots: the heaviest edge of the region's spanning tree */
} forest;

static int
compare_edges(const void *a, const void *b)
{
    const edge *x = a, *y = b;
    if (x->weight != y->weight) {
        return x->weight < y->weight ? -1 : 1;
    }
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return (x->to > y->to) - (x->to < y->to);
}

static double
distance(const double *image, size_t channels, size_t pixels, size_t a, size_t b)
{
    double sum = 0;
    for (size_t c = 0; c < channels; c++) {
        double apart = image[c * pixels + a] - image[c * pixels + b];
        sum += apart * apart;
    }
    return sqrt(sum);
}

/* Edges to the right, down, and both ways between. Returns their number. */
static size_t
make_edges(edge *out, const double *image, size_t channels, size_t height, size_t width)
{
    size_t n = 0, pixels = height * width;
    for (size_t p = 0; p < pixels; p++) {
        bool right = p % width + 1 < width, down = p / width + 1 < height, left = p % width > 0;
        const size_t to[] = {p + 1, p + width, p + width + 1, p + width - 1};
        const bool there[] = {right, down, right && down, left && down};
        for (size_t k = 0; k < 4; k++) {
            if (there[k]) {
                out[n++] = (edge){.weight = distance(image, channels, pixels, p, to[k]),
                                  .from = (uint32_t)p,
                                  .to = (uint32_t)to[k]};
            }
        }
    }
    return n;
}

static uint32_t
find_root(uint32_t *parent, uint32_t p)
{
    while (parent[p] != p) {
        parent[p] = parent[parent[p]];
        p = parent[p];
    }
    return p;
}

static void
join(forest *f, uint32_t a, uint32_t b, double weight)
{
    uint32_t root = a < b ? a : b, other = a < b ? b : a;
    f->parent[other] = root;
    f->size[root] += f->size[other];
    f->within[root] = weight;
}

static void
join_all(forest *f, const edge *edges, size_t n, double scale, size_t min)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t a = find_root(f->parent, edges[i].from), b = find_root(f->parent, edges[i].to);
        double within_a = f->within[a] + scale / f->size[a];
        double within_b = f->within[b] + scale / f->size[b];
        if (a != b && edges[i].weight < fmin(within_a, within_b)) {
            join(f, a, b, edges[i].weight);
        }
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t a = find_root(f->parent, edges[i].from), b = find_root(f->parent, edges[i].to);
        if (a != b && (f->size[a] < min || f->size[b] < min)) {
            join(f, a, b, edges[i].weight);
        }
    }
}

/* Roots are their regions' first pixels. */
static size_t
number(int32_t *labels, forest *f, size_t pixels)
{
    int32_t count = 0;
    for (size_t p = 0; p < pixels; p++) {
        uint32_t root = find_root(f->parent, (uint32_t)p);
        labels[p] = root == p ? count++ : labels[root];
    }
    return (size_t)count;
}

lb_status
lb_felzenszwalb(int32_t *labels, size_t *count, const double *image, size_t channels, size_t height,
                size_t width, double scale, size_t min, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = 0;
    enum { MAX_PIXELS = 1 << 28 };
    static const double LEVELS = 255;
    forest f = {.parent = NULL};
    edge *edges = NULL;
    LB_TRY(lb_multiply(&pixels, height, width, err));
    if (pixels == 0 || pixels > MAX_PIXELS || !(scale >= 0)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "regions need 1 to 2^28 pixels and a scale");
    }
    LB_ALLOC(f.parent, pixels);
    LB_ALLOC(f.size, pixels);
    LB_ALLOC(f.within, pixels);
    LB_ALLOC(edges, 4 * pixels);
    for (size_t p = 0; p < pixels; p++) {
        f.parent[p] = (uint32_t)p;
        f.size[p] = 1;
    }
    size_t n = make_edges(edges, image, channels, height, width);
    qsort(edges, n, sizeof *edges, compare_edges);
    join_all(&f, edges, n, scale / LEVELS, min);
    *count = number(labels, &f, pixels);
cleanup:
    lb_free(edges);
    lb_free(f.within);
    lb_free(f.size);
    lb_free(f.parent);
    return status;
}
