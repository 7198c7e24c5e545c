/* SPDX-License-Identifier: MIT */
/* Slices that are arrays already: .npy, and the published study's slices_*.pkl, which are tuples of
 * the slices, their subjects' sexes, and their ages. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "import_internal.h"
#include "lesionbench/npy.h"
#include "lesionbench/pickle.h"

enum { MAX_SIDE = 4096 }; /* of a slice */

/* One value for each slice: numbers of an array, or a list of anything. */
typedef struct column {
    const lb_value *list;
    lb_array numbers; /* float64 */
} column;

struct import_array {
    const char *path; /* the item's */
    size_t count, height, width;
    lb_npy *npy;
    void *row; /* of npy, in its type */
    lb_pickle *pickle;
    const lb_value *slices; /* a list of arrays, or NULL where they are one array: */
    lb_array stack;         /* (count, height, width), float32 */
    column sexes, ages;
};

void
import_array_close(import_array *array)
{
    if (array == NULL) {
        return;
    }
    lb_array_release(&array->ages.numbers);
    lb_array_release(&array->sexes.numbers);
    lb_array_release(&array->stack);
    lb_pickle_free(array->pickle);
    lb_free(array->row);
    lb_npy_close(array->npy);
    lb_free(array);
}

size_t
import_array_count(const import_array *array)
{
    return array->count;
}

size_t
import_array_height(const import_array *array)
{
    return array->height;
}

size_t
import_array_width(const import_array *array)
{
    return array->width;
}

/* From (N, H, W) or (H, W). */
static lb_status
set_shape(import_array *out, size_t rank, const size_t *shape, lb_error *err)
{
    if (rank != 2 && rank != 3) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: has %zu axes; slices are (height, width) or (slices, height, width)",
                       out->path, rank);
    }
    out->count = rank == 3 ? shape[0] : 1;
    out->height = shape[rank - 2];
    out->width = shape[rank - 1];
    if (out->height == 0 || out->width == 0 || out->height > MAX_SIDE || out->width > MAX_SIDE) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: slices of %zu x %zu pixels (1 to %d on each side)", out->path,
                       out->height, out->width, MAX_SIDE);
    }
    return LB_OK;
}

static lb_status
open_npy(import_array *out, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_npy_open(&out->npy, out->path, err));
    const lb_array *header = lb_npy_header(out->npy);
    LB_TRY(set_shape(out, header->rank, header->shape, err));
    out->row = lb_alloc(out->height * out->width, lb_type_size(header->type), err);
    if (out->row == NULL) {
        LB_TRY(err->code);
    }
cleanup:
    return status;
}

/* A list or a one-dimensional array, as long as there are slices. */
static lb_status
set_column(column *out, const import_array *array, const lb_value *value, const char *what,
           lb_error *err)
{
    const lb_value_shape *shape = lb_value_array(value);
    bool list = value->kind == LB_VALUE_LIST || value->kind == LB_VALUE_TUPLE;
    bool row = shape != NULL && shape->rank == 1;
    if ((!list && !row) || lb_value_count(value) != array->count) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "%s: its %s are %s of %zu for %zu slices; a list with one for each is wanted",
            array->path, what, lb_value_kind_name(value->kind), lb_value_count(value),
            array->count);
    }
    out->list = list ? value : NULL;
    if (row && lb_value_to_reals(&out->numbers, value, LB_F64, err) != LB_OK) {
        return lb_fail_context(err, "%s: its %s", array->path, what);
    }
    return LB_OK;
}

/* One array of a list must be like the first. */
static lb_status
check_member(import_array *array, size_t index, lb_error *err)
{
    const lb_value_shape *shape = lb_value_array(lb_value_at(array->slices, index));
    if (shape == NULL || shape->rank != 2) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: slice %zu is no array (height, width)",
                       array->path, index);
    }
    if (index == 0) {
        size_t count = array->count;
        lb_status status = set_shape(array, 2, shape->shape, err);
        array->count = count;
        return status;
    }
    if (shape->shape[0] != array->height || shape->shape[1] != array->width) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: slice %zu is %zu x %zu, the first %zu x %zu",
                       array->path, index, shape->shape[0], shape->shape[1], array->height,
                       array->width);
    }
    return LB_OK;
}

static lb_status
set_slices(import_array *out, const lb_value *slices, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_value_shape *shape = lb_value_array(slices);
    if (shape != NULL) {
        LB_TRY(set_shape(out, shape->rank, shape->shape, err));
        if (lb_value_to_reals(&out->stack, slices, LB_F32, err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "%s", out->path));
        }
        return LB_OK;
    }
    if ((slices->kind != LB_VALUE_LIST && slices->kind != LB_VALUE_TUPLE) ||
        lb_value_count(slices) == 0) {
        LB_TRY(
            lb_fail(err, LB_ERROR_FORMAT,
                    "%s: holds %s; slices are a list of arrays or one array, alone or in a tuple "
                    "with sexes and ages",
                    out->path, lb_value_kind_name(slices->kind)));
    }
    out->slices = slices;
    out->count = lb_value_count(slices);
    for (size_t i = 0; i < out->count; i++) {
        LB_TRY(check_member(out, i, err));
    }
cleanup:
    return status;
}

static lb_status
open_pickle(import_array *out, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_pickle_read(&out->pickle, out->path, NULL, err));
    const lb_value *root = lb_pickle_root(out->pickle);
    /* Three slices in a tuple are no slices, sexes and ages: those are columns of numbers or words,
     * never pictures. */
    bool tuple = (root->kind == LB_VALUE_TUPLE || root->kind == LB_VALUE_LIST) &&
                 lb_value_count(root) >= 2 && lb_value_count(root) <= 3;
    const lb_value_shape *second = tuple ? lb_value_array(lb_value_at(root, 1)) : NULL;
    if (!tuple || (second != NULL && second->rank > 1)) {
        return set_slices(out, root, err);
    }
    LB_TRY(set_slices(out, lb_value_at(root, 0), err));
    LB_TRY(set_column(&out->sexes, out, lb_value_at(root, 1), "sexes", err));
    if (lb_value_count(root) == 3) {
        LB_TRY(set_column(&out->ages, out, lb_value_at(root, 2), "ages", err));
    }
cleanup:
    return status;
}

lb_status
import_array_open(import_array **out, const import_item *item, lb_error *err)
{
    lb_status status = LB_OK;
    import_array *array = NULL;
    LB_ALLOC(array, 1);
    array->path = item->path;
    if (item->kind == IMPORT_NPY) {
        LB_TRY(open_npy(array, err));
    } else {
        LB_TRY(open_pickle(array, err));
    }
    *out = array;
    array = NULL;
cleanup:
    import_array_close(array);
    return status;
}

#define CONVERT(type)                        \
    do {                                     \
        const type *values = from;           \
        for (size_t i = 0; i < count; i++) { \
            to[i] = (float)values[i];        \
        }                                    \
    } while (0)

static void
to_floats(float *to, const void *from, size_t count, lb_type type)
{
    switch (type) {
    case LB_U8:
        CONVERT(uint8_t);
        break;
    case LB_I8:
        CONVERT(int8_t);
        break;
    case LB_I32:
        CONVERT(int32_t);
        break;
    case LB_I64:
        CONVERT(int64_t);
        break;
    case LB_F32:
        CONVERT(float);
        break;
    case LB_F64:
        CONVERT(double);
        break;
    }
}

lb_status
import_array_read(float *out, import_array *array, size_t index, lb_error *err)
{
    size_t pixels = array->height * array->width;
    if (array->npy != NULL) {
        const lb_array *header = lb_npy_header(array->npy);
        bool one = header->rank == 2; /* its rows are those of the picture */
        lb_status status =
            lb_npy_read_rows(array->row, array->npy, one ? 0 : index, one ? array->height : 1, err);
        if (status != LB_OK) {
            return status;
        }
        to_floats(out, array->row, pixels, header->type);
    } else if (array->slices != NULL) {
        lb_array slice = {0};
        lb_status status =
            lb_value_to_reals(&slice, lb_value_at(array->slices, index), LB_F32, err);
        if (status != LB_OK) {
            return lb_fail_context(err, "%s: slice %zu", array->path, index);
        }
        memcpy(out, slice.data, pixels * sizeof *out);
        lb_array_release(&slice);
    } else {
        memcpy(out, (const float *)array->stack.data + index * pixels, pixels * sizeof *out);
    }
    for (size_t i = 0; i < pixels; i++) {
        out[i] = isfinite(out[i]) ? out[i] : 0;
    }
    return LB_OK;
}

enum { CELL_CAPACITY = 64 };

/* A member of a column as the text that a table would have; false where it is none. */
static bool
cell_text(char out[CELL_CAPACITY], const column *from, size_t index)
{
    double number = NAN;
    if (from->list != NULL) {
        const lb_value *value = lb_value_at(from->list, index);
        const char *text = lb_value_text(value);
        if (text != NULL) {
            snprintf(out, CELL_CAPACITY, "%s", text);
            return true;
        }
        if (value->kind != LB_VALUE_NONE && !lb_value_number(&number, value)) {
            return false;
        }
    } else if (from->numbers.data != NULL) {
        number = ((const double *)from->numbers.data)[index];
    }
    snprintf(out, CELL_CAPACITY, "%.10g", number);
    if (isnan(number)) {
        out[0] = '\0'; /* unknown */
    }
    return true;
}

lb_status
import_array_person(import_person *out, const import_array *array, size_t index, lb_error *err)
{
    import_person person = {.name = "", .bare = ""};
    char cell[CELL_CAPACITY] = "?";
    if (!cell_text(cell, &array->sexes, index) || !import_parse_sex(&person.sex, cell)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: slice %zu: sex '%.20s' is neither female (F, female, 0) nor male (M, "
                       "male, 1) nor unknown (n/a)",
                       array->path, index, cell);
    }
    if (!cell_text(cell, &array->ages, index) || !import_parse_age(&person.age, cell)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: slice %zu: age '%.20s' is not in years",
                       array->path, index, cell);
    }
    *out = person;
    return LB_OK;
}
