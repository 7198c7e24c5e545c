/* SPDX-License-Identifier: MIT */
/* Lesions are blobs of smoothed noise that happen to be very round or very irregular. Noise fields
 * are worked on in parallel; what they yield is taken in the order of their seeds, so that the
 * library does not depend on the number of threads. */
#include "lesionbench/lesions.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "lesionbench/image.h"
#include "lesionbench/random.h"

enum { SIDE = 256, PIXELS = SIDE * SIDE, PAD = 2, FIELDS_AT_ONCE = 32 };

static const double PI = 3.14159265358979323846;
static const double NOISE_SIGMA = 2;
static const double EDGE_SIGMA = 0.75;
/* Compactness. The distractors' range leaves a gap to either class. */
static const double ROUND_ABOVE = 0.8, IRREGULAR_BELOW = 0.4;
static const double DISTRACTOR_ABOVE = 0.52, DISTRACTOR_BELOW = 0.68;
/* Lower values of the soft edge become 0, by shape. The study has one for each class, distractors
 * the one half-way, so that they are as near to either. */
static const double CUT[LB_SHAPES] = {0.2, 0.15, 0.175};
static const double MASS_TOLERANCE = 1; /* pixels */

void
lb_lesion_defaults(lb_lesion_options *options)
{
    *options = (lb_lesion_options){
        .count = 50, .distractors = 100, .area = 70, .scale = 2, .seed = 0, .max_fields = 100000};
}

typedef struct component {
    size_t area, top, left, bottom, right; /* the last row and column are inside */
} component;

/* What one thread needs for a noise field. */
typedef struct workspace {
    double *noise;
    uint8_t *binary, *eroded, *opened;
    int32_t *labels;
    component *components;
} workspace;

static void
workspace_release(workspace *w)
{
    lb_free(w->components);
    lb_free(w->labels);
    lb_free(w->opened);
    lb_free(w->eroded);
    lb_free(w->binary);
    lb_free(w->noise);
}

static lb_status
workspace_init(workspace *out, lb_error *err)
{
    lb_status status = LB_OK;
    workspace w = {0};
    LB_ALLOC(w.noise, PIXELS);
    LB_ALLOC(w.binary, PIXELS);
    LB_ALLOC(w.eroded, PIXELS);
    LB_ALLOC(w.opened, PIXELS);
    LB_ALLOC(w.labels, PIXELS);
    LB_ALLOC(w.components, PIXELS / 2 + 1);
    *out = w;
    return LB_OK;
cleanup:
    workspace_release(&w);
    return status;
}

/* The lesions of one noise field, by shape, in the order they were found. */
typedef struct list {
    size_t count, capacity;
    lb_lesion *lesions;
} list;

typedef struct field {
    list shapes[LB_SHAPES];
    lb_status status;
    lb_error err;
} field;

static void
list_release(list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        lb_free(l->lesions[i].mask);
    }
    lb_free(l->lesions);
    *l = (list){0};
}

/* Takes the lesion over. */
static lb_status
list_append(list *l, lb_lesion *lesion, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion *larger = NULL;
    if (l->count == l->capacity) {
        size_t capacity = 2 * l->capacity + 8;
        LB_ALLOC(larger, capacity);
        if (l->count > 0) {
            memcpy(larger, l->lesions, l->count * sizeof *larger);
        }
        lb_free(l->lesions);
        l->lesions = larger;
        l->capacity = capacity;
    }
    l->lesions[l->count++] = *lesion;
    *lesion = (lb_lesion){0};
cleanup:
    return status;
}

static bool
shape_of(lb_shape *out, double compactness)
{
    bool between = compactness > DISTRACTOR_ABOVE && compactness < DISTRACTOR_BELOW;
    *out = between ? LB_DISTRACTOR : compactness > ROUND_ABOVE ? LB_ROUND : LB_IRREGULAR;
    return between || compactness > ROUND_ABOVE || compactness < IRREGULAR_BELOW;
}

/* Whether the softened blob still has about its area. The study compares the sum rounded to two
 * decimals. */
static bool
has_expected_mass(const double *soft, size_t count, size_t area)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += soft[i];
    }
    double expected = (double)area - (double)area * 0.05 * EDGE_SIGMA;
    return fabs(rint(sum * 100) / 100 - expected) <= MASS_TOLERANCE;
}

/* Softens the edge of a blob (height x width) and enlarges it; out->mask stays NULL where the
 * result has not the right mass. */
static lb_status
soften(lb_lesion *out, const uint8_t *blob, size_t height, size_t width, lb_shape shape,
       const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    double *soft = NULL, *mask = NULL;
    size_t rows = height + 2 * PAD, columns = width + 2 * PAD;
    LB_ALLOC(soft, rows * columns);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            soft[(y + PAD) * columns + x + PAD] = blob[y * width + x];
        }
    }
    LB_TRY(lb_gaussian_filter(soft, soft, rows, columns, EDGE_SIGMA, EDGE_SIGMA, err));
    for (size_t i = 0; i < rows * columns; i++) {
        soft[i] = soft[i] < CUT[shape] ? 0 : soft[i];
    }
    if (has_expected_mass(soft, rows * columns, options->area)) {
        out->height = rows * options->scale;
        out->width = columns * options->scale;
        LB_ALLOC(mask, out->height * out->width);
        LB_TRY(lb_resize(mask, out->height, out->width, soft, rows, columns, err));
        out->mask = mask;
        mask = NULL;
    }
cleanup:
    lb_free(mask);
    lb_free(soft);
    return status;
}

/* Appends the lesion made from one component, if it is of use. */
static lb_status
consider(field *out, const int32_t *labels, int32_t label, const component *c,
         const bool wanted[LB_SHAPES], const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion lesion = {0};
    uint8_t *blob = NULL;
    lb_shape shape;
    size_t height = c->bottom - c->top + 1, width = c->right - c->left + 1;
    LB_ALLOC(blob, height * width);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            blob[y * width + x] = labels[(c->top + y) * SIDE + c->left + x] == label;
        }
    }
    double perimeter = lb_perimeter_crofton(blob, height, width);
    lesion.compactness = 4 * PI * (double)c->area / (perimeter * perimeter);
    if (shape_of(&shape, lesion.compactness) && wanted[shape]) {
        LB_TRY(soften(&lesion, blob, height, width, shape, options, err));
        if (lesion.mask != NULL) {
            LB_TRY(list_append(&out->shapes[shape], &lesion, err));
        }
    }
cleanup:
    lb_free(lesion.mask);
    lb_free(blob);
    return status;
}

static void
measure(component *components, size_t count, const int32_t *labels)
{
    memset(components, 0, count * sizeof *components);
    for (size_t y = 0; y < SIDE; y++) {
        for (size_t x = 0; x < SIDE; x++) {
            int32_t label = labels[y * SIDE + x];
            if (label == 0) {
                continue;
            }
            component *c = components + label - 1;
            if (c->area++ == 0) {
                *c = (component){1, y, x, y, x};
            }
            c->bottom = y; /* rows come in order */
            c->left = x < c->left ? x : c->left;
            c->right = x > c->right ? x : c->right;
        }
    }
}

static lb_status
search_blobs(field *out, workspace *w, const uint8_t *binary, const bool wanted[LB_SHAPES],
             const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0;
    LB_TRY(lb_label(w->labels, &count, binary, SIDE, SIDE, err));
    measure(w->components, count, w->labels);
    for (size_t i = 0; i < count; i++) {
        if (w->components[i].area == options->area) {
            LB_TRY(
                consider(out, w->labels, (int32_t)i + 1, w->components + i, wanted, options, err));
        }
    }
cleanup:
    return status;
}

static lb_status
search_field(field *out, workspace *w, uint32_t seed, const bool wanted[LB_SHAPES],
             const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    lb_numpy_random random;
    lb_numpy_seed(&random, seed);
    for (size_t i = 0; i < PIXELS; i++) {
        w->noise[i] = lb_numpy_rand(&random);
    }
    LB_TRY(lb_gaussian_filter(w->noise, w->noise, SIDE, SIDE, NOISE_SIGMA, NOISE_SIGMA, err));
    double threshold = lb_otsu(w->noise, PIXELS);
    for (size_t i = 0; i < PIXELS; i++) {
        w->binary[i] = w->noise[i] > threshold;
    }
    lb_erode(w->eroded, w->binary, SIDE, SIDE);
    LB_TRY(lb_open(w->opened, w->eroded, SIDE, SIDE, err));
    LB_TRY(search_blobs(out, w, w->opened, wanted, options, err));
    lb_erode(w->eroded, w->opened, SIDE, SIDE);
    LB_TRY(search_blobs(out, w, w->eroded, wanted, options, err));
cleanup:
    return status;
}

/* The state of a search over many fields. */
typedef struct hunt {
    list lists[LB_SHAPES];
    uint32_t searched;  /* fields */
    uint32_t last_seed; /* of the classes */
    bool wanted[LB_SHAPES];
} hunt;

/* The classes stay wanted together, until both lists hold more than enough. */
static void
update_wanted(hunt *h, const lb_lesion_options *options)
{
    bool full =
        h->lists[LB_ROUND].count > options->count && h->lists[LB_IRREGULAR].count > options->count;
    h->wanted[LB_ROUND] = h->wanted[LB_IRREGULAR] = !full;
    h->wanted[LB_DISTRACTOR] = h->lists[LB_DISTRACTOR].count < options->distractors;
}

static bool
is_done(const hunt *h)
{
    return !h->wanted[LB_ROUND] && !h->wanted[LB_DISTRACTOR];
}

/* Searches fields with the seeds first, first + 1, ...; each keeps its own status. */
static void
search_block(field *fields, size_t count, uint32_t first, workspace *workspaces,
             const bool wanted[LB_SHAPES], const lb_lesion_options *options,
             const lb_context *context)
{
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++) {
        if (!lb_is_cancelled(context)) {
            workspace *w = workspaces + omp_get_thread_num();
            fields[i].status =
                search_field(fields + i, w, first + (uint32_t)i, wanted, options, &fields[i].err);
        }
    }
}

/* Moves a field's lesions to the end of the lists. */
static lb_status
take(hunt *h, field *from, const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    if (from->status != LB_OK) {
        *err = from->err;
        return from->status;
    }
    if (h->wanted[LB_ROUND]) {
        h->last_seed = options->seed + h->searched;
    }
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        list *to = h->lists + shape;
        for (size_t i = 0; h->wanted[shape] && i < from->shapes[shape].count; i++) {
            if (shape != LB_DISTRACTOR || to->count < options->distractors) {
                LB_TRY(list_append(to, from->shapes[shape].lesions + i, err));
            }
        }
    }
    h->searched++;
    update_wanted(h, options);
cleanup:
    return status;
}

/* Searches one block of fields and takes them in order, up to the one that ends the search. */
static lb_status
advance(hunt *h, workspace *workspaces, const lb_lesion_options *options, const lb_context *context,
        lb_error *err)
{
    lb_status status = LB_OK;
    field *fields = NULL;
    size_t left = options->max_fields - h->searched;
    size_t block = left < FIELDS_AT_ONCE ? left : FIELDS_AT_ONCE;
    LB_ALLOC(fields, block);
    search_block(fields, block, options->seed + h->searched, workspaces, h->wanted, options,
                 context);
    LB_TRY(lb_check_cancelled(context, err));
    for (size_t i = 0; i < block && !is_done(h); i++) {
        LB_TRY(take(h, fields + i, options, err));
    }
cleanup:
    for (size_t i = 0; fields != NULL && i < block; i++) {
        for (int shape = 0; shape < LB_SHAPES; shape++) {
            list_release(&fields[i].shapes[shape]);
        }
    }
    lb_free(fields);
    return status;
}

static lb_status
check_options(const lb_lesion_options *options, lb_error *err)
{
    if (options->count == 0 || options->count > 100000) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot make %zu lesions of each shape: ask for 1 to 100000",
                       options->count);
    }
    if (options->distractors > 100000) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "cannot make %zu distractors: ask for 0 to 100000",
                       options->distractors);
    }
    if (options->area < 10 || options->area > 1000) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot make lesions of %zu pixels: ask for an area of 10 to 1000",
                       options->area);
    }
    if (options->scale == 0 || options->scale > 16) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot enlarge lesions %zu times: ask for a scale of 1 to 16",
                       options->scale);
    }
    if (options->max_fields == 0 || options->seed > UINT32_MAX - options->max_fields) {
        return lb_fail(
            err, LB_ERROR_ARGUMENT, "cannot search %u noise fields from seed %u: seeds end at %u",
            (unsigned)options->max_fields, (unsigned)options->seed, (unsigned)UINT32_MAX);
    }
    return LB_OK;
}

/* Cuts the lists to the requested count and hands them over. */
static void
finish(lb_lesion_library *out, hunt *h, const lb_lesion_options *options)
{
    *out = (lb_lesion_library){.last_seed = h->last_seed};
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        list *l = h->lists + shape;
        size_t count = shape == LB_DISTRACTOR ? options->distractors : options->count;
        out->found[shape] = l->count;
        while (l->count > count) {
            lb_free(l->lesions[--l->count].mask);
        }
        out->count[shape] = l->count;
        out->lesions[shape] = l->lesions;
        *l = (list){0};
    }
}

static lb_status
fail_to_find(const hunt *h, const lb_lesion_options *options, lb_error *err)
{
    if (h->wanted[LB_ROUND]) {
        return lb_fail(err, LB_ERROR_NUMERIC,
                       "%u noise fields hold %zu round and %zu irregular lesions of %zu pixels, "
                       "more than %zu of each are needed: ask for fewer lesions or another area",
                       (unsigned)h->searched, h->lists[LB_ROUND].count,
                       h->lists[LB_IRREGULAR].count, options->area, options->count);
    }
    return lb_fail(err, LB_ERROR_NUMERIC,
                   "%u noise fields hold %zu distractors of %zu pixels, %zu are needed: ask for "
                   "fewer distractors or another area",
                   (unsigned)h->searched, h->lists[LB_DISTRACTOR].count, options->area,
                   options->distractors);
}

static void
report(const hunt *h, const lb_lesion_options *options, const lb_context *context)
{
    size_t least = options->count;
    for (int shape = 0; shape < LB_CLASSES; shape++) {
        least = h->lists[shape].count < least ? h->lists[shape].count : least;
    }
    lb_progress(context, "lesions", least + h->lists[LB_DISTRACTOR].count,
                options->count + options->distractors);
}

lb_status
lb_lesions_generate(lb_lesion_library *out, const lb_lesion_options *options,
                    const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    hunt h = {.searched = 0};
    workspace *workspaces = NULL;
    int threads = omp_get_max_threads();
    LB_TRY(check_options(options, err));
    LB_ALLOC(workspaces, (size_t)threads);
    for (int i = 0; i < threads; i++) {
        LB_TRY(workspace_init(workspaces + i, err));
    }
    update_wanted(&h, options);
    while (!is_done(&h)) {
        if (h.searched == options->max_fields) {
            LB_TRY(fail_to_find(&h, options, err));
        }
        LB_TRY(advance(&h, workspaces, options, context, err));
        report(&h, options, context);
    }
    finish(out, &h, options);
cleanup:
    for (int i = 0; workspaces != NULL && i < threads; i++) {
        workspace_release(workspaces + i);
    }
    lb_free(workspaces);
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        list_release(&h.lists[shape]);
    }
    return status;
}
