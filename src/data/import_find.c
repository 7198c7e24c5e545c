/* SPDX-License-Identifier: MIT */
/* From the paths that were given to files, subjects and masks. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "import_internal.h"
#include "lesionbench/grow.h"
#include "lesionbench/paths.h"

static const char HCP_IMAGE[] = "T1w/T1w_acpc_dc_restore_brain.nii.gz";

/* Room for one more of both. */
static lb_status
make_room(import_plan *plan, lb_error *err)
{
    lb_status status = LB_OK;
    LB_GROW(plan->items, plan->count, plan->capacity);
    LB_GROW(plan->sources, plan->source_count, plan->source_capacity);
cleanup:
    return status;
}

static lb_status
add_source(import_plan *plan, const char *path, lb_error *err)
{
    lb_status status = make_room(plan, err);
    if (status == LB_OK) {
        plan->sources[plan->source_count++] = (import_source){.path = path};
    }
    return status;
}

/* Takes over path, label and mask, any of which may be NULL only after a failure. */
static lb_status
add_item(import_plan *plan, import_kind kind, char *path, char *label, char *mask, size_t source,
         lb_error *err)
{
    lb_status status = LB_OK;
    if (path == NULL || label == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(make_room(plan, err));
    plan->items[plan->count++] = (import_item){.kind = kind,
                                               .path = path,
                                               .label = label,
                                               .mask = mask,
                                               .source = source,
                                               .sex = LB_SEX_UNKNOWN,
                                               .age = NAN};
    return LB_OK;
cleanup:
    lb_free(mask);
    lb_free(label);
    lb_free(path);
    return status;
}

/* Loose files. */

/* "sub-01" of "sub-01_ses-2_T1w"; 0 where there is none. */
static size_t
entity_length(const char *stem)
{
    size_t length = strcspn(stem, "_");
    return import_starts_with(stem, "sub-") && length > strlen("sub-") ? length : 0;
}

static import_kind
kind_of(const char *path)
{
    if (import_ends_with(path, ".npy")) {
        return IMPORT_NPY;
    }
    bool pickle = import_ends_with(path, ".pkl") || import_ends_with(path, ".pickle");
    return pickle ? IMPORT_PICKLE : IMPORT_VOLUME;
}

/* Files named sub-* share a source, so that the runs of one subject are its; others have names that
 * mean nothing elsewhere. */
static lb_status
add_file(import_plan *plan, size_t *loose, const char *path, const lb_import_options *options,
         lb_error *err)
{
    lb_status status = LB_OK;
    char *stem = import_stem(path, err), *mask = NULL, *label = NULL;
    if (stem == NULL) {
        return err->code;
    }
    import_kind kind = kind_of(path);
    size_t entity = kind == IMPORT_VOLUME ? entity_length(stem) : 0, source = plan->source_count;
    if (entity > 0 && *loose != SIZE_MAX) {
        source = *loose;
    } else {
        LB_TRY(add_source(plan, entity > 0 ? "" : path, err));
        *loose = entity > 0 ? source : *loose;
    }
    if (kind == IMPORT_VOLUME && import_ends_with(stem, options->mask_suffix)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: is a brain mask by its name; name the images, masks are found", path));
    }
    if (kind == IMPORT_VOLUME) {
        LB_TRY(import_find_mask(&mask, path, NULL, NULL, NULL, options, err));
    }
    label = lb_format(err, "%.*s", (int)(entity > 0 ? entity : strlen(stem)), stem);
    LB_TRY(add_item(plan, kind, lb_strdup(path, err), label, mask, source, err));
cleanup:
    lb_free(stem);
    return status;
}

/* An empty folder in a DataLad dataset of datasets is one that was not installed: nobody knows what
 * it would hold. */
static lb_status
check_installed(const char *root, const char *folder, lb_error *err)
{
    lb_status status = LB_OK;
    import_names names = {0};
    bool nested = false;
    char *modules = lb_format(err, "%s/.gitmodules", root);
    LB_TRY(modules == NULL ? err->code : LB_OK);
    LB_TRY(import_list_folder(&names, folder, err));
    if (names.count == 0) {
        LB_TRY(lb_path_exists(&nested, modules, err));
    }
    if (nested) {
        LB_TRY(lb_fail(err, LB_ERROR_IO,
                       "%s: is empty, a subdataset that is not here: fetch it with 'datalad get "
                       "%s'",
                       folder, folder));
    }
cleanup:
    import_release_names(&names);
    lb_free(modules);
    return status;
}

/* BIDS. */

static bool
is_wanted(const char *name, const lb_import_options *options)
{
    bool image = import_ends_with(name, "_T1w.nii.gz") || import_ends_with(name, "_T1w.nii");
    if (options->match != NULL) {
        return image && strstr(name, options->match) != NULL;
    }
    /* The same scan again, in another space. */
    return image && strstr(name, "_space-") == NULL;
}

/* The images of SUBJECT/anat or SUBJECT/SESSION/anat. */
static lb_status
add_anat(import_plan *plan, const char *root, const char *subject, const char *session,
         const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    import_names names = {0};
    bool there = false;
    char *path = NULL;
    char *folder = session == NULL ? lb_format(err, "%s/%s/anat", root, subject)
                                   : lb_format(err, "%s/%s/%s/anat", root, subject, session);
    if (folder == NULL) {
        return err->code;
    }
    LB_TRY(lb_path_is_folder(&there, folder, err));
    if (there) {
        LB_TRY(import_list_folder(&names, folder, err));
    }
    for (size_t i = 0; i < names.count; i++) {
        char *mask = NULL;
        if (!is_wanted(names.names[i], options)) {
            continue;
        }
        lb_free(path);
        path = lb_format(err, "%s/%s", folder, names.names[i]);
        if (path == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(import_find_mask(&mask, path, root, subject, session, options, err));
        LB_TRY(add_item(plan, IMPORT_VOLUME, lb_strdup(path, err), lb_strdup(subject, err), mask,
                        plan->source_count - 1, err));
    }
cleanup:
    lb_free(path);
    lb_free(folder);
    import_release_names(&names);
    return status;
}

static lb_status
add_bids_subject(import_plan *plan, const char *root, const char *subject,
                 const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    import_names sessions = {0};
    bool there = false;
    char *folder = lb_format(err, "%s/%s", root, subject), *session = NULL;
    if (folder == NULL) {
        return err->code;
    }
    LB_TRY(lb_path_is_folder(&there, folder, err));
    if (!there) {
        goto cleanup; /* fMRIPrep puts sub-01.html beside it */
    }
    LB_TRY(check_installed(root, folder, err));
    LB_TRY(add_anat(plan, root, subject, NULL, options, err));
    LB_TRY(import_list_folder(&sessions, folder, err));
    for (size_t i = 0; i < sessions.count; i++) {
        if (!import_starts_with(sessions.names[i], "ses-")) {
            continue;
        }
        lb_free(session);
        session = lb_format(err, "%s/%s", folder, sessions.names[i]);
        if (session == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(lb_path_is_folder(&there, session, err));
        if (there) {
            LB_TRY(add_anat(plan, root, subject, sessions.names[i], options, err));
        }
    }
cleanup:
    lb_free(session);
    lb_free(folder);
    import_release_names(&sessions);
    return status;
}

/* The HCP's folders. */

static lb_status
add_hcp_subject(import_plan *plan, const char *root, const char *subject, lb_error *err)
{
    lb_status status = LB_OK;
    char *path = lb_format(err, "%s/%s/%s", root, subject, HCP_IMAGE);
    char *folder = lb_format(err, "%s/%s", root, subject);
    bool there = false;
    if (path == NULL || folder == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_path_is_folder(&there, folder, err));
    if (there) {
        LB_TRY(check_installed(root, folder, err));
        LB_TRY(lb_path_exists(&there, path, err));
    }
    if (there) {
        status = add_item(plan, IMPORT_VOLUME, path, lb_strdup(subject, err), NULL,
                          plan->source_count - 1, err);
        path = NULL;
    }
cleanup:
    lb_free(folder);
    lb_free(path);
    return status;
}

/* BIDS knows participants.tsv alone; a table of nearly that name would be passed over silently. */
static lb_status
refuse_other_spellings(const char *root, const import_names *names, lb_error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->names[i];
        if (strcasecmp(name, "participants.tsv") == 0 ||
            strcasecmp(name, "participants.csv") == 0) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s/%s: BIDS reads participants.tsv alone; rename the file or give it "
                           "with --participants",
                           root, name);
        }
    }
    return LB_OK;
}

static lb_status
add_folder(import_plan *plan, const char *root, const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    import_names names = {0};
    char *table = NULL;
    bool there = false;
    size_t before = plan->count, source = plan->source_count;
    LB_TRY(add_source(plan, root, err));
    LB_TRY(import_list_folder(&names, root, err));
    for (size_t i = 0; i < names.count; i++) {
        if (import_starts_with(names.names[i], "sub-")) {
            LB_TRY(add_bids_subject(plan, root, names.names[i], options, err));
        }
    }
    if (plan->count > before) {
        table = lb_format(err, "%s/participants.tsv", root);
        if (table == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(lb_path_exists(&there, table, err));
        if (there) {
            plan->sources[source].people = table;
            table = NULL;
        } else if (options->participants == NULL) {
            LB_TRY(refuse_other_spellings(root, &names, err));
        }
        goto cleanup;
    }
    for (size_t i = 0; i < names.count; i++) {
        LB_TRY(add_hcp_subject(plan, root, names.names[i], err));
    }
    if (plan->count == before) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: holds neither BIDS images (sub-*/[ses-*/]anat/*_T1w.nii.gz) nor the "
                       "HCP's (SUBJECT/%s)%s; other files can be named one by one",
                       root, HCP_IMAGE, options->match != NULL ? " that match" : ""));
    }
    if (options->participants == NULL) {
        LB_TRY(import_people_seek(&plan->sources[source].people, &plan->other_tables, root, &names,
                                  err));
    }
cleanup:
    lb_free(table);
    import_release_names(&names);
    return status;
}

lb_status
import_find(import_plan *out, const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    import_plan plan = {.items = NULL};
    size_t loose = SIZE_MAX;
    for (size_t i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];
        bool folder = false;
        LB_TRY(lb_path_is_folder(&folder, path, err));
        if (folder) {
            LB_TRY(add_folder(&plan, path, options, err));
        } else {
            LB_TRY(add_file(&plan, &loose, path, options, err));
        }
    }
    LB_TRY(import_unite(&plan, options, err));
    *out = plan;
    plan = (import_plan){.items = NULL};
cleanup:
    import_plan_release(&plan);
    return status;
}
