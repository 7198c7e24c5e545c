/* SPDX-License-Identifier: MIT */
/* One volume to its slices. */
#include <math.h>
#include <string.h>

#include "import_internal.h"
#include "lesionbench/nifti.h"

/* An image without a mask counts as a brain alone where so many of its voxels are exactly 0 and the
 * others fill no more than this. Whole heads are twice as large, and their air is rarely 0. */
static const double MIN_ZEROS = 0.2, MAX_LITRES = 2.5;

/* Resampling rings below 0 here and there; more than this share is another scale. */
static const double MAX_NEGATIVES = 0.01;

/* Two grids are the same where their corners lie closer than this, in voxels. */
static const double SAME_PLACE = 0.1;

/* Beside the voxels: buffers of the reader, zlib, the profile. Freed blocks up to KEPT (the most
 * that glibc may choose) stay with the thread's heap, and the next one may not fit into them. */
enum { SMALL_THINGS = 4 << 20, KEPT = 32 << 20 };

/* No volume may take more, so that imports keep to it. */
static const double MAX_BYTES = 1e9;

void
import_slices_release(import_slices *slices)
{
    lb_free(slices->position);
    lb_free(slices->image);
    *slices = (import_slices){.image = NULL};
}

static lb_status
find_affine(lb_affine *out, const lb_volume *volume, const char *path,
            const lb_import_options *options, lb_error *err)
{
    if (volume->placed) {
        memcpy(out->m, volume->to_world, sizeof out->m);
        return LB_OK;
    }
    if (options->orientation == NULL) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: has neither an sform nor a qform and so does not say how it is "
                       "oriented (say so with --orientation, like RAS)",
                       path);
    }
    return lb_affine_from_letters(out, options->orientation, volume->spacing, err);
}

static size_t
count_voxels(const lb_volume *volume)
{
    return volume->nx * volume->ny * volume->nz;
}

/* Memory that a block takes in the long run. */
static size_t
footprint(size_t bytes)
{
    return bytes < KEPT ? 2 * bytes : bytes;
}

lb_status
import_volume_look(size_t *bytes, const import_item *item, const lb_import_options *options,
                   lb_error *err)
{
    lb_status status = LB_OK;
    lb_volume volume = {0}, mask = {0};
    lb_affine affine, inverse;
    LB_TRY(lb_nifti_read_header(&volume, item->path, err));
    if (volume.volumes > 1 && !options->one_of_many) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: has %zu volumes (choose one with --volume, counted from 0)", item->path,
                       volume.volumes));
    }
    if (options->one_of_many && options->volume >= volume.volumes && volume.volumes > 1) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: has %zu volumes, counted from 0, but not %zu",
                       item->path, volume.volumes, options->volume));
    }
    LB_TRY(find_affine(&affine, &volume, item->path, options, err));
    if (lb_affine_invert(&inverse, &affine, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", item->path));
    }
    if (item->mask != NULL) {
        LB_TRY(lb_nifti_read_header(&mask, item->mask, err));
    }
    size_t slices = options->slices_per_subject;
    size_t max = options->position_count > 0 ? options->position_count : import_depth(options);
    slices = slices > 0 && slices < max ? slices : max;
    *bytes = footprint(count_voxels(&volume) * sizeof(float)) + footprint(count_voxels(&mask)) +
             footprint(slices * options->height * options->width * sizeof(float)) + SMALL_THINGS;
    if ((double)*bytes > MAX_BYTES) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: %zu x %zu x %zu voxels would take %.2g GB of memory, more than 1 "
                       "(resample the volume first)",
                       item->path, volume.nx, volume.ny, volume.nz, (double)*bytes * 1e-9));
    }
cleanup:
    return status;
}

/* How far apart, in voxels of the image, the corners of both lie that have the same index. */
static bool
same_place(const lb_volume *image, const lb_affine *image_affine, const lb_volume *mask,
           const lb_affine *mask_affine)
{
    if (image->nx != mask->nx || image->ny != mask->ny || image->nz != mask->nz) {
        return false;
    }
    for (int corner = 0; corner < 8; corner++) {
        const double at[3] = {corner & 1 ? (double)image->nx : 0,
                              corner & 2 ? (double)image->ny : 0,
                              corner & 4 ? (double)image->nz : 0};
        double here[3], there[3];
        lb_affine_apply(here, image_affine, at);
        lb_affine_apply(there, mask_affine, at);
        for (size_t i = 0; i < 3; i++) {
            double min = fmin(image->spacing[0], fmin(image->spacing[1], image->spacing[2]));
            if (!(fabs(here[i] - there[i]) < SAME_PLACE * min)) {
                return false;
            }
        }
    }
    return true;
}

/* Sets to 0 what the nearest voxel of the mask leaves out. */
static lb_status
cut_out(lb_volume *image, const lb_affine *image_affine, const uint8_t *inside,
        const lb_volume *mask, const lb_affine *mask_affine, lb_error *err)
{
    lb_affine to_mask;
    const double count[3] = {(double)mask->nx, (double)mask->ny, (double)mask->nz};
    lb_status status = lb_affine_invert(&to_mask, mask_affine, err);
    if (status != LB_OK) {
        return status;
    }
    float *value = image->value;
    for (size_t k = 0; k < image->nz; k++) {
        for (size_t j = 0; j < image->ny; j++) {
            for (size_t i = 0; i < image->nx; i++, value++) {
                const double at[3] = {(double)i, (double)j, (double)k};
                double world[3], index[3];
                lb_affine_apply(world, image_affine, at);
                lb_affine_apply(index, &to_mask, world);
                bool keep = true;
                for (size_t a = 0; a < 3; a++) {
                    index[a] = floor(index[a] + 0.5);
                    keep = keep && index[a] >= 0 && index[a] < count[a];
                }
                keep = keep && inside[((size_t)index[2] * mask->ny + (size_t)index[1]) * mask->nx +
                                      (size_t)index[0]] != 0;
                *value = keep ? *value : 0;
            }
        }
    }
    return LB_OK;
}

static lb_status
apply_mask(lb_volume *image, const lb_affine *affine, const import_item *item,
           const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *inside = NULL;
    lb_volume mask = {0};
    lb_affine mask_affine;
    LB_TRY(lb_nifti_read_mask(&inside, &mask, item->mask, err));
    bool same_size = mask.nx == image->nx && mask.ny == image->ny && mask.nz == image->nz;
    if (!mask.placed && same_size) {
        mask_affine = *affine;
    } else {
        LB_TRY(find_affine(&mask_affine, &mask, item->mask, options, err));
    }
    if (same_place(image, affine, &mask, &mask_affine)) {
        for (size_t i = 0; i < count_voxels(image); i++) {
            image->value[i] = inside[i] != 0 ? image->value[i] : 0;
        }
    } else if (cut_out(image, affine, inside, &mask, &mask_affine, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", item->mask));
    }
cleanup:
    lb_free(inside);
    return status;
}

/* Whether what is above 0 can be a brain, and a brain alone. */
static lb_status
check_brain(const lb_brain *brain, const lb_view *view, const import_item *item,
            const lb_import_options *options, lb_error *err)
{
    double voxels = (double)view->count[0] * (double)view->count[1] * (double)view->count[2];
    double nonzero = (double)(brain->voxels + brain->negatives);
    const lb_affine *a = &view->to_world;
    double litres = nonzero * 1e-6;
    for (size_t j = 0; j < 3; j++) {
        litres *= sqrt(a->m[0][j] * a->m[0][j] + a->m[1][j] * a->m[1][j] + a->m[2][j] * a->m[2][j]);
    }
    if (brain->voxels == 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: has no voxel above 0%s%s", item->path,
                       item->mask != NULL ? " inside the mask " : "",
                       item->mask != NULL ? item->mask : "");
    }
    bool alone = (double)brain->zeros >= MIN_ZEROS * voxels && litres <= MAX_LITRES;
    if (item->mask == NULL && !options->assume_brain && !alone) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: is not a brain alone: %.0f %% of its voxels are exactly 0 (%.0f at "
                       "least) and %.3g litres are not (%.3g at most); give its brain mask "
                       "(--masks DIR, --mask-suffix), or --assume-brain",
                       item->path, 100 * (double)brain->zeros / voxels, 100 * MIN_ZEROS, litres,
                       MAX_LITRES);
    }
    if ((double)brain->negatives > MAX_NEGATIVES * nonzero) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: %.0f %% of the brain's values are below 0: is it standardised? "
                       "(intensities must be above 0 in the brain)",
                       item->path, 100 * (double)brain->negatives / nonzero);
    }
    return LB_OK;
}

static void
find_centre(double out[3], const lb_view *view, const lb_brain *brain, lb_import_centre centre)
{
    for (size_t i = 0; i < 3; i++) {
        out[i] = centre == LB_CENTRE_BRAIN ? (double)brain->sum[i] / (double)brain->voxels
                                           : 0.5 * (double)(view->count[i] - 1);
    }
}

static lb_status
render(import_slices *out, const lb_view *view, const lb_grid *grid,
       const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = options->height * options->width, inside = 0, cut = 0;
    LB_ALLOC(out->image, out->count * pixels);
    for (size_t k = 0; k < out->count; k++) {
        lb_view_slice(out->image + k * pixels, &inside, &cut, view, grid, options->axis,
                      (size_t)out->position[k]);
    }
cleanup:
    return status;
}

/* The volume in the middle of the grid that was asked for. */
static lb_status
lay(lb_view *view, lb_grid *grid, const lb_volume *volume, const lb_affine *affine,
    const import_item *item, const lb_import_options *options, lb_error *err)
{
    const size_t count[3] = {volume->nx, volume->ny, volume->nz};
    lb_slice_axes axes = lb_axis_axes(options->axis);
    size_t size[3];
    double centre[3];
    lb_brain brain;
    size[axes.row] = options->height;
    size[axes.column] = options->width;
    size[axes.position] = import_depth(options);
    if (lb_view_make(view, volume->value, count, affine, err) != LB_OK) {
        return lb_fail_context(err, "%s", item->path);
    }
    lb_brain_find(&brain, volume->value, count);
    lb_status status = check_brain(&brain, view, item, options, err);
    if (status == LB_OK) {
        brain = lb_view_brain(view, &brain);
        find_centre(centre, view, &brain, options->centre);
        lb_grid_lay(grid, size, options->voxel, view, &brain, centre);
    }
    return status;
}

lb_status
import_volume_load(lb_volume *out, const import_item *item, const lb_import_options *options,
                   lb_error *err)
{
    lb_status status = LB_OK;
    lb_volume about = {0};
    if (!options->one_of_many) {
        return lb_nifti_read(out, item->path, err);
    }
    LB_TRY(lb_nifti_read_header(&about, item->path, err));
    size_t index = about.volumes > 1 ? options->volume : 0;
    LB_TRY(lb_nifti_read_nth(out, item->path, index, err));
cleanup:
    return status;
}

/* The sum of what Stafford's mixing (as in SplitMix64) makes of every voxel that is not 0: the same
 * for a volume that is turned, or cropped around the brain. */
static uint64_t
find_content(const lb_volume *volume)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count_voxels(volume); i++) {
        uint32_t bits = 0;
        memcpy(&bits, volume->value + i, sizeof bits);
        uint64_t mixed = bits + UINT64_C(0x9e3779b97f4a7c15);
        mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
        sum += (bits << 1) != 0 ? mixed ^ mixed >> 31 : 0;
    }
    return sum;
}

lb_status
import_volume_read(import_slices *out, const import_item *item, const lb_import_options *options,
                   lb_error *err)
{
    lb_status status = LB_OK;
    lb_volume volume = {0};
    lb_affine affine;
    lb_view view;
    lb_grid grid;
    import_slices slices = {.image = NULL};
    LB_TRY(import_volume_load(&volume, item, options, err));
    LB_TRY(find_affine(&affine, &volume, item->path, options, err));
    if (item->mask != NULL) {
        LB_TRY(apply_mask(&volume, &affine, item, options, err));
    }
    LB_TRY(lay(&view, &grid, &volume, &affine, item, options, err));
    LB_TRY(import_choose(&slices, &view, &grid, item, options, err));
    LB_TRY(render(&slices, &view, &grid, options, err));
    slices.content = find_content(&volume);
    *out = slices;
    slices = (import_slices){.image = NULL};
cleanup:
    import_slices_release(&slices);
    lb_volume_release(&volume);
    return status;
}
