/* SPDX-License-Identifier: MIT */
/* Files that are named more than once. A file is its device and inode, after links; of two files
 * that differ in nothing but their ending (.nii and .nii.gz, .hdr and .img) the content counts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "import_internal.h"
#include "lesionbench/nifti.h"

/* What tells a file of the plan from the others. */
typedef struct identity {
    import_item *item;
    dev_t device, folder_device;
    ino_t inode, folder_inode;
    char *stem;
    bool known; /* false where the file cannot be looked at: reading it will say why */
} identity;

static lb_status
identify(identity *out, import_item *item, lb_error *err)
{
    struct stat about, folder;
    out->item = item;
    out->stem = import_stem(item->path, err);
    char *name =
        lb_format(err, "%.*s.", (int)(import_base_name(item->path) - item->path), item->path);
    if (out->stem == NULL || name == NULL) {
        lb_free(name);
        return err->code;
    }
    out->known = stat(item->path, &about) == 0 && stat(name, &folder) == 0;
    if (out->known) {
        out->device = about.st_dev;
        out->inode = about.st_ino;
        out->folder_device = folder.st_dev;
        out->folder_inode = folder.st_ino;
    }
    lb_free(name);
    return LB_OK;
}

static int
in_order(const identity *a, const identity *b)
{
    return (a->item > b->item) - (a->item < b->item);
}

static int
compare_files(const void *first, const void *second)
{
    const identity *a = first, *b = second;
    if (a->known != b->known) {
        return a->known ? -1 : 1;
    }
    if (a->device != b->device) {
        return a->device < b->device ? -1 : 1;
    }
    if (a->inode != b->inode) {
        return a->inode < b->inode ? -1 : 1;
    }
    return in_order(a, b);
}

static int
compare_places(const void *first, const void *second)
{
    const identity *a = first, *b = second;
    if (a->known != b->known) {
        return a->known ? -1 : 1;
    }
    if (a->folder_device != b->folder_device) {
        return a->folder_device < b->folder_device ? -1 : 1;
    }
    if (a->folder_inode != b->folder_inode) {
        return a->folder_inode < b->folder_inode ? -1 : 1;
    }
    int order = strcmp(a->stem, b->stem);
    return order != 0 ? order : in_order(a, b);
}

/* Whether its folder or its name (sub-01) says whose it is. */
static bool
is_declared(const import_plan *plan, const import_item *item)
{
    return strcmp(plan->sources[item->source].path, item->path) != 0;
}

/* How much is known of an item's subject: nothing, its name, its folder, its folder's table. */
static int
knowledge(const import_plan *plan, const import_item *item)
{
    const import_source *source = plan->sources + item->source;
    return !is_declared(plan, item)  ? 0
           : source->path[0] == '\0' ? 1
           : source->people == NULL  ? 2
                                     : 3;
}

/* Keeps the one that more is known of, in whichever order they were named. */
static void
keep_one(const import_plan *plan, import_item *first, import_item *later)
{
    bool better = knowledge(plan, later) > knowledge(plan, first);
    first->repeated = better;
    later->repeated = !better;
}

/* One file under two names. */
static lb_status
unite_names(const import_plan *plan, import_item *first, import_item *later, lb_error *err)
{
    bool declared = is_declared(plan, first), too = is_declared(plan, later);
    if (declared && too && strcmp(first->label, later->label) != 0) {
        return lb_fail(
            err, LB_ERROR_ARGUMENT,
            "%s and %s are one file: subjects '%s' and '%s' have the same content (leave "
            "one of them out)",
            first->path, later->path, first->label, later->label);
    }
    keep_one(plan, first, later);
    return LB_OK;
}

/* Headers of other versions round differently; mm. */
static const double SAME_PLACE = 1e-3;

typedef struct content {
    size_t size[3];
    double to_world[3][4];
    bool placed, readable;
    XXH128_hash_t values;
} content;

/* A file that cannot be read will say so when its turn comes. */
static void
read_content(content *out, const import_item *item, const lb_import_options *options)
{
    lb_error ignored;
    lb_volume volume = {0};
    *out = (content){.readable = false};
    if (import_volume_load(&volume, item, options, &ignored) != LB_OK) {
        return;
    }
    const size_t size[3] = {volume.nx, volume.ny, volume.nz};
    memcpy(out->size, size, sizeof size);
    memcpy(out->to_world, volume.to_world, sizeof out->to_world);
    out->placed = volume.placed;
    out->readable = true;
    out->values =
        XXH3_128bits(volume.value, volume.nx * volume.ny * volume.nz * sizeof *volume.value);
    lb_volume_release(&volume);
}

static bool
same_content(const content *a, const content *b)
{
    bool same = memcmp(a->size, b->size, sizeof a->size) == 0 && a->placed == b->placed &&
                XXH128_isEqual(a->values, b->values);
    for (size_t i = 0; i < 12; i++) {
        const double x = a->to_world[i / 4][i % 4], y = b->to_world[i / 4][i % 4];
        same = same && fabs(x - y) <= SAME_PLACE;
    }
    return same;
}

/* Two files of one folder whose names differ in their ending alone. */
static lb_status
unite_endings(const import_plan *plan, import_item *first, import_item *later,
              const lb_import_options *options, lb_error *err)
{
    content a, b;
    read_content(&a, first, options);
    read_content(&b, later, options);
    if (!a.readable || !b.readable) {
        return LB_OK;
    }
    if (!same_content(&a, &b)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s and %s differ in their content, but not in their names: leave one of "
                       "them out%s",
                       first->path, later->path,
                       is_declared(plan, first) ? " (or choose with --match .nii.gz)" : "");
    }
    keep_one(plan, first, later);
    return LB_OK;
}

static bool
same_file(const identity *a, const identity *b)
{
    return a->known && b->known && a->device == b->device && a->inode == b->inode;
}

static bool
same_place(const identity *a, const identity *b)
{
    return a->known && b->known && a->folder_device == b->folder_device &&
           a->folder_inode == b->folder_inode && a->item->kind == IMPORT_VOLUME &&
           b->item->kind == IMPORT_VOLUME && strcmp(a->stem, b->stem) == 0;
}

/* Takes out what is repeated. */
static void
compact(import_plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        import_item *item = plan->items + i;
        if (item->repeated) {
            import_release_item(item);
            plan->repeated++;
        } else {
            plan->items[kept++] = *item;
        }
    }
    plan->count = kept;
}

lb_status
import_unite(import_plan *plan, const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    identity *files = NULL;
    size_t count = plan->count;
    LB_ALLOC(files, count);
    for (size_t i = 0; i < count; i++) {
        LB_TRY(identify(files + i, plan->items + i, err));
    }
    if (count > 0) {
        qsort(files, count, sizeof *files, compare_files);
    }
    for (size_t i = 1, kept = 0; i < count; i++) {
        if (!same_file(files + kept, files + i)) {
            kept = i;
            continue;
        }
        LB_TRY(unite_names(plan, files[kept].item, files[i].item, err));
        kept = files[kept].item->repeated ? i : kept;
    }
    if (count > 0) {
        qsort(files, count, sizeof *files, compare_places);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count && same_place(files + i, files + k); k++) {
            if (!files[i].item->repeated && !files[k].item->repeated) {
                LB_TRY(unite_endings(plan, files[i].item, files[k].item, options, err));
            }
        }
    }
    compact(plan);
cleanup:
    for (size_t i = 0; files != NULL && i < count; i++) {
        lb_free(files[i].stem);
    }
    lb_free(files);
    return status;
}
