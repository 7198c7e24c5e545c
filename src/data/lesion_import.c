/* SPDX-License-Identifier: MIT */
/* Lesions from the study's pickles. */
#include <math.h>

#include "lesionbench/array.h"
#include "lesionbench/lesions.h"
#include "lesionbench/pickle.h"

enum { PAIR = 2 };

/* lesions.h5 pads all masks to the largest side: one giant must not make them all giants. */
static const size_t MAX_PADDED = (size_t)1 << 27;

static lb_status
check_mask(const lb_array *mask, lb_error *err)
{
    const double *values = mask->data;
    double peak = 0;
    if (mask->rank != 2 || mask->shape[0] == 0 || mask->shape[1] == 0 ||
        mask->shape[0] > LB_MAX_SIDE || mask->shape[1] > LB_MAX_SIDE) {
        return lb_fail(err, LB_ERROR_FORMAT, "its mask is not of two axes with sides from 1 to %d",
                       LB_MAX_SIDE);
    }
    for (size_t i = 0; i < lb_array_count(mask); i++) {
        if (!(values[i] >= 0 && values[i] <= 1e6)) {
            return lb_fail(err, LB_ERROR_FORMAT, "its mask holds the value %g", values[i]);
        }
        peak = values[i] > peak ? values[i] : peak;
    }
    return peak > 0 ? LB_OK : lb_fail(err, LB_ERROR_FORMAT, "its mask is empty");
}

/* [mask, compactness] */
static lb_status
import_lesion(lb_lesion *out, const lb_value *pair, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array mask = {0};
    double compactness = 0;
    if ((pair->kind != LB_VALUE_LIST && pair->kind != LB_VALUE_TUPLE) ||
        lb_value_count(pair) != PAIR || lb_value_array(lb_value_at(pair, 0)) == NULL ||
        !lb_value_number(&compactness, lb_value_at(pair, 1))) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "is not a list of a mask and its compactness"));
    }
    if (!(compactness > 0 && isfinite(compactness))) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "its compactness is %g", compactness));
    }
    LB_TRY(lb_value_to_reals(&mask, lb_value_at(pair, 0), LB_F64, err));
    LB_TRY(check_mask(&mask, err));
    *out = (lb_lesion){.height = mask.shape[0],
                       .width = mask.shape[1],
                       .mask = mask.data,
                       .compactness = compactness};
    mask.data = NULL;
cleanup:
    lb_array_release(&mask);
    return status;
}

/* The side that all masks of a file would be padded to must not be out of proportion. */
static lb_status
check_padded(const lb_lesion *lesions, size_t count, lb_error *err)
{
    size_t side = 0;
    for (size_t i = 0; i < count; i++) {
        side = lesions[i].height > side ? lesions[i].height : side;
        side = lesions[i].width > side ? lesions[i].width : side;
    }
    if (count > MAX_PADDED / (side * side)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%zu lesions of up to %zu pixels a side are too many",
                       count, side);
    }
    return LB_OK;
}

static lb_status
import_list(lb_lesion_library *out, lb_shape shape, const lb_value *list, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = lb_value_count(list);
    if ((list->kind != LB_VALUE_LIST && list->kind != LB_VALUE_TUPLE) || count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "is not a list of lesions, each [mask, compactness]"));
    }
    LB_ALLOC(out->lesions[shape], count);
    out->count[shape] = out->found[shape] = count;
    for (size_t i = 0; i < count; i++) {
        if (import_lesion(&out->lesions[shape][i], lb_value_at(list, i), err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "lesion %zu", i));
        }
    }
    LB_TRY(check_padded(out->lesions[shape], count, err));
cleanup:
    return status;
}

static lb_status
import_file(lb_lesion_library *out, lb_shape shape, const char *path, lb_error *err)
{
    lb_pickle *pickle = NULL;
    lb_status status = lb_pickle_read(&pickle, path, NULL, err);
    if (status == LB_OK) {
        status = import_list(out, shape, lb_pickle_root(pickle), err);
        if (status != LB_OK) {
            lb_fail_context(err, "%s", path);
        }
    }
    lb_pickle_free(pickle);
    return status;
}

static double
mean_compactness(const lb_lesion_library *library, lb_shape shape)
{
    double sum = 0;
    for (size_t i = 0; i < library->count[shape]; i++) {
        sum += library->lesions[shape][i].compactness;
    }
    return sum / (double)library->count[shape];
}

lb_status
lb_lesions_import(lb_lesion_library *out, const char *round, const char *irregular, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion_library library = {0};
    LB_TRY(import_file(&library, LB_ROUND, round, err));
    LB_TRY(import_file(&library, LB_IRREGULAR, irregular, err));
    double first = mean_compactness(&library, LB_ROUND);
    double second = mean_compactness(&library, LB_IRREGULAR);
    if (!(first > second)) {
        LB_TRY(
            lb_fail(err, LB_ERROR_FORMAT,
                    "%s: its lesions have a mean compactness of %.3f, those of %s %.3f: the first "
                    "file is that of the round ones",
                    round, first, irregular, second));
    }
    *out = library;
    library = (lb_lesion_library){0};
cleanup:
    lb_lesions_release(&library);
    return status;
}
