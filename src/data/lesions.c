/* SPDX-License-Identifier: MIT */
/* Lesions are blobs of smoothed noise that happen to be very round or very irregular. Noise fields
 * are worked on in parallel; what they yield is taken in the order of their seeds, so that the
 * library does not depend on the number of threads. */
#include "lesionbench/lesions.h"

#include <omp.h>

#include "lesion_internal.h"

enum { FIELDS_AT_ONCE = 32, MAX_COUNT = 100000 };

void
lb_lesion_defaults(lb_lesion_options *options)
{
    *options = (lb_lesion_options){.count = 50,
                                   .distractors = 100,
                                   .area = 70,
                                   .scale = 2,
                                   .round_above = 0.8,
                                   .irregular_below = 0.4,
                                   .distractor_above = 0.52,
                                   .distractor_below = 0.68,
                                   .noise_sigma = 2,
                                   .edge_sigma = 0.75,
                                   .seed = 0,
                                   .max_fields = 100000};
}

/* The lesions of one noise field. */
typedef struct field {
    lesion_list shapes[LB_SHAPES];
    lb_status status;
    lb_error err;
} field;

/* The state of a search over many fields. */
typedef struct hunt {
    lesion_list lists[LB_SHAPES];
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
search_block(field *fields, size_t count, uint32_t first, lesion_workspace **workspaces,
             const bool wanted[LB_SHAPES], const lb_lesion_options *options,
             const lb_context *context)
{
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++) {
        if (!lb_is_cancelled(context)) {
            fields[i].status =
                lesion_field_search(fields[i].shapes, workspaces[omp_get_thread_num()],
                                    first + (uint32_t)i, wanted, options, &fields[i].err);
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
        lesion_list *to = h->lists + shape;
        for (size_t i = 0; h->wanted[shape] && i < from->shapes[shape].count; i++) {
            if (shape != LB_DISTRACTOR || to->count < options->distractors) {
                LB_TRY(lesion_list_append(to, from->shapes[shape].lesions + i, err));
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
advance(hunt *h, lesion_workspace **workspaces, const lb_lesion_options *options,
        const lb_context *context, lb_error *err)
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
            lesion_list_release(&fields[i].shapes[shape]);
        }
    }
    lb_free(fields);
    return status;
}

/* Also false for what is not a number. */
static bool
is_within(double value, double low, double high)
{
    return value >= low && value <= high;
}

static lb_status
check_shapes(const lb_lesion_options *o, lb_error *err)
{
    if (!is_within(o->irregular_below, 0.01, o->round_above) || !(o->round_above <= 2)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "no compactness is above %g (round_above) or below %g (irregular_below): "
                       "both must be within 0.01 and 2, the latter not above the former",
                       o->round_above, o->irregular_below);
    }
    if (o->distractors > 0 &&
        !(is_within(o->distractor_above, o->irregular_below, o->distractor_below) &&
          o->distractor_above < o->distractor_below && o->distractor_below <= o->round_above)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "distractors of compactness %g to %g (distractor_above, distractor_below) "
                       "are not between the classes, %g to %g (irregular_below, round_above)",
                       o->distractor_above, o->distractor_below, o->irregular_below,
                       o->round_above);
    }
    if (!is_within(o->noise_sigma, 0.5, 16) || !is_within(o->edge_sigma, 0, 4)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot smooth noise by %g and edges by %g pixels: ask for 0.5 to 16 "
                       "(noise_sigma) and 0 to 4 (edge_sigma)",
                       o->noise_sigma, o->edge_sigma);
    }
    return LB_OK;
}

static lb_status
check_options(const lb_lesion_options *options, lb_error *err)
{
    if (options->count == 0 || options->count > MAX_COUNT) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot make %zu lesions of each class: ask for 1 to %d", options->count,
                       (int)MAX_COUNT);
    }
    if (options->distractors > MAX_COUNT) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "cannot make %zu distractors: ask for 0 to %d",
                       options->distractors, (int)MAX_COUNT);
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
    return check_shapes(options, err);
}

/* Cuts the lists to the requested count and hands them over. */
static void
finish(lb_lesion_library *out, hunt *h, const lb_lesion_options *options)
{
    *out = (lb_lesion_library){.last_seed = h->last_seed};
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        lesion_list *l = h->lists + shape;
        size_t count = shape == LB_DISTRACTOR ? options->distractors : options->count;
        out->found[shape] = l->count;
        while (l->count > count) {
            lb_free(l->lesions[--l->count].mask);
        }
        out->count[shape] = l->count;
        out->lesions[shape] = l->lesions;
        *l = (lesion_list){0};
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
    size_t min = options->count;
    for (int shape = 0; shape < LB_CLASSES; shape++) {
        min = h->lists[shape].count < min ? h->lists[shape].count : min;
    }
    lb_progress(context, "lesions", min + h->lists[LB_DISTRACTOR].count,
                options->count + options->distractors);
}

lb_status
lb_lesions_generate(lb_lesion_library *out, const lb_lesion_options *options,
                    const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    hunt h = {.searched = 0};
    lesion_workspace **workspaces = NULL;
    int threads = omp_get_max_threads();
    LB_TRY(check_options(options, err));
    LB_ALLOC(workspaces, (size_t)threads);
    for (int i = 0; i < threads; i++) {
        LB_TRY(lesion_workspace_create(workspaces + i, err));
    }
    update_wanted(&h, options);
    report(&h, options, context);
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
        lesion_workspace_free(workspaces[i]);
    }
    lb_free(workspaces);
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        lesion_list_release(&h.lists[shape]);
    }
    return status;
}
