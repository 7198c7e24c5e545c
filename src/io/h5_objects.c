/* SPDX-License-Identifier: MIT */
/* Finding groups and datasets by name. */
#include "h5_internal.h"

#include <stdio.h>
#include <string.h>

static const char *
without_slash(const char *name)
{
    return name[0] == '/' ? name + 1 : name;
}

/* The length of the longest leading part of name, cut at its slashes, that exists. HDF5 itself
 * answers only about the last part of a path. *dangling: the next part is a link that leads
 * nowhere.
 */
static lb_status
present_part(size_t *out, bool *dangling, lb_h5 *file, const char *name, lb_error *err)
{
    char *part = lb_strdup(name, err);
    if (part == NULL) {
        return err->code;
    }
    size_t length = strlen(name), present = 0;
    *dangling = false;
    for (size_t end = 1; end <= length; end++) {
        if (name[end] != '/' && name[end] != '\0') {
            continue;
        }
        part[end] = '\0';
        if (H5Lexists(file->id, part, H5P_DEFAULT) <= 0) {
            break;
        }
        if (H5Oexists_by_name(file->id, part, H5P_DEFAULT) <= 0) {
            *dangling = true;
            break;
        }
        present = end;
        part[end] = name[end];
    }
    lb_free(part);
    *out = present;
    return LB_OK;
}

bool
lb_h5_has(lb_h5 *file, const char *name)
{
    LB_H5_LOCKED;
    lb_error ignored;
    size_t present = 0;
    bool dangling = false;
    name = without_slash(name);
    return present_part(&present, &dangling, file, name, &ignored) == LB_OK &&
           (dangling || present == strlen(name));
}

/* "train, validation": what the group has, cut where it becomes long. */
static void
list_members(char *text, size_t size, lb_h5 *file, const char *group)
{
    lb_error ignored;
    char **names = NULL;
    size_t count = 0, used = 0;
    text[0] = '\0';
    if (lb_h5_members(&names, &count, file, group, &ignored) != LB_OK) {
        return;
    }
    for (size_t i = 0; i < count && used < size; i++) {
        int written = snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", names[i]);
        used += written > 0 ? (size_t)written : 0;
    }
    lb_h5_free_names(names, count);
}

/* The message for a name that is not there: its first missing part, and what stands beside it. */
static lb_status
fail_missing(lb_h5 *file, const char *name, size_t present, lb_error *err)
{
    size_t next = present > 0 ? present + 1 : 0;
    size_t end = next + strcspn(name + next, "/");
    const char *kind = name[end] == '/' ? "group" : "group or dataset";
    char members[200];
    char *parent = lb_format(err, "%.*s", (int)present, name);
    if (parent == NULL) {
        return err->code;
    }
    list_members(members, sizeof members, file, parent);
    lb_free(parent);
    return lb_fail(err, LB_ERROR_FORMAT, "%s: no %s \"%.*s\" (there is: %s)", file->path, kind,
                   (int)end, name, members[0] != '\0' ? members : "nothing");
}

lb_status
lb_h5_open_object(hid_t *out, lb_h5 *file, const char *name, lb_error *err)
{
    size_t present = 0;
    bool dangling = false;
    name = without_slash(name);
    lb_status status = present_part(&present, &dangling, file, name, err);
    if (status != LB_OK) {
        return status;
    }
    if (dangling) {
        size_t next = present > 0 ? present + 1 : 0;
        char *link = lb_format(err, "%.*s", (int)(next + strcspn(name + next, "/")), name);
        status = link != NULL ? lb_h5_fail_link(file, link, err) : err->code;
        lb_free(link);
        return status;
    }
    if (present < strlen(name)) {
        return fail_missing(file, name, present, err);
    }
    hid_t id = H5Oopen(file->id, name[0] != '\0' ? name : "/", H5P_DEFAULT);
    if (id < 0) {
        return lb_h5_fail_read(file, name, err);
    }
    *out = id;
    return LB_OK;
}

lb_status
lb_h5_open_dataset(hid_t *out, lb_h5 *file, const char *name, lb_error *err)
{
    hid_t id = H5I_INVALID_HID;
    lb_status status = lb_h5_open_object(&id, file, name, err);
    if (status != LB_OK) {
        return status;
    }
    if (H5Iget_type(id) != H5I_DATASET) {
        lb_h5_drop(id);
        return lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" is a group, but a dataset is wanted",
                       file->path, name);
    }
    status = lb_h5_check_sources(id, file, name, err);
    if (status != LB_OK) {
        lb_h5_drop(id);
        return status;
    }
    *out = id;
    return LB_OK;
}

lb_status
lb_h5_link_properties(hid_t *out, const lb_h5 *file, lb_error *err)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    if (links < 0 || H5Pset_create_intermediate_group(links, 1) < 0) {
        lb_h5_drop(links);
        return lb_fail(err, LB_ERROR_MEMORY, "%s: cannot set up HDF5", file->path);
    }
    *out = links;
    return LB_OK;
}

static lb_status
copy_names(char **names, size_t count, hid_t group, const lb_h5 *file, const char *path,
           lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < count; i++) {
        ssize_t length =
            H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, NULL, 0, H5P_DEFAULT);
        if (length < 0) {
            LB_TRY(lb_h5_fail_read(file, path, err));
        }
        LB_ALLOC(names[i], (size_t)length + 1);
        if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, names[i],
                               (size_t)length + 1, H5P_DEFAULT) < 0) {
            LB_TRY(lb_h5_fail_read(file, path, err));
        }
    }
cleanup:
    return status;
}

lb_status
lb_h5_members(char ***out, size_t *count, lb_h5 *file, const char *group, lb_error *err)
{
    LB_H5_LOCKED;
    lb_status status = LB_OK;
    hid_t id = H5I_INVALID_HID;
    char **names = NULL;
    size_t found = 0;
    H5G_info_t info;
    LB_TRY(lb_h5_open_object(&id, file, group, err));
    if (H5Iget_type(id) != H5I_GROUP) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" is not a group", file->path, group));
    }
    if (H5Gget_info(id, &info) < 0) {
        LB_TRY(lb_h5_fail_read(file, group, err));
    }
    LB_ALLOC(names, (size_t)info.nlinks);
    found = (size_t)info.nlinks;
    LB_TRY(copy_names(names, found, id, file, group, err));
    *out = names;
    *count = found;
    names = NULL;
cleanup:
    lb_h5_free_names(names, found);
    lb_h5_drop(id);
    return status;
}

void
lb_h5_free_names(char **names, size_t count)
{
    for (size_t i = 0; names != NULL && i < count; i++) {
        lb_free(names[i]);
    }
    lb_free(names);
}
