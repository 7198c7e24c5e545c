/* SPDX-License-Identifier: MIT */
/* dataset.h5 from slices and lesions. Images are made in parallel, a block at a time; what an image
 * is depends on its seed and its place in the split alone. */
#include <omp.h>

#include "composer.h"
#include "subjects_file.h"

#include "lesionbench/h5.h"

enum { FORMAT_VERSION = 1, BLOCK = 256 };

/* The parts of a split's group. The first come from the threads, image by image, the others with a
 * block. */
typedef struct part {
    const char *name;
    lb_type type;
    size_t rank;
} part;

enum { IMAGE, TRUTH, DISTRACTOR, LARGE_PARTS, LABEL = LARGE_PARTS, LESIONS, SLICE, SUBJECT, PARTS };

static const part LAYOUT[PARTS] = {
    [IMAGE] = {"image", LB_F32, 3},         [TRUTH] = {"truth", LB_F32, 3},
    [LABEL] = {"label", LB_U8, 1},          [LESIONS] = {"lesion_count", LB_U8, 1},
    [SLICE] = {"slice", LB_I32, 1},         [SUBJECT] = {"subject", LB_I32, 1},
    [DISTRACTOR] = {"distractor", LB_U8, 3}};

/* In which order they are in the file. */
static const int ORDER[PARTS] = {IMAGE, TRUTH, LABEL, LESIONS, SLICE, SUBJECT, DISTRACTOR};

/* A thread's image. */
typedef struct finished {
    float *image, *truth;
    uint8_t *distractor; /* NULL where there are none */
} finished;

/* A run, and what is told of a block's images. */
typedef struct job {
    lb_compose_plan plan;
    lb_compose_worker *workers;
    finished *finished; /* by thread */
    int threads;
    lb_h5 *file;
    lb_h5_rows *rows[LARGE_PARTS]; /* of the split that is being made */
    const lb_context *context;
    size_t passed_over;
    uint8_t label[BLOCK], lesion_count[BLOCK];
    int32_t slice[BLOCK], subject[BLOCK];
    lb_composed made[BLOCK];
    lb_status status[BLOCK];
    lb_error err[BLOCK];
} job;

static bool
has_part(const job *j, int p)
{
    return p != DISTRACTOR || j->plan.rules.distractors > 0;
}

static char *
part_name(lb_split split, int p, lb_error *err)
{
    return lb_format(err, "%s/%s", lb_split_name(split), LAYOUT[p].name);
}

static void
close_parts(job *j)
{
    for (int p = 0; p < LARGE_PARTS; p++) {
        lb_h5_rows_close(j->rows[p]);
        j->rows[p] = NULL;
    }
}

static lb_status
reserve_parts(job *j, lb_split split, lb_error *err)
{
    lb_status status = LB_OK;
    char *name = NULL;
    const size_t shape[3] = {j->plan.images[split], j->plan.rules.size, j->plan.rules.size};
    for (int i = 0; i < PARTS; i++) {
        int p = ORDER[i];
        if (!has_part(j, p)) {
            continue;
        }
        name = part_name(split, p, err);
        LB_TRY(name == NULL ? err->code : LB_OK);
        LB_TRY(lb_h5_reserve(j->file, name, LAYOUT[p].type, LAYOUT[p].rank, shape, err));
        if (p < LARGE_PARTS) {
            LB_TRY(lb_h5_rows_open(&j->rows[p], j->file, name, LAYOUT[p].type, err));
        }
        lb_free(name);
        name = NULL;
    }
cleanup:
    lb_free(name);
    return status;
}

/* Makes image first + n of the split, entry n of the block, and writes it. */
static lb_status
compose_one(job *j, lb_split split, size_t first, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    int thread = omp_get_thread_num();
    finished *f = j->finished + thread;
    uint32_t seed = j->plan.options->first_seed[split] + (uint32_t)(first + n);
    if (lb_compose_image(&j->made[n], f->image, f->truth, f->distractor, j->workers + thread,
                         &j->plan, split, seed, first + n, err) != LB_OK) {
        return lb_fail_context(err, "image %zu of split '%s'", first + n, lb_split_name(split));
    }
    const void *const data[LARGE_PARTS] = {f->image, f->truth, f->distractor};
    for (int p = 0; p < LARGE_PARTS; p++) {
        if (has_part(j, p)) {
            LB_TRY(lb_h5_rows_write(j->rows[p], first + n, 1, data[p], err));
        }
    }
cleanup:
    return status;
}

static lb_status
compose_block(job *j, lb_split split, size_t first, size_t count, lb_error *err)
{
#pragma omp parallel for schedule(dynamic) num_threads(j->threads)
    for (size_t n = 0; n < count; n++) {
        j->status[n] =
            lb_is_cancelled(j->context) ? LB_OK : compose_one(j, split, first, n, &j->err[n]);
    }
    for (size_t n = 0; n < count; n++) {
        if (j->status[n] != LB_OK) {
            *err = j->err[n];
            return j->status[n];
        }
        j->label[n] = j->made[n].label;
        j->lesion_count[n] = j->made[n].lesion_count;
        j->slice[n] = j->made[n].slice;
        j->subject[n] = j->made[n].subject;
        j->passed_over += j->made[n].passed_over;
    }
    return lb_check_cancelled(j->context, err);
}

/* The parts that the threads did not write. */
static lb_status
write_block(job *j, lb_split split, size_t first, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    char *name = NULL;
    const void *const data[PARTS] = {[LABEL] = j->label,
                                     [LESIONS] = j->lesion_count,
                                     [SLICE] = j->slice,
                                     [SUBJECT] = j->subject};
    for (int p = LARGE_PARTS; p < PARTS; p++) {
        name = part_name(split, p, err);
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
write_attributes(const job *j, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_compose_options *o = j->plan.options;
    const lb_composition_rules *rules = &j->plan.rules;
    lb_quirk_set quirks = 0;
    char *names = NULL;
    LB_TRY(lb_compose_quirks(&quirks, o, err));
    names = lb_quirks_print(quirks, err);
    LB_TRY(names == NULL ? err->code : LB_OK);
    LB_TRY(lb_h5_set_text(j->file, "", "protocol", LB_PROTOCOLS[o->protocol], err));
    LB_TRY(lb_h5_set_text(j->file, "", "quirks", names, err));
    LB_TRY(lb_h5_set_text(j->file, "", "polarity", LB_POLARITIES[o->polarity], err));
    LB_TRY(lb_h5_set_text(j->file, "", "label_by", LB_LABEL_RULES[o->label_by], err));
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"seed", (double)o->seed},
                   {"brain_intensity", rules->brain_intensity},
                   {"lesion_intensity", rules->lesion_intensity},
                   {"truth_threshold", rules->truth_threshold},
                   {"minimum_lesions", (double)rules->minimum_lesions},
                   {"maximum_lesions", (double)rules->maximum_lesions},
                   {"distractors", (double)rules->distractors},
                   {"plain_share", rules->plain_share}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        LB_TRY(lb_h5_set_number(j->file, "", numbers[i].name, numbers[i].value, err));
    }
cleanup:
    lb_free(names);
    return status;
}

/* Which splits the slices of each subject are for. */
static lb_status
write_subjects(const job *j, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *splits = NULL;
    LB_ALLOC(splits, lb_slices_subjects(j->plan.slices));
    for (int split = 0; split < LB_SPLITS; split++) {
        for (size_t i = 0; i < j->plan.slice_order_count[split]; i++) {
            size_t subject = lb_slices_at(j->plan.slices, j->plan.slice_order[split][i])->subject;
            splits[subject] |= (uint8_t)(1 << split);
        }
    }
    LB_TRY(lb_subject_splits_write(j->file, j->plan.slices, splits, err));
cleanup:
    lb_free(splits);
    return status;
}

/* done and total count the images of all splits, for the progress. */
static lb_status
compose_split(job *j, lb_split split, size_t done, size_t total, lb_error *err)
{
    lb_status status = LB_OK;
    const char *group = lb_split_name(split);
    size_t images = j->plan.images[split];
    j->passed_over = 0;
    LB_TRY(reserve_parts(j, split, err));
    lb_progress(j->context, "composing images", done, total);
    for (size_t first = 0; first < images; first += BLOCK) {
        size_t count = images - first < BLOCK ? images - first : BLOCK;
        LB_TRY(compose_block(j, split, first, count, err));
        LB_TRY(write_block(j, split, first, count, err));
        lb_progress(j->context, "composing images", done + first + count, total);
    }
    LB_TRY(lb_h5_set_number(j->file, group, "first_seed", j->plan.options->first_seed[split], err));
    LB_TRY(lb_h5_set_number(j->file, group, "slices_passed_over", (double)j->passed_over, err));
cleanup:
    close_parts(j);
    return status;
}

static lb_status
job_init(job *j, const lb_compose_options *options, lb_slices *slices,
         const lb_lesion_library *lesions, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = options->size * options->size;
    LB_TRY(lb_compose_plan_init(&j->plan, options, slices, lesions, err));
    j->threads = omp_get_max_threads();
    LB_ALLOC(j->workers, (size_t)j->threads);
    LB_ALLOC(j->finished, (size_t)j->threads);
    for (int i = 0; i < j->threads; i++) {
        LB_TRY(lb_compose_worker_init(j->workers + i, &j->plan, err));
        LB_ALLOC(j->finished[i].image, pixels);
        LB_ALLOC(j->finished[i].truth, pixels);
        if (has_part(j, DISTRACTOR)) {
            LB_ALLOC(j->finished[i].distractor, pixels);
        }
    }
cleanup:
    return status;
}

static void
job_free(job *j)
{
    if (j == NULL) {
        return;
    }
    close_parts(j);
    lb_h5_close(j->file);
    for (int i = 0; j->finished != NULL && i < j->threads; i++) {
        lb_free(j->finished[i].distractor);
        lb_free(j->finished[i].truth);
        lb_free(j->finished[i].image);
        lb_compose_worker_release(j->workers + i);
    }
    lb_free(j->finished);
    lb_free(j->workers);
    lb_compose_plan_release(&j->plan);
    lb_free(j);
}

lb_status
lb_compose(const lb_compose_options *options, lb_slices *slices, const lb_lesion_library *lesions,
           const char *path, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    job *j = NULL;
    size_t done = 0, total = 0;
    LB_ALLOC(j, 1);
    j->context = context;
    LB_TRY(job_init(j, options, slices, lesions, err));
    LB_TRY(lb_h5_create(&j->file, path, "dataset", FORMAT_VERSION, context, err));
    LB_TRY(write_attributes(j, err));
    LB_TRY(write_subjects(j, err));
    for (int split = 0; split < LB_SPLITS; split++) {
        total += j->plan.images[split];
    }
    for (int split = 0; split < LB_SPLITS; split++) {
        LB_TRY(compose_split(j, (lb_split)split, done, total, err));
        done += j->plan.images[split];
    }
    LB_TRY(lb_h5_commit(j->file, err));
cleanup:
    job_free(j);
    return status;
}
