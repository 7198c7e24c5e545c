/* SPDX-License-Identifier: MIT */
/* Which conversion two names ask for. */
#include "lesionbench/convert.h"

#include <string.h>

#include "convert_pickle.h"
#include "lesionbench/h5.h"
#include "lesionbench/npy.h"
#include "lesionbench/pickle.h"
#include "lesionbench/recognise.h"

enum { BYTES_AT_ONCE = 1 << 22 };

/* Some megabytes at a time, at least a row. */
static lb_status
copy_rows(lb_h5 *file, lb_npy *npy, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_array *header = lb_npy_header(npy);
    size_t rows = header->shape[0],
           row = lb_array_count(header) / rows * lb_type_size(header->type);
    size_t step = row < BYTES_AT_ONCE ? BYTES_AT_ONCE / row : 1;
    unsigned char *buffer = NULL;
    LB_ALLOC(buffer, (step < rows ? step : rows) * row);
    LB_TRY(lb_h5_reserve(file, "data", header->type, header->rank, header->shape, err));
    for (size_t first = 0; first < rows; first += step) {
        size_t length = rows - first < step ? rows - first : step;
        LB_TRY(lb_npy_read_rows(buffer, npy, first, length, err));
        LB_TRY(lb_h5_write_rows(file, "data", header->type, first, length, buffer, err));
    }
cleanup:
    lb_free(buffer);
    return status;
}

static lb_status
npy_to_h5(const char *in, const char *out, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_npy *npy = NULL;
    lb_array whole = {0};
    lb_h5 *file = NULL;
    LB_TRY(lb_npy_open(&npy, in, err));
    LB_TRY(lb_h5_create(&file, out, LB_CONVERTED, LB_CONVERTED_VERSION, context, err));
    if (lb_npy_header(npy)->rank > 0 && lb_array_count(lb_npy_header(npy)) > 0) {
        LB_TRY(copy_rows(file, npy, err));
    } else { /* a number, or none */
        LB_TRY(lb_npy_read(&whole, in, err));
        LB_TRY(lb_h5_write(file, "data", whole.type, whole.rank, whole.shape, whole.data, err));
    }
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_h5_close(file);
    lb_array_release(&whole);
    lb_npy_close(npy);
    return status;
}

static lb_status
pickle_to_npy(const char *in, const char *out, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *pickle = NULL;
    lb_array array = {0};
    LB_TRY(lb_pickle_read(&pickle, in, NULL, err));
    if (lb_value_to_array(&array, lb_pickle_root(pickle), err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s: does not fit into one .npy file (convert to .h5)", in));
    }
    LB_TRY(lb_npy_write(out, array.type, array.rank, array.shape, array.data, err));
cleanup:
    lb_array_release(&array);
    lb_pickle_free(pickle);
    return status;
}

static lb_status
pickle_to_h5(const char *in, const char *out, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *pickle = NULL;
    lb_h5 *file = NULL;
    LB_TRY(lb_pickle_read(&pickle, in, NULL, err));
    LB_TRY(lb_h5_create(&file, out, LB_CONVERTED, LB_CONVERTED_VERSION, context, err));
    if (lb_convert_value(file, lb_pickle_root(pickle), lb_pickle_size(pickle), err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", in));
    }
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_h5_close(file);
    lb_pickle_free(pickle);
    return status;
}

lb_status
lb_convert(const char *in, const char *out, const lb_context *context, lb_error *err)
{
    lb_file_kind from = LB_FILE_UNKNOWN, to = lb_recognise_name(out);
    size_t bytes = 0;
    if (lb_recognise(&from, &bytes, in, err) != LB_OK) {
        return err->code;
    }
    if (from == LB_FILE_NPY && to == LB_FILE_HDF5) {
        return npy_to_h5(in, out, context, err);
    }
    if (from == LB_FILE_PICKLE && to == LB_FILE_NPY) {
        return pickle_to_npy(in, out, err);
    }
    if (from == LB_FILE_PICKLE && to == LB_FILE_HDF5) {
        return pickle_to_h5(in, out, context, err);
    }
    if (from == LB_FILE_MODEL) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: models are converted to .safetensors alone",
                       in);
    }
    return lb_fail(err, LB_ERROR_UNSUPPORTED,
                   "%s: cannot be converted to %s (.npy to .h5, .pkl to .h5 or .npy, models to "
                   ".safetensors)",
                   in, out);
}
