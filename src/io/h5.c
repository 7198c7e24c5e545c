/* SPDX-License-Identifier: MIT */
#include "h5_internal.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/version.h"

/* A new handle with nothing open. */
static lb_status
create_handle(lb_h5 **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    LB_ALLOC(file, 1);
    file->id = H5I_INVALID_HID;
    file->lock = -1;
    file->path = lb_strdup(path, err);
    if (file->path == NULL) {
        LB_TRY(LB_ERROR_MEMORY);
    }
    *out = file;
    file = NULL;
cleanup:
    lb_h5_close(file);
    return status;
}

static lb_status
provenance(char **out, const char *command_line, lb_error *err)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    char version[64];
    snprintf(version, sizeof version, "%u.%u.%u", major, minor, release);
    cJSON *root = cJSON_CreateObject();
    cJSON *libraries = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "program", "lesionbench");
    cJSON_AddStringToObject(root, "version", lb_version());
    cJSON_AddStringToObject(root, "commit", lb_commit());
    cJSON_AddStringToObject(root, "command_line", command_line);
    cJSON_AddStringToObject(root, "instruction_set", lb_cpu_name(lb_cpu_get()));
    cJSON_AddStringToObject(libraries, "hdf5", version);
    if (!cJSON_AddItemToObject(root, "libraries", libraries)) {
        cJSON_Delete(libraries);
    }
    char *printed = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (printed == NULL) {
        return lb_fail(err, LB_ERROR_MEMORY, "out of memory");
    }
    *out = lb_strdup(printed, err);
    cJSON_free(printed);
    return *out == NULL ? err->code : LB_OK;
}

/* Where the system refuses to make a file, HDF5 does not say why; lb_partial_open() does. */
static lb_status
open_partial(lb_h5 *file, lb_error *err)
{
    char *partial = lb_partial_path(file->path, err);
    if (partial == NULL) {
        return err->code;
    }
    lb_status status = lb_partial_open(&file->lock, partial, file->path, err);
    if (status != LB_OK) {
        lb_free(partial); /* it may be another's: not to be removed */
        return status;
    }
    file->partial = partial;
    return LB_OK;
}

lb_status
lb_h5_create(lb_h5 **out, const char *path, const char *format, int format_version,
             const lb_context *context, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    hid_t properties = H5I_INVALID_HID, creation = H5I_INVALID_HID;
    char *text = NULL;
    LB_TRY(create_handle(&file, path, err));
    LB_TRY(open_partial(file, err));
    properties = lb_h5_access_properties();
    creation = H5Pcreate(H5P_FILE_CREATE);
    if (properties < 0 || creation < 0 || H5Pset_obj_track_times(creation, false) < 0) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "%s: cannot set up HDF5", path));
    }
    file->id = H5Fcreate(file->partial, H5F_ACC_TRUNC, creation, properties);
    if (file->id < 0) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot write: HDF5 refuses to make the file", path));
    }
    LB_TRY(lb_h5_set_text(file, "", "format", format, err));
    LB_TRY(lb_h5_set_number(file, "", "format_version", format_version, err));
    if (context != NULL && context->command_line != NULL) {
        LB_TRY(provenance(&text, context->command_line, err));
        LB_TRY(lb_h5_set_text(file, "", "provenance", text, err));
    }
    *out = file;
    file = NULL;
cleanup:
    lb_free(text);
    lb_h5_drop(creation);
    lb_h5_drop(properties);
    lb_h5_close(file);
    return status;
}

/* Fails where the path is not a readable file that begins like HDF5. */
static lb_status
check_readable(const char *path, lb_error *err)
{
    size_t size = 0;
    if (lb_file_check(&size, path, err) != LB_OK) {
        return err->code;
    }
    htri_t known = H5Fis_hdf5(path);
    if (known < 0) {
        return lb_fail(err, LB_ERROR_IO, "%s: cannot read", path);
    }
    return known > 0 ? LB_OK : lb_fail(err, LB_ERROR_FORMAT, "%s: is not an HDF5 file", path);
}

static lb_status
check_format(lb_h5 *file, const char *wanted, lb_error *err)
{
    lb_status status = LB_OK;
    char *found = NULL;
    if (!lb_h5_has_attribute(file, "", "format")) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: has no attribute \"format\", so it is not a \"%s\" file of lesionbench",
                       file->path, wanted));
    }
    LB_TRY(lb_h5_get_text(&found, file, "", "format", err));
    if (strcmp(found, wanted) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is a \"%s\" file, but a \"%s\" file is wanted",
                       file->path, found, wanted));
    }
cleanup:
    lb_free(found);
    return status;
}

lb_status
lb_h5_open(lb_h5 **out, const char *path, const char *format, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    hid_t properties = H5I_INVALID_HID;
    LB_TRY(create_handle(&file, path, err));
    LB_TRY(check_readable(path, err));
    properties = lb_h5_access_properties();
    file->id = H5Fopen(path, H5F_ACC_RDONLY, properties);
    if (file->id < 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the HDF5 file is damaged or truncated", path));
    }
    if (format != NULL) {
        LB_TRY(check_format(file, format, err));
    }
    *out = file;
    file = NULL;
cleanup:
    lb_h5_drop(properties);
    lb_h5_close(file);
    return status;
}

lb_status
lb_h5_commit(lb_h5 *file, lb_error *err)
{
    LB_H5_LOCKED;
    errno = 0;
    if (H5Fflush(file->id, H5F_SCOPE_GLOBAL) < 0) {
        return lb_h5_fail_write(file, "/", err);
    }
    hid_t id = file->id;
    file->id = H5I_INVALID_HID;
    if (H5Fclose(id) < 0) {
        return lb_h5_fail_write(file, "/", err);
    }
    lb_status status = lb_publish(file->partial, file->path, err);
    if (status == LB_OK) {
        lb_free(file->partial);
        file->partial = NULL;
    }
    return status;
}

void
lb_h5_close(lb_h5 *file)
{
    LB_H5_LOCKED;
    if (file == NULL) {
        return;
    }
    if (file->id >= 0) {
        H5Fclose(file->id);
    }
    if (file->partial != NULL) {
        unlink(file->partial); /* before the lock goes: afterwards it may be another's */
    }
    if (file->lock >= 0) {
        close(file->lock);
    }
    lb_free(file->partial);
    lb_free(file->path);
    lb_free(file);
}

const char *
lb_h5_path(const lb_h5 *file)
{
    return file->path;
}
