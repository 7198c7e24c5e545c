/* SPDX-License-Identifier: MIT */
/* From arrays of slices to slices.h5, one slice at a time. */
#include <stdio.h>
#include <string.h>

#include "import_job.h"

/* Who a slice of an array shows. */
static lb_status
find_person(import_person *out, const import_job *j, const import_item *item,
            const import_array *array, size_t index, char *made_up, size_t capacity, lb_error *err)
{
    size_t together = j->options.array_slices_per_subject, number = index / together;
    const import_person *row = NULL;
    snprintf(made_up, capacity, "%s-%04zu", item->subject, number + 1);
    if (j->has_people) {
        row = j->plan.rows == IMPORT_BY_SLICE     ? j->people.rows + item->first + index
              : j->plan.rows == IMPORT_BY_SUBJECT ? j->people.rows + item->first_name + number
                                                  : import_people_find(&j->people, made_up);
    }
    if (row != NULL) {
        *out = *row;
    } else {
        import_person first = {.name = NULL}, own = first;
        lb_status status = import_array_person(&first, array, number * together, err);
        status = status == LB_OK ? import_array_person(&own, array, index, err) : status;
        if (status != LB_OK) {
            return status;
        }
        if (own.sex != first.sex) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: slices %zu and %zu are one subject's, but have different sexes",
                           item->path, number * together, index);
        }
        *out = first;
    }
    out->name = out->name[0] != '\0' ? out->name : made_up;
    return LB_OK;
}

/* Copies a slice to the middle of the grid. *inside counts its brain pixels, *cut those that do not
 * fit. */
static void
fit(float *out, size_t *inside, size_t *cut, const lb_import_options *o, const float *slice,
    size_t height, size_t width)
{
    ptrdiff_t down = (ptrdiff_t)(o->height / 2) - (ptrdiff_t)(height / 2);
    ptrdiff_t right = (ptrdiff_t)(o->width / 2) - (ptrdiff_t)(width / 2);
    *inside = *cut = 0;
    memset(out, 0, o->height * o->width * sizeof *out);
    for (size_t i = 0; i < height; i++) {
        for (size_t k = 0; k < width; k++) {
            ptrdiff_t y = (ptrdiff_t)i + down, x = (ptrdiff_t)k + right;
            bool fits = y >= 0 && x >= 0 && y < (ptrdiff_t)o->height && x < (ptrdiff_t)o->width;
            bool brain = slice[i * width + k] != 0;
            *inside += brain && fits;
            *cut += brain && !fits;
            if (fits) {
                out[(size_t)y * o->width + (size_t)x] = slice[i * width + k];
            }
        }
    }
}

enum { NAME_CAPACITY = 1 << 13 }; /* longer than any path */

static lb_status
copy_slice(import_job *j, const import_item *item, import_array *array, size_t index, float *slice,
           float *pixels, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_import_options *o = &j->options;
    char made_up[NAME_CAPACITY];
    import_person person = {.name = NULL};
    int32_t position = (int32_t)index;
    size_t inside = 0, cut = 0;
    LB_TRY(import_array_read(slice, array, index, err));
    fit(pixels, &inside, &cut, o, slice, import_array_height(array), import_array_width(array));
    if (cut > 0 && !o->crop) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: slice %zu: the brain is cut by the edge of %zu x %zu pixels (take a "
                       "larger --size, or --crop)",
                       item->path, index, o->height, o->width));
    }
    if (inside == 0 ||
        (double)inside < o->array_minimum_brain * (double)o->height * (double)o->width) {
        j->report.empty++;
        return LB_OK;
    }
    LB_TRY(find_person(&person, j, item, array, index, made_up, sizeof made_up, err));
    const import_slices one = {.count = 1, .image = pixels, .position = &position};
    LB_TRY(
        import_writer_add(j->writer, &one, item->path, person.name, person.sex, person.age, err));
cleanup:
    return status;
}

lb_status
import_copy_array(import_job *j, const import_item *item, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    import_array *array = NULL;
    float *slice = NULL, *pixels = NULL;
    LB_TRY(import_array_open(&array, item, err));
    LB_ALLOC(slice, import_array_height(array) * import_array_width(array));
    LB_ALLOC(pixels, j->options.height * j->options.width);
    for (size_t i = 0; i < item->slices; i++) {
        lb_progress(context, "copying slices", i, item->slices);
        LB_TRY(lb_check_cancelled(context, err));
        LB_TRY(copy_slice(j, item, array, i, slice, pixels, err));
    }
    j->report.arrays++;
cleanup:
    lb_free(pixels);
    lb_free(slice);
    import_array_close(array);
    return status;
}
