/* SPDX-License-Identifier: MIT */
/* slices.h5: `image` (N, H, W), `subject`, `sex`, `age`, `position`. Only the images stay on disk.
 */
#include "lesionbench/slices.h"

#include <string.h>

#include "column.h"

#include "lesionbench/h5.h"

struct lb_slices {
    lb_h5 *file;
    size_t count, height, width, subjects;
    lb_slice_info *info; /* count */
    char **names;        /* of the slices' subjects, count */
    size_t *named_by;    /* by subject: its first slice */
};

void
lb_slices_close(lb_slices *slices)
{
    if (slices == NULL) {
        return;
    }
    lb_free(slices->named_by);
    lb_h5_free_names(slices->names, slices->count);
    lb_free(slices->info);
    lb_h5_close(slices->file);
    lb_free(slices);
}

size_t
lb_slices_count(const lb_slices *slices)
{
    return slices->count;
}

size_t
lb_slices_height(const lb_slices *slices)
{
    return slices->height;
}

size_t
lb_slices_width(const lb_slices *slices)
{
    return slices->width;
}

size_t
lb_slices_subjects(const lb_slices *slices)
{
    return slices->subjects;
}

const char *
lb_slices_subject_name(const lb_slices *slices, size_t subject)
{
    return slices->names[slices->named_by[subject]];
}

const lb_slice_info *
lb_slices_at(const lb_slices *slices, size_t index)
{
    return slices->info + index;
}

lb_status
lb_slices_read(float *out, lb_slices *slices, size_t index, lb_error *err)
{
    return lb_h5_read_rows(slices->file, "image", LB_F32, index, 1, out, err);
}

static lb_status
open_images(lb_slices *slices, lb_error *err)
{
    lb_status status = LB_OK;
    size_t rank = 0, shape[LB_MAX_RANK], pixels = 0;
    LB_TRY(lb_h5_shape(&rank, shape, slices->file, "image", err));
    if (rank != 3 || shape[0] == 0 || shape[1] == 0 || shape[2] == 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: 'image' must be (slices, height, width)",
                       lb_h5_path(slices->file));
    }
    slices->height = shape[1];
    slices->width = shape[2];
    LB_TRY(lb_multiply(&pixels, shape[1], shape[2], err));
    LB_ALLOC(slices->info, shape[0]);
    LB_ALLOC(slices->named_by, shape[0]);
    slices->count = shape[0];
cleanup:
    return status;
}

/* Numbers the subjects in order of first appearance. Slices of a subject mostly follow one another,
 * so the latest subjects are looked at first. */
static void
number_subjects(lb_slices *slices)
{
    for (size_t i = 0; i < slices->count; i++) {
        size_t left = slices->subjects;
        while (left > 0 &&
               strcmp(slices->names[i], lb_slices_subject_name(slices, left - 1)) != 0) {
            left--;
        }
        if (left == 0) {
            slices->named_by[slices->subjects++] = i;
            left = slices->subjects;
        }
        slices->info[i].subject = left - 1;
    }
}

static lb_status
read_subjects(lb_slices *slices, lb_error *err)
{
    lb_status status = LB_OK;
    char **names = NULL;
    size_t count = 0;
    LB_TRY(lb_h5_read_strings(&names, &count, slices->file, "subject", err));
    if (count != slices->count) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: %zu subject names for %zu slices",
                       lb_h5_path(slices->file), count, slices->count));
    }
    slices->names = names;
    names = NULL;
    number_subjects(slices);
cleanup:
    lb_h5_free_names(names, count);
    return status;
}

static lb_status
read_columns(lb_slices *slices, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array sex = {0}, age = {0}, position = {0};
    LB_TRY(lb_column_read(&sex, slices->file, NULL, "sex", LB_I8, slices->count, err));
    LB_TRY(lb_column_read(&age, slices->file, NULL, "age", LB_F32, slices->count, err));
    LB_TRY(lb_column_read(&position, slices->file, NULL, "position", LB_I32, slices->count, err));
    for (size_t i = 0; i < slices->count; i++) {
        lb_slice_info *info = slices->info + i;
        info->sex = ((const int8_t *)sex.data)[i];
        info->age = ((const float *)age.data)[i];
        info->position = ((const int32_t *)position.data)[i];
        if (info->sex < LB_SEX_UNKNOWN || info->sex > LB_MALE) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "%s: slice %zu has sex %d, not 0 (female), 1 (male) or -1 (unknown)",
                           lb_h5_path(slices->file), i, info->sex));
        }
    }
cleanup:
    lb_array_release(&position);
    lb_array_release(&age);
    lb_array_release(&sex);
    return status;
}

lb_status
lb_slices_open(lb_slices **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_slices *slices = NULL;
    LB_ALLOC(slices, 1);
    LB_TRY(lb_h5_open(&slices->file, path, "slices", err));
    LB_TRY(open_images(slices, err));
    LB_TRY(read_subjects(slices, err));
    LB_TRY(read_columns(slices, err));
    *out = slices;
    slices = NULL;
cleanup:
    lb_slices_close(slices);
    return status;
}
