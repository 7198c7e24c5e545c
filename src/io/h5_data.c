/* SPDX-License-Identifier: MIT */
/* Datasets of numbers. */
#include "h5_internal.h"

#include <errno.h>
#include <math.h>
#include <string.h>

hid_t
lb_h5_memory_type(lb_type type)
{
    switch (type) {
    case LB_U8:
        return H5T_NATIVE_UINT8;
    case LB_I8:
        return H5T_NATIVE_INT8;
    case LB_I32:
        return H5T_NATIVE_INT32;
    case LB_I64:
        return H5T_NATIVE_INT64;
    case LB_F32:
        return H5T_NATIVE_FLOAT;
    case LB_F64:
        return H5T_NATIVE_DOUBLE;
    }
    return H5I_INVALID_HID;
}

static hid_t
stored_type(lb_type type)
{
    switch (type) {
    case LB_U8:
        return H5T_STD_U8LE;
    case LB_I8:
        return H5T_STD_I8LE;
    case LB_I32:
        return H5T_STD_I32LE;
    case LB_I64:
        return H5T_STD_I64LE;
    case LB_F32:
        return H5T_IEEE_F32LE;
    case LB_F64:
        return H5T_IEEE_F64LE;
    }
    return H5I_INVALID_HID;
}

/* Space is set aside at once, and nothing dated is stored. */
static hid_t
dataset_properties(void)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties >= 0 && (H5Pset_obj_track_times(properties, false) < 0 ||
                            H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY) < 0)) {
        lb_h5_drop(properties);
        properties = H5I_INVALID_HID;
    }
    return properties;
}

/* Rows that are set aside one by one, as they come. */
static hid_t
growing_properties(size_t rank, const hsize_t *dimensions)
{
    hsize_t chunk[LB_MAX_RANK];
    for (size_t i = 0; i < rank; i++) {
        chunk[i] = i > 0 && dimensions[i] > 0 ? dimensions[i] : 1;
    }
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (properties >= 0 && (H5Pset_obj_track_times(properties, false) < 0 ||
                            H5Pset_chunk(properties, (int)rank, chunk) < 0 ||
                            H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) < 0)) {
        lb_h5_drop(properties);
        properties = H5I_INVALID_HID;
    }
    return properties;
}

static lb_status
create_dataset(hid_t *out, lb_h5 *file, const char *name, hid_t type, size_t rank,
               const size_t *shape, bool growing, lb_error *err)
{
    lb_status status = LB_OK;
    hid_t space = H5I_INVALID_HID, properties = H5I_INVALID_HID, links = H5I_INVALID_HID;
    hsize_t dimensions[LB_MAX_RANK] = {0}, max[LB_MAX_RANK] = {0};
    if (rank > LB_MAX_RANK || lb_h5_has(file, name)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: \"%s\" %s", file->path, name,
                       rank > LB_MAX_RANK ? "has too many axes" : "is there already"));
    }
    for (size_t i = 0; i < rank; i++) {
        dimensions[i] = shape[i];
        max[i] = growing && i == 0 ? H5S_UNLIMITED : shape[i];
    }
    LB_TRY(lb_h5_link_properties(&links, file, err));
    space = rank > 0 ? H5Screate_simple((int)rank, dimensions, max) : H5Screate(H5S_SCALAR);
    properties = growing ? growing_properties(rank, dimensions) : dataset_properties();
    hid_t dataset = H5Dcreate2(file->id, name, type, space, links, properties, H5P_DEFAULT);
    if (dataset < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
    *out = dataset;
cleanup:
    lb_h5_drop(properties);
    lb_h5_drop(space);
    lb_h5_drop(links);
    return status;
}

/* Closes a dataset that was written, where a late failure may still show. */
static lb_status
close_written(hid_t dataset, lb_status status, const lb_h5 *file, const char *name, lb_error *err)
{
    if (dataset >= 0 && H5Dclose(dataset) < 0 && status == LB_OK) {
        return lb_h5_fail_write(file, name, err);
    }
    return status;
}

lb_status
lb_h5_write(lb_h5 *file, const char *name, lb_type type, size_t rank, const size_t *shape,
            const void *data, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID;
    errno = 0;
    LB_TRY(create_dataset(&dataset, file, name, stored_type(type), rank, shape, false, err));
    if (H5Dwrite(dataset, lb_h5_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
cleanup:
    return close_written(dataset, status, file, name, err);
}

lb_status
lb_h5_reserve(lb_h5 *file, const char *name, lb_type type, size_t rank, const size_t *shape,
              lb_error *err)
{
    LB_H5_LOCKED;
    hid_t dataset = H5I_INVALID_HID;
    errno = 0;
    lb_status status =
        create_dataset(&dataset, file, name, stored_type(type), rank, shape, false, err);
    return close_written(dataset, status, file, name, err);
}

lb_status
lb_h5_reserve_growing(lb_h5 *file, const char *name, lb_type type, size_t rank, const size_t *shape,
                      lb_error *err)
{
    LB_H5_LOCKED;
    hid_t dataset = H5I_INVALID_HID;
    errno = 0;
    lb_status status =
        create_dataset(&dataset, file, name, stored_type(type), rank, shape, true, err);
    return close_written(dataset, status, file, name, err);
}

lb_status
lb_h5_grow(lb_h5 *file, const char *name, size_t rows, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID, space = H5I_INVALID_HID;
    hsize_t dimensions[H5S_MAX_RANK] = {0};
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    errno = 0;
    space = H5Dget_space(dataset);
    if (H5Sget_simple_extent_dims(space, dimensions, NULL) < 1) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
    dimensions[0] = rows;
    if (H5Dset_extent(dataset, dimensions) < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
cleanup:
    lb_h5_drop(space);
    return close_written(dataset, status, file, name, err);
}

/* The space of a dataset with its shape. */
static lb_status
open_space(hid_t *out, size_t *rank, size_t *shape, hid_t dataset, const lb_h5 *file,
           const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    hsize_t dimensions[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    int found = H5Sget_simple_extent_dims(space, dimensions, NULL);
    if (found < 0) {
        LB_TRY(lb_h5_fail_read(file, name, err));
    }
    if (found > LB_MAX_RANK) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: \"%s\" has %d axes, more than %d",
                       file->path, name, found, LB_MAX_RANK));
    }
    *rank = (size_t)found;
    for (size_t i = 0; i < *rank; i++) {
        shape[i] = (size_t)dimensions[i];
    }
    *out = space;
    space = H5I_INVALID_HID;
cleanup:
    lb_h5_drop(space);
    return status;
}

lb_status
lb_h5_check_numbers(hid_t dataset, const lb_h5 *file, const char *name, lb_error *err)
{
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class = H5Tget_class(type);
    lb_h5_drop(type);
    if (class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" does not hold numbers", file->path, name);
    }
    return LB_OK;
}

/* HDF5 puts the nearest number for what does not fit, and cuts fractions off, without a word. */
static H5T_conv_ret_t
refuse_loss(H5T_conv_except_t what, hid_t from, hid_t to, void *value, void *converted, void *lost)
{
    (void)converted;
    double real = 0;
    if (what == H5T_CONV_EXCEPT_PRECISION) {
        return H5T_CONV_UNHANDLED;
    }
    if (H5Tget_class(to) == H5T_FLOAT && H5Tequal(from, H5T_NATIVE_DOUBLE) > 0) {
        memcpy(&real, value, sizeof real);
        if (!isfinite(real)) {
            return H5T_CONV_UNHANDLED; /* float32 has these */
        }
    }
    *(bool *)lost = true;
    return H5T_CONV_ABORT;
}

static const char *
range_of(lb_type type)
{
    switch (type) {
    case LB_U8:
        return "whole numbers from 0 to 255";
    case LB_I8:
        return "whole numbers from -128 to 127";
    case LB_I32:
        return "whole numbers of 32 bits";
    case LB_I64:
        return "whole numbers of 64 bits";
    case LB_F32:
    case LB_F64:
        break;
    }
    return "float32's range";
}

/* H5Dread(), where a value that `type` does not hold is an error. */
static lb_status
read_values(hid_t dataset, lb_type type, hid_t memory, hid_t stored, void *data, const lb_h5 *file,
            const char *name, lb_error *err)
{
    bool lost = false;
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    herr_t got = transfer < 0 ? -1 : H5Pset_type_conv_cb(transfer, refuse_loss, &lost);
    if (got >= 0) {
        got = H5Dread(dataset, lb_h5_memory_type(type), memory, stored, transfer, data);
    }
    lb_h5_drop(transfer);
    if (lost) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" has a value that is not within %s",
                       file->path, name, range_of(type));
    }
    return got < 0 ? lb_h5_fail_dataset(dataset, file, name, err) : LB_OK;
}

/* The two spaces of a transfer of the rows [first, first + count). */
static lb_status
select_rows(hid_t *stored, hid_t *memory, hid_t dataset, size_t first, size_t count,
            const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    size_t rank = 0, shape[LB_MAX_RANK];
    hid_t space = H5I_INVALID_HID, buffer = H5I_INVALID_HID;
    hsize_t start[LB_MAX_RANK] = {0}, extent[LB_MAX_RANK] = {0};
    LB_TRY(open_space(&space, &rank, shape, dataset, file, name, err));
    if (rank == 0 || first > shape[0] || count > shape[0] - first) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: \"%s\" has %zu rows, not rows %zu to %zu",
                       file->path, name, rank > 0 ? shape[0] : 0, first, first + count));
    }
    for (size_t i = 0; i < rank; i++) {
        extent[i] = i == 0 ? count : shape[i];
    }
    start[0] = first;
    buffer = H5Screate_simple((int)rank, extent, NULL);
    if (buffer < 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, extent, NULL) < 0) {
        LB_TRY(lb_h5_fail_read(file, name, err));
    }
    *stored = space;
    *memory = buffer;
    space = buffer = H5I_INVALID_HID;
cleanup:
    lb_h5_drop(buffer);
    lb_h5_drop(space);
    return status;
}

lb_status
lb_h5_write_rows(lb_h5 *file, const char *name, lb_type type, size_t first, size_t count,
                 const void *data, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID, stored = H5I_INVALID_HID, memory = H5I_INVALID_HID;
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    LB_TRY(select_rows(&stored, &memory, dataset, first, count, file, name, err));
    errno = 0;
    if (count > 0 &&
        H5Dwrite(dataset, lb_h5_memory_type(type), memory, stored, H5P_DEFAULT, data) < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
cleanup:
    lb_h5_drop(memory);
    lb_h5_drop(stored);
    return close_written(dataset, status, file, name, err);
}

lb_status
lb_h5_read_rows(lb_h5 *file, const char *name, lb_type type, size_t first, size_t count, void *data,
                lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID, stored = H5I_INVALID_HID, memory = H5I_INVALID_HID;
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    LB_TRY(lb_h5_check_numbers(dataset, file, name, err));
    LB_TRY(select_rows(&stored, &memory, dataset, first, count, file, name, err));
    if (count > 0) {
        LB_TRY(read_values(dataset, type, memory, stored, data, file, name, err));
    }
cleanup:
    lb_h5_drop(memory);
    lb_h5_drop(stored);
    lb_h5_drop(dataset);
    return status;
}

/* The number of elements of at least `size` bytes, or an error where a damaged shape asks for far
 * more memory than the file can fill: compression by HDF5's deflate stays below 1 : 1100. */
static lb_status
checked_count(size_t *out, hid_t dataset, size_t rank, const size_t *shape, size_t size,
              const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 1, bytes = 0;
    enum { MAX_COMPRESSION = 1100, ALWAYS_FINE = 1 << 20 };
    for (size_t i = 0; i < rank; i++) {
        LB_TRY(lb_multiply(&count, count, shape[i], err));
    }
    LB_TRY(lb_multiply(&bytes, count, size, err));
    if (bytes > ALWAYS_FINE && bytes / MAX_COMPRESSION > H5Dget_storage_size(dataset)) {
        LB_TRY(lb_h5_fail_dataset(dataset, file, name, err));
    }
    *out = count;
cleanup:
    return status;
}

lb_status
lb_h5_read(lb_array *out, lb_h5 *file, const char *name, lb_type type, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID, space = H5I_INVALID_HID;
    lb_array array = {.type = type};
    size_t count = 0;
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    LB_TRY(lb_h5_check_numbers(dataset, file, name, err));
    LB_TRY(open_space(&space, &array.rank, array.shape, dataset, file, name, err));
    LB_TRY(checked_count(&count, dataset, array.rank, array.shape, 1, file, name, err));
    array.data = lb_alloc(count, lb_type_size(type), err);
    if (array.data == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(read_values(dataset, type, H5S_ALL, H5S_ALL, array.data, file, name, err));
    *out = array;
    array.data = NULL;
cleanup:
    lb_array_release(&array);
    lb_h5_drop(space);
    lb_h5_drop(dataset);
    return status;
}

lb_status
lb_h5_stored(lb_type *out, lb_h5 *file, const char *name, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID, type = H5I_INVALID_HID;
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    LB_TRY(lb_h5_check_numbers(dataset, file, name, err));
    type = H5Dget_type(dataset);
    size_t size = H5Tget_size(type);
    if (H5Tget_class(type) == H5T_FLOAT) {
        *out = size > sizeof(float) ? LB_F64 : LB_F32;
    } else if (size == 1) {
        *out = H5Tget_sign(type) == H5T_SGN_NONE ? LB_U8 : LB_I8;
    } else {
        *out = size < sizeof(int32_t) ? LB_I32 : LB_I64;
    }
cleanup:
    lb_h5_drop(type);
    lb_h5_drop(dataset);
    return status;
}

lb_status
lb_h5_shape(size_t *rank, size_t *shape, lb_h5 *file, const char *name, lb_error *err)
{
    LB_H5_LOCKED;
    hid_t dataset = H5I_INVALID_HID, space = H5I_INVALID_HID;
    lb_status status = lb_h5_open_dataset(&dataset, file, name, err);
    if (status == LB_OK) {
        status = open_space(&space, rank, shape, dataset, file, name, err);
    }
    lb_h5_drop(space);
    lb_h5_drop(dataset);
    return status;
}

/* Strings of one size, padded with zeros: the file then needs no heap, whose damage HDF5 1.10 does
 * not survive. */
static lb_status
pack_strings(char **out, size_t *size, size_t count, const char *const *strings, lb_error *err)
{
    lb_status status = LB_OK;
    char *packed = NULL;
    size_t longest = 1, bytes = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(strings[i]);
        longest = length > longest ? length : longest;
    }
    LB_TRY(lb_multiply(&bytes, count, longest, err));
    LB_ALLOC(packed, bytes);
    for (size_t i = 0; i < count; i++) {
        memcpy(packed + i * longest, strings[i], strlen(strings[i]));
    }
    *out = packed;
    *size = longest;
cleanup:
    return status;
}

lb_status
lb_h5_write_strings(lb_h5 *file, const char *name, size_t count, const char *const *strings,
                    lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t type = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    char *packed = NULL;
    size_t size = 0;
    LB_TRY(pack_strings(&packed, &size, count, strings, err));
    errno = 0;
    LB_TRY(lb_h5_string_type(&type, size, file, err));
    LB_TRY(create_dataset(&dataset, file, name, type, 1, &count, false, err));
    if (count > 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, packed) < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
cleanup:
    lb_h5_drop(type);
    lb_free(packed);
    return close_written(dataset, status, file, name, err);
}

static herr_t
read_dataset(hid_t dataset, hid_t type, void *buffer)
{
    return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}

lb_status
lb_h5_read_strings(char ***out, size_t *count, lb_h5 *file, const char *name, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t dataset = H5I_INVALID_HID, space = H5I_INVALID_HID, type = H5I_INVALID_HID;
    size_t rank = 0, shape[LB_MAX_RANK], found = 0;
    LB_TRY(lb_h5_open_dataset(&dataset, file, name, err));
    LB_TRY(open_space(&space, &rank, shape, dataset, file, name, err));
    type = H5Dget_type(dataset);
    LB_TRY(checked_count(&found, dataset, rank, shape, H5Tget_size(type), file, name, err));
    LB_TRY(lb_h5_copy_strings(out, found, dataset, type, space, read_dataset, file, name, err));
    *count = found;
cleanup:
    lb_h5_drop(type);
    lb_h5_drop(space);
    lb_h5_drop(dataset);
    return status;
}
