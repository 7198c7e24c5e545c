/* SPDX-License-Identifier: MIT */
/* Attributes, and the strings of attributes and datasets. */
#include "h5_internal.h"

#include <errno.h>
#include <string.h>

lb_status
lb_h5_string_type(hid_t *out, size_t size, const lb_h5 *file, lb_error *err)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, size) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        lb_h5_drop(type);
        return lb_fail(err, LB_ERROR_MEMORY, "%s: cannot set up HDF5", file->path);
    }
    *out = type;
    return LB_OK;
}

static lb_status
copy_variable(char **strings, size_t count, hid_t object, hid_t type, hid_t space,
              lb_h5_reader reader, const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    char **loaded = NULL;
    LB_ALLOC(loaded, count);
    if (reader(object, type, loaded) < 0) {
        LB_TRY(lb_h5_fail_read(file, name, err));
    }
    for (size_t i = 0; i < count; i++) {
        strings[i] = lb_strdup(loaded[i] != NULL ? loaded[i] : "", err);
        if (strings[i] == NULL) {
            LB_TRY(err->code);
        }
    }
cleanup:
    if (loaded != NULL) {
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, loaded);
    }
    lb_free(loaded);
    return status;
}

static lb_status
copy_fixed(char **strings, size_t count, hid_t object, hid_t type, lb_h5_reader reader,
           const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    char *loaded = NULL;
    size_t size = H5Tget_size(type), bytes = 0;
    LB_TRY(lb_multiply(&bytes, count, size, err));
    LB_ALLOC(loaded, bytes);
    if (reader(object, type, loaded) < 0) {
        LB_TRY(lb_h5_fail_read(file, name, err));
    }
    for (size_t i = 0; i < count; i++) {
        const char *start = loaded + i * size;
        size_t length = strnlen(start, size);
        LB_ALLOC(strings[i], length + 1);
        memcpy(strings[i], start, length);
    }
cleanup:
    lb_free(loaded);
    return status;
}

lb_status
lb_h5_copy_strings(char ***out, size_t count, hid_t object, hid_t type, hid_t space,
                   lb_h5_reader reader, const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    char **strings = NULL;
    if (H5Tget_class(type) != H5T_STRING) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" does not hold text", file->path, name));
    }
    LB_ALLOC(strings, count);
    if (H5Tis_variable_str(type) > 0) {
        LB_TRY(copy_variable(strings, count, object, type, space, reader, file, name, err));
    } else {
        LB_TRY(copy_fixed(strings, count, object, type, reader, file, name, err));
    }
    *out = strings;
    strings = NULL;
cleanup:
    lb_h5_free_names(strings, count);
    return status;
}

/* The object that is to get an attribute; a group is made where there is none. */
static lb_status
open_or_make(hid_t *out, lb_h5 *file, const char *object, lb_error *err)
{
    lb_status status = LB_OK;
    hid_t links = H5I_INVALID_HID;
    if (lb_h5_has(file, object)) {
        return lb_h5_open_object(out, file, object, err);
    }
    LB_TRY(lb_h5_link_properties(&links, file, err));
    hid_t group = H5Gcreate2(file->id, object, links, H5P_DEFAULT, H5P_DEFAULT);
    if (group < 0) {
        LB_TRY(lb_h5_fail_write(file, object, err));
    }
    *out = group;
cleanup:
    lb_h5_drop(links);
    return status;
}

/* Writes one value as an attribute, in place of any older one of that name. */
static lb_status
set_attribute(lb_h5 *file, const char *object, const char *name, hid_t stored, hid_t memory,
              const void *value, lb_error *err)
{
    lb_status status = LB_OK;
    hid_t owner = H5I_INVALID_HID, space = H5I_INVALID_HID, attribute = H5I_INVALID_HID;
    errno = 0;
    LB_TRY(open_or_make(&owner, file, object, err));
    if (H5Aexists(owner, name) > 0 && H5Adelete(owner, name) < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
    space = H5Screate(H5S_SCALAR);
    attribute = H5Acreate2(owner, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, memory, value) < 0) {
        LB_TRY(lb_h5_fail_write(file, name, err));
    }
cleanup:
    lb_h5_drop(attribute);
    lb_h5_drop(space);
    lb_h5_drop(owner);
    return status;
}

/* Of variable length, since h5py gives such attributes, and only such, as str. */
lb_status
lb_h5_set_text(lb_h5 *file, const char *object, const char *name, const char *value, lb_error *err)
{
    LB_H5_LOCKED;
    hid_t type = H5I_INVALID_HID;
    lb_status status = lb_h5_string_type(&type, H5T_VARIABLE, file, err);
    if (status == LB_OK) {
        status = set_attribute(file, object, name, type, type, &value, err);
    }
    lb_h5_drop(type);
    return status;
}

lb_status
lb_h5_set_number(lb_h5 *file, const char *object, const char *name, double value, lb_error *err)
{
    LB_H5_LOCKED;
    return set_attribute(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value, err);
}

bool
lb_h5_has_attribute(lb_h5 *file, const char *object, const char *name)
{
    LB_H5_LOCKED;
    lb_error ignored;
    hid_t owner = H5I_INVALID_HID;
    if (lb_h5_open_object(&owner, file, object, &ignored) != LB_OK) {
        return false;
    }
    bool found = H5Aexists(owner, name) > 0;
    lb_h5_drop(owner);
    return found;
}

/* Opens an attribute that holds one value. */
static lb_status
open_attribute(hid_t *out, hid_t *type, hid_t *space, lb_h5 *file, const char *object,
               const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    hid_t owner = H5I_INVALID_HID, attribute = H5I_INVALID_HID;
    LB_TRY(lb_h5_open_object(&owner, file, object, err));
    if (H5Aexists(owner, name) <= 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: \"/%s\" has no attribute \"%s\"", file->path,
                       object[0] == '/' ? object + 1 : object, name));
    }
    attribute = H5Aopen(owner, name, H5P_DEFAULT);
    *type = H5Aget_type(attribute);
    *space = H5Aget_space(attribute);
    if (*type < 0 || *space < 0) {
        LB_TRY(lb_h5_fail_read(file, name, err));
    }
    if (H5Sget_simple_extent_npoints(*space) != 1) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the attribute \"%s\" is not a single value",
                       file->path, name));
    }
    *out = attribute;
    attribute = H5I_INVALID_HID;
cleanup:
    lb_h5_drop(attribute);
    lb_h5_drop(owner);
    return status;
}

lb_status
lb_h5_get_text(char **out, lb_h5 *file, const char *object, const char *name, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t attribute = H5I_INVALID_HID, type = H5I_INVALID_HID, space = H5I_INVALID_HID;
    char **strings = NULL;
    LB_TRY(open_attribute(&attribute, &type, &space, file, object, name, err));
    LB_TRY(lb_h5_copy_strings(&strings, 1, attribute, type, space, H5Aread, file, name, err));
    *out = strings[0];
    lb_free(strings);
cleanup:
    lb_h5_drop(space);
    lb_h5_drop(type);
    lb_h5_drop(attribute);
    return status;
}

lb_status
lb_h5_get_number(double *out, lb_h5 *file, const char *object, const char *name, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t attribute = H5I_INVALID_HID, type = H5I_INVALID_HID, space = H5I_INVALID_HID;
    double value = 0;
    LB_TRY(open_attribute(&attribute, &type, &space, file, object, name, err));
    H5T_class_t class = H5Tget_class(type);
    if (class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the attribute \"%s\" is not a number", file->path,
                       name));
    }
    if (H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0) {
        LB_TRY(lb_h5_fail_read(file, name, err));
    }
    *out = value;
cleanup:
    lb_h5_drop(space);
    lb_h5_drop(type);
    lb_h5_drop(attribute);
    return status;
}
