/* SPDX-License-Identifier: MIT */
#include "composer.h"

#include <string.h>

#include "base/cpu_kernel.h"
#include "lesion_resize.h"
#include "lesionbench/image.h"
#include "lesionbench/random.h"

enum { MAX_SLICES = 16 };

/* Which split each slice goes to, where splits are made by slice: in random order, by shares. */
static lb_status
split_slices(uint8_t *out, const lb_compose_plan *plan, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *order = NULL, count = lb_slices_count(plan->slices), total = 0, images = 0, next = 0;
    lb_random random;
    LB_ALLOC(order, count);
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    lb_random_init(&random, plan->options->seed, LB_PURPOSE_SPLIT, 0);
    lb_random_shuffle(&random, order, count);
    for (int split = 0; split < LB_SPLITS; split++) {
        total += plan->images[split];
    }
    for (int split = 0; split < LB_SPLITS; split++) {
        images += plan->images[split];
        size_t end = (size_t)((double)images / (double)total * (double)count + 0.5);
        for (; next < end; next++) {
            out[order[next]] = (uint8_t)split;
        }
    }
cleanup:
    lb_free(order);
    return status;
}

/* ... and where they are made by subject. */
static lb_status
split_by_subject(uint8_t *out, const lb_compose_plan *plan, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *split_of = NULL;
    LB_ALLOC(split_of, lb_slices_subjects(plan->slices));
    LB_TRY(lb_compose_split(split_of, plan->options, plan->slices, err));
    for (size_t i = 0; i < lb_slices_count(plan->slices); i++) {
        out[i] = split_of[lb_slices_at(plan->slices, i)->subject];
    }
cleanup:
    lb_free(split_of);
    return status;
}

/* The slices of each split in random order; with every_slice, in file order. */
static lb_status
deal(lb_compose_plan *plan, bool by_slice, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *split_of = NULL;
    size_t count = lb_slices_count(plan->slices), every = plan->options->every_slice;
    LB_ALLOC(split_of, count);
    if (every != 0) {
        for (size_t i = 0; i < count; i++) {
            split_of[i] = (uint8_t)(every - 1);
        }
    } else {
        LB_TRY(by_slice ? split_slices(split_of, plan, err)
                        : split_by_subject(split_of, plan, err));
    }
    for (int split = 0; split < LB_SPLITS; split++) {
        lb_random random;
        LB_ALLOC(plan->slice_order[split], count);
        for (size_t i = 0; i < count; i++) {
            if (split_of[i] == split) {
                plan->slice_order[split][plan->slice_order_count[split]++] = i;
            }
        }
        if (plan->images[split] > 0 && plan->slice_order_count[split] == 0) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "too few slices: none is left for split '%s'",
                           lb_split_name((lb_split)split)));
        }
        if (every == 0) {
            lb_random_init(&random, plan->options->seed, LB_PURPOSE_COMPOSE, (uint64_t)split);
            lb_random_shuffle(&random, plan->slice_order[split], plan->slice_order_count[split]);
        }
    }
cleanup:
    lb_free(split_of);
    return status;
}

lb_status
lb_compose_plan_init(lb_compose_plan *out, const lb_compose_options *options, lb_slices *slices,
                     const lb_lesion_library *lesions, lb_error *err)
{
    lb_status status = LB_OK;
    lb_quirk_set quirks = 0;
    lb_compose_plan plan = {.options = options, .slices = slices, .lesions = lesions};
    LB_TRY(lb_compose_check(options, slices, lesions, err));
    LB_TRY(lb_compose_rules(&plan.rules, options, err));
    LB_TRY(lb_compose_quirks(&quirks, options, err));
    if (plan.rules.footprints) {
        LB_ALLOC(plan.fitted, 1);
        LB_TRY(lb_lesions_resize(plan.fitted, lesions,
                                 (double)options->size / (double)lb_slices_height(slices),
                                 (double)options->size / (double)lb_slices_width(slices), err));
        plan.lesions = plan.fitted;
    }
    plan.slice_tries = plan.rules.unbounded || options->every_slice != 0 ? 1 : MAX_SLICES;
    for (int split = 0; split < LB_SPLITS; split++) {
        plan.images[split] = lb_compose_images(options, slices, (lb_split)split);
    }
    LB_TRY(deal(&plan, lb_quirk_is_on(quirks, LB_QUIRK_SLICES_SHARED_BETWEEN_SPLITS), err));
    *out = plan;
    return LB_OK;
cleanup:
    lb_compose_plan_release(&plan);
    return status;
}

void
lb_compose_plan_release(lb_compose_plan *plan)
{
    for (int split = 0; split < LB_SPLITS; split++) {
        lb_free(plan->slice_order[split]);
    }
    if (plan->fitted != NULL) {
        lb_lesions_release(plan->fitted);
        lb_free(plan->fitted);
    }
    *plan = (lb_compose_plan){0};
}

void
lb_compose_worker_release(lb_compose_worker *worker)
{
    lb_free(worker->order);
    lb_resizer_free(worker->resizer);
    lb_free(worker->native);
    lb_free(worker->pixels);
    lb_composition_release(&worker->composition);
    *worker = (lb_compose_worker){0};
}

lb_status
lb_compose_worker_init(lb_compose_worker *out, const lb_compose_plan *plan, lb_error *err)
{
    lb_status status = LB_OK;
    lb_compose_worker worker = {0};
    size_t height = lb_slices_height(plan->slices), width = lb_slices_width(plan->slices);
    size_t longest = 1;
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        size_t count = plan->lesions->count[shape];
        longest = count > longest ? count : longest;
    }
    bool fitted = plan->fitted != NULL;
    size_t size = plan->rules.size;
    LB_TRY(lb_composition_init(&worker.composition, fitted ? size : height, fitted ? size : width,
                               size, err));
    if (fitted) {
        LB_ALLOC(worker.native, height * width);
        LB_TRY(lb_resizer_create(&worker.resizer, size, size, height, width, err));
    }
    LB_ALLOC(worker.pixels, height * width);
    LB_ALLOC(worker.order, longest);
    *out = worker;
    return LB_OK;
cleanup:
    lb_compose_worker_release(&worker);
    return status;
}

static lb_status
slice_context(const lb_compose_plan *plan, size_t slice, lb_error *err)
{
    const lb_slice_info *info = lb_slices_at(plan->slices, slice);
    return lb_fail_context(err, "slice %zu (subject %s, position %d)", slice,
                           lb_slices_subject_name(plan->slices, info->subject),
                           (int)info->position);
}

LB_KERNEL(void, to_doubles, (double *restrict out, const float *restrict in, size_t count),
          (out, in, count))
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i];
    }
}

static void
shrink_native(lb_compose_worker *w, size_t pixels)
{
    double low, high;
    size_t size = w->composition.size;
    lb_find_range(&low, &high, w->native, pixels);
    lb_resizer_start(w->resizer, w->native, low, high);
    for (size_t y = 0; y < size; y++) {
        memcpy(w->composition.slice + y * size, lb_resizer_row(w->resizer, y, 0, size),
               size * sizeof *w->composition.slice);
    }
}

/* Reads a slice into the worker's scene. */
static lb_status
load_slice(lb_compose_worker *w, const lb_compose_plan *plan, size_t slice, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = lb_slices_height(plan->slices) * lb_slices_width(plan->slices);
    LB_TRY(lb_slices_read(w->pixels, plan->slices, slice, err));
    to_doubles(w->native != NULL ? w->native : w->composition.slice, w->pixels, pixels);
    if (w->native != NULL) {
        shrink_native(w, pixels);
    }
    status = lb_composition_index_brain(&w->composition, err);
    return status == LB_OK ? LB_OK : slice_context(plan, slice, err);
cleanup:
    return status;
}

/* Whether the slice in the worker's scene has room, and where. It must have room for the other
 * label's items too: otherwise irregular lesions, which are larger, would keep to larger slices and
 * the background would give the label away. */
static bool
find_room(lb_box *boxes, lb_compose_worker *w, const lb_compose_plan *plan,
          const lb_image_spec *spec)
{
    const lb_composition_rules *rules = &plan->rules;
    bool both_at_once = rules->footprints && !rules->label_by_side;
    uint8_t other = spec->label == 0 ? 1 : 0;
    return (both_at_once || rules->unbounded ||
            lb_composition_place(boxes, &w->composition, spec, plan->lesions, rules, other)) &&
           lb_composition_place(boxes, &w->composition, spec, plan->lesions, rules, spec->label);
}

/* Finds the slice of an image and the boxes on it. */
static lb_status
find_place(lb_box *boxes, lb_composed *out, lb_compose_worker *w, const lb_compose_plan *plan,
           const lb_image_spec *spec, lb_split split, size_t slice_index, lb_error *err)
{
    lb_status status = LB_OK;
    const size_t *slice_order = plan->slice_order[split];
    size_t count = plan->slice_order_count[split];
    size_t tries = count < plan->slice_tries ? count : plan->slice_tries;
    for (size_t n = 0; n < tries; n++) {
        size_t candidate = slice_order[(slice_index + n) % count];
        LB_TRY(load_slice(w, plan, candidate, err));
        if (find_room(boxes, w, plan, spec)) {
            out->slice = (int32_t)candidate;
            out->subject = (int32_t)lb_slices_at(plan->slices, candidate)->subject;
            out->passed_over = n;
            return LB_OK;
        }
    }
    status = lb_fail(err, LB_ERROR_NUMERIC,
                     "no room for %zu lesions%s%s: use slices with more brain, smaller lesions or "
                     "fewer of them",
                     spec->count, spec->items > spec->count ? " and their distractors" : "",
                     tries > 1 ? ", nor on the slices that follow" : "");
    return slice_context(plan, slice_order[slice_index % count], err);
cleanup:
    return status;
}

/* Only training images may be plain. */
static void
draw_spec(lb_image_spec *out, const lb_compose_plan *plan, lb_split split, uint32_t seed,
          size_t *order)
{
    lb_composition_rules rules = plan->rules;
    rules.plain_share = split == LB_TRAIN ? rules.plain_share : 0;
    lb_image_spec_draw(out, seed, plan->lesions, &rules, order);
}

lb_status
lb_compose_image(lb_composed *out, float *image, float *truth, uint8_t *distractor,
                 lb_compose_worker *worker, const lb_compose_plan *plan, lb_split split,
                 uint32_t seed, size_t slice_index, lb_error *err)
{
    lb_status status = LB_OK;
    lb_image_spec spec;
    lb_composed made = {0};
    lb_box boxes[LB_MAX_ITEMS];
    draw_spec(&spec, plan, split, seed, worker->order);
    LB_TRY(find_place(boxes, &made, worker, plan, &spec, split, slice_index, err));
    LB_TRY(lb_composition_compose(image, truth, distractor, &worker->composition, &spec, boxes,
                                  plan->lesions, &plan->rules, err));
    made.label = spec.label;
    made.lesion_count = (uint8_t)spec.count;
    *out = made;
cleanup:
    return status;
}

struct lb_composer {
    lb_compose_options options;
    lb_compose_plan plan;
    lb_compose_worker worker;
    uint64_t unused_seed; /* the first that no split uses */
};

lb_status
lb_composer_create(lb_composer **out, const lb_compose_options *options, lb_slices *slices,
                   const lb_lesion_library *lesions, lb_error *err)
{
    lb_status status = LB_OK;
    lb_composer *composer = NULL;
    LB_ALLOC(composer, 1);
    composer->options = *options;
    LB_TRY(lb_compose_plan_init(&composer->plan, &composer->options, slices, lesions, err));
    LB_TRY(lb_compose_worker_init(&composer->worker, &composer->plan, err));
    for (int split = 0; split < LB_SPLITS; split++) {
        uint64_t end = (uint64_t)options->first_seed[split] + composer->plan.images[split];
        composer->unused_seed = end > composer->unused_seed ? end : composer->unused_seed;
    }
    *out = composer;
    composer = NULL;
cleanup:
    lb_composer_free(composer);
    return status;
}

void
lb_composer_free(lb_composer *composer)
{
    if (composer != NULL) {
        lb_compose_worker_release(&composer->worker);
        lb_compose_plan_release(&composer->plan);
        lb_free(composer);
    }
}

/* Seeds begin anew after 2^32. */
static uint32_t
seed_of(const lb_composer *composer, lb_split split, size_t epoch, size_t index)
{
    if (epoch == 0) {
        return composer->options.first_seed[split] + (uint32_t)index;
    }
    return (uint32_t)(composer->unused_seed + (epoch - 1) * composer->plan.images[split] + index);
}

lb_status
lb_composer_make(float *image, float *truth, lb_composer *composer, lb_split split, size_t epoch,
                 size_t index, lb_error *err)
{
    lb_composed made;
    return lb_compose_image(&made, image, truth, NULL, &composer->worker, &composer->plan, split,
                            seed_of(composer, split, epoch, index),
                            epoch * composer->plan.images[split] + index, err);
}

uint8_t
lb_composer_label(lb_composer *composer, lb_split split, size_t epoch, size_t index)
{
    lb_image_spec spec;
    draw_spec(&spec, &composer->plan, split, seed_of(composer, split, epoch, index),
              composer->worker.order);
    return spec.label;
}
