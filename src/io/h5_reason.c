/* SPDX-License-Identifier: MIT */
/* Why something in a file cannot be read: a filter that is not installed, a link or a source file
 * that leads nowhere; else damage. */
#include "h5_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Filters registered with The HDF Group that HDF5 itself does not have, and those that a build of
 * it may lack. */
static const struct {
    H5Z_filter_t id;
    const char *name;
} FILTERS[] = {
    {1, "deflate"},       {4, "szip"},       {307, "bzip2"},        {32000, "lzf"},
    {32001, "blosc"},     {32004, "lz4"},    {32008, "bitshuffle"}, {32013, "zfp"},
    {32015, "zstandard"}, {32017, "sz"},     {32018, "fcidecomp"},  {32019, "jpeg"},
    {32024, "sz3"},       {32026, "blosc2"}, {32027, "j2k"},        {32028, "htj2k"},
};

static const char *
filter_name(H5Z_filter_t id)
{
    for (size_t i = 0; i < sizeof FILTERS / sizeof *FILTERS; i++) {
        if (FILTERS[i].id == id) {
            return FILTERS[i].name;
        }
    }
    return NULL;
}

/* Fails with the first filter that the dataset needs and this HDF5 has not. */
static lb_status
check_filters(hid_t properties, const lb_h5 *file, const char *name, lb_error *err)
{
    int count = H5Pget_nfilters(properties);
    for (int i = 0; i < count; i++) {
        char stored[64] = "";
        size_t values = 0;
        unsigned flags = 0, about = 0;
        H5Z_filter_t id = H5Pget_filter2(properties, (unsigned)i, &flags, &values, NULL,
                                         sizeof stored, stored, &about);
        if (id <= 0 || H5Zfilter_avail(id) > 0) {
            continue;
        }
        const char *known = filter_name(id);
        stored[sizeof stored - 1] = '\0';
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: cannot read \"%s\": it is compressed by the filter %s (number %d), "
                       "which HDF5 has not here (save it with gzip or without compression, or "
                       "install the filter and set HDF5_PLUGIN_PATH)",
                       file->path, name, known != NULL ? known : stored, (int)id);
    }
    return LB_OK;
}

/* A file that a file names: beside it, unless the name begins at the root. */
static char *
beside(const lb_h5 *file, const char *name, lb_error *err)
{
    const char *slash = strrchr(file->path, '/');
    if (name[0] == '/' || slash == NULL) {
        return lb_strdup(name, err);
    }
    return lb_format(err, "%.*s/%s", (int)(slash - file->path), file->path, name);
}

/* "No such file or directory", or another reason why the object of that file cannot be read; NULL
 * where it can. */
static const char *
fault_of(const char *path, const char *object)
{
    if (access(path, R_OK) != 0) {
        return strerror(errno);
    }
    hid_t properties = lb_h5_access_properties();
    hid_t other = H5Fopen(path, H5F_ACC_RDONLY, properties);
    lb_h5_drop(properties);
    if (other < 0) {
        return "not an HDF5 file, or damaged";
    }
    bool there = H5Oexists_by_name(other, object, H5P_DEFAULT) > 0;
    H5Fclose(other);
    return there ? NULL : "nothing of that name is in it";
}

/* HDF5 looks beside the file, and where the program was started. */
static lb_status
find_fault(const char **out, const lb_h5 *file, const char *name, const char *object, lb_error *err)
{
    char *path = beside(file, name, err);
    if (path == NULL) {
        return err->code;
    }
    const char *fault = fault_of(path, object);
    *out = fault != NULL && fault_of(name, object) == NULL ? NULL : fault;
    lb_free(path);
    return LB_OK;
}

/* HDF5 gives the fill value, 0 as a rule, for what a virtual dataset has in files that are not
 * there. */
static lb_status
check_virtual(hid_t properties, const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0;
    enum { LONGEST = 4096 };
    char *source = NULL, *object = NULL;
    LB_ALLOC(source, LONGEST);
    LB_ALLOC(object, LONGEST);
    if (H5Pget_virtual_count(properties, &count) < 0) {
        count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        const char *fault = NULL;
        if (H5Pget_virtual_filename(properties, i, source, LONGEST) < 0 ||
            H5Pget_virtual_dsetname(properties, i, object, LONGEST) < 0 ||
            strchr(source, '%') != NULL || strchr(object, '%') != NULL) {
            continue; /* a pattern of names, of which some may be missing */
        }
        if (strcmp(source, ".") != 0) {
            LB_TRY(find_fault(&fault, file, source, object, err));
        } else if (H5Oexists_by_name(file->id, object, H5P_DEFAULT) <= 0) {
            fault = "it is not there";
        }
        if (fault != NULL) {
            LB_TRY(lb_fail(err, LB_ERROR_IO,
                           "%s: cannot read \"%s\": it is a virtual dataset of \"%s\" in '%s': %s",
                           file->path, name, object, source, fault));
        }
    }
cleanup:
    lb_free(source);
    lb_free(object);
    return status;
}

/* Values in a file of their own, without HDF5's structure. */
static lb_status
check_external(hid_t properties, const lb_h5 *file, const char *name, lb_error *err)
{
    int count = H5Pget_external_count(properties);
    for (int i = 0; i < count; i++) {
        char raw[4096] = "";
        if (H5Pget_external(properties, (unsigned)i, sizeof raw - 1, raw, NULL, NULL) >= 0 &&
            access(raw, R_OK) != 0) {
            return lb_fail_errno(err, "%s: cannot read \"%s\": its values are in the file '%s'",
                                 file->path, name, raw);
        }
    }
    return LB_OK;
}

lb_status
lb_h5_check_sources(hid_t dataset, const lb_h5 *file, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    hid_t properties = H5Dget_create_plist(dataset);
    if (properties >= 0) {
        H5D_layout_t layout = H5Pget_layout(properties);
        bool elsewhere = getenv("HDF5_VDS_PREFIX") != NULL; /* then HDF5 alone knows where */
        status = layout == H5D_VIRTUAL && !elsewhere ? check_virtual(properties, file, name, err)
                                                     : LB_OK;
    }
    lb_h5_drop(properties);
    return status;
}

lb_status
lb_h5_fail_dataset(hid_t dataset, const lb_h5 *file, const char *name, lb_error *err)
{
    hid_t properties = H5Dget_create_plist(dataset);
    lb_status status = properties >= 0 ? check_filters(properties, file, name, err) : LB_OK;
    if (status == LB_OK && properties >= 0 && H5Pget_layout(properties) == H5D_CONTIGUOUS) {
        status = check_external(properties, file, name, err);
    }
    lb_h5_drop(properties);
    return status != LB_OK ? status : lb_h5_fail_read(file, name, err);
}

static lb_status
fail_external(const char *value, size_t size, const lb_h5 *file, const char *link, lb_error *err)
{
    unsigned flags = 0;
    const char *target = NULL, *object = NULL, *fault = NULL;
    if (H5Lunpack_elink_val(value, size, &flags, &target, &object) < 0) {
        return lb_h5_fail_read(file, link, err);
    }
    if (find_fault(&fault, file, target, object, err) != LB_OK) {
        return err->code;
    }
    return lb_fail(err, LB_ERROR_IO, "%s: \"%s\" is a link to \"%s\" in the file '%s': %s",
                   file->path, link, object, target,
                   fault != NULL ? fault : "it cannot be followed");
}

lb_status
lb_h5_fail_link(const lb_h5 *file, const char *link, lb_error *err)
{
    lb_status status = LB_OK;
    H5L_info_t about;
    char *value = NULL;
    if (H5Lget_info(file->id, link, &about, H5P_DEFAULT) < 0 || about.type == H5L_TYPE_HARD) {
        return lb_h5_fail_read(file, link, err);
    }
    LB_ALLOC(value, about.u.val_size + 1);
    if (H5Lget_val(file->id, link, value, about.u.val_size, H5P_DEFAULT) < 0) {
        LB_TRY(lb_h5_fail_read(file, link, err));
    }
    if (about.type == H5L_TYPE_EXTERNAL) {
        LB_TRY(fail_external(value, about.u.val_size, file, link, err));
    }
    LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" is a link to \"%s\", which is not there",
                   file->path, link, value));
cleanup:
    lb_free(value);
    return status;
}
