/* SPDX-License-Identifier: MIT */
/* Volumes are worked on side by side and written in the plan's order, so that the file does not
 * depend on the number of threads; each lets go of its voxels before it waits for its turn. */
#include "lesionbench/import.h"

#include <math.h>
#include <omp.h>

#include "import_job.h"
#include "lesionbench/paths.h"

/* For the volumes that are in memory at a time. What comes besides is small: together less than a
 * gigabyte. */
static const double MEMORY = 768e6;

enum { REFERENCE_HEIGHT = 260, REFERENCE_WIDTH = 311, MIN_SIDE = 16, MAX_SIDE = 4096 };

void
lb_import_defaults(lb_import_options *options)
{
    *options = (lb_import_options){
        .mask_suffix = "_desc-brain_mask",
        .minimum_brain = 0.33,
        .slices_per_subject = 10,
        .array_slices_per_subject = 1,
    };
}

void
lb_import_report_release(lb_import_report *report)
{
    for (size_t i = 0; i < report->skipped_count; i++) {
        lb_free(report->skipped[i]);
    }
    lb_free(report->skipped);
    lb_free(report->other_tables);
    *report = (lb_import_report){0};
}

static void
release(import_job *j)
{
    import_writer_close(j->writer);
    lb_import_report_release(&j->report);
    import_release_names(&j->skipped);
    import_people_release(&j->people);
    import_plan_release(&j->plan);
}

static lb_status
check_options(const lb_import_options *o, lb_error *err)
{
    if (o->path_count == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "nothing to import is named");
    }
    if (o->voxel != 0 && !(o->voxel >= 0.1 && o->voxel <= 10)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a voxel of %g mm (0.1 to 10)", o->voxel);
    }
    if (!(o->minimum_brain >= 0 && o->minimum_brain < 1) ||
        !(o->array_minimum_brain >= 0 && o->array_minimum_brain < 1)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a minimum brain share of %g (0 to below 1)",
                       fmax(o->minimum_brain, o->array_minimum_brain));
    }
    if (o->array_slices_per_subject == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "an array's subjects have at least one slice each");
    }
    bool folder = o->masks == NULL;
    if (!folder && lb_path_is_folder(&folder, o->masks, err) != LB_OK) {
        return err->code;
    }
    if (!folder) {
        return lb_fail(err, LB_ERROR_IO, "%s: is not a folder of masks", o->masks);
    }
    for (size_t i = 0; i < o->position_count; i++) {
        if (!isfinite(o->positions[i])) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "a position of %g mm", o->positions[i]);
        }
    }
    return LB_OK;
}

/* Forgives a file that cannot be used, where that is asked for, and keeps the message. What is no
 * fault of the file is never forgiven. */
static lb_status
forgive(import_job *j, import_item *item, lb_error *err)
{
    lb_error own = *err;
    bool fault = own.code == LB_ERROR_IO || own.code == LB_ERROR_FORMAT ||
                 own.code == LB_ERROR_UNSUPPORTED || own.code == LB_ERROR_ARGUMENT ||
                 own.code == LB_ERROR_NUMERIC;
    fault = fault && (j->writer == NULL || !import_writer_failed(j->writer));
    if (!j->options.skip_bad || !fault) {
        return own.code;
    }
    item->bad = true;
    return import_add_name(&j->skipped, own.message, err);
}

/* How many slices each array has, and whether they are of one size. */
static lb_status
look_at_arrays(import_job *j, size_t *volumes, size_t size[2], lb_error *err)
{
    lb_status status = LB_OK;
    *volumes = size[0] = size[1] = 0;
    for (size_t i = 0; i < j->plan.count; i++) {
        import_item *item = j->plan.items + i;
        import_array *array = NULL;
        if (item->kind == IMPORT_VOLUME) {
            ++*volumes;
            continue;
        }
        if (import_array_open(&array, item, err) != LB_OK) {
            LB_TRY(forgive(j, item, err));
            continue;
        }
        size_t height = import_array_height(array), width = import_array_width(array);
        item->slices = import_array_count(array);
        import_array_close(array);
        if (size[0] != 0 && (height != size[0] || width != size[1]) && j->options.height == 0) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                           "%s: has slices of %zu x %zu, others %zu x %zu (say which with --size)",
                           item->path, height, width, size[0], size[1]));
        }
        size[0] = height;
        size[1] = width;
    }
cleanup:
    return status;
}

/* Puts sizes where the options have zeros. */
static lb_status
complete(import_job *j, lb_error *err)
{
    lb_status status = LB_OK;
    lb_import_options *o = &j->options;
    size_t volumes = 0, size[2];
    LB_TRY(look_at_arrays(j, &volumes, size, err));
    if (o->height == 0 && o->width == 0) {
        bool own = volumes == 0 && size[0] != 0;
        o->height = own ? size[0] : REFERENCE_HEIGHT;
        o->width = own ? size[1] : REFERENCE_WIDTH;
    }
    if (o->height < MIN_SIDE || o->width < MIN_SIDE || o->height > MAX_SIDE ||
        o->width > MAX_SIDE) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "slices of %zu x %zu pixels (%d to %d on each side)",
                       o->height, o->width, MIN_SIDE, MAX_SIDE));
    }
    o->voxel = o->voxel != 0 ? o->voxel : lb_cohort_voxel(o->height, o->width);
cleanup:
    return status;
}

/* *threads: as many as there are, and as memory allows. */
static lb_status
look_at_volumes(import_job *j, int *threads, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    size_t max = 1;
    for (size_t i = 0; i < j->plan.count; i++) {
        import_item *item = j->plan.items + i;
        size_t bytes = 0;
        lb_progress(context, "looking at the files", i, j->plan.count);
        LB_TRY(lb_check_cancelled(context, err));
        if (item->kind == IMPORT_VOLUME &&
            import_volume_look(&bytes, item, &j->options, err) != LB_OK) {
            LB_TRY(forgive(j, item, err));
        }
        max = bytes > max ? bytes : max;
    }
    double fit = fmax(1, floor(MEMORY / (double)max));
    *threads = (int)fmin(fit, (double)omp_get_max_threads());
cleanup:
    return status;
}

/* The part of the work that is done in the plan's order. */
static lb_status
take(import_job *j, size_t index, const import_slices *slices, lb_status read,
     const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    import_item *item = j->plan.items + index;
    LB_TRY(lb_check_cancelled(context, err));
    if (item->kind != IMPORT_VOLUME && !item->bad) {
        size_t before = import_writer_rows(j->writer);
        read = import_copy_array(j, item, context, err);
        if (read != LB_OK) {
            import_writer_cut(j->writer, before);
        }
    }
    if (read != LB_OK) {
        LB_TRY(forgive(j, item, err));
    } else if (slices->count > 0) {
        LB_TRY(import_writer_add(j->writer, slices, item->path, item->subject, item->sex, item->age,
                                 err));
        j->report.volumes++;
        j->report.few += slices->few;
    }
    lb_progress(context, "importing", index + 1, j->plan.count);
cleanup:
    return status;
}

/* Of several files that fail, the first in the plan's order is told of, whatever the threads. */
static lb_status
work(import_job *j, int threads, const lb_context *context, lb_error *err)
{
    bool failed = false;
    lb_progress(context, "importing", 0, j->plan.count);
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < j->plan.count; i++) {
        const import_item *item = j->plan.items + i;
        import_slices slices = {.image = NULL};
        lb_error own = {.code = LB_OK};
        lb_status read = LB_OK;
        bool stop = false;
#pragma omp atomic read
        stop = failed;
        if (!stop && !lb_is_cancelled(context) && item->kind == IMPORT_VOLUME && !item->bad &&
            item->wanted > 0) {
            read = import_volume_read(&slices, item, &j->options, &own);
        }
#pragma omp ordered
        {
            if (!failed && take(j, i, &slices, read, context, &own) != LB_OK) {
                *err = own;
#pragma omp atomic write
                failed = true;
            }
        }
        import_slices_release(&slices);
    }
    return failed ? err->code : LB_OK;
}

static lb_status
write_attributes(const import_job *j, lb_error *err)
{
    static const char *const AXES[] = {"axial", "coronal", "sagittal"};
    static const char *const CENTRES[] = {"brain", "volume"};
    lb_status status = LB_OK;
    const lb_import_options *o = &j->options;
    lb_h5 *file = import_writer_file(j->writer);
    LB_TRY(lb_h5_set_number(file, "", "simulated", 0, err));
    LB_TRY(lb_h5_set_number(file, "", "volumes", (double)j->report.volumes, err));
    LB_TRY(lb_h5_set_number(file, "", "arrays", (double)j->report.arrays, err));
    LB_TRY(lb_h5_set_number(file, "", "skipped", (double)j->skipped.count, err));
    if (j->report.volumes == 0) {
        goto cleanup;
    }
    LB_TRY(lb_h5_set_text(file, "", "axis", AXES[o->axis], err));
    LB_TRY(lb_h5_set_number(file, "", "voxel", o->voxel, err));
    LB_TRY(lb_h5_set_text(file, "", "centre", CENTRES[o->centre], err));
    if (o->position_count > 0) {
        const size_t shape = o->position_count;
        LB_TRY(lb_h5_write(file, "positions_mm", LB_F64, 1, &shape, o->positions, err));
    } else {
        LB_TRY(lb_h5_set_number(file, "", "minimum_brain", o->minimum_brain, err));
        LB_TRY(
            lb_h5_set_number(file, "", "slices_per_subject", (double)o->slices_per_subject, err));
    }
cleanup:
    return status;
}

static lb_status
finish(import_job *j, lb_error *err)
{
    lb_status status = LB_OK;
    j->report.slices = import_writer_rows(j->writer);
    if (j->report.slices == 0 && j->skipped.count > 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "no file could be used; the first: %s",
                       j->skipped.names[0]));
    }
    if (j->report.slices == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "no slice qualifies"));
    }
    LB_TRY(write_attributes(j, err));
    LB_TRY(import_writer_finish(j->writer, &j->report.subjects, err));
    j->report.skipped = j->skipped.names;
    j->report.skipped_count = j->skipped.count;
    j->skipped = (import_names){0};
cleanup:
    return status;
}

lb_status
lb_slices_import(lb_import_report *out, const lb_import_options *options, const char *path,
                 const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    import_job j = {.options = *options};
    int threads = 1;
    LB_TRY(check_options(options, err));
    LB_TRY(import_find(&j.plan, options, err));
    j.report.repeated = j.plan.repeated;
    j.report.other_tables = j.plan.other_tables;
    j.plan.other_tables = NULL;
    LB_TRY(complete(&j, err));
    if (options->participants != NULL) {
        LB_TRY(import_people_read(&j.people, options->participants, err));
        j.has_people = true;
    }
    LB_TRY(look_at_volumes(&j, &threads, context, err));
    LB_TRY(import_assign(&j.plan, j.has_people ? &j.people : NULL, &j.options, &j.report, err));
    LB_TRY(import_writer_open(&j.writer, path, j.options.height, j.options.width, context, err));
    LB_TRY(work(&j, threads, context, err));
    LB_TRY(finish(&j, err));
    *out = j.report;
    j.report = (lb_import_report){0};
cleanup:
    release(&j);
    return status;
}
