/* SPDX-License-Identifier: MIT */
/* Part d: the same background in two splits, or under two subjects, whatever the indices say.
 * Images are compared where neither has a lesion, by means over small cells inside the brain: those
 * of one slice are equal there, or nearly so where one was rounded, rescaled or stored again. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit_internal.h"

enum {
    MIN_CELLS = 20,      /* that two images must have in common */
    FIRST_CELLS = 24,    /* enough to see that two images are of different slices */
    MAX_IMAGES = 1 << 16 /* the time grows with the square */
};

/* The mean squared difference of the cells of two images, as a share of their variance: below TWINS
 * they are the same slice. In the simulated cohort neighbouring slices of a subject have 0.1 or
 * more, slices of two subjects 0.2 or more, one slice under different lesions 0.004 or less. FAR
 * ends a comparison early. */
static const double TWINS = 0.01, FAR = 0.2;

/* Cells whose standard deviation is below this show nothing that could be compared. */
static const double MIN_DEVIATION = 1e-3;

/* Images of brain areas further apart are of different slices. */
static const double LARGEST_AREA_RATIO = 1.03;

/* A lesion fades out beyond its truth, and known defects leave its box; share of the image's side.
 */
static const double MARGIN = 0.04;

/* The index of the cell of a pixel along an axis. */
static size_t
cell_of(ptrdiff_t at, size_t pixels)
{
    ptrdiff_t inside = at < 0 ? 0 : at >= (ptrdiff_t)pixels ? (ptrdiff_t)pixels - 1 : at;
    return (size_t)inside * AUDIT_TWIN_SIDE / pixels;
}

/* 0 in the cells that a box and its margin touch. */
static void
leave_out(uint16_t *cells, const audit_image *in, const ptrdiff_t first[2], const ptrdiff_t last[2])
{
    const size_t size[2] = {in->height, in->width};
    size_t from[2], to[2];
    for (int axis = 0; axis < 2; axis++) {
        ptrdiff_t margin = (ptrdiff_t)ceil(MARGIN * (double)size[axis]);
        from[axis] = cell_of(first[axis] - margin, size[axis]);
        to[axis] = cell_of(last[axis] + margin, size[axis]);
    }
    for (size_t y = from[0]; y <= to[0]; y++) {
        for (size_t x = from[1]; x <= to[1]; x++) {
            cells[y * AUDIT_TWIN_SIDE + x] = 0;
        }
    }
}

void
audit_twin_measure(uint16_t cells[AUDIT_TWIN_CELLS], const audit_image *in,
                   const audit_piece *pieces, size_t count)
{
    double sum[AUDIT_TWIN_CELLS] = {0};
    size_t pixels[AUDIT_TWIN_CELLS] = {0};
    bool inside[AUDIT_TWIN_CELLS];
    for (size_t c = 0; c < AUDIT_TWIN_CELLS; c++) {
        inside[c] = true;
    }
    for (size_t p = 0; p < in->height * in->width; p++) {
        size_t y = cell_of((ptrdiff_t)(p / in->width), in->height);
        size_t c = y * AUDIT_TWIN_SIDE + cell_of((ptrdiff_t)(p % in->width), in->width);
        sum[c] += (double)in->image[p];
        pixels[c]++;
        inside[c] = inside[c] && in->image[p] > 0;
    }
    for (size_t c = 0; c < AUDIT_TWIN_CELLS; c++) {
        double mean = pixels[c] > 0 ? sum[c] / (double)pixels[c] : 0;
        bool usable = inside[c] && mean > 0;
        cells[c] = usable ? (uint16_t)(1 + lround(65534 * fmin(mean, 1))) : 0;
    }
    for (size_t i = 0; i < count; i++) {
        leave_out(cells, in, pieces[i].first, pieces[i].last);
    }
    for (size_t p = 0; in->distractor != NULL && p < in->height * in->width; p++) {
        if (in->distractor[p] != 0) {
            const ptrdiff_t at[2] = {(ptrdiff_t)(p / in->width), (ptrdiff_t)(p % in->width)};
            leave_out(cells, in, at, at);
        }
    }
}

/* Sums over the cells that two images have in common. */
typedef struct common {
    double n, a, b, aa, bb, apart;
} common;

/* The mean squared difference as a share of the smaller variance; 2 where the cells are too few, or
 * too plain. */
static double
difference(const common *c, double min)
{
    double aa = c->aa - c->a * c->a / c->n, bb = c->bb - c->b * c->b / c->n;
    double variance = fmin(aa, bb), plain = c->n * MIN_DEVIATION * MIN_DEVIATION;
    return c->n >= min && variance > plain ? fmin(1, c->apart / variance) : 2;
}

static double
compare(const uint16_t *a, const uint16_t *b)
{
    enum { STRIDE = 7 }; /* neighbours are alike */
    common c = {0};
    bool looked = false;
    for (size_t start = 0; start < STRIDE; start++) {
        for (size_t i = start; i < AUDIT_TWIN_CELLS; i += STRIDE) {
            if (a[i] != 0 && b[i] != 0) {
                double x = a[i] / 65535.0, y = b[i] / 65535.0;
                c.n++;
                c.a += x;
                c.b += y;
                c.aa += x * x;
                c.bb += y * y;
                c.apart += (x - y) * (x - y);
            }
        }
        if (!looked && c.n >= FIRST_CELLS) {
            looked = true;
            double far = difference(&c, FIRST_CELLS);
            if (far < 2 && far > FAR) {
                return far;
            }
        }
    }
    return difference(&c, MIN_CELLS);
}

typedef struct search {
    const audit_data *data;
    const size_t *order;   /* images by ascending brain area */
    bool *split, *subject; /* by image: has a twin there */
    bool *shown;           /* by image: has cells enough to be compared */
} search;

static double
area_of(const audit_data *data, size_t image)
{
    return data->features[image * AUDIT_FEATURES + FEATURE_BRAIN_AREA];
}

/* Whether two images of one background would be a leak. */
static bool
is_leak(const audit_data *data, size_t a, size_t b)
{
    return data->split[a] != data->split[b] ||
           (data->has_subjects && data->subject[a] != data->subject[b]);
}

static const uint16_t *
cells_of(const audit_data *data, size_t image)
{
    return data->twins + image * AUDIT_TWIN_CELLS;
}

static void
mark(bool *flags, size_t a, size_t b)
{
#pragma omp atomic write
    flags[a] = true;
#pragma omp atomic write
    flags[b] = true;
}

/* Compares an image, the `first` in the order, with those of about its area that follow. */
static void
search_from(const search *s, size_t first)
{
    const audit_data *data = s->data;
    size_t a = s->order[first];
    double max = LARGEST_AREA_RATIO * area_of(data, a);
    for (size_t k = first + 1; k < data->count && area_of(data, s->order[k]) <= max; k++) {
        size_t b = s->order[k];
        if (!is_leak(data, a, b) || !s->shown[a] || !s->shown[b] ||
            !(compare(cells_of(data, a), cells_of(data, b)) < TWINS)) {
            continue;
        }
        if (data->split[a] != data->split[b]) {
            mark(s->split, a, b);
        }
        if (data->has_subjects && data->subject[a] != data->subject[b]) {
            mark(s->subject, a, b);
        }
    }
}

/* "image 3 of train" */
static void
name_image(char *out, size_t capacity, const audit_data *data, size_t image)
{
    size_t before = 0;
    while (before < image && data->split[image - before - 1] == data->split[image]) {
        before++;
    }
    snprintf(out, capacity, "image %zu of %s", before, lb_split_name((lb_split)data->split[image]));
}

/* The first image with a twin, and the first of its twins. */
static void
name_pair(lb_check *check, const search *s, const bool *flags, bool splits, size_t plain)
{
    const audit_data *data = s->data;
    char one[40], other[40], left[48] = "";
    size_t a = 0, b = 0;
    if (plain > 0) {
        snprintf(left, sizeof left, "; %zu are too plain to compare", plain);
    }
    while (a < data->count && !flags[a]) {
        a++;
    }
    if (a == data->count) {
        snprintf(check->note, sizeof check->note, "of %zu%s", data->count, left);
        return;
    }
    for (b = a + 1; b < data->count; b++) {
        bool differ =
            splits ? data->split[a] != data->split[b] : data->subject[a] != data->subject[b];
        if (flags[b] && differ && compare(cells_of(data, a), cells_of(data, b)) < TWINS) {
            break;
        }
    }
    name_image(one, sizeof one, data, a);
    name_image(other, sizeof other, data, b < data->count ? b : a);
    snprintf(check->note, sizeof check->note, "of %zu; %s shows the brain of %s%s", data->count,
             one, other, left);
}

static lb_status
add_row(lb_audit *audit, const search *s, const char *name, const bool *flags, bool splits,
        const char *skipped, lb_error *err)
{
    size_t count = 0, plain = 0;
    lb_check *check = lb_audit_add(audit, 'd', name, "images", err);
    if (check == NULL) {
        return err->code;
    }
    for (size_t i = 0; skipped == NULL && i < s->data->count; i++) {
        count += flags[i];
        plain += !s->shown[i];
    }
    if (skipped == NULL && plain == s->data->count) {
        skipped = "the images are too plain to compare";
    }
    if (skipped != NULL) {
        check->verdict = LB_VERDICT_SKIPPED;
        snprintf(check->note, sizeof check->note, "%s", skipped);
        return LB_OK;
    }
    check->value = (double)count;
    check->chance = check->limit = 0;
    check->verdict = count > 0 ? LB_VERDICT_FAIL : LB_VERDICT_PASS;
    name_pair(check, s, flags, splits, plain);
    return LB_OK;
}

typedef struct place {
    double area;
    size_t image;
} place;

static int
by_area(const void *a, const void *b)
{
    const place *x = a, *y = b;
    int order = (x->area > y->area) - (x->area < y->area);
    return order != 0 ? order : (x->image > y->image) - (x->image < y->image);
}

static lb_status
sort_by_area(size_t *order, const audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    place *places = NULL;
    LB_ALLOC(places, data->count);
    for (size_t i = 0; i < data->count; i++) {
        places[i] = (place){area_of(data, i), i};
    }
    qsort(places, data->count, sizeof *places, by_area);
    for (size_t i = 0; i < data->count; i++) {
        order[i] = places[i].image;
    }
cleanup:
    lb_free(places);
    return status;
}

lb_status
audit_twins(lb_audit *audit, const audit_data *data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *order = NULL;
    search s = {.data = data};
    const char *skipped = NULL, *nameless = "the file names no subjects";
    LB_ALLOC(order, data->count);
    LB_ALLOC(s.split, data->count);
    LB_ALLOC(s.subject, data->count);
    LB_ALLOC(s.shown, data->count);
    s.order = order;
    if (data->count > MAX_IMAGES) {
        skipped = "too many images to compare each with each";
    } else {
        LB_TRY(sort_by_area(order, data, err));
        for (size_t i = 0; i < data->count; i++) {
            s.shown[i] = compare(cells_of(data, i), cells_of(data, i)) < TWINS;
        }
#pragma omp parallel for schedule(dynamic, 16)
        for (size_t i = 0; i < data->count; i++) {
            if (!lb_is_cancelled(context)) {
                search_from(&s, i);
            }
        }
        LB_TRY(lb_check_cancelled(context, err));
    }
    LB_TRY(add_row(audit, &s, "brains in two splits", s.split, true, skipped, err));
    LB_TRY(add_row(audit, &s, "brains of two subjects", s.subject, false,
                   data->has_subjects ? skipped : nameless, err));
cleanup:
    lb_free(s.shown);
    lb_free(s.subject);
    lb_free(s.split);
    lb_free(order);
    return status;
}
