/* SPDX-License-Identifier: MIT */
/* dataset.h5 from slices and lesions. Images are made in parallel, a block at a time; what an image
 * is depends on its seed and its place in the split alone. */
#include "lesionbench/dataset.h"

#include <math.h>
#include <omp.h>

#include "lesionbench/h5.h"
#include "lesionbench/random.h"
#include "scene.h"

enum { FORMAT_VERSION = 1, BLOCK = 32, MAX_SLICES = 16, MAX_SIZE = 4096 };

void
lb_compose_defaults(lb_compose_options *options)
{
    *options = (lb_compose_options){.images = {2500, 2500, 2500},
                                    .first_seed = {0, 30000, 50000},
                                    .size = 224,
                                    .brain_intensity = 0.7,
                                    .lesion_intensity = 0.5,
                                    .truth_threshold = 0.5,
                                    .minimum_lesions = 3,
                                    .maximum_lesions = 5,
                                    .seed = 0};
}

static lb_status
check_share(const char *name, double value, lb_error *err)
{
    if (!(value >= 0 && value <= 1)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "the %s is %g: it must be 0 to 1", name, value);
    }
    return LB_OK;
}

/* Images of different splits must not share a seed, and so their lesions. */
static lb_status
check_seeds(const lb_compose_options *options, lb_error *err)
{
    for (int a = 0; a < LB_SPLITS; a++) {
        uint64_t first = options->first_seed[a], end = first + options->images[a];
        if (options->images[a] > INT32_MAX || end > (uint64_t)UINT32_MAX + 1) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%zu images of split '%s' need seeds beyond %u",
                           options->images[a], lb_split_name((lb_split)a), UINT32_MAX);
        }
        for (int b = 0; b < a; b++) {
            uint64_t other = options->first_seed[b], other_end = other + options->images[b];
            if (first < other_end && other < end) {
                return lb_fail(err, LB_ERROR_ARGUMENT,
                               "the splits '%s' and '%s' share seeds: set first seeds further "
                               "apart, or ask for fewer images",
                               lb_split_name((lb_split)b), lb_split_name((lb_split)a));
            }
        }
    }
    return LB_OK;
}

static lb_status
check_options(const lb_compose_options *options, const lb_lesion_library *lesions, lb_error *err)
{
    lb_status status = LB_OK;
    size_t fewest = lesions->count[LB_ROUND] < lesions->count[LB_IRREGULAR]
                        ? lesions->count[LB_ROUND]
                        : lesions->count[LB_IRREGULAR];
    size_t most = options->maximum_lesions;
    LB_TRY(check_share("brain intensity", options->brain_intensity, err));
    LB_TRY(check_share("lesion intensity", options->lesion_intensity, err));
    LB_TRY(check_share("truth threshold", options->truth_threshold, err));
    LB_TRY(check_seeds(options, err));
    if (options->size < 8 || options->size > MAX_SIZE) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "cannot make images of size %zu: ask for 8 to %d",
                       options->size, (int)MAX_SIZE));
    }
    if (options->minimum_lesions == 0 || options->minimum_lesions > most || most > LB_MAX_LESIONS) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "cannot put %zu to %zu lesions on an image: ask for 1 to %d",
                       options->minimum_lesions, most, (int)LB_MAX_LESIONS));
    }
    if (most > fewest) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu lesions on an image need as many of each shape: the library has %zu "
                       "round and %zu irregular",
                       most, lesions->count[LB_ROUND], lesions->count[LB_IRREGULAR]));
    }
cleanup:
    return status;
}

lb_status
lb_compose_split(uint8_t *out, const lb_compose_options *options, const lb_slices *slices,
                 lb_error *err)
{
    double share[LB_SPLITS];
    for (int split = 0; split < LB_SPLITS; split++) {
        share[split] = (double)options->images[split];
    }
    return lb_split_subjects(out, slices, share, options->seed, err);
}

/* What a run shares. */
typedef struct job {
    lb_scene_rules rules;
    const lb_compose_options *options;
    lb_slices *slices;
    const lb_lesion_library *lesions;
    lb_h5 *file;
    const lb_context *context;
    size_t *deck; /* the split's slices, in the order in which images take them */
    size_t deck_count;
    size_t passed_over; /* slices that could not hold an image's lesions */
} job;

/* What a thread needs. */
typedef struct worker {
    lb_scene scene;
    float *pixels;
    size_t *order;
} worker;

/* A block of finished images. */
typedef struct block {
    float *image, *truth;
    uint8_t label[BLOCK], lesion_count[BLOCK];
    int32_t slice[BLOCK], subject[BLOCK];
    size_t passed_over[BLOCK];
    lb_status status[BLOCK];
    lb_error err[BLOCK];
} block;

static void
worker_release(worker *w)
{
    lb_free(w->order);
    lb_free(w->pixels);
    lb_scene_release(&w->scene);
}

static lb_status
worker_init(worker *w, const job *j, lb_error *err)
{
    lb_status status = LB_OK;
    size_t height = lb_slices_height(j->slices), width = lb_slices_width(j->slices);
    size_t round = j->lesions->count[LB_ROUND], irregular = j->lesions->count[LB_IRREGULAR];
    LB_TRY(lb_scene_init(&w->scene, height, width, j->rules.size, err));
    LB_ALLOC(w->pixels, height * width);
    LB_ALLOC(w->order, round > irregular ? round : irregular);
cleanup:
    return status;
}

static lb_status
slice_context(const job *j, size_t slice, lb_error *err)
{
    const lb_slice_info *info = lb_slices_at(j->slices, slice);
    return lb_fail_context(err, "slice %zu (subject %s, position %d)", slice,
                           lb_slices_subject_name(j->slices, info->subject), (int)info->position);
}

/* Reads a slice into the worker's scene. HDF5 serves one thread at a time. */
static lb_status
load_slice(worker *w, const job *j, size_t slice, lb_error *err)
{
    lb_status status;
#pragma omp critical(lb_compose_slices)
    status = lb_slices_read(w->pixels, j->slices, slice, err);
    if (status != LB_OK) {
        return status;
    }
    for (size_t i = 0; i < w->scene.height * w->scene.width; i++) {
        w->scene.slice[i] = w->pixels[i];
    }
    status = lb_scene_survey(&w->scene, err);
    return status == LB_OK ? LB_OK : slice_context(j, slice, err);
}

/* Finds the slice of image i and the boxes on it. A slice must have room for the image's lesions of
 * either shape: otherwise irregular lesions, which are larger, would keep to larger slices and the
 * background would give the label away. */
static lb_status
find_place(lb_box *boxes, size_t *slice, size_t *passed_over, worker *w, const job *j,
           const lb_recipe *recipe, size_t i, lb_error *err)
{
    lb_status status = LB_OK;
    lb_shape shape = recipe->label == LB_ROUND ? LB_ROUND : LB_IRREGULAR;
    lb_shape other = shape == LB_ROUND ? LB_IRREGULAR : LB_ROUND;
    size_t tries = j->deck_count < MAX_SLICES ? j->deck_count : MAX_SLICES;
    for (size_t n = 0; n < tries; n++) {
        size_t candidate = j->deck[(i + n) % j->deck_count];
        LB_TRY(load_slice(w, j, candidate, err));
        if (lb_scene_place(boxes, &w->scene, recipe, j->lesions, other) &&
            lb_scene_place(boxes, &w->scene, recipe, j->lesions, shape)) {
            *slice = candidate;
            *passed_over = n;
            return LB_OK;
        }
    }
    status = lb_fail(err, LB_ERROR_NUMERIC,
                     "no room for %zu lesions, nor on the next %zu slices: use slices with more "
                     "brain, smaller lesions or fewer of them",
                     recipe->count, tries - 1);
    return slice_context(j, j->deck[i % j->deck_count], err);
cleanup:
    return status;
}

/* Makes image i of the split as entry n of the block. */
static lb_status
compose_one(block *b, size_t n, worker *w, const job *j, uint32_t seed, size_t i, lb_error *err)
{
    lb_status status = LB_OK;
    lb_recipe recipe;
    lb_box boxes[LB_MAX_LESIONS];
    size_t slice = 0, pixels = j->rules.size * j->rules.size;
    lb_recipe_draw(&recipe, seed, j->lesions, &j->rules, w->order);
    LB_TRY(find_place(boxes, &slice, &b->passed_over[n], w, j, &recipe, i, err));
    LB_TRY(lb_scene_compose(b->image + n * pixels, b->truth + n * pixels, &w->scene, &recipe, boxes,
                            j->lesions, &j->rules, err));
    b->label[n] = recipe.label;
    b->lesion_count[n] = (uint8_t)recipe.count;
    b->slice[n] = (int32_t)slice;
    b->subject[n] = (int32_t)lb_slices_at(j->slices, slice)->subject;
cleanup:
    return status;
}

/* The parts of a split's group. */
typedef struct part {
    const char *name;
    lb_type type;
    size_t rank;
} part;

enum { PARTS = 6 };

static const part LAYOUT[PARTS] = {{"image", LB_F32, 3}, {"truth", LB_F32, 3},
                                   {"label", LB_U8, 1},  {"lesion_count", LB_U8, 1},
                                   {"slice", LB_I32, 1}, {"subject", LB_I32, 1}};

static lb_status
reserve_parts(const job *j, lb_split split, lb_error *err)
{
    lb_status status = LB_OK;
    char *name = NULL;
    const size_t shape[3] = {j->options->images[split], j->rules.size, j->rules.size};
    for (size_t p = 0; p < PARTS; p++) {
        name = lb_format(err, "%s/%s", lb_split_name(split), LAYOUT[p].name);
        LB_TRY(name == NULL ? err->code : LB_OK);
        LB_TRY(lb_h5_reserve(j->file, name, LAYOUT[p].type, LAYOUT[p].rank, shape, err));
        lb_free(name);
        name = NULL;
    }
cleanup:
    lb_free(name);
    return status;
}

static lb_status
write_block(const job *j, lb_split split, size_t first, size_t count, const block *b, lb_error *err)
{
    lb_status status = LB_OK;
    char *name = NULL;
    const void *const data[PARTS] = {b->image,        b->truth, b->label,
                                     b->lesion_count, b->slice, b->subject};
    for (size_t p = 0; p < PARTS; p++) {
        name = lb_format(err, "%s/%s", lb_split_name(split), LAYOUT[p].name);
        LB_TRY(name == NULL ? err->code : LB_OK);
        LB_TRY(lb_h5_write_rows(j->file, name, LAYOUT[p].type, first, count, data[p], err));
        lb_free(name);
        name = NULL;
    }
cleanup:
    lb_free(name);
    return status;
}

static lb_status
compose_block(job *j, block *b, worker *workers, lb_split split, size_t first, size_t count,
              lb_error *err)
{
    uint32_t seed = j->options->first_seed[split] + (uint32_t)first;
#pragma omp parallel for schedule(dynamic)
    for (size_t n = 0; n < count; n++) {
        b->status[n] = lb_is_cancelled(j->context)
                           ? LB_OK
                           : compose_one(b, n, workers + omp_get_thread_num(), j,
                                         seed + (uint32_t)n, first + n, &b->err[n]);
    }
    for (size_t n = 0; n < count; n++) {
        if (b->status[n] != LB_OK) {
            *err = b->err[n];
            return lb_fail_context(err, "image %zu of split '%s'", first + n, lb_split_name(split));
        }
        j->passed_over += b->passed_over[n];
    }
    return lb_check_cancelled(j->context, err);
}

/* The split's slices in random order. */
static void
shuffle_deck(job *j, lb_split split, const uint8_t *split_of)
{
    j->deck_count = 0;
    for (size_t i = 0; i < lb_slices_count(j->slices); i++) {
        if (split_of[lb_slices_at(j->slices, i)->subject] == split) {
            j->deck[j->deck_count++] = i;
        }
    }
    lb_random random;
    lb_random_init(&random, j->options->seed, LB_PURPOSE_COMPOSE, (uint64_t)split);
    lb_random_shuffle(&random, j->deck, j->deck_count);
}

static lb_status
write_attributes(const job *j, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_compose_options *o = j->options;
    LB_TRY(lb_h5_set_text(j->file, "", "protocol", "corrected", err));
    LB_TRY(lb_h5_set_number(j->file, "", "seed", (double)o->seed, err));
    LB_TRY(lb_h5_set_number(j->file, "", "brain_intensity", o->brain_intensity, err));
    LB_TRY(lb_h5_set_number(j->file, "", "lesion_intensity", o->lesion_intensity, err));
    LB_TRY(lb_h5_set_number(j->file, "", "truth_threshold", o->truth_threshold, err));
    LB_TRY(lb_h5_set_number(j->file, "", "minimum_lesions", (double)o->minimum_lesions, err));
    LB_TRY(lb_h5_set_number(j->file, "", "maximum_lesions", (double)o->maximum_lesions, err));
cleanup:
    return status;
}

/* done and total count the images of all splits, for the progress. */
static lb_status
compose_split(job *j, block *b, worker *workers, lb_split split, const uint8_t *split_of,
              size_t done, size_t total, lb_error *err)
{
    lb_status status = LB_OK;
    const char *group = lb_split_name(split);
    size_t images = j->options->images[split];
    j->passed_over = 0;
    shuffle_deck(j, split, split_of);
    LB_TRY(reserve_parts(j, split, err));
    for (size_t first = 0; first < images; first += BLOCK) {
        size_t count = images - first < BLOCK ? images - first : BLOCK;
        LB_TRY(compose_block(j, b, workers, split, first, count, err));
        LB_TRY(write_block(j, split, first, count, b, err));
        lb_progress(j->context, "composing images", done + first + count, total);
    }
    LB_TRY(lb_h5_set_number(j->file, group, "first_seed", j->options->first_seed[split], err));
    LB_TRY(lb_h5_set_number(j->file, group, "slices_passed_over", (double)j->passed_over, err));
cleanup:
    return status;
}

static void
set_rules(lb_scene_rules *rules, const lb_compose_options *options)
{
    *rules = (lb_scene_rules){.size = options->size,
                              .brain_intensity = options->brain_intensity,
                              .lesion_intensity = options->lesion_intensity,
                              .truth_threshold = options->truth_threshold,
                              .minimum_lesions = options->minimum_lesions,
                              .maximum_lesions = options->maximum_lesions,
                              .shuffle_round = true};
}

lb_status
lb_compose(const lb_compose_options *options, lb_slices *slices, const lb_lesion_library *lesions,
           const char *path, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    job j = {.options = options, .slices = slices, .lesions = lesions, .context = context};
    block b = {0};
    worker *workers = NULL;
    uint8_t *split_of = NULL;
    int threads = omp_get_max_threads();
    size_t done = 0, total = 0, pixels = options->size * options->size;
    LB_TRY(check_options(options, lesions, err));
    set_rules(&j.rules, options);
    LB_ALLOC(split_of, lb_slices_subjects(slices));
    LB_ALLOC(j.deck, lb_slices_count(slices));
    LB_ALLOC(b.image, BLOCK * pixels);
    LB_ALLOC(b.truth, BLOCK * pixels);
    LB_ALLOC(workers, (size_t)threads);
    for (int i = 0; i < threads; i++) {
        LB_TRY(worker_init(workers + i, &j, err));
    }
    LB_TRY(lb_compose_split(split_of, options, slices, err));
    LB_TRY(lb_h5_create(&j.file, path, "dataset", FORMAT_VERSION, context, err));
    LB_TRY(write_attributes(&j, err));
    for (int split = 0; split < LB_SPLITS; split++) {
        total += options->images[split];
    }
    for (int split = 0; split < LB_SPLITS; split++) {
        LB_TRY(compose_split(&j, &b, workers, (lb_split)split, split_of, done, total, err));
        done += options->images[split];
    }
    LB_TRY(lb_h5_commit(j.file, err));
cleanup:
    lb_h5_close(j.file);
    for (int i = 0; workers != NULL && i < threads; i++) {
        worker_release(workers + i);
    }
    lb_free(workers);
    lb_free(b.truth);
    lb_free(b.image);
    lb_free(j.deck);
    lb_free(split_of);
    return status;
}
