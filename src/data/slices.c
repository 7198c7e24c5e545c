/* SPDX-License-Identifier: MIT */
/* slices.h5: `image` (N, H, W), `subject`, `sex`, `age`, `position`. Only the images stay on disk.
 */
#include "lesionbench/slices.h"

#include <stdlib.h>
#include <string.h>

#include "column.h"

#include "lesionbench/h5.h"

struct lb_slices {
    lb_h5 *file;
    lb_h5_rows *images;
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
    lb_h5_rows_close(slices->images);
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
    return lb_h5_rows_read(slices->images, index, 1, out, err);
}

typedef struct named {
    const char *name;
    size_t slice;
} named;

static int
compare_named(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->slice > y->slice) - (x->slice < y->slice);
}

/* Numbers the subjects in order of first appearance. */
static lb_status
number_subjects(lb_slices *slices, lb_error *err)
{
    lb_status status = LB_OK;
    named *sorted = NULL;
    size_t *first = NULL; /* by slice: the first one of its subject */
    LB_ALLOC(sorted, slices->count);
    LB_ALLOC(first, slices->count);
    for (size_t i = 0; i < slices->count; i++) {
        sorted[i] = (named){slices->names[i], i};
    }
    qsort(sorted, slices->count, sizeof *sorted, compare_named);
    for (size_t i = 0, start = 0; i < slices->count; i++) {
        if (strcmp(sorted[i].name, sorted[start].name) != 0) {
            start = i;
        }
        first[sorted[i].slice] = sorted[start].slice;
    }
    for (size_t i = 0; i < slices->count; i++) {
        if (first[i] == i) {
            slices->named_by[slices->subjects] = i;
            slices->info[i].subject = slices->subjects++;
        } else {
            slices->info[i].subject = slices->info[first[i]].subject;
        }
    }
cleanup:
    lb_free(first);
    lb_free(sorted);
    return status;
}

/* The names go first: the file must hold them all, so that their number is believed. */
static lb_status
open_images(lb_slices *slices, lb_error *err)
{
    lb_status status = LB_OK;
    size_t rank = 0, shape[LB_MAX_RANK];
    LB_TRY(lb_h5_shape(&rank, shape, slices->file, "image", err));
    if (rank != 3 || shape[0] == 0 || shape[1] == 0 || shape[2] == 0 || shape[1] > LB_MAX_SIDE ||
        shape[2] > LB_MAX_SIDE) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: 'image' must be (slices, height, width), up to %d pixels a side",
                       lb_h5_path(slices->file), LB_MAX_SIDE));
    }
    if (slices->count != shape[0]) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: %zu subject names for %zu slices",
                       lb_h5_path(slices->file), slices->count, shape[0]));
    }
    LB_TRY(lb_h5_rows_open(&slices->images, slices->file, "image", LB_F32, err));
    slices->height = shape[1];
    slices->width = shape[2];
    LB_ALLOC(slices->info, slices->count);
    LB_ALLOC(slices->named_by, slices->count);
    LB_TRY(number_subjects(slices, err));
cleanup:
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
    LB_TRY(lb_h5_read_strings(&slices->names, &slices->count, slices->file, "subject", err));
    LB_TRY(open_images(slices, err));
    LB_TRY(read_columns(slices, err));
    *out = slices;
    slices = NULL;
cleanup:
    lb_slices_close(slices);
    return status;
}
