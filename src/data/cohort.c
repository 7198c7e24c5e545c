/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/h5.h"

/* Subjects in memory at a time: their number bounds the memory. */
enum { BATCH = 8 };

enum { NAME_SIZE = 32 };

/* One batch: subjects, then their slices, each in parallel. Failures are kept by item and the first
 * is reported, so that the message does not depend on the threads either. */
typedef struct batch {
    cohort_subject *subjects; /* BATCH */
    float *images;            /* (BATCH x slices, height, width) */
    int32_t *positions;       /* BATCH x slices */
    float *jacobian, *kept;   /* BATCH */
    lb_error *errors;         /* BATCH x slices */
} batch;

static lb_status
first_failure(const lb_error *errors, size_t count, const lb_context *context, lb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (errors[i].code != LB_OK) {
            *err = errors[i];
            return err->code;
        }
    }
    return lb_check_cancelled(context, err);
}

static lb_status
fill_batch(batch *b, const cohort_template *head, const lb_cohort_options *options, size_t first,
           size_t count, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    size_t slices = options->slices_per_subject, pixels = options->height * options->width;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++) {
        if (!lb_is_cancelled(context)) {
            cohort_subject_make(&b->subjects[i], head, options, first + i, &b->errors[i]);
        }
    }
    LB_TRY(first_failure(b->errors, count, context, err));
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count * slices; i++) {
        if (!lb_is_cancelled(context)) {
            cohort_slice_render(b->images + i * pixels, &b->positions[i], &b->subjects[i / slices],
                                head, options, first + i / slices, i % slices, &b->errors[i]);
        }
    }
    LB_TRY(first_failure(b->errors, count * slices, context, err));
    for (size_t i = 0; i < count; i++) {
        b->jacobian[i] = b->subjects[i].jacobian;
        b->kept[i] = b->subjects[i].kept;
    }
cleanup:
    return status;
}

static lb_status
write_batch(lb_h5 *file, const batch *b, size_t slices, size_t first, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_h5_write_rows(file, "image", LB_F32, first * slices, count * slices, b->images, err));
    LB_TRY(lb_h5_write_rows(file, "position", LB_I32, first * slices, count * slices, b->positions,
                            err));
    LB_TRY(lb_h5_write_rows(file, "jacobian_minimum", LB_F32, first, count, b->jacobian, err));
    LB_TRY(lb_h5_write_rows(file, "deformation_kept", LB_F32, first, count, b->kept, err));
cleanup:
    return status;
}

static lb_status
write_images(lb_h5 *file, const cohort_template *head, const lb_cohort_options *options,
             const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    batch b = {0};
    size_t slices = options->slices_per_subject, pixels = options->height * options->width;
    LB_ALLOC(b.subjects, BATCH);
    LB_ALLOC(b.images, BATCH * slices * pixels);
    LB_ALLOC(b.positions, BATCH * slices);
    LB_ALLOC(b.jacobian, BATCH);
    LB_ALLOC(b.kept, BATCH);
    LB_ALLOC(b.errors, BATCH * slices);
    for (size_t first = 0; first < options->subjects; first += BATCH) {
        size_t count = options->subjects - first < BATCH ? options->subjects - first : BATCH;
        lb_progress(context, "simulating subjects", first, options->subjects);
        LB_TRY(fill_batch(&b, head, options, first, count, context, err));
        LB_TRY(write_batch(file, &b, slices, first, count, err));
    }
    lb_progress(context, "simulating subjects", options->subjects, options->subjects);
cleanup:
    lb_free(b.errors);
    lb_free(b.kept);
    lb_free(b.jacobian);
    lb_free(b.positions);
    lb_free(b.images);
    lb_free(b.subjects);
    return status;
}

/* What is known of the slices before any is drawn. */
static lb_status
write_people(lb_h5 *file, const lb_cohort_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t slices = options->slices_per_subject, total = options->subjects * slices;
    char(*names)[NAME_SIZE] = NULL;
    const char **subject = NULL;
    int8_t *sex = NULL;
    float *age = NULL;
    LB_ALLOC(names, options->subjects);
    LB_ALLOC(subject, total);
    LB_ALLOC(sex, total);
    LB_ALLOC(age, total);
    for (size_t i = 0; i < total; i++) {
        size_t who = i / slices;
        snprintf(names[who], NAME_SIZE, "sub-%04zu", who + 1);
        subject[i] = names[who];
        sex[i] = cohort_sex(who);
        age[i] = NAN;
    }
    LB_TRY(lb_h5_write_strings(file, "subject", total, subject, err));
    LB_TRY(lb_h5_write(file, "sex", LB_I8, 1, &total, sex, err));
    LB_TRY(lb_h5_write(file, "age", LB_F32, 1, &total, age, err));
cleanup:
    lb_free(age);
    lb_free(sex);
    lb_free(subject);
    lb_free(names);
    return status;
}

/* The template's name without its folder: the same data give the same file anywhere. */
static lb_status
write_attributes(lb_h5 *file, const lb_cohort_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    const char *slash = strrchr(options->template_path, '/');
    char seed[NAME_SIZE];
    snprintf(seed, sizeof seed, "%" PRIu64, options->seed); /* a number would round above 2^53 */
    LB_TRY(lb_h5_set_text(file, "", "template", slash == NULL ? options->template_path : slash + 1,
                          err));
    LB_TRY(lb_h5_set_text(file, "", "seed", seed, err));
    LB_TRY(lb_h5_set_text(file, "", "background", LB_BACKGROUNDS[options->background], err));
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"simulated", 1},
                   {"subjects", (double)options->subjects},
                   {"slices_per_subject", (double)options->slices_per_subject},
                   {"voxel", options->voxel},
                   {"thickness", options->thickness > 0 ? options->thickness : options->voxel},
                   {"minimum_brain", options->minimum_brain},
                   {"volume_difference", options->volume_difference},
                   {"volume_deviation", options->volume_deviation},
                   {"shape_difference", options->shape_difference},
                   {"deformation", options->deformation},
                   {"cortex", options->cortex},
                   {"fluid", options->fluid},
                   {"contrast", options->contrast},
                   {"bias", options->bias},
                   {"noise", options->noise}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        LB_TRY(lb_h5_set_number(file, "", numbers[i].name, numbers[i].value, err));
    }
cleanup:
    return status;
}

lb_status
lb_slices_simulate(const lb_cohort_options *options, const char *path, const lb_context *context,
                   lb_error *err)
{
    lb_status status = LB_OK;
    cohort_template head = {0};
    lb_h5 *file = NULL;
    size_t total = 0;
    LB_TRY(cohort_options_check(options, err));
    LB_TRY(lb_multiply(&total, options->subjects, options->slices_per_subject, err));
    const size_t shape[3] = {total, options->height, options->width};
    lb_progress(context, "reading the template", 0, 1);
    LB_TRY(cohort_template_load(&head, options, context, err));
    LB_TRY(lb_h5_create(&file, path, "slices", 1, context, err));
    LB_TRY(write_attributes(file, options, err));
    LB_TRY(lb_h5_reserve(file, "image", LB_F32, 3, shape, err));
    LB_TRY(lb_h5_reserve(file, "position", LB_I32, 1, shape, err));
    LB_TRY(lb_h5_reserve(file, "jacobian_minimum", LB_F32, 1, &options->subjects, err));
    LB_TRY(lb_h5_reserve(file, "deformation_kept", LB_F32, 1, &options->subjects, err));
    LB_TRY(write_people(file, options, err));
    LB_TRY(write_images(file, &head, options, context, err));
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_h5_close(file);
    cohort_template_release(&head);
    return status;
}
