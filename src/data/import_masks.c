/* SPDX-License-Identifier: MIT */
/* Which mask belongs to an image. BIDS names are made of parts between underscores:
 *   sub-01_ses-2_run-1_T1w.nii.gz    sub-01_ses-2_desc-brain_mask.nii.gz
 * A mask fits where all its parts (before the suffix) are parts of the image's name; the one with
 * the most parts is taken. Masks in another space never fit. */
#include <string.h>

#include "import_internal.h"
#include "lesionbench/paths.h"

static const char *const ENDS[] = {".nii.gz", ".nii"};
enum { END_COUNT = 2 };

/* The best mask so far. */
typedef struct choice {
    char *path;
    size_t parts;
    char *rival; /* another that is as good, in another folder */
} choice;

static bool
has_part(const char *name, const char *part, size_t length)
{
    for (const char *at = name; *at != '\0';) {
        size_t here = strcspn(at, "_");
        if (here == length && strncmp(at, part, length) == 0) {
            return true;
        }
        at += here + (at[here] == '_');
    }
    return false;
}

/* The number of parts of the first `length` bytes of name, or 0 where the image lacks one. */
static size_t
count_parts(const char *name, size_t length, const char *image)
{
    size_t parts = 0;
    if (strncmp(name, image, strcspn(name, "_")) != 0) {
        return 0; /* the first part is the subject */
    }
    for (size_t at = 0; at < length;) {
        size_t here = strcspn(name + at, "_");
        here = here < length - at ? here : length - at;
        bool same_space =
            (here == strlen("space-T1w") && strncmp(name + at, "space-T1w", here) == 0);
        if (!same_space && !has_part(image, name + at, here)) {
            return 0;
        }
        parts += !same_space;
        at += here + 1;
    }
    return parts;
}

/* The length of the name before suffix and ending; 0 where it does not end so. */
static size_t
length_before(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);
    for (size_t i = 0; i < END_COUNT; i++) {
        size_t end = strlen(ENDS[i]);
        if (import_ends_with(name, ENDS[i]) && length > end + tail &&
            strncmp(name + length - end - tail, suffix, tail) == 0) {
            return length - end - tail;
        }
    }
    return 0;
}

static lb_status
consider(choice *best, const char *folder, const char *name, const char *stem, const char *suffix,
         lb_error *err)
{
    size_t length = length_before(name, suffix);
    size_t parts = length > 0 ? count_parts(name, length, stem) : 0;
    if (parts == 0 || parts < best->parts) {
        return LB_OK;
    }
    char *path = lb_format(err, "%s/%s", folder, name);
    if (path == NULL) {
        return err->code;
    }
    lb_free(best->rival);
    best->rival = parts == best->parts ? best->path : NULL;
    if (parts > best->parts) {
        lb_free(best->path);
    }
    best->path = path;
    best->parts = parts;
    return LB_OK;
}

/* Takes over folder, which the caller has formatted; one that is not there has no masks. */
static lb_status
search(choice *best, char *folder, const char *stem, const char *suffix, lb_error *err)
{
    lb_status status = LB_OK;
    import_names names = {0};
    bool there = false;
    if (folder == NULL) {
        return err->code;
    }
    LB_TRY(lb_path_is_folder(&there, folder, err));
    if (there) {
        LB_TRY(import_list_folder(&names, folder, err));
    }
    for (size_t i = 0; i < names.count; i++) {
        LB_TRY(consider(best, folder, names.names[i], stem, suffix, err));
    }
cleanup:
    import_release_names(&names);
    lb_free(folder);
    return status;
}

/* The places of one subject in a folder that is laid out as BIDS. */
static lb_status
search_subject(choice *best, const char *root, const char *subject, const char *session,
               const char *stem, const char *suffix, lb_error *err)
{
    lb_status status = LB_OK;
    if (session != NULL) {
        LB_TRY(search(best, lb_format(err, "%s/%s/%s/anat", root, subject, session), stem, suffix,
                      err));
    }
    LB_TRY(search(best, lb_format(err, "%s/%s/anat", root, subject), stem, suffix, err));
cleanup:
    return status;
}

static lb_status
search_derivatives(choice *best, const char *root, const char *subject, const char *session,
                   const char *stem, const char *suffix, lb_error *err)
{
    lb_status status = LB_OK;
    import_names pipelines = {0};
    char *derivatives = lb_format(err, "%s/derivatives", root), *pipeline = NULL;
    bool there = false;
    if (derivatives == NULL) {
        return err->code;
    }
    LB_TRY(search_subject(best, root, subject, session, stem, suffix, err));
    LB_TRY(lb_path_is_folder(&there, derivatives, err));
    if (there) {
        LB_TRY(import_list_folder(&pipelines, derivatives, err));
    }
    for (size_t i = 0; i < pipelines.count; i++) {
        lb_free(pipeline);
        pipeline = lb_format(err, "%s/%s", derivatives, pipelines.names[i]);
        if (pipeline == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(lb_path_is_folder(&there, pipeline, err));
        if (!there) {
            continue; /* dataset_description.json, README */
        }
        LB_TRY(search_subject(best, pipeline, subject, session, stem, suffix, err));
    }
cleanup:
    lb_free(pipeline);
    lb_free(derivatives);
    import_release_names(&pipelines);
    return status;
}

/* Loose files: STEM and SUFFIX, or STEM without its last part and SUFFIX; no folder is listed,
 * which would be slow for many files in one. */
static lb_status
try_names(char **out, const char *folder, size_t folder_length, const char *stem,
          const char *suffix, lb_error *err)
{
    const char *last = strrchr(stem, '_');
    const size_t lengths[2] = {strlen(stem), last != NULL ? (size_t)(last - stem) : 0};
    for (size_t i = 0; i < 2 * END_COUNT && *out == NULL; i++) {
        size_t length = lengths[i / END_COUNT];
        if (length == 0) {
            continue;
        }
        char *path = lb_format(err, "%.*s%.*s%s%s", (int)folder_length, folder, (int)length, stem,
                               suffix, ENDS[i % END_COUNT]);
        if (path == NULL) {
            return err->code;
        }
        bool there = false;
        lb_status status = lb_path_exists(&there, path, err);
        if (there) {
            *out = path;
        } else {
            lb_free(path);
        }
        if (status != LB_OK) {
            return status;
        }
    }
    return LB_OK;
}

static lb_status
find_beside(char **out, const char *image, const char *stem, const lb_import_options *options,
            lb_error *err)
{
    size_t own = (size_t)(import_base_name(image) - image);
    if (options->masks == NULL) {
        return try_names(out, image, own, stem, options->mask_suffix, err);
    }
    char *folder = lb_format(err, "%s/", options->masks);
    if (folder == NULL) {
        return err->code;
    }
    lb_status status = try_names(out, folder, strlen(folder), stem, options->mask_suffix, err);
    lb_free(folder);
    return status;
}

lb_status
import_find_mask(char **out, const char *image, const char *root, const char *subject,
                 const char *session, const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    choice best = {.path = NULL};
    char *stem = import_stem(image, err);
    if (stem == NULL) {
        return err->code;
    }
    if (root == NULL) {
        LB_TRY(find_beside(&best.path, image, stem, options, err));
    } else if (options->masks != NULL) {
        LB_TRY(search_derivatives(&best, options->masks, subject, session, stem,
                                  options->mask_suffix, err));
        LB_TRY(search(&best, lb_strdup(options->masks, err), stem, options->mask_suffix, err));
    } else {
        LB_TRY(search_derivatives(&best, root, subject, session, stem, options->mask_suffix, err));
    }
    if (best.rival != NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: two brain masks fit: %s and %s (say which folder with --masks)", image,
                       best.rival, best.path));
    }
    *out = best.path;
    best.path = NULL;
cleanup:
    lb_free(best.rival);
    lb_free(best.path);
    lb_free(stem);
    return status;
}
