/* SPDX-License-Identifier: MIT */
/* Reading dataset.h5. Labels stay in memory, images on disk. */
#include "lesionbench/dataset.h"

#include <string.h>

#include "column.h"

#include "lesionbench/h5.h"

typedef struct split_data {
    size_t count;
    int32_t *labels;
    uint8_t *lesion_counts;
    int32_t *slices, *subjects;
} split_data;

struct lb_dataset {
    lb_h5 *file;
    size_t height, width;
    lb_quirk_set quirks;
    split_data splits[LB_SPLITS];
};

static const char *const SPLIT_NAMES[LB_SPLITS] = {"train", "validation", "holdout"};

const char *
lb_split_name(lb_split split)
{
    return SPLIT_NAMES[split];
}

void
lb_dataset_close(lb_dataset *dataset)
{
    if (dataset == NULL) {
        return;
    }
    for (int split = 0; split < LB_SPLITS; split++) {
        lb_free(dataset->splits[split].subjects);
        lb_free(dataset->splits[split].slices);
        lb_free(dataset->splits[split].lesion_counts);
        lb_free(dataset->splits[split].labels);
    }
    lb_h5_close(dataset->file);
    lb_free(dataset);
}

size_t
lb_dataset_count(const lb_dataset *dataset, lb_split split)
{
    return dataset->splits[split].count;
}

lb_quirk_set
lb_dataset_quirks(const lb_dataset *dataset)
{
    return dataset->quirks;
}

size_t
lb_dataset_height(const lb_dataset *dataset)
{
    return dataset->height;
}

size_t
lb_dataset_width(const lb_dataset *dataset)
{
    return dataset->width;
}

const int32_t *
lb_dataset_labels(const lb_dataset *dataset, lb_split split)
{
    return dataset->splits[split].labels;
}

const uint8_t *
lb_dataset_lesion_counts(const lb_dataset *dataset, lb_split split)
{
    return dataset->splits[split].lesion_counts;
}

const int32_t *
lb_dataset_slices(const lb_dataset *dataset, lb_split split)
{
    return dataset->splits[split].slices;
}

const int32_t *
lb_dataset_subjects(const lb_dataset *dataset, lb_split split)
{
    const split_data *data = &dataset->splits[split];
    return data->subjects != NULL ? data->subjects : data->slices;
}

/* "train/image" and the like. */
static char *
member(lb_split split, const char *name, lb_error *err)
{
    return lb_format(err, "%s/%s", lb_split_name(split), name);
}

/* Whole numbers are most likely 0 to 255. */
static lb_status
check_real(lb_dataset *dataset, const char *path, lb_error *err)
{
    lb_type type = LB_F32;
    lb_status status = lb_h5_stored(&type, dataset->file, path, err);
    if (status == LB_OK && type != LB_F32 && type != LB_F64) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: '%s' holds whole numbers; images are real numbers from 0 to 1 (divide "
                       "by 255)",
                       lb_h5_path(dataset->file), path);
    }
    return status;
}

/* Takes the height and width of the first images it sees, and insists on them afterwards. */
static lb_status
check_images(lb_dataset *dataset, lb_split split, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    size_t rank = 0, shape[LB_MAX_RANK];
    char *path = member(split, name, err);
    LB_TRY(path == NULL ? err->code : LB_OK);
    LB_TRY(lb_h5_shape(&rank, shape, dataset->file, path, err));
    if (strcmp(name, "image") == 0) {
        LB_TRY(check_real(dataset, path, err));
    }
    if (rank == 3 && dataset->height == 0) {
        dataset->splits[split].count = shape[0];
        dataset->height = shape[1];
        dataset->width = shape[2];
    } else if (rank == 3 && strcmp(name, "image") == 0) {
        dataset->splits[split].count = shape[0];
    }
    if (rank != 3 || shape[0] != dataset->splits[split].count || shape[1] != dataset->height ||
        shape[2] != dataset->width || shape[1] == 0 || shape[2] == 0 || shape[1] > LB_MAX_SIDE ||
        shape[2] > LB_MAX_SIDE) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the shape of '%s' does not fit the other images",
                       lb_h5_path(dataset->file), path));
    }
cleanup:
    lb_free(path);
    return status;
}

/* Files made by older versions have none. */
static lb_status
read_subjects(split_data *data, const lb_dataset *dataset, lb_split split, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array column = {0};
    char *path = member(split, "subject", err);
    LB_TRY(path == NULL ? err->code : LB_OK);
    if (lb_h5_has(dataset->file, path)) {
        LB_TRY(lb_column_read(&column, dataset->file, lb_split_name(split), "subject", LB_I32,
                              data->count, err));
        data->subjects = column.data;
    }
cleanup:
    lb_free(path);
    return status;
}

static lb_status
open_split(lb_dataset *dataset, lb_split split, lb_error *err)
{
    lb_status status = LB_OK;
    split_data *data = dataset->splits + split;
    lb_array column = {0};
    const char *group = lb_split_name(split);
    if (!lb_h5_has(dataset->file, group)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: no group \"%s\" (run 'lesionbench compose')",
                       lb_h5_path(dataset->file), group));
    }
    LB_TRY(check_images(dataset, split, "image", err));
    LB_TRY(check_images(dataset, split, "truth", err));
    LB_TRY(lb_column_read(&column, dataset->file, group, "label", LB_I32, data->count, err));
    data->labels = column.data;
    LB_TRY(lb_column_read(&column, dataset->file, group, "lesion_count", LB_U8, data->count, err));
    data->lesion_counts = column.data;
    LB_TRY(lb_column_read(&column, dataset->file, group, "slice", LB_I32, data->count, err));
    data->slices = column.data;
    LB_TRY(read_subjects(data, dataset, split, err));
    for (size_t i = 0; i < data->count; i++) {
        if (data->labels[i] < 0 || data->labels[i] > 1) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: image %zu of '%s' has label %d, not 0 or 1",
                           lb_h5_path(dataset->file), i, group, (int)data->labels[i]));
        }
    }
cleanup:
    return status;
}

lb_status
lb_dataset_open(lb_dataset **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_dataset *dataset = NULL;
    char *quirks = NULL;
    LB_ALLOC(dataset, 1);
    LB_TRY(lb_h5_open(&dataset->file, path, "dataset", err));
    if (lb_h5_has_attribute(dataset->file, "", "quirks")) {
        LB_TRY(lb_h5_get_text(&quirks, dataset->file, "", "quirks", err));
        if (lb_quirks_switch(&dataset->quirks, quirks, LB_ALL_QUIRKS, err) != LB_OK) {
            status = lb_fail_context(err, "%s", path);
            goto cleanup;
        }
    }
    for (int split = 0; split < LB_SPLITS; split++) {
        LB_TRY(open_split(dataset, (lb_split)split, err));
    }
    *out = dataset;
    dataset = NULL;
cleanup:
    lb_free(quirks);
    lb_dataset_close(dataset);
    return status;
}

static lb_status
read_rows(float *out, lb_dataset *dataset, lb_split split, const char *name, size_t first,
          size_t count, lb_error *err)
{
    char *path = member(split, name, err);
    if (path == NULL) {
        return err->code;
    }
    lb_status status = lb_h5_read_rows(dataset->file, path, LB_F32, first, count, out, err);
    lb_free(path);
    return status;
}

lb_status
lb_dataset_read(float *image, float *truth, lb_dataset *dataset, lb_split split, size_t first,
                size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    if (image != NULL) {
        LB_TRY(read_rows(image, dataset, split, "image", first, count, err));
    }
    if (truth != NULL) {
        LB_TRY(read_rows(truth, dataset, split, "truth", first, count, err));
    }
cleanup:
    return status;
}
