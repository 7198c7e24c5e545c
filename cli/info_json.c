/* SPDX-License-Identifier: MIT */
/* `info --json`: {"file", "bytes", "kind", ...}, and by kind "attributes" and "datasets",
 * "metadata" and "tensors", "columns" and "rows", "type" and "shape". */
#include "cli.h"

#include "lesionbench/array.h"
#include "lesionbench/csv.h"
#include "lesionbench/h5.h"
#include "lesionbench/idx.h"
#include "lesionbench/json.h"
#include "lesionbench/nifti.h"
#include "lesionbench/npy.h"
#include "lesionbench/weights.h"
#include "published.h"

static void
print_shape(const size_t *shape, size_t rank)
{
    fputs("\"shape\": [", stdout);
    for (size_t i = 0; i < rank; i++) {
        printf("%s%zu", i > 0 ? ", " : "", shape[i]);
    }
    putchar(']');
}

static void
print_pair(const char *name, const char *value)
{
    lb_json_text(stdout, name, false);
    fputs(": ", stdout);
    lb_json_text(stdout, value, false);
}

/* The datasets of a group and of those in it; `left` objects are looked at, as links may go round
 * in circles. */
static lb_status
print_datasets(lb_h5 *file, const char *group, int depth, size_t *left, bool *any, lb_error *err)
{
    lb_status status = LB_OK;
    char **names = NULL, *path = NULL;
    size_t count = 0;
    LB_TRY(lb_h5_members(&names, &count, file, group, err));
    for (size_t i = 0; *left > 0 && i < count; i++, --*left) {
        size_t rank = 0, shape[LB_MAX_RANK];
        lb_error not_a_dataset;
        lb_free(path);
        path = lb_format(err, "%s%s%s", group, group[0] != '\0' ? "/" : "", names[i]);
        LB_TRY(path == NULL ? err->code : LB_OK);
        if (lb_h5_shape(&rank, shape, file, path, &not_a_dataset) == LB_OK) {
            fputs(*any ? ",\n    {" : "\n    {", stdout);
            print_pair("name", path);
            fputs(", ", stdout);
            print_shape(shape, rank);
            putchar('}');
            *any = true;
        } else if (depth < 3) {
            LB_TRY(print_datasets(file, path, depth + 1, left, any, err));
            if (*left == 0) {
                break;
            }
        }
    }
cleanup:
    lb_free(path);
    lb_h5_free_names(names, count);
    return status;
}

static void
print_attributes(lb_h5 *file)
{
    fputs(",\n  \"attributes\": {", stdout);
    bool any = false;
    for (size_t i = 0; INFO_H5_KEYS[i] != NULL; i++) {
        const char *key = INFO_H5_KEYS[i];
        lb_error absent;
        char *text = NULL;
        double number = 0;
        bool is_text = lb_h5_has_attribute(file, "", key) &&
                       lb_h5_get_text(&text, file, "", key, &absent) == LB_OK;
        bool is_number = !is_text && lb_h5_has_attribute(file, "", key) &&
                         lb_h5_get_number(&number, file, "", key, &absent) == LB_OK;
        if (is_text || is_number) {
            fputs(any ? ", " : "", stdout);
            any = true;
        }
        if (is_text) {
            print_pair(key, text);
            lb_free(text);
        } else if (is_number) {
            lb_json_text(stdout, key, false);
            printf(": %.9g", number);
        }
    }
    putchar('}');
}

static lb_status
json_h5(const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    char *format = NULL;
    size_t left = 1000;
    bool any = false;
    LB_TRY(lb_h5_open(&file, path, NULL, err));
    LB_TRY(lb_h5_get_text(&format, file, "", "format", err));
    fputs(",\n  ", stdout);
    print_pair("format", format);
    print_attributes(file);
    fputs(",\n  \"datasets\": [", stdout);
    LB_TRY(print_datasets(file, "", 0, &left, &any, err));
    putchar(']');
cleanup:
    lb_free(format);
    lb_h5_close(file);
    return status;
}

static lb_status
json_model(const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    bool any = false;
    LB_TRY(lb_weights_open(&weights, path, err));
    fputs(",\n  ", stdout);
    print_pair("format", lb_weights_format_name(lb_weights_format_of(weights)));
    fputs(",\n  \"metadata\": {", stdout);
    for (size_t i = 0; INFO_MODEL_KEYS[i] != NULL; i++) {
        const char *value = lb_weights_metadata(weights, INFO_MODEL_KEYS[i]);
        if (value != NULL && value[0] != '\0') {
            fputs(any ? ", " : "", stdout);
            print_pair(INFO_MODEL_KEYS[i], value);
            any = true;
        }
    }
    fputs("},\n  \"tensors\": [", stdout);
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *weight = lb_weights_at(weights, i);
        fputs(i > 0 ? ",\n    {" : "\n    {", stdout);
        print_pair("name", weight->name);
        fputs(", ", stdout);
        print_pair("type", weight->type);
        fputs(", ", stdout);
        print_shape(weight->shape, weight->rank);
        putchar('}');
    }
    putchar(']');
cleanup:
    lb_weights_close(weights);
    return status;
}

static lb_status
json_array(const char *path, bool npy, lb_error *err)
{
    lb_array array = {0};
    lb_status status = npy ? lb_npy_read(&array, path, err) : lb_idx_read(&array, path, err);
    if (status == LB_OK) {
        fputs(",\n  ", stdout);
        print_pair("type", INFO_TYPES[array.type]);
        fputs(",\n  ", stdout);
        print_shape(array.shape, array.rank);
    }
    lb_array_release(&array);
    return status;
}

static lb_status
json_nifti(const char *path, lb_error *err)
{
    lb_volume volume = {0};
    lb_status status = lb_nifti_read(&volume, path, err);
    if (status == LB_OK) {
        const size_t shape[] = {volume.nx, volume.ny, volume.nz};
        fputs(",\n  ", stdout);
        print_shape(shape, 3);
        printf(",\n  \"spacing_mm\": [%.9g, %.9g, %.9g]", volume.spacing[0], volume.spacing[1],
               volume.spacing[2]);
    }
    lb_volume_release(&volume);
    return status;
}

static lb_status
json_csv(const char *path, lb_error *err)
{
    lb_csv csv = {0};
    lb_status status = lb_csv_read(&csv, path, err);
    if (status == LB_OK) {
        printf(",\n  \"rows\": %zu,\n  \"columns\": [", csv.rows);
        for (size_t i = 0; i < csv.columns; i++) {
            fputs(i > 0 ? ", " : "", stdout);
            lb_json_text(stdout, csv.header[i], false);
        }
        putchar(']');
    }
    lb_csv_release(&csv);
    return status;
}

lb_status
info_json(const char *path, lb_error *err)
{
    static const char *const kinds[] = {"",    "HDF5",   "model", "NIfTI",
                                        "CSV", "pickle", "NPY",   "IDX"};
    lb_file_kind kind = LB_FILE_UNKNOWN;
    size_t bytes = 0;
    lb_status status = info_kind_of(&kind, &bytes, path, err);
    if (status != LB_OK) {
        return status;
    }
    fputs("{", stdout);
    print_pair("file", path);
    printf(",\n  \"bytes\": %zu,\n  ", bytes);
    print_pair("kind", kinds[kind]);
    switch (kind) {
    case LB_FILE_HDF5:
        status = json_h5(path, err);
        break;
    case LB_FILE_MODEL:
        status = json_model(path, err);
        break;
    case LB_FILE_NIFTI:
        status = json_nifti(path, err);
        break;
    case LB_FILE_CSV:
        status = json_csv(path, err);
        break;
    case LB_FILE_NPY:
    case LB_FILE_IDX:
        status = json_array(path, kind == LB_FILE_NPY, err);
        break;
    case LB_FILE_PICKLE: /* what it holds is told in words alone */
    case LB_FILE_UNKNOWN:
        break;
    }
    puts("}");
    return status;
}
